"""Rule tests: what they read, what they refuse, when they fail, what they report; and that the shipped ones cover the shipped rules."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from cobranza_rules.facts.vocabulary import CUSTOMER_FACTS, INVOICE_FACTS
from cobranza_rules.language import in_english
from cobranza_rules.problems import ProblemError
from cobranza_rules.rule_files import check_files, run_files
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.testing import RuleTest, TestResult, coverage_of, parse_tests, read_tests, run_test
from cobranza_rules.rules.testing_given import CUSTOMER_KEYS, FOLLOWING, INVOICE_KEYS
from cobranza_rules.rules.testing_report import FileReport, coverage_lines, difference_lines, junit, report_json, report_lines

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules/tests/collections.yaml"
RULES, _WARNINGS = read_rules([("collections.yaml", (ROOT / "rules/collections.yaml").read_bytes())])
HEAD = """
rules: collections.yaml
tests:
  - name: a test
    start: 2026-03-02
    customers: [{id: ACME}, {id: BETA}]
    invoices:
      - {id: F-101, customer: ACME, due: 2026-02-10, balance: 1200.00 MXN, acknowledged: true}
      - {id: F-201, customer: BETA, due: 2026-06-10, balance: 900.00 USD, acknowledged: true}
"""


def file_of(rest: str, head: str = HEAD) -> bytes:
    return (head + indent(dedent(rest), "    ")).encode()


def read(rest: str, head: str = HEAD) -> RuleTest:
    return read_tests(parse_tests("t.yaml", file_of(rest, head)), RULES)[0]


def run(rest: str, head: str = HEAD) -> TestResult:
    return run_test(read(rest, head), RULES)


def refused(rest: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        read(rest, head)
    return [str(problem) for problem in caught.value.problems]


def said(result: TestResult) -> list[str]:
    return [str(line) for difference in result.differences for line in difference_lines(difference)]


def test_the_shipped_tests_pass_and_cover_every_rule_rung_and_hold() -> None:
    tested = run_files([SHIPPED], ROOT)
    assert [str(line) for report in tested.reports for result in report.results for line in said(result)] == []
    ((names, coverage),) = tested.coverage
    assert (names, coverage.missing, coverage.total) == (("rules/collections.yaml",), 0, 60)


def test_the_shipped_rules_are_without_problems() -> None:
    assert check_files([("collections.yaml", (ROOT / "rules/collections.yaml").read_bytes())], None).problems == ()


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("wait: 5 workdays", "wait: 6 workdays"),
        ("cc: [supervisor, sales_manager]", "cc: [supervisor]"),
        ("promise_workdays_late <= 2", "promise_workdays_late <= 3"),
        ("every: 3 workdays", "every: 4 workdays"),
        ("times: 2", "times: 1"),
        ("1 in 3 workdays", "1 in 2 workdays"),
        ("MXN: 500.00", "MXN: 500.01"),
        ("holidays: MX ", "holidays: none "),
        ("workdays_since_claim <= 5", "workdays_since_claim <= 4"),
        ("days_overdue >= 1", "days_overdue >= 2"),
        (" and not doubtful", ""),
        (" and claim_count <= 1", ""),
        ("promise_workdays_ahead <= 20", "promise_workdays_ahead <= 400"),
        ("hours_since_mailbox_poll > 4", "hours_since_mailbox_poll > 5"),
    ],
)
def test_the_shipped_tests_notice_a_changed_rule(what: str, instead: str) -> None:
    text = (ROOT / "rules/collections.yaml").read_text(encoding="utf-8")
    assert what in text
    rules, _warnings = read_rules([("collections.yaml", text.replace(what, instead).encode())])
    engine = NativeEngine(rules.conditions())
    assert not all(run_test(test, rules, engine).passed for test in read_tests(shipped_tests(), rules))


@cache
def shipped_tests() -> Any:
    """Read once; each set of rules makes its own tests of them."""
    return parse_tests("t.yaml", SHIPPED.read_bytes())


def test_the_example_of_the_language() -> None:
    result = run(
        """
        history:
          - {on: 2026-02-13, rung: first-reminder, invoices: [F-101]}
        events:
          - {on: 2026-03-02, promise: {invoice: F-101, pay_on: 2026-03-06}}
        expect:
          - {on: 2026-03-03, actions: [], held: [{invoice: F-101, by: promise-to-pay}]}
          - {on: 2026-03-11, actions: [{rung: second-reminder, invoices: [F-101], cc: [supervisor, sales_manager]}]}
        """
    )
    assert said(result) == []
    assert (result.acted, result.holding) == (frozenset({"second-reminder"}), frozenset({"promise-to-pay"}))


def test_a_missing_action_fails_and_the_decision_says_why_it_is_not_there() -> None:
    result = run(
        """
        history: [{on: 2026-02-26, rung: first-reminder, invoices: [F-101]}]
        expect: [{on: 2026-03-02, actions: [{rung: second-reminder, invoices: [F-101]}]}]
        """
    )
    assert said(result) == [
        "  2026-03-02, planned (t.yaml:12)",
        "    expected: second-reminder invoices: [F-101]",
        "    got: nothing",
        "      second-reminder, F-101: the next contact is on 2026-03-05",
    ]


def test_an_action_that_was_not_expected_fails() -> None:
    lines = said(run("expect: [{on: 2026-03-02, actions: []}]"))
    assert lines[:3] == [
        "  2026-03-02, planned (t.yaml:10)",
        "    expected: nothing",
        (
            "    got: first-reminder customer: ACME, currency: MXN, invoices: [F-101], to: [collections_contact], cc: [supervisor],"
            " total: 1,200.00 MXN, next_contact: 2026-03-09"
        ),
    ]
    assert lines[3].startswith("      rung 'first-reminder' (collections.yaml:")


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("customer", "ACME", "BETA"),
        ("currency", "MXN", "USD"),
        ("invoice", "F-101", "F-201"),
        ("to", "collections_contact", "fallback_contact"),
        ("cc", "[supervisor]", "[]"),
        ("total", "1200.00 MXN", "1200.01 MXN"),
        ("next_contact", "2026-03-09", "none"),
        ("apart", "[]", "[F-201]"),
        ("after_last", "false", "true"),
    ],
)
def test_every_key_that_is_named_is_compared(key: str, right: str, wrong: str) -> None:
    expectation = "expect: [{{on: 2026-03-02, {list}: [{{rung: first-reminder, {key}: {value}}}]}}]"
    for what in ("actions", "sent"):
        assert run(expectation.format(list=what, key=key, value=right)).passed
        assert not run(expectation.format(list=what, key=key, value=wrong)).passed


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("customer", "ACME", "BETA"),
        ("currency", "MXN", "USD"),
        ("invoice", "F-101", "F-201"),
        ("total", "1200.00 MXN", "1200.01 MXN"),
        ("gate", "rubric", "sign"),
        ("of", "collections_analyst", "supervisor"),
    ],
)
def test_every_key_of_what_is_asked_is_compared(key: str, right: str, wrong: str) -> None:
    expectation = "settings: {{rubric: gate}}\nexpect: [{{on: 2026-03-02, asked: [{{rung: first-reminder, {key}: {value}}}]}}]"
    assert run(expectation.format(key=key, value=right)).passed
    assert not run(expectation.format(key=key, value=wrong)).passed


def test_who_was_asked_is_told_beside_what_was_expected() -> None:
    result = run("settings: {mode: supervised}\nexpect: [{on: 2026-03-02, asked: []}]")
    assert said(result) == [
        "  2026-03-02, asked to agree (t.yaml:11)",
        "    expected: nothing",
        "    got: first-reminder customer: ACME, currency: MXN, invoices: [F-101], total: 1,200.00 MXN, gate: release, of: collections_analyst",
        *[line for line in said(result) if line.startswith("      rung 'first-reminder'")],
    ]
    assert len(said(result)) == 4


def test_a_quiet_test_that_names_who_is_asked_looks_at_it_on_every_day() -> None:
    text = "quiet: true\nsettings: {{rubric: gate}}\nexpect: [{{on: 2026-03-02, actions: [{{rung: first-reminder}}]}}, {{on: 2026-03-09, actions: [{{rung: second-reminder}}]{asked}}}]"
    assert run(text.format(asked="")).passed
    assert [difference.on for difference in run(text.format(asked=", asked: [{rung: second-reminder}]")).differences] == [
        dt.date(2026, 3, 2)
    ]


def test_expectations_that_fit_several_actions_find_each_one_of_its_own() -> None:
    both = HEAD.replace("due: 2026-06-10", "due: 2026-02-10")
    assert run("expect: [{on: 2026-03-02, actions: [{rung: first-reminder}, {rung: first-reminder, customer: ACME}]}]", both).passed
    twice = "expect: [{on: 2026-03-02, actions: [{rung: first-reminder, customer: ACME}, {rung: first-reminder, customer: ACME}]}]"
    assert not run(twice, both).passed
    assert not run("expect: [{on: 2026-03-02, actions: [{rung: first-reminder}]}]", both).passed


def test_of_an_invoice_that_is_not_held_it_is_said_what_came_of_it() -> None:
    sent = "history: [{on: 2026-02-27, rung: first-reminder, invoices: [F-101]}]\n"
    assert said(run(sent + "expect: [{on: 2026-03-02, held: [{invoice: F-101, by: dispute}]}]")) == [
        "  2026-03-02, on hold (t.yaml:11)",
        "    expected: F-101 dispute",
        "    got: nothing",
        "      second-reminder, F-101: the next contact is on 2026-03-06",
    ]


def test_holds_are_compared_both_ways() -> None:
    disputed = HEAD.replace("acknowledged: true}", "acknowledged: true, dispute_open: true}", 1)
    assert run("expect: [{on: 2026-03-02, held: [{invoice: F-101, by: dispute}]}]", disputed).passed
    assert said(run("expect: [{on: 2026-03-02, held: []}]", disputed)) == [
        "  2026-03-02, on hold (t.yaml:10)",
        "    expected: nothing",
        "    got: F-101 dispute",
        "      F-101: on hold by 'dispute' (collections.yaml:73)",
    ]
    assert not run("expect: [{on: 2026-03-02, held: [{invoices: [F-101, F-201], by: dispute}]}]", disputed).passed
    assert not run("expect: [{on: 2026-03-02, held: [{invoice: F-101, by: payment-claimed}]}]", disputed).passed


def test_a_day_that_is_not_listed_may_have_anything_unless_the_test_is_quiet() -> None:
    assert run("expect: [{on: 2026-03-06, actions: []}]").passed
    quiet = run("{quiet: true, expect: [{on: 2026-03-06, actions: []}]}".strip("{}").replace(", expect", "\nexpect"))
    assert [difference.on for difference in quiet.differences] == [dt.date(2026, 3, 2)]


def test_facts_that_are_not_given_take_their_neutral_value() -> None:
    test = read("expect: [{on: 2026-03-02, actions: []}]")
    state = test.invoices[1].state
    assert (state.delivery, state.case_status, state.intervention, state.promised_on, state.claimed_on) == (
        "sent",
        "collections",
        "none",
        None,
        None,
    )
    assert state.delivered_on is not None
    assert RULES.calendar.between(state.delivered_on, test.start) == 30
    assert (test.customers[0].kind, test.customers[0].language, test.customers[0].delivery) == ("domestic", "es", "email")
    assert test.customers[0].contacts == ("invoice_contact", "collections_contact", "fallback_contact")


def test_every_fact_of_the_vocabulary_can_be_given_or_says_what_to_give_instead() -> None:
    short = {"customer": "id", "customer_kind": "kind", "delivery_mode": "delivery"}
    given = {short.get(fact.name, fact.name) for fact in CUSTOMER_FACTS if fact.name != "credit_stopped"}  # That follows from its day.
    assert given == set(CUSTOMER_KEYS) - {"contacts", "credit_limit"}
    for fact in INVOICE_FACTS:
        assert (fact.name in INVOICE_KEYS) != (fact.name in FOLLOWING), fact.name


def test_facts_are_those_of_the_first_day_and_go_on_from_there() -> None:
    head = HEAD.replace("acknowledged: true}", "workdays_since_delivery: 1, delivered_before: true}", 1)
    result = run(
        "{expect: []}".strip("{}").replace("[]", "[{on: 2026-03-05, actions: []}, {on: 2026-03-06, actions: [{rung: first-reminder}]}]"),
        head,
    )
    assert said(result) == []


def test_what_the_first_day_states_counts_more_than_what_history_would_have_made_of_it() -> None:
    text = """
        history: [{on: 2026-02-02, rung: second-reminder, invoices: [F-101]}]
        expect: [{on: 2026-03-02, actions: []}]
        """
    open_since = run_test(read(text), RULES)
    assert not open_since.passed  # Sales were asked then, and have been silent too long.
    agreed = read(text, HEAD.replace("acknowledged: true}", "acknowledged: true, intervention: agreement}", 1))
    assert run_test(agreed, RULES).passed
    stated = read(text, HEAD.replace("acknowledged: true}", "acknowledged: true, intervention: no_agreement}", 1))
    assert stated.invoices[0].stated == ("intervention",)


PENDING = HEAD.replace("acknowledged: true}", "delivery: pending}", 1)
QUIET = "quiet: true\n"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("", ["02: actions transmittal", "02: sent transmittal", "05: actions acknowledgement-missing"]),
        ("{on: 2026-03-04, signed: {rule: transmittal}}", ["02: actions transmittal", "02: sent", "04: sent transmittal", "09: actions acknowledgement-missing"]),
        ("{on: 2026-03-03, rejected: {rule: transmittal, customer: ACME}}", ["02: actions transmittal", "02: sent", "09: actions"]),
        ("{on: 2026-03-02, refused: {rule: transmittal}}", ["02: actions transmittal", "02: sent", "03: actions transmittal", "03: sent transmittal"]),
        ("{on: 2026-03-03, bounced: {rule: transmittal, invoice: F-101}}", ["02: sent transmittal", "03: actions transmittal"]),
        ("{on: 2026-03-02, uncertain: {rule: transmittal}}", ["02: actions transmittal", "02: sent", "09: actions"]),
        ("{on: 2026-03-02, uncertain: {rule: transmittal}}, {on: 2026-03-04, not_left: {rule: transmittal}}", ["02: sent", "04: actions transmittal", "04: sent transmittal"]),
        ("{on: 2026-03-02, uncertain: {rule: transmittal}}, {on: 2026-03-04, left: {rule: transmittal}}", ["02: sent", "04: actions", "09: actions acknowledgement-missing"]),
        ("{on: 2026-03-04, signed: {rule: transmittal}}, {on: 2026-03-03, cancelled: {invoice: F-101}}", None),
    ],
)  # fmt: skip
def test_what_becomes_of_an_action(events: str, expected: list[str] | None) -> None:
    days: dict[str, dict[str, str]] = {}
    for line in expected or []:
        day, rest = line.split(": ")
        what, _space, rule = rest.partition(" ")
        days.setdefault(day, {})[what] = f"[{{rule: {rule}}}]" if rule else "[]"
    wanted = "".join(
        f"  - {{on: 2026-03-{day}, {', '.join(f'{what}: {rules}' for what, rules in of_day.items())}}}\n" for day, of_day in days.items()
    )
    listed = f"events: [{events}]\n" if events else ""
    result = run(listed + "expect:\n" + (wanted or "  - {on: 2026-03-04, sent: []}\n"), PENDING)
    # What was cancelled before it was signed is never signed: the test is told so.
    missed = ["no action of 'transmittal' was there that could be 'signed'"] if expected is None else []
    assert [str(why) for difference in result.differences for why in difference.why] == missed


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("signed: {rule: transmittal}", "no action of 'transmittal' was there that could be 'signed'"),
        ("refused: {rung: second-reminder}", "no action of 'second-reminder' was there that could be 'refused'"),
        ("bounced: {rung: first-reminder, customer: BETA}", "no message of 'first-reminder' was there that could be 'bounced'"),
        ("delivered: {rung: first-reminder}", "no action of 'first-reminder' was there that could be 'delivered'"),
        ("left: {rung: first-reminder}", "no message of 'first-reminder' was there that could be 'left'"),
        ("reversal: {invoice: F-101}", "there is no payment of F-101 that could be reversed"),
        ("intervention: {invoice: F-101, answer: agreement}", "no intervention is open for F-101"),
        (
            "reply: {customer: ACME, kind: promise, answers: second-reminder}",
            "no message of 'second-reminder' was sent to ACME that could be answered",
        ),
    ],
)
def test_an_event_that_finds_nothing_fails_the_test(event: str, why: str) -> None:
    result = run(f"events: [{{on: 2026-03-02, {event}}}]\nexpect: [{{on: 2026-03-02, held: []}}]")
    assert said(result) == ["  2026-03-02, event (t.yaml:10)", f"      {why}"]


def test_paying_nothing_is_an_event_that_finds_nothing() -> None:
    result = run(
        "events: [{on: 2026-03-02, payment: {invoice: F-101}}, {on: 2026-03-03, payment: {invoice: F-101}}]\nexpect: [{on: 2026-03-02, actions: []}]"
    )
    assert said(result)[1:] == ["      nothing is owed on F-101 that a payment could cover"]


def test_the_answer_to_an_intervention_is_that_of_all_its_invoices() -> None:
    text = """
        version: 1
        calendar: {holidays: none}
        ladders:
          - id: collection
            when: balance > 0
            rungs:
              - {id: ask, do: [{email: ask, to: collections_contact}, {task: talk, assign: boss, due: 3 workdays}]}
              - {id: late, when: intervention_overdue, do: [{task: hurry, assign: boss}]}
              - {id: legal, when: intervention == "no_agreement", do: [{task: sue, assign: boss}], sets: {case_status: legal}}
        """
    rules, _warnings = read_rules([("collections.yaml", dedent(text).encode())])
    rest = """
        events: [{on: 2026-03-09, intervention: {invoice: F-101, answer: no_agreement}}]
        expect:
          - {on: 2026-03-02, actions: [{rung: ask, customer: ACME}, {rung: ask, customer: BETA}]}
          - {on: 2026-03-05, actions: []}
          - {on: 2026-03-06, actions: [{rung: late, invoices: [F-101]}, {rung: late, invoices: [F-201]}]}
          - {on: 2026-03-09, actions: [{rung: legal, invoices: [F-101]}]}
        """
    result = run_test(read_tests(parse_tests("t.yaml", file_of(rest)), rules)[0], rules)
    assert said(result) == []


def test_a_run_beyond_its_limit_does_nothing_and_the_failure_says_so() -> None:
    text = (ROOT / "rules/collections.yaml").read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1")
    rules, _warnings = read_rules([("collections.yaml", text.encode())])
    both = HEAD.replace("due: 2026-06-10", "due: 2026-02-10")
    test = read_tests(
        parse_tests("t.yaml", file_of("expect: [{on: 2026-03-02, actions: [{rung: first-reminder}], sent: []}]", both)), rules
    )[0]
    assert said(run_test(test, rules))[3] == (
        "      the run stops: 2 messages would leave, and the rules allow 1 a run;"
        " check the plan and raise `per_run`, or find out why there are so many"
    )


SPOT = "‸"  # Stands in a text before the place that a problem has to name


def refused_at_spot(rest: str, head: str = HEAD) -> tuple[list[str], str]:
    """What was refused, and the place of the spot in the file."""
    text = file_of(rest, head).decode()
    before = text[: text.index(SPOT)]
    place = f"t.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    return refused(rest.replace(SPOT, ""), head.replace(SPOT, "")), place


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ("expect: [{on: 2026-03-02, actions: [{rung: ‸first-remindr}]}]", "there is no rung 'first-remindr'; did you mean 'first-reminder'?"),
        ("expect: [{on: 2026-03-02, actions: [{rung: ‸transmittal}]}]", "there is no rung 'transmittal'; write 'rule: transmittal'"),
        ("expect: [{on: 2026-03-02, actions: [‸{invoices: [F-101]}]}]", "name one rule or rung; write 'rung: ID' or 'rule: ID'"),
        ("expect: [{on: 2026-03-02, held: [{invoice: ‸G-102, by: dispute}]}]", "'G-102' is not possible under 'invoice'; did you mean 'F-101'?"),
        ("expect: [{on: 2026-03-02, held: [{invoice: F-101, by: ‸disput}]}]", "'disput' is not possible under 'by'; did you mean 'dispute'?"),
        ("expect: [{on: ‸2026-02-27, actions: []}]", "2026-02-27 is before the test's first day 2026-03-02; what was sent before stands under 'history'"),
        ("expect: [{on: ‸2026-03-32, actions: []}]", "there is no day 2026-03-32; write dates as year-month-day, like 2026-03-06"),
        ("expect: [‸{on: 2026-03-02}]", "nothing is expected of this day; write 'actions: []' where nothing may happen"),
        ("expect: [{on: 2026-03-02, actions: []}, ‸{on: 2026-03-02, held: []}]", "2026-03-02 is expected twice; put both into one entry"),
        ("events: [{on: 2026-03-02, ‸paymnt: {invoice: F-101}, payment: {invoice: F-101}}]\nexpect: [{on: 2026-03-02, held: []}]", "an event has no key 'paymnt'; did you mean 'payment'?"),
        ("events: [‸{on: 2026-03-02}]\nexpect: [{on: 2026-03-02, held: []}]", "nothing happens here; write what happens, like 'payment: {invoice: F-101}'"),
        ("events: [{on: 2026-03-02, payment: {invoice: F-101, amount: ‸5.00 USD}}]\nexpect: [{on: 2026-03-02, held: []}]", "USD is not the currency of the invoice; write the amount in the invoice's currency"),
        ("events: [{on: 2026-03-02, payment: {invoice: F-101, amount: ‸5}}]\nexpect: [{on: 2026-03-02, held: []}]", "'5' is no amount with its currency; write it like 1200.00 MXN"),
        ("events: [{on: 2026-03-02, signed: {rule: ‸promise-received}}]\nexpect: [{on: 2026-03-02, held: []}]", "rule 'promise-received' is 'for: reply'; name a rule for invoices, or one that writes to customers"),
        ("settings: {mode: ‸careful}\nexpect: [{on: 2026-03-02, held: []}]", "'careful' is not possible under 'mode'; possible are: automatic, shadow, supervised"),
        ("settings: {rubric: ‸gates}\nexpect: [{on: 2026-03-02, held: []}]", "'gates' is not possible under 'rubric'; did you mean 'gate'?"),
        ("settings: {renew_after: ‸0}\nexpect: [{on: 2026-03-02, held: []}]", "'renew_after' is at least 1; write 1 or more"),
        ("settings: {rep_day: ‸0}\nexpect: [{on: 2026-03-02, held: []}]", "'rep_day' is at least 1; write 1 or more"),
        ("settings: {‸sign: gate}\nexpect: [{on: 2026-03-02, held: []}]", "settings has no key 'sign'; possible are: mode, pue_days, renew_after, rep_day, rubric"),
        ("events: [{on: 2026-03-02, run_at: {time: ‸24:00}}]\nexpect: [{on: 2026-03-02, held: []}]", "'24:00' is no time of day; write it like 18:30"),
        ("events: [{on: 2026-03-02, run_at: ‸{}}]\nexpect: [{on: 2026-03-02, held: []}]", "the event 'run_at' needs the key 'time'; add it"),
        ("expect: [{on: 2026-03-02, asked: [{rule: transmittal, gate: ‸stamp}]}]", "'stamp' is not possible under 'gate'; possible are: release, rubric, sign"),
        ("expect: [{on: 2026-03-02, asked: [{rule: transmittal, ‸cc: supervisor}]}]", "what is asked has no key 'cc'; possible are: currency, customer, gate, invoice, invoices, of, rule, rung, total"),
        ("history: [{on: 2026-02-02, rung: ‸first-remindr, invoice: F-101}]\nexpect: [{on: 2026-03-02, held: []}]", "there is no rung 'first-remindr'; did you mean 'first-reminder'?"),
        ("history: [{on: ‸2026-03-02, rung: first-reminder, invoice: F-101}]\nexpect: [{on: 2026-03-02, held: []}]", "2026-03-02 is not before the test's first day 2026-03-02; what happens during the test stands under 'events'"),
        ("history: [‸{on: 2026-02-02, rung: first-reminder, invoices: [F-101, F-201]}]\nexpect: [{on: 2026-03-02, held: []}]", "one message went to one customer; write an entry for each customer"),
    ],
)  # fmt: skip
def test_mistakes_are_said_with_their_place(rest: str, problem: str) -> None:
    found, place = refused_at_spot(rest)
    assert found == [f"{place}: {problem}"]


def test_a_test_expects_something_and_does_not_go_on_for_ever() -> None:
    assert refused("quiet: true") == ["t.yaml:4:5: a rule test needs the key 'expect'; add it"]
    assert refused("expect: [{on: 2030-03-02, actions: []}]") == [
        "t.yaml:4:5: the test goes on for more than 1100 days; begin it later, or make two tests of it"
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("balance: ‸12.345 MXN", "'12.345 MXN' has more decimals than MXN has; write 12.35 MXN"),
        ("balance: ‸12.00 XYZ", "'12.00 XYZ' is no amount that can be kept; known currencies are: BRL, CAD, CHF, CLP, CNY, COP, EUR, GBP, GTQ, JPY, MXN, USD"),
        ("balance: 12.00 MXN, total: ‸11.00 MXN", "'total' is not 'balance' and 'paid' together; leave one of them out"),
        ("balance: 12.00 MXN, paid: ‸11.00 USD", "'paid' and 'balance' are of different currencies; an invoice has one currency"),
        ("balance: 12.00 MXN, due: 2026-02-10, days_overdue: ‸3", "'days_overdue' says again what 'due' says; keep one of the two"),
        ("balance: 12.00 MXN, instalments: ‸[{due: 2026-03-01, amount: 11.00 MXN}]", "the instalments are not 'balance' and 'paid' together; correct one of them"),
        ("balance: 12.00 MXN, instalments: ‸[{due: 2026-03-01, amount: 12.00 USD}]", "'instalments' and 'balance' are of different currencies; an invoice has one currency"),
        ("balance: 12.00 MXN, instalments: [‸{amount: 12.00 MXN}]", "an instalment needs the key 'due'; add it"),
        ("balance: 12.00 MXN, due: 2026-03-01, contrarrecibo: ‸2026-03-02", "'contrarrecibo' says again what 'due' says; keep one of the two"),
        ("balance: 12.00 MXN, requested_mode: ‸fax", "'fax' is not possible under 'requested_mode'; possible are: email, in_person, portal"),
        ("balance: 12.00 MXN, dunning_level: ‸3", "'dunning_level' follows from other facts; give what was sent under 'history'"),
        ("balance: 12.00 MXN, overdue_amount: ‸3.00 MXN", "'overdue_amount' follows from other facts; it is the balance, once 'due' has passed"),
        ("balance: 12.00 MXN, credit_days: ‸3", "'credit_days' follows from other facts; give it under 'customers'"),
        ("balance: 12.00 MXN, delivery: ‸snt", "'snt' is not possible under 'delivery'; did you mean 'sent'?"),
        ("balance: 12.00 MXN, delivery: pending, workdays_since_delivery: ‸2", "'workdays_since_delivery' needs 'delivery: sent'; add it, or leave 'workdays_since_delivery' out"),
        ("balance: 12.00 MXN, workdays_since_delivery: ‸-2", "'workdays_since_delivery' is never negative; write 0 or more"),
        ("balance: 12.00 MXN, workdays_since_delivery: ‸two", "'two' is no whole number; write a number"),
        ("balance: 12.00 MXN, acknowledged: ‸yes", "'yes' is not possible under 'acknowledged'; possible are: false, true"),
        ("balance: 12.00 MXN, ‸days_overdu: 2", "an invoice has no key 'days_overdu'; did you mean 'days_overdue'?"),
    ],
)  # fmt: skip
def test_mistakes_in_what_is_given_are_said_with_their_place(given: str, problem: str) -> None:
    found, place = refused_at_spot(
        "expect: [{on: 2026-03-02, held: []}]", HEAD.replace("due: 2026-02-10, balance: 1200.00 MXN, acknowledged: true", given, 1)
    )
    assert found == [f"{place}: {problem}"]


def test_all_mistakes_of_a_file_are_said_at_once() -> None:
    found = refused("events: [{on: x, payment: {invoice: G-1}}]\nexpect: [{on: 2026-03-02, actions: [{rule: nothing}]}]")
    assert [problem.split(":")[1] for problem in found] == ["10", "10", "11"]


def test_two_tests_of_one_name_are_refused() -> None:
    once = file_of("expect: [{on: 2026-03-02, held: []}]\n")
    with pytest.raises(ProblemError) as caught:
        read_tests(parse_tests("t.yaml", once + once.split(b"tests:\n")[1]), RULES)
    assert str(caught.value) == "t.yaml:11:5: a test before this one has the same name; give it a name of its own"


def test_what_no_test_has_seen_at_work_is_listed() -> None:
    coverage = coverage_of(RULES, [run("expect: [{on: 2026-03-02, actions: [{rung: first-reminder}]}]")])
    assert [str(line) for line in coverage_lines(("collections.yaml",), coverage)] == [
        "collections.yaml: 59 of 60 were never seen at work:",
        (
            "  rules: transmittal, acknowledgement-missing, acknowledgement-missing:after-last, acknowledgement-received, not-received,"
            " not-received-again, promise-received, payment-claim-received, payment-receipt-received, claim-expired, claimed-again,"
            " dispute-opened, correction-asked, requirement-missing, documents-asked, contact-change-proposed, signature-reminder,"
            " task-reminder, task-reminder:after-last, credit-stop-told, formal-demand, pue-unpaid, rep-missing, cheque-not-deposited,"
            " cheque-not-cleared, cheque-returned, deposit-unapplied, deposit-unapplied:after-last, unapplied-cash-waiting,"
            " collections-to-accounting, discounts-to-accounting, discount-unapproved, payment-confirmed, payment-reversed,"
            " packet-unanswered, packet-unanswered:after-last, packet-returned, credit-notes-asked, credit-note-missing,"
            " credit-note-missing:after-last, instalment-due, instalment-late, plan-broken, credit-given-told,"
            " originals-told"
        ),
        "  rungs: second-reminder, escalation",
        (
            "  holds: bank-data-stale, mailbox-stale, reply-waiting, promise-to-pay, payment-plan, dispute, payment-claimed, cheque-in-hand, unapplied-cash, "
            "ledger-difference, "
            "cfdi-missing, support-missing"
        ),
    ]


def test_the_first_day_that_differs_is_shown_whole_and_later_ones_are_counted() -> None:
    sent = "history: [{on: 2026-02-27, rung: first-reminder, invoices: [F-101]}]\n"
    rest = (
        "expect:\n  - {on: 2026-03-03, actions: [{rung: second-reminder}], held: [{invoice: F-101, by: dispute}]}\n"
        "  - {on: 2026-03-06, actions: []}\n  - {on: 2026-03-09, actions: [{rung: escalation}]}\n"
    )
    report = FileReport("t.yaml", ("collections.yaml",), (run(sent + rest),))
    assert [str(line) for line in report_lines([report])] == [
        "FAILED: a test (t.yaml:4)",
        "  2026-03-03, planned (t.yaml:12)",
        "    expected: second-reminder",
        "    got: nothing",
        "      second-reminder, F-101: the next contact is on 2026-03-06",
        "  2026-03-03, on hold (t.yaml:12)",
        "    expected: F-101 dispute",
        "    got: nothing",
        "      second-reminder, F-101: the next contact is on 2026-03-06",
        "  later days that differ too, perhaps because of this one: 2, the last on 2026-03-09; --json or --junit show them all",
        "tests: 1, failed: 1",
    ]
    failure = ET.fromstring(junit([report], [], in_english)).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "2026-03-03, 2026-03-06, 2026-03-09"
    assert "  2026-03-09, planned (t.yaml:14)" in (failure.text or "")
    told: Any = report_json([report], [], in_english)["tests"]
    assert [difference["on"] for difference in told[0]["differences"]] == ["2026-03-03", "2026-03-03", "2026-03-06", "2026-03-09"]


def test_the_report_in_words_and_as_junit_xml() -> None:
    good, bad = (
        run("expect: [{on: 2026-03-03, actions: []}]"),
        run("expect: [{on: 2026-03-02, actions: []}]", HEAD.replace("a test", '"a <b> & c"')),
    )
    report = FileReport("t.yaml", ("collections.yaml",), (good, bad))
    lines = [str(line) for line in report_lines([report])]
    assert lines[:2] == ["passed: a test", "FAILED: a <b> & c (t.yaml:4)"]
    assert lines[-1] == "tests: 2, failed: 1"
    root = ET.fromstring(junit([report], [(report.rules, coverage_of(RULES, [good, bad]))], in_english))
    assert (root.tag, root.attrib) == ("testsuites", {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"})
    cases = root.findall("testsuite/testcase")
    assert [(case.get("name"), case.get("line"), len(case.findall("failure"))) for case in cases] == [
        ("a test", "4", 0),
        ("a <b> & c", "4", 1),
    ]
    failure = cases[1].find("failure")
    assert failure is not None
    assert failure.get("message") == "2026-03-02"
    assert (failure.text or "").splitlines()[1] == "    expected: nothing"
    assert (root.findtext("testsuite/system-out") or "").startswith("collections.yaml: 59 of 60 were never seen at work:")


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ("1,200.00 MXN", "t.yaml:8:63: '1,200.00 MXN' has a comma, which begins another value between braces; write 1200.00 MXN"),
        ("'1,200.00 MXN'", "t.yaml:8:63: '1,200.00 MXN' is no amount with its currency; write it like 1200.00 MXN"),
        ("'$12,200.5 MXN'", "t.yaml:8:63: '$12,200.5 MXN' is no amount with its currency; write it like 12200.5 MXN"),
        ("'700,00 MXN'", "t.yaml:8:63: '700,00 MXN' is no amount with its currency; write it like 700.00 MXN"),
        ("'1.700,00 MXN'", "t.yaml:8:63: '1.700,00 MXN' is no amount with its currency; write it like 1200.00 MXN"),
        ("$1200.00 MXN", "t.yaml:8:63: '$1200.00 MXN' is no amount with its currency; write it like 1200.00 MXN"),
        ("900.50", "t.yaml:8:63: '900.50' is no amount with its currency; write it like 1200.00 MXN"),
    ],
)
def test_an_amount_that_is_written_in_another_way_is_one_mistake(balance: str, said: str) -> None:
    head = HEAD.replace("1200.00 MXN", balance)
    rest = "events: [{on: 2026-03-02, payment: {invoice: F-101, amount: 10.00 MXN}}]\nexpect: [{on: 2026-03-02, held: []}]"
    assert refused(rest, head) == [said]


@pytest.mark.parametrize("content", [b"", b"# nothing yet\n"])
def test_an_empty_file_of_tests_is_told_what_belongs_into_it(content: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_tests("t.yaml", content)
    assert (
        str(caught.value) == "t.yaml: the file is empty; write 'rules: ../collections.yaml' and tests into it, or take it out of the folder"
    )
