"""What the database says that invoices are alike in: two with the same text have the same facts, as far as a condition asks of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

import pytest
from benchmarks.workdays import NOW, TODAY
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.facts import build
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.vocabulary import INVOICE_FACTS, Fact, FactType, Value
from cobranza_rules.rules.alike import Points
from cobranza_rules.rules.document import read_rules
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.store.telling_apart import MOST_TOGETHER, OF_CUSTOMER, alike
from tests.store.random_books import put_book, random_rows
from tests.store.test_books import COMPANY, RULES

INVOICE, CUSTOMER = InvoiceRow.__table__.c, CustomerRow.__table__.c
RULE_SET, _WARNINGS = read_rules([("rules.yaml", RULES.read_bytes())])
DAY = Day(TODAY, RULE_SET.calendar, RULE_SET.aging_buckets)
NUMBERS = {FactType.NUMBER, FactType.AMOUNT, FactType.DATE}
FAR = (TODAY.toordinal() - 10, TODAY.toordinal() + 10, 50_000)


@pytest.fixture
def filled(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        put_book(session, random_rows(7, 300))
        yield session
        session.rollback()


def keys_of(session: Session, points: dict[str, Points]) -> dict[int, str]:
    query = select(INVOICE.id, alike(points, DAY)).join(CustomerRow.__table__, INVOICE.customer_id == CUSTOMER.id)
    return {invoice_id: key for invoice_id, key in session.execute(query)}  # noqa: C416 (rows are no pairs to the type checker)


def told(value: Value | None, points: Points) -> Value | None:
    return value if points is None or not isinstance(value, int) else bisect_right(points, value)


def unlike(session: Session, fact: Fact, points: Points) -> tuple[int, int]:
    """How many keys there are, and how many stand for invoices that the points of the fact tell apart."""
    read = BookReader(session, RULE_SET, COMPANY, TODAY, NOW).of(sorted(session.scalars(select(CUSTOMER.id))))
    keys, found = keys_of(session, {fact.name: points}), defaultdict(set)
    for invoice in read.invoices:
        found[keys[invoice.id]].add(told(invoice.facts.get(fact.name), points))
    return len(found), sum(len(values) > 1 for values in found.values())


@pytest.mark.parametrize("fact", INVOICE_FACTS, ids=lambda fact: fact.name)
def test_invoices_that_are_alike_have_the_same_facts(filled: Session, fact: Fact) -> None:
    assert unlike(filled, fact, None)[1] == 0
    if fact.type in NUMBERS:
        for points in ((), (0, 1), (-3, 2, 5, 30), FAR):
            assert unlike(filled, fact, points)[1] == 0, points


def test_of_amounts_and_dates_no_more_is_told_than_is_asked(filled: Session) -> None:
    """Else nearly every invoice would be like itself alone."""
    known = {fact.name: fact for fact in INVOICE_FACTS}
    for name in ("balance", "days_overdue", "workdays_since_delivery"):
        assert unlike(filled, known[name], ())[0] <= unlike(filled, known[name], (0, 1))[0] < unlike(filled, known[name], None)[0]


def test_what_customers_say_is_what_their_facts_are_made_of() -> None:
    assert set(OF_CUSTOMER) == set(build.OF_CUSTOMER)


def test_however_much_is_asked_it_is_one_text(filled: Session) -> None:
    points = tuple(range(MOST_TOGETHER * 5))
    keys = keys_of(filled, {"balance": points, "days_overdue": points})
    assert all(isinstance(key, str) for key in keys.values())
    assert 1 < len(set(keys.values())) <= len(keys)
