"""Rules about customers and payments that write to the customer: what holds them, whom they reach, and what their files may say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from textwrap import dedent, indent

import pytest

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import check_against, read_rules
from cobranza_rules.rules.model import Blocks
from cobranza_rules.rules.overrides import Override, OverrideKind, Overrides
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.rules.still_planned import look_for
from cobranza_rules.rules.subjects import Book, Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing import parse_tests, read_tests, run_test
from cobranza_rules.rules.testing_report import difference_lines
from tests.rules.decide_books import COMPANY, MONDAY, customer, neutral, plan_for, rules_of, workdays

RULES = """
version: 1
calendar: {holidays: none}
holds:
  - {id: quiet, for: customer, when: inbox_open > 0, blocks: contact}
  - {id: closed, for: customer, when: segment == "B", blocks: delivery}
  - {id: disputed, for: invoice, when: dispute_open, blocks: [contact, delivery, escalation]}
rules:
  - id: monthly
    for: customer
    when: open_invoices > 0 and customer_ready
    every: 20 workdays
    do:
      - {letter: account-statement, sign: administration_manager}
      - {email: account-statement, to: collections_contact, cc: [supervisor], attach: [letter, statement]}
  - id: thanks
    for: payment
    when: applied_amount > 0 and workdays_since_payment <= 5 and customer_ready
    do: [{email: payment-received, to: collections_contact, attach: [cfdi]}]
  - id: many
    for: customer
    when: overdue_invoices >= 3
    do: [{notice: many, to: supervisor}]
