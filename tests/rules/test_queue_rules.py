"""Rules about what waits: tasks, approvals, payments and customers as a whole."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.facts.queues import approval_facts, payment_facts, task_facts
from cobranza_rules.facts.vocabulary import OWN_FACTS, VOCABULARY, Scope
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import GroupBy, RuleSet
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.rules.subjects import Book, Claims, QueueSubject
from tests.rules.decide_books import COMPANY, MONDAY, customer, neutral, plan_for, rules_of, workdays

BOSS = "jefa@kemper.example"
PEOPLE = {**COMPANY, "boss": BOSS}
REMIND = """
version: 1
calendar: {holidays: none}
rules:
  - id: remind
    for: approval
    when: gate == "sign" and workdays_waiting >= 2
    every: 3 workdays
    times: 2
    do: [{notice: waiting, to: asked, cc: [supervisor]}]
    after_last: [{task: ask-in-person, assign: asked, due: 1 workday}, {notice: waiting, to: supervisor, cc: [asked]}]
"""


def approval(waiting: int = 2, *, key: int = 7, asked: str = "boss", **claims: Claims) -> QueueSubject:
    facts = {**neutral(Scope.CUSTOMER), "gate": "sign", "asked": asked, "workdays_waiting": waiting}
    return QueueSubject(Scope.APPROVAL, key, 1, "transmittal", facts, asked, claims)


def plan(rules: RuleSet, *queues: QueueSubject, today: dt.date = MONDAY, **facts: object) -> Plan:
    return plan_for(rules, Book({1: customer(**facts)}, (), company=PEOPLE, queues=queues), today)  # type: ignore[arg-type]


def outcome(of: Plan) -> Outcome:
    (verdict,) = of.verdicts
    assert (verdict.subject, verdict.rule_id) == (of.actions[0].subject if of.actions else "approval", "remind")
    return verdict.outcome


def test_asked_is_who_the_subject_waits_for() -> None:
    (action,) = plan(rules_of(REMIND), approval()).actions
    assert (action.subject, action.customer, action.items[0].number, action.items[0].occurrence) == ("approval", "C-1", "transmittal", 1)
    assert (action.steps[0].to, action.recipients, action.copies) == ("boss", (BOSS,), ("supervisor@kemper.example",))
    assert str(action.reason) == (
        "rule 'remind' (rules.yaml:5), for the first time: gate == \"sign\" (gate: sign); workdays_waiting >= 2 (workdays_waiting: 2)"
    )


def test_after_the_last_time_something_else_is_done_once() -> None:
    last = Claims(2, 0, workdays(-3))
    (action,) = plan(rules_of(REMIND), approval(8, remind=last)).actions
    assert (action.closing, action.items[0].rule_id, action.steps[0].assign, action.steps[1].cc) == (
        True,
        "remind:after-last",
        "boss",
        ("boss",),
    )
    closed = replace(approval(8), claims={"remind": last, "remind:after-last": Claims(1, 0, MONDAY)})
    assert outcome(plan(rules_of(REMIND), closed)) is Outcome.DONE


@pytest.mark.parametrize(
    ("subject", "today", "found"),
    [
        (approval(1), MONDAY, Outcome.NOT_MATCHING),
        (approval(3, remind=Claims(1, 0, workdays(-2))), MONDAY, Outcome.WAITING),
        (approval(3, remind=Claims(waiting=True)), MONDAY, Outcome.UNDER_WAY),
        (approval(2), MONDAY - dt.timedelta(days=1), Outcome.NOT_A_WORKDAY),
        (approval(2, asked="nobody"), MONDAY, Outcome.NOBODY),
    ],
)
def test_everything_that_is_not_done_has_its_reason(subject: QueueSubject, today: dt.date, found: Outcome) -> None:
    assert outcome(plan(rules_of(REMIND), subject, today=today)) is found


def test_ids_of_different_queues_do_not_meet() -> None:
    """A task and an approval of one number are two things."""
    rules = rules_of(REMIND + "  - {id: late, for: task, when: workdays_late >= 1, do: [{notice: late, to: asked}]}\n")
    task = QueueSubject(Scope.TASK, 7, 1, "call", {**neutral(Scope.TASK), "workdays_late": 1}, "boss")
    assert [(action.rule_id, action.subject) for action in plan(rules, approval(1), task).actions] == [("late", "task")]
    assert [
        (action.rule_id, action.subject)
        for action in plan(rules, approval(2), replace(task, claims={"late": Claims(1, 0, MONDAY)})).actions
    ] == [("remind", "approval")]


def test_a_hold_on_the_customer_keeps_no_notice_back() -> None:
    hold = 'holds: [{id: all, for: customer, when: customer_kind == "domestic", blocks: [contact, delivery, escalation]}]\nrules:'
    assert len(plan(rules_of(REMIND.replace("rules:", hold)), approval()).actions) == 1


def test_a_rule_for_customers_knows_what_their_invoices_amount_to() -> None:
    rules = rules_of(
        "version: 1\ncalendar: {holidays: none}\nrules:\n"
        '  - {id: many, for: customer, when: overdue_invoices >= 3 and segment == "AA", do: [{task: call, assign: boss}]}\n'
    )
    of = customer(segment="AA")._replace(portfolio={"open_invoices": 5, "overdue_invoices": 3, "oldest_days_overdue": 9})
    subject = QueueSubject(Scope.CUSTOMER, 1, 1, "C-1", of.own_facts)
    (action,) = plan_for(rules, Book({1: of}, (), company=PEOPLE, queues=[subject])).actions
    assert (action.subject, action.items[0].number) == ("customer", "C-1")
    assert plan_for(rules, Book({1: of}, (), company=PEOPLE, queues=[replace(subject, facts=of.facts)])).actions == ()


@given(waits=st.lists(st.integers(0, 6), max_size=12), start=st.integers(0, 6))
def test_it_acts_as_often_as_the_rule_says_and_never_sooner(waits: list[int], start: int) -> None:
    """Whatever days a run happens on: at most `times` reminders, `every` apart, on business days, and one closing after them."""
    rules = rules_of(REMIND)
    day, claims, acted = MONDAY + dt.timedelta(days=start), dict[str, Claims](), []
    for wait in [0, *waits]:
        day += dt.timedelta(days=wait)
        for action in plan(rules, replace(approval(30), claims=claims), today=day).actions:
            claims = {**claims, action.items[0].rule_id: claims.get(action.items[0].rule_id, Claims()).and_one(day)}
            acted.append((day, action.closing))
    assert [closing for _day, closing in acted] == [False, False, True][: len(acted)]
    assert all(day.weekday() < 5 for day, _closing in acted)
    assert all(rules.calendar.between(one, other) >= 3 for (one, _), (other, _) in itertools.pairwise(acted))


def told(text: str) -> list[str]:
    with pytest.raises(ProblemError) as found:
        read_rules([("r.yaml", text.encode())])
    return [str(problem) for problem in found.value.problems]


def test_what_can_be_wrong_is_said_with_its_place() -> None:
    text = """version: 1
