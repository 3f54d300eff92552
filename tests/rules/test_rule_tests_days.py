"""The days of a rule test go as those of the program do: what waits, what comes back, what replies and people change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from textwrap import dedent, indent

import pytest

from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.testing import parse_tests, read_tests, run_test
from cobranza_rules.rules.testing_report import difference_lines
from cobranza_rules.rules.testing_simulation import Simulation
from tests.company_settings import ABOUT_PAYMENTS, without_rules

RULES = Path(__file__).resolve().parents[2] / "rules/collections.yaml"
SHIPPED, _WARNINGS = read_rules(
    [("collections.yaml", without_rules(RULES.read_text(encoding="utf-8"), *ABOUT_PAYMENTS, "formal-demand").encode())]
)
TALKING, _WARNINGS = read_rules(
    [
        (
            "talking.yaml",
            b"""
version: 1
calendar: {holidays: none}
ladders:
  - id: collection
    when: balance > 0 and days_overdue >= 1
    rungs:
      - {id: ask, do: [{email: ask, to: collections_contact}, {task: talk, assign: boss, due: 3 workdays}]}
      - {id: late, when: intervention_overdue or intervention == "no_agreement", do: [{task: hurry, assign: boss}]}
""",
        )
    ]
)
A, B = "{id: A, customer: ACME, due: 2026-02-10, balance: 1200.00 MXN, acknowledged: true}", "balance: 800.00 MXN, acknowledged: true"


def differences(invoices: list[str], rest: str, rules: RuleSet = SHIPPED) -> list[str]:
    given = "".join(f"      - {invoice}\n" for invoice in invoices)
    text = f"rules: r.yaml\ntests:\n  - name: t\n    start: 2026-03-02\n    quiet: true\n    customers: [{{id: ACME}}, {{id: BETA}}]\n    invoices:\n{given}"
    (test,) = read_tests(parse_tests("t.yaml", (text + indent(dedent(rest), "    ")).encode()), rules)
    return [str(line) for difference in run_test(test, rules).differences for line in difference_lines(difference)]


@pytest.mark.parametrize(
    ("invoices", "rest"),
    [
        pytest.param(
            ["{id: A, customer: ACME, due: 2026-06-10, balance: 1200.00 MXN, delivery: pending}"],
            """
            events:
              - {on: 2026-03-03, signed: {rule: transmittal}}
              - {on: 2026-03-05, bounced: {rule: transmittal}}
              - {on: 2026-03-09, signed: {rule: transmittal}}
              - {on: 2026-03-10, acknowledged: {invoice: A}}
            expect:
              - {on: 2026-03-02, actions: [{rule: transmittal}], sent: []}
              - {on: 2026-03-03, sent: [{rule: transmittal, to: invoice_contact}]}
              - {on: 2026-03-05, actions: [{rule: transmittal}], sent: []}
              - {on: 2026-03-09, actions: [], sent: [{rule: transmittal, to: fallback_contact}]}
            """,
            id="a signature is for what was planned before it",
        ),
        pytest.param(
            [A],
            """
            events:
              - {on: 2026-03-03, payment: {invoice: A}}
              - {on: 2026-03-04, reversal: {invoice: A}}
              - {on: 2026-03-05, signed: {rung: first-reminder}}
            expect:
              - {on: 2026-03-02, actions: [{rung: first-reminder}], sent: []}
              - {on: 2026-03-04, actions: [{rung: first-reminder}], sent: []}
              - {on: 2026-03-05, actions: [], sent: [{rung: first-reminder}]}
            """,
            id="what was paid while it waited is planned anew after a reversal",
        ),
        pytest.param(
            [A],
            """
            events:
              - {on: 2026-03-03, reply: {customer: ACME, kind: question}}
              - {on: 2026-03-04, signed: {rung: first-reminder}}
              - {on: 2026-03-06, inbox_settled: {customer: ACME}}
            expect:
              - {on: 2026-03-02, actions: [{rung: first-reminder}], sent: []}
              - {on: 2026-03-04, actions: [], sent: []}
              - {on: 2026-03-06, actions: [], sent: [{rung: first-reminder, next_contact: 2026-03-13}]}
              - {on: 2026-03-12, actions: []}
            """,
            id="what is held when it is signed leaves once it is free, and promises from then on",
        ),
        pytest.param(
            [A, f"{{id: B, customer: ACME, due: 2026-02-10, {B}}}"],
            """
            events:
              - {on: 2026-03-03, payment: {invoice: A}}
              - {on: 2026-03-04, signed: {rung: first-reminder}}
              - {on: 2026-03-05, reversal: {invoice: A}}
            expect:
              - {on: 2026-03-02, actions: [{rung: first-reminder, invoices: [A, B]}], sent: []}
              - {on: 2026-03-04, sent: [{rung: first-reminder, invoices: [B], total: 800.00 MXN}]}
              - {on: 2026-03-09, actions: [{rung: first-reminder, invoices: [A]}]}
            """,
            id="what leaves is what is still owed on its day",
        ),
        pytest.param(
            [A, f"{{id: B, customer: BETA, due: 2026-02-10, {B}}}"],
            """
            events:
              - {on: 2026-03-02, facts: {customer: ACME, workdays_since_bank_statement: 5}}
              - {on: 2026-03-02, facts: {customer: BETA, customer_ready: false}}
              - {on: 2026-03-04, facts: {customer: BETA, customer_ready: true}}
            expect:
              - {on: 2026-03-02, actions: [], held: [{invoice: A, by: bank-data-stale}]}
              - {on: 2026-03-04, actions: [{rung: first-reminder, invoices: [B]}]}
            """,
            id="facts of one customer are no facts of the other",
        ),
        pytest.param(
            [A],
            """
            history: [{on: 2026-02-24, rung: first-reminder, invoices: [A]}]
            events:
              - {on: 2026-03-02, promise: {invoice: A, pay_on: 2026-03-20, amount: 500.00 MXN}}
              - {on: 2026-03-04, payment: {invoice: A, amount: 500.00 MXN}}
            expect:
              - {on: 2026-03-03, held: [{invoice: A, by: promise-to-pay}]}
              - {on: 2026-03-04, actions: [{rung: second-reminder, total: 700.00 MXN}]}
            """,
            id="a promise of a part is kept when the part is paid",
        ),
        pytest.param(
            [A, f"{{id: B, customer: ACME, due: 2026-02-10, {B}}}"],
            """
            events:
              - {on: 2026-03-02, payment: {invoice: A}}
              - {on: 2026-03-02, reply: {customer: ACME, kind: promise, invoices: [A, B], pay_on: 2026-03-20}}
              - {on: 2026-03-04, reversal: {invoice: A}}
            expect:
              - {on: 2026-03-02, actions: [{rule: promise-received, invoices: [A, B]}]}
              - {on: 2026-03-04, actions: [{rung: first-reminder, invoices: [A], apart: [B]}]}
              - {on: 2026-03-10, actions: []}
            """,
            id="nothing is recorded on what is paid",
        ),
        pytest.param(
            [A],
            """
            events: [{on: 2026-03-03, bounced: {rung: first-reminder}}]
            expect:
              - {on: 2026-03-02, actions: [{rung: first-reminder, to: collections_contact}]}
              - {on: 2026-03-03, actions: [{rung: first-reminder, to: fallback_contact, next_contact: 2026-03-10}]}
              - {on: 2026-03-09, actions: []}
            """,
            id="what came back has reached nobody, so that the limit does not count it",
        ),
        pytest.param(
            [A],
            """
            events: [{on: 2026-03-02, reply: {customer: ACME, kind: auto_reply}}]
            expect: [{on: 2026-03-02, actions: [{rung: first-reminder}], held: []}]
            """,
            id="what a machine answers holds nothing",
        ),
        pytest.param(
            ["{id: A, customer: ACME, issued: 2026-02-27, due: 2026-02-27, balance: 1200.00 MXN, delivered_before: true}"],
            "expect: [{on: 2026-03-06, actions: [{rung: first-reminder}]}]",
            id="nothing was delivered before it was issued",
        ),
        pytest.param(
            [A],
            """
            events:
              - {on: 2026-03-02, due_set: {invoice: A, due: 2026-03-03}}
              - {on: 2026-03-04, case_moved: {invoice: A, case_status: legal}}
              - {on: 2026-03-05, case_moved: {invoice: A, case_status: collections}}
            expect: [{on: 2026-03-05, actions: [{rung: first-reminder}]}]
            """,
            id="due dates and cases are moved by people",
        ),
        pytest.param(
            [A],
            """
            events:
              - {on: 2026-03-02, payment_claimed: {invoice: A}}
              - {on: 2026-03-04, claim_rejected: {invoice: A}}
              - {on: 2026-03-05, credit_note: {invoice: A, amount: 200.00 MXN}}
            expect:
              - {on: 2026-03-02, held: [{invoice: A, by: payment-claimed}]}
              - {on: 2026-03-04, actions: [{rung: first-reminder, total: 1200.00 MXN}]}
              - {on: 2026-03-11, actions: [{rung: second-reminder, total: 1000.00 MXN}]}
            """,
            id="a claim that was rejected holds no more, and a credit note counts",
        ),
    ],
)
def test_days(invoices: list[str], rest: str) -> None:
    assert differences(invoices, rest) == []


THREE = [
    "{id: A, customer: ACME, due: 2026-03-01, balance: 1200.00 MXN}",
    "{id: B, customer: ACME, due: 2026-03-01, balance: 1200.00 MXN}",
    "{id: C, customer: ACME, due: 2026-03-04, balance: 1200.00 MXN}",
]


def test_an_answer_is_that_of_all_invoices_of_its_task_and_the_next_one_is_a_task_of_its_own() -> None:
    rest = """
        events: [{on: 2026-03-04, intervention: {invoice: A, answer: no_agreement}}]
        expect:
          - {on: 2026-03-02, actions: [{rung: ask, invoices: [A, B]}]}
          - {on: 2026-03-04, actions: [{rung: late, invoices: [A, B]}]}
          - {on: 2026-03-05, actions: [{rung: ask, invoices: [C]}]}
          - {on: 2026-03-10, actions: []}
          - {on: 2026-03-11, actions: [{rung: late, invoices: [C]}]}
        """
    assert differences(THREE, rest, TALKING) == []


def test_an_invoice_that_joins_an_open_task_has_its_deadline() -> None:
    rest = """
        expect:
          - {on: 2026-03-02, actions: [{rung: ask, invoices: [A, B]}]}
          - {on: 2026-03-05, actions: [{rung: ask, invoices: [C]}]}
          - {on: 2026-03-06, actions: [{rung: late, invoices: [A, B, C]}]}
        """
    assert differences(THREE, rest, TALKING) == []


def test_an_agreement_with_a_day_is_a_promise() -> None:
    text = f"""
