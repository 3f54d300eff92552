"""Rules about customers whose credit is stopped: in rule tests, with both engines, and over a book of the database."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_stops import lift_credit_stop, stop_credit
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.testing import parse_tests, read_tests, run_tests
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import CustomerRow
from tests.reports.random_history import enter
from tests.rules.test_durable import agree, named
from tests.rules.test_promises_kept import NOW, TODAY, promising

RULES = """\
version: 1
calendar: {holidays: none}
rules:
  - id: ask-for-cash
    for: invoice
    when: days_overdue >= 1 and credit_stopped and credit_stopped_on < 2026-03-02
    do: [{task: call, assign: sales_manager}]
  - id: tell-sales
    for: customer
    when: credit_stopped and open_invoices > 0
    do: [{task: call, assign: sales_manager}]
"""
TESTS = """\
rules: rules.yaml
tests:
  - name: who gets no credit is asked for cash from the next day on
    start: 2026-03-02
    quiet: true
    customers: [{id: A}, {id: B, credit_stopped_on: 2026-02-27}]
    invoices:
      - {id: F-1, customer: A, due: 2026-02-20, balance: 10.00 MXN}
      - {id: F-2, customer: B, due: 2026-02-20, balance: 10.00 MXN}
    events:
      - {on: 2026-03-03, credit_stopped: {customer: A}}
      - {on: 2026-03-04, credit_stop_lifted: {customer: B}}
      - EVENT
    expect:
      - {on: 2026-03-02, actions: [{rule: ask-for-cash, invoices: [F-2]}], told: [{rule: tell-sales, about: B}]}
      - {on: 2026-03-03, actions: [], told: [{rule: tell-sales, about: A}]}
"""
RULE_SET, _WARNINGS = read_rules([("rules.yaml", RULES.encode())])


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("{on: 2026-03-05, credit_stop_lifted: {customer: A}}", ""),
        ("{on: 2026-03-05, credit_stopped: {customer: A}}", "the credit of A is stopped already"),
        ("{on: 2026-03-05, credit_stop_lifted: {customer: B}}", "the credit of B is not stopped"),
    ],
)
def test_a_rule_test_stops_credit_and_lifts_the_stop(event: str, said: str) -> None:
    text = TESTS.replace("EVENT", event)
    (result,) = run_tests(read_tests(parse_tests("t.yaml", text.encode()), RULE_SET), RULE_SET)
    assert [str(why) for one in result.differences for why in one.why] == ([said] if said else [])


def test_both_engines_read_it_and_of_who_gets_credit_no_day_is_known() -> None:
    conditions = named("credit_stopped", "credit_stopped_on >= 2026-03-02", "credit_stopped_on is unknown")
    day = dt.date(2026, 3, 2).toordinal()
    found = agree(conditions, {"credit_stopped": True, "credit_stopped_on": day}, {"credit_stopped": False})
    assert found == [{"credit_stopped", "credit_stopped_on >= 2026-03-02"}, {"credit_stopped_on is unknown"}]


def test_a_plan_knows_it_of_each_customer_and_looks_at_no_fewer(database: Database) -> None:
    with database.writing() as session:
        enter(session, promising({"STOPPED": [], "NEVER": [], "LIFTED": []}))
        keeper = Bookkeeper(session, NOW)
        rows = {row.code: row for row in session.scalars(select(CustomerRow))}
        for code in ("STOPPED", "LIFTED"):
            stop_credit(keeper, rows[code], "a@kemper.example", "does not pay", dt.date(2026, 2, 20))
        lift_credit_stop(keeper, rows["LIFTED"], "a@kemper.example", "paid", TODAY)
        session.flush()
        reader = BookReader(session, RULE_SET, {}, TODAY, NOW)
        plans = [plan_whole(reader, NativeEngine(RULE_SET.conditions()), sifted=sifted) for sifted in (True, False)]
        assert plans[0].actions == plans[1].actions
        assert {(action.rule_id, action.customer) for action in plans[0].actions} == {
            ("ask-for-cash", "STOPPED"),
            ("tell-sales", "STOPPED"),
        }