rules:
  - id: one
    for: payment
    when: unapplied_amount > 0
    group_by: [customer]
    sets: {delivery: sent}
    do:
      - notice: deposit
        to: asked
      - task: look
        assign: asked
  - id: two
    for: approval
    when: task == "call"
    do:
      - email: waiting
        to: asked
  - id: three
    for: task
    when: workdays_late >= 1
    do:
      - notice: late
"""
    assert told(text) == [
        "r.yaml:10:13: nobody is asked in 'for: payment'; name a role; 'asked' stands in rules for tasks and approvals",
        "r.yaml:12:17: nobody is asked in 'for: payment'; name a role; 'asked' stands in rules for tasks and approvals",
        "r.yaml:7:11: 'for: payment' sets nothing; only what is done with invoices sets their facts",
        "r.yaml:6:15: 'group_by' makes no sense for 'payment', where each has steps of its own; take it out",
        "r.yaml:15:11: 'task' is no fact of 'for: approval'; it belongs to 'for: task'",
        (
            "r.yaml:17:9: a step of 'for: approval' cannot begin with 'email'; customers are written to by rules for invoices, customers and payments; "
            "people of the company are told with 'notice'"
        ),
        "r.yaml:23:9: the step 'notice' needs the key 'to'; add it",
    ]


def test_facts_are_those_of_the_vocabulary() -> None:
    calendar = rules_of(REMIND).calendar
    built = {
        Scope.TASK: task_facts({}, "call", "boss", MONDAY, None, MONDAY, calendar),
        Scope.APPROVAL: approval_facts({}, "sign", "boss", "transmittal", MONDAY, 1, "MXN", MONDAY, calendar),
        Scope.PAYMENT: payment_facts({}, 100, "MXN", 40, MONDAY, MONDAY, calendar, rep_missing=False),
    }
    for scope, facts in built.items():
        assert set(facts) == {fact.name for fact in OWN_FACTS[scope]}
    assert built[Scope.PAYMENT]["unapplied_amount"] == 60
    assert "applied_amount" not in payment_facts({}, 100, "MXN", None, MONDAY, MONDAY, calendar, rep_missing=False)
    assert all(VOCABULARY[Scope.PAYMENT][name].may_be_unknown for name in ("applied_amount", "unapplied_amount"))


@pytest.mark.parametrize(("due", "late"), [(None, 0), (workdays(1), 0), (MONDAY, 0), (workdays(-1), 1), (workdays(-6), 6)])
def test_a_task_is_late_from_the_day_after_its_deadline(due: dt.date | None, late: int) -> None:
    facts = task_facts({}, "call", "boss", workdays(-8), due, MONDAY, rules_of(REMIND).calendar)
    assert (facts["workdays_late"], facts["workdays_open"]) == (late, 8)


def test_only_what_goes_into_packets_is_grouped_and_that_by_day_and_currency() -> None:
    rule = """version: 1
rules:
  - id: one
    for: payment
    when: not sent_to_accounting
    group_by: {group}
    do:
      - packet: {name}
        to: accounting
"""
    (good,) = read_rules([("r.yaml", rule.format(group="[day, currency]", name="accounting").encode())])[0].rules
    assert good.group_by == (GroupBy.DAY, GroupBy.CURRENCY)
    assert told(rule.format(group="[day]", name="accounting")) == [
        "r.yaml:6:15: a packet is of one day and currency; write group_by: [day, currency]"
    ]
    assert told(rule.format(group="[customer]", name="accounting")) == [
        "r.yaml:6:16: 'customer' is not possible under 'group_by'; possible are: currency, day"
    ]
    assert told(rule.format(group="[day, currency]", name="acounting"))[0] == (
        "r.yaml:8:17: 'for: payment' has no packet 'acounting'; did you mean 'accounting'?"
    )