rules: r.yaml
tests:
  - name: t
    start: 2026-03-02
    customers: [{{id: ACME}}]
    invoices: [{A}]
    history: [{{on: 2026-02-20, rung: second-reminder, invoices: [A]}}]
    events: [{{on: 2026-03-02, intervention: {{invoice: A, answer: agreement, pay_on: 2026-03-20}}}}]
    expect: [{{on: 2026-03-02, actions: []}}]
"""
    (test,) = read_tests(parse_tests("t.yaml", text.encode()), SHIPPED)
    simulation = Simulation(test, SHIPPED, NativeEngine(SHIPPED.conditions()))
    (before,) = simulation.book.states.values()
    assert (before.intervention, before.intervention_due, before.promise_open) == ("open", dt.date(2026, 2, 27), False)
    simulation.run()
    (state,) = simulation.book.states.values()
    assert (state.intervention, state.promise_open, state.promised_on) == ("agreement", True, dt.date(2026, 3, 20))


MOVING, _WARNINGS = read_rules(
    [
        (
            "moving.yaml",
            b"""
version: 1
calendar: {holidays: none}
ladders:
  - id: collection
    when: balance > 0 and case_status == "collections"
    rungs:
      - {id: last, when: days_overdue >= 1, do: [{email: last, to: collections_contact}], sets: {case_status: with_administration}}
