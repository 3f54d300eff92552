"""Days that share what was read of a customer say of each day what is read of it anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest
from benchmarks.workdays import NOW, TODAY
from sqlalchemy.orm import Session

from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.subjects import Book
from cobranza_rules.store.books import BookReader, named_facts
from cobranza_rules.store.database import Database
from cobranza_rules.store.reading import Once
from cobranza_rules.store.tables import DiscountRow, InstalmentRow, PaymentPlanRow
from tests.store.random_books import put_book, random_overrides, random_rows
from tests.store.test_books import COMPANY, RULES
from tests.store.test_queues import a_payment, a_task, an_action, an_approval, covers

AHEAD = (0, 1, 2, 5, 30, 88, 89, 90, 91, 120)  # A payment that is applied in full, and a discount, are looked at for ninety days.


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    """The shipped ones, and some about what they do not look at."""
    more = """
version: 1
rules:
  - {id: of-payments, for: payment, when: amount > 0, do: [{task: look, assign: boss}]}
  - {id: of-discounts, for: discount, when: amount > 0, do: [{notice: task-waiting, to: boss}]}
"""
    return read_rules([("rules/collections.yaml", RULES.read_bytes()), ("more.yaml", more.encode())])[0]


def put_what_waits(session: Session) -> None:
    """Of the first customer, and what has waited long enough for a day ahead to leave it out."""
    action = an_action()
    session.add_all([a_task(), a_task(due_on=None), action])
    session.flush()
    session.add(an_approval(action.id))
    for days in (0, 1, 60, 89, 90, 91):
        payment = a_payment(1000, TODAY - dt.timedelta(days=days), key=str(days))
        session.add(payment)
        session.flush()
        session.add_all(covers(payment.id, 400 if days == 60 else 1000))
    session.add_all([a_discount("credited", 3), a_discount("applied", 80), a_plan()])
    session.flush()
    session.add_all(InstalmentRow(plan_id=1, position=place, due_on=TODAY + dt.timedelta(days=7 * place), minor=100) for place in (1, 2))
    session.flush()


def a_discount(state: str, days: int) -> DiscountRow:
    taken_on = TODAY - dt.timedelta(days=days)
    said = {"kind": "volume", "reason": "a reason", "doubt": "", "who": "ana@kemper.example", "currency": "MXN"}
    return DiscountRow(invoice_id=1, customer_id=1, minor=100, taken_on=taken_on, known_at=NOW, state=state, **said)


def a_plan() -> PaymentPlanRow:
    said = {"who": "ana@kemper.example", "agreed_with": "Ana Muestra", "comment": "said so", "state": "agreed"}
    return PaymentPlanRow(customer_id=1, currency="MXN", invoices=[1, 2], discounts=[], agreed_on=TODAY, grace=2, known_at=NOW, **said)


def counted(book: Book, rules: RuleSet, today: dt.date) -> Book:
    """With the messages that the limit of a day counts: whoever asks for them counts their days, and has no use for others."""

    def recent(contacted: Mapping[str, tuple[dt.date, ...]]) -> dict[str, tuple[dt.date, ...]]:
        within = {
            currency: tuple(day for day in days if rules.calendar.between(day, today) < rules.limit.within_workdays)
            for currency, days in contacted.items()
        }
        return {currency: days for currency, days in within.items() if days}

    return replace(book, customers={key: each._replace(contacted=recent(each.contacted)) for key, each in book.customers.items()})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_each_day_is_as_if_it_were_read_anew(database: Database, rules: RuleSet, seed: int) -> None:
    with Session(database.engine) as session:
        put_book(session, random_rows(seed))
        put_book(session, random_overrides(seed, [ladder.id for ladder in rules.ladders]))
        put_what_waits(session)
        anew = BookReader(session, rules, COMPANY, TODAY, NOW, coming=True)
        seen = set()
        for wanted in (None, named_facts(rules)):
            for customer in (1, 2, 7):
                once = replace(anew, reading=Once())
                for ahead in AHEAD:
                    day = TODAY + dt.timedelta(days=ahead)
                    book = replace(anew, today=day).of([customer], wanted=wanted)
                    assert counted(replace(once, today=day).of([customer], wanted=wanted), rules, day) == counted(book, rules, day)
                    seen.add((len(book.queues), book.invoices[0].overrides if book.invoices else None))
        session.rollback()
    assert len(seen) > 6  # Days do differ.