"""


def about(of: CustomerSubject, **portfolio: int) -> QueueSubject:
    return QueueSubject(Scope.CUSTOMER, 1, 1, "C-1", {**of.facts, "open_invoices": 2, "overdue_invoices": 0, **portfolio})


def paid(amount: int = 5000, *, key: int = 9) -> QueueSubject:
    facts = {**neutral(Scope.PAYMENT), "amount": amount, "applied_amount": amount, "unapplied_amount": 0, "currency": "MXN"}
    return QueueSubject(Scope.PAYMENT, key, 1, "000123", facts)


def plan(of: CustomerSubject, *queues: QueueSubject, today: dt.date = MONDAY) -> Plan:
    return plan_for(rules_of(RULES), Book({1: of}, (), company=COMPANY, queues=queues), today)


def acting(of: Plan) -> list[str]:
    return [action.rule_id for action in of.actions]


def test_a_message_about_the_whole_customer_is_about_no_amount_and_no_currency() -> None:
    (action,) = plan(customer(), about(customer())).actions
    assert (action.subject, action.currency, action.total, action.invoice_ids) == ("customer", "", 0, [])
    assert (action.recipients, action.copies) == (("collections_contact@customer-1.example",), ("supervisor@kemper.example",))
    assert [step.attach for step in action.steps] == [(), ("letter", "statement")]


def test_a_message_about_a_payment_is_about_its_amount() -> None:
    (action,) = plan(customer(), paid()).actions
    assert (action.subject, action.currency, action.total, action.items[0].number) == ("payment", "MXN", 5000, "000123")


def test_what_repeats_is_a_contact_and_what_does_not_a_delivery() -> None:
    asking, ours = customer(inbox_open=1), customer(segment="B")
    assert acting(plan(asking, about(asking), paid())) == ["thanks"]
    assert acting(plan(ours, about(ours), paid())) == ["monthly"]
    (held,) = plan(asking, about(asking)).held
    assert (held.subject, held.number, held.hold_id, held.of_customer) == ("customer", "C-1", "quiet", True)


def test_what_is_told_inside_is_held_by_nothing() -> None:
    silent = customer(inbox_open=1, segment="B")
    assert acting(plan(silent, about(silent, overdue_invoices=3))) == ["many"]


@pytest.mark.parametrize(
    ("kind", "blocks", "left"),
    [
        (OverrideKind.HOLD, {Blocks.CONTACT}, ["thanks", "many"]),
        (OverrideKind.HOLD, {Blocks.DELIVERY}, ["monthly", "many"]),
        (OverrideKind.EXCLUDE, set(Blocks), ["many"]),
        (OverrideKind.LADDER, set(), ["monthly", "thanks", "many"]),
    ],
)
def test_what_a_person_decided_for_the_customer_counts(kind: OverrideKind, blocks: set[Blocks], left: list[str]) -> None:
    decided = Override(3, kind, Scope.CUSTOMER, "supervisor", "en pláticas", blocks=frozenset(blocks))
    overrides = Overrides(**{kind.value: decided})
    subjects = [replace(each, overrides=overrides) for each in (about(customer(), overdue_invoices=3), paid())]
    found = plan(customer(), *subjects)
    assert acting(found) == left
    kept_back = [] if kind is OverrideKind.LADDER else [decided.id]
    assert {held.hold_id for held in found.held} == set(kept_back)


@pytest.mark.parametrize(
    ("of", "claims", "today", "found"),
    [
        (customer(), {}, MONDAY - dt.timedelta(days=1), Outcome.NOT_A_WORKDAY),
        (customer(addresses={}), {}, MONDAY, Outcome.NO_ADDRESS),
        (customer(), {"monthly": Claims(waiting=True)}, MONDAY, Outcome.UNDER_WAY),
        (customer(), {"monthly": Claims(waiting=True, uncertain=True)}, MONDAY, Outcome.UNCERTAIN),
        (customer(), {"monthly": Claims(1, 0, workdays(-19))}, MONDAY, Outcome.WAITING),
        (customer(), {"monthly": Claims(1, 0, workdays(-20))}, MONDAY, Outcome.DUE),
        (customer(), {"monthly": Claims(1, 1)}, MONDAY, Outcome.DUE),
    ],
)
def test_everything_that_is_not_sent_has_its_reason(of: CustomerSubject, claims: dict[str, Claims], today: dt.date, found: Outcome) -> None:
    made = plan(of, replace(about(of), claims=claims), today=today)
    assert [verdict.outcome for verdict in made.verdicts if verdict.rule_id == "monthly"] == [found]
    assert acting(made) == (["monthly"] if found is Outcome.DUE else [])


def test_the_fallback_gets_it_where_a_role_has_nobody() -> None:
    of = customer(addresses={"fallback_contact": ("direccion@customer-1.example",)})
    assert plan(of, about(of)).actions[0].recipients == ("direccion@customer-1.example",)


def test_more_messages_than_a_run_may_send_stop_it() -> None:
    rules = rules_of(RULES.replace("calendar:", "limit: {per_run: 1}\ncalendar:"))
    made = plan_for(rules, Book({1: customer()}, (), company=COMPANY, queues=[about(customer()), paid()]))
    assert made.stopped is not None


def test_the_last_look_tells_subjects_of_one_number_apart() -> None:
    """Payment 9 is thanked for; what is known of customer 9, of invoice 9 or of another payment is no reason of its own."""
    (action,) = plan(customer(), paid()).actions
    asking = customer(segment="B")
    assert look_for(action, plan(asking, paid()), rules_of(RULES)).passing
    gone = look_for(action, plan(customer(), paid(key=8), replace(about(customer()), id=9)), rules_of(RULES))
    assert (gone.action, gone.passing, str(gone.reason)) == (None, False, "it waits no more")
    other = replace(action, subject="customer", items=(replace(action.items[0], subject_id=9),))
    assert look_for(other, plan(customer(), paid()), rules_of(RULES)).action is None


def told(rules: str) -> list[str]:
    """Errors and warnings."""
    text = f"version: 1\nrules:\n{indent(dedent(rules), '  ')}"
    try:
        return [str(problem) for problem in read_rules([("r.yaml", text.encode())])[1]]
    except ProblemError as error:
        return [str(problem) for problem in error.problems]


def test_what_makes_no_sense_is_refused_with_what_to_do() -> None:
    assert told(
        """\
        - id: one
          for: task
          when: workdays_late >= 1
          do: [{letter: dunning}]
        - id: two
          for: customer
          when: open_invoices > 0 and customer_ready
          group_by: [customer, currency]
          sets: {delivery: sent}
          do:
            - {deliver: transmittal, to: invoice_contact}
            - {email: account-statement, to: asked, attach: [letter, cfdi]}
            - {record: promise}
        """
    ) == [
        (
            "r.yaml:6:11: a step of 'for: task' cannot begin with 'letter'; customers are written to by rules for invoices, customers and payments; "
            "people of the company are told with 'notice'"
        ),
        "r.yaml:13:10: a step of 'for: customer' cannot begin with 'deliver'; 'deliver' hands invoices over; write 'email'",
        (
            "r.yaml:14:64: a message of 'for: customer' has no CFDI: it is about no invoice in particular; attach the statement, or write a rule for "
            "invoices"
        ),
        "r.yaml:14:40: nobody is asked in 'for: customer'; name a role; 'asked' stands in rules for tasks and approvals",
        "r.yaml:15:10: a step of 'for: customer' cannot begin with 'record'; possible are: email, letter, notice, task",
        "r.yaml:14:9: a letter is attached, but no step before this one writes it; put a step like 'letter: account-statement' before it",
        "r.yaml:11:11: 'for: customer' sets nothing; only what is done with invoices sets their facts",
        "r.yaml:10:15: 'group_by' makes no sense for 'customer', where each has steps of its own; take it out",
    ]


def test_whoever_writes_to_more_than_was_meant_is_warned() -> None:
    assert told(
        """\
        - id: everybody
          for: customer
          when: segment == "AA"
          do: [{email: account-statement, to: collections_contact}]
        - id: all-payments
          for: payment
          when: applied_amount > 0 and customer_ready
          do: [{email: payment-received, to: collections_contact}]
        - id: inside
          for: payment
          when: applied_amount > 0
          do: [{notice: paid, to: supervisor}]
        """
    ) == [
        "r.yaml:3:5: this writes to customers whose data may be incomplete; add 'customer_ready' to its 'when'",
        "r.yaml:3:5: this writes to customers who owe nothing, too; add 'open_invoices > 0' to its 'when'",
        "r.yaml:7:5: once published, this writes about every payment of the last 90 days; add 'workdays_since_payment <= 5' to its 'when'",
    ]


def test_a_template_is_asked_whether_it_fits_the_rule() -> None:
    rules = rules_of(RULES)
    asked: list[tuple[str, str, str]] = []
    problems = check_against(
        rules,
        letter_templates={"account-statement"},
        mail_templates={"account-statement", "payment-received"},
        notice_templates={"many"},
        roles={*COMPANY, "administration_manager"},
        unfit=lambda kind, name, scope: asked.append((kind.value, name, scope.value)) or (),  # type: ignore[func-returns-value]
    )
    assert problems == ()
    assert asked == [
        ("letter", "account-statement", "customer"),
        ("email", "account-statement", "customer"),
        ("email", "payment-received", "payment"),
    ]


def differences(rest: str) -> list[str]:
    text = "rules: r.yaml\ntests:\n  - name: t\n    start: 2026-03-02\n    customers: [{id: ACME}, {id: BETA}]\n    invoices:\n"
    text += "      - {id: A, customer: ACME, due: 2026-02-10, balance: 1200.00 MXN}\n" + indent(dedent(rest), "    ")
    (test,) = read_tests(parse_tests("t.yaml", text.encode()), rules_of(RULES))
    return [str(line) for difference in run_test(test, rules_of(RULES)).differences for line in difference_lines(difference)]


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(
            """
            events:
              - {on: 2026-03-04, signed: {rule: monthly, customer: ACME}}
              - {on: 2026-03-06, bounced: {rule: monthly}}
              - {on: 2026-03-09, contacts: {customer: ACME, roles: [collections_contact]}}
              - {on: 2026-03-10, signed: {rule: monthly}}
            quiet: true
            expect:
              - {on: 2026-03-02, actions: [{rule: monthly, customer: ACME, about: ACME, to: collections_contact, cc: supervisor}], sent: []}
              - {on: 2026-03-04, sent: [{rule: monthly, about: ACME}]}
              - {on: 2026-03-06, actions: [{rule: monthly, to: fallback_contact}], told: []}
              - {on: 2026-03-10, sent: [{rule: monthly}]}
              - {on: 2026-04-06, actions: []}
              - {on: 2026-04-07, actions: [{rule: monthly}]}
            """,
            id="signed, bounced and repeated",
        ),
        pytest.param(
            """
            history: [{on: 2026-02-16, rule: monthly, customer: ACME}]
            events:
              - {on: 2026-03-16, reply: {customer: ACME, kind: question}}
              - {on: 2026-03-18, inbox_settled: {customer: ACME}}
            expect:
              - {on: 2026-03-13, actions: [], held: []}
              - {on: 2026-03-16, actions: [], held: [{about: ACME, by: quiet}]}
              - {on: 2026-03-18, actions: [{rule: monthly}], held: []}
            """,
            id="sent before, and held",
        ),
        pytest.param(
            """
            events:
              - {on: 2026-03-03, payment: {invoice: A, amount: 200.00 MXN}}
              - {on: 2026-03-04, override: {customer: ACME, exclude: true, until: 2026-03-05}}
              - {on: 2026-03-04, payment: {invoice: A, amount: 100.00 MXN}}
              - {on: 2026-03-06, uncertain: {rule: thanks}}
              - {on: 2026-03-09, not_left: {rule: thanks}}
            expect:
              - {on: 2026-03-03, actions: [{rule: thanks, about: "2026-03-03", total: 200.00 MXN}], sent: [{rule: thanks}]}
              - {on: 2026-03-04, actions: [], held: [{invoice: A, by: exclude}, {about: "2026-03-04", by: exclude}]}
              - {on: 2026-03-06, actions: [{rule: thanks, about: "2026-03-04"}], sent: []}
              - {on: 2026-03-09, actions: [{rule: thanks}], sent: [{rule: thanks}]}
            """,
            id="a payment that a person had left alone",
        ),
    ],
)
def test_rule_tests_play_them_as_they_are(rest: str) -> None:
    assert differences(rest) == []


def wrong(rest: str) -> list[str]:
    with pytest.raises(ProblemError) as found:
        differences(rest)
    return [str(problem) for problem in found.value.problems]


def test_what_a_rule_test_cannot_say_is_told() -> None:
    assert wrong(
        """
        history:
          - {on: 2026-02-16, rule: thanks, customer: ACME}
          - {on: 2026-02-16, rule: monthly, invoice: A}
          - {on: 2026-02-16, rule: many, customer: ACME}
        expect: [{on: 2026-03-02, held: [{by: quiet}]}]
        """
    ) == [
        "t.yaml:10:32: rule 'thanks' is for payments, and none came before the first day; let the payment come under 'events'",
        "t.yaml:11:50: a rule for customers is about no invoice; name the customer",
        "t.yaml:11:9: what was sent before needs the key 'customer'; add it",
        "t.yaml:12:32: rule 'many' is 'for: customer'; name a rule for invoices, or one that writes to customers",
        "t.yaml:13:38: what is held needs the key 'invoices'; add it",
    ]