""",
        )
    ]
)
LAST = "{on: 2026-03-02, actions: [{rung: last, invoices: [A], to: collections_contact}]}"
BOUNCED = "{on: 2026-03-03, bounced: {rung: last}}"
HEIR = "{id: B, customer: ACME, issued: 2026-03-03, due: 2026-03-03, balance: 1200.00 MXN, delivery: pending}"


@pytest.mark.parametrize(
    ("invoices", "rest"),
    [
        pytest.param(
            [A],
            f"""
            events: [{BOUNCED}]
            expect: [{LAST}, {{on: 2026-03-03, actions: [{{rung: last, invoices: [A], to: fallback_contact}}]}}]
            """,
            id="a message that came back gives the case back, so that it is sent again",
        ),
        pytest.param(
            [A],
            f"""
            events: [{{on: 2026-03-03, case_moved: {{invoice: A, case_status: legal}}}}, {BOUNCED}]
            expect: [{LAST}, {{on: 2026-03-03, actions: []}}]
            """,
            id="a case that somebody has moved since stays there",
        ),
        pytest.param(
            [A, HEIR],
            f"""
            events: [{{on: 2026-03-03, substituted: {{invoice: A, by: B}}}}, {BOUNCED}]
            expect: [{LAST}, {{on: 2026-03-03, actions: [{{rung: last, invoices: [B], to: fallback_contact}}]}}]
            """,
            id="the case of a substitute that came with it goes back, too, and so does its rung",
        ),
        pytest.param(
            [A, HEIR],
            f"""
            events:
              - {{on: 2026-03-03, substituted: {{invoice: A, by: B}}}}
              - {{on: 2026-03-03, case_moved: {{invoice: B, case_status: legal}}}}
              - {BOUNCED}
            expect: [{LAST}, {{on: 2026-03-03, actions: []}}]
            """,
            id="unless somebody has moved it",
        ),
    ],
)
def test_a_bounce_gives_the_case_back(invoices: list[str], rest: str) -> None:
    assert differences(invoices, rest, MOVING) == []
