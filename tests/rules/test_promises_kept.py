"""Rules about customers who do not keep what they promise: in rule tests, with both engines, and over a book of the database."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.facts.vocabulary import PROMISES_KEPT
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.testing import parse_tests, read_tests, run_tests
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import InvoiceRow
from tests.reports.random_history import Event, History, enter
from tests.rules.test_durable import agree, named

RULES = """\
version: 1
calendar: {holidays: none}
rules:
  - id: speak-to-sales
    for: invoice
    when: days_overdue >= 1 and promises_kept_percent < 50
    do: [{task: call, assign: sales_manager}]
"""
TESTS = """\
rules: rules.yaml
tests:
  - name: who breaks promises is spoken to
    start: 2026-03-02
    customers: [{id: A, GIVEN}]
    invoices: [{id: F-1, customer: A, due: 2026-02-20, balance: 10.00 MXN}]
    expect: [{on: 2026-03-02, actions: EXPECTED}]
"""
CALLED, NOBODY = "[{rule: speak-to-sales, invoices: [F-1]}]", "[]"
RULE_SET, _WARNINGS = read_rules([("rules.yaml", RULES.encode())])
ISSUED, SAID, TODAY = dt.date(2026, 1, 5), dt.date(2026, 2, 2), dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("given", "expected"), [("promises_kept_percent: 40", CALLED), ("promises_kept_percent: 50", NOBODY), ("segment: AA", NOBODY)]
)
def test_a_rule_test_says_how_well_promises_are_kept(given: str, expected: str) -> None:
    for wanted in (CALLED, NOBODY):
        text = TESTS.replace("GIVEN", given).replace("EXPECTED", wanted)
        (result,) = run_tests(read_tests(parse_tests("t.yaml", text.encode()), RULE_SET), RULE_SET)
        assert result.passed is (wanted == expected)


def test_both_engines_read_it_and_what_is_unknown_passes_nothing() -> None:
    conditions = named("promises_kept_percent < 50", "promises_kept_percent is unknown")
    found = agree(conditions, {PROMISES_KEPT: 49}, {PROMISES_KEPT: 50}, {})
    assert found == [{"promises_kept_percent < 50"}, frozenset(), {"promises_kept_percent is unknown"}]


def promising(customers: dict[str, list[bool]]) -> History:
    """A customer's invoices, each with a promise for 6 February that was kept or not; and one that is overdue and never promised."""
    made = History(list(customers))
    for customer, kept in customers.items():
        for was_kept in (*kept, None):
            number = len(made.invoices)
            made.invoices[number] = (customer, "MXN", ISSUED)
            made.events.append(
                Event(ISSUED, ISSUED, number, EntryKind.ISSUED, {"minor": 1000, "due_on": ISSUED.isoformat(), "credit_days": 0})
            )
            if was_kept is not None:
                made.events.append(Event(SAID, SAID, number, EntryKind.PROMISED, {"pay_on": "2026-02-06", "minor": 0}))
            if was_kept:
                day = dt.date(2026, 2, 6)
                made.events.append(Event(day, day, number, EntryKind.PAYMENT_APPLIED, {"payment": number + 1, "minor": 1000}))
    return made


def read(session: Session) -> dict[str, int | None]:
    books = list(BookReader(session, RULE_SET, {}, TODAY, NOW).whole(sifted=False))
    return {one.code: one.facts.get(PROMISES_KEPT) for book in books for one in book.customers.values()}  # type: ignore[misc]


def test_a_plan_knows_it_of_each_customer(database: Database) -> None:
    with database.writing() as session:
        enter(session, promising({"KEEPS": [True, True, False], "BREAKS": [True, False, False], "SELDOM": [False, False], "NEVER": []}))
        assert read(session) == {"KEEPS": 66, "BREAKS": 33, "SELDOM": None, "NEVER": None}
        reader = BookReader(session, RULE_SET, {}, TODAY, NOW)
        plans = [plan_whole(reader, NativeEngine(RULE_SET.conditions()), sifted=sifted) for sifted in (True, False)]
        assert plans[0].actions == plans[1].actions
        assert {action.customer for action in plans[0].actions} == {"BREAKS"}


def test_the_day_alone_breaks_a_promise_and_what_comes_to_be_known_mends_it(database: Database) -> None:
    with database.writing() as session:
        history = promising({"LATE": [False, False, False]})
        enter(session, history)
        assert read(session) == {"LATE": 0}
        on_the_day = BookReader(session, RULE_SET, {}, dt.date(2026, 2, 6), NOW).of(history.ids)
        assert PROMISES_KEPT not in on_the_day.customers[history.ids[0]].facts
        row = session.get_one(InvoiceRow, history.rows[0])
        Bookkeeper(session, NOW).enter(row, EntryKind.PAYMENT_APPLIED, dt.date(2026, 2, 5), {"payment": 99, "minor": 1000})
        session.flush()
        assert read(session) == {"LATE": 33}
