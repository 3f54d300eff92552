"""Rules files: what may stand in them, and that every mistake is told at once with file, line and column."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import check_against, read_rules
from cobranza_rules.rules.model import Blocks, GroupBy, RuleSet

SMALL = """\
version: 1
rules:
  - id: ask
    for: invoice
    when: customer_ready and balance > 0
    do:
      - email: first-reminder
        to: collections_contact
"""


def read(text: str) -> RuleSet:
    rules, warnings = read_rules([("r.yaml", text.encode())])
    assert warnings == ()
    return rules


def refused(*texts: str | bytes) -> list[str]:
    files = [(f"{'rst'[index]}.yaml", text if isinstance(text, bytes) else text.encode()) for index, text in enumerate(texts)]
    with pytest.raises(ProblemError) as caught:
        read_rules(files)
    return [str(problem) for problem in caught.value.problems if not problem.warning]


def warned(text: str) -> list[str]:
    _rules, warnings = read_rules([("r.yaml", text.encode())])
    assert all(problem.warning for problem in warnings)
    return [str(problem) for problem in warnings]


def test_everything_that_the_language_knows() -> None:
    rules = read("""\
version: 1
calendar:
  timezone: America/Monterrey
  workdays: [mon, sat]
  holidays: MX-BMV
  also_closed: [2026-12-24, 2026-12-31]
  contact_hours: 08:30 - 24:00
aging_buckets: [15, 45]
limit: {per_customer: 2 in 10 workdays}
define:
  owes: balance > 0
holds:
  - {id: stop, for: customer, when: inbox_open > 0, blocks: [contact, delivery]}
rules:
  - id: ask
    step: 3
    for: invoice
    when: [owes, customer_ready]
    every: 1 workday
    times: 2
    group_by: customer
    do: [{email: ask, to: invoice_contact, cc: supervisor}]
    after_last: [{task: call, assign: analyst, due: 2 workdays}]
    sets: {case_status: with_administration}
""")
    assert rules.calendar.timezone == "America/Monterrey"
    assert rules.calendar.workdays == {0, 5}
    assert rules.calendar.holidays == "MX-BMV"
    assert rules.calendar.extra == {dt.date(2026, 12, 24), dt.date(2026, 12, 31)}
    assert rules.contact_hours == ("08:30", "24:00")
    assert rules.aging_buckets == (15, 45)
    assert rules.holds[0].blocks == {Blocks.CONTACT, Blocks.DELIVERY}
    (rule,) = rules.rules
    assert (rule.every_workdays, rule.times, rule.group_by, rule.procedure_step) == (1, 2, (GroupBy.CUSTOMER,), 3)
    assert rule.when.text == "owes and customer_ready"
    assert rule.when.facts == {"balance", "customer_ready"}
    assert rule.after_last[0].due_workdays == 2
    assert rule.sets == {"case_status": "with_administration"}
    assert set(rules.conditions()) == {"hold:stop", "rule:ask"}


SETTINGS_AND_HOLDS = """\
version: 2
calender: {timezone: x}
calendar: {timezone: Mars/Olympus, workdays: [mon, lunes], holidays: QQ, also_closed: [2026-02-30], contact_hours: 18:00-09:00}
aging_buckets: [60, 30]
limit: {per_customer: once a week, per_run: many}
define: {balance: paid > 0, Owes: paid > 0, or: paid > 0}
holds:
  - {id: stop, for: reply, when: doubtful, blocks: contct}
  - {id: stop now, for: customer, when: inbox_open, blocks: contact}
  - {id: stop, for: customer, blocks: contact}
"""
RULES_AND_LADDERS = """\
version: 1
limit: {per_run: 3}
rules:
  - id: stop
    for: invoice
    when: "paid > 0 and
      overdue"
    every: 3 days
    after_last: []
    group_by: [day]
    do:
      - mail: x
      - email: x
        attach: [letter, invoice]
      - deliver: y
        to: invoice_contact
      - record: promise
    sets: {status: paid, delivery: lost}
  - id: answer
    for: reply
    when: kind == "promise"
    times: 3
    do: [{record: promises}, {email: x}]
ladders:
  - id: climb
    when: balance > 0
    minimum_total: {MXN: 500.005, USD: "1,000", PESOS: 3}
    rungs: {}
"""


def test_all_mistakes_of_settings_definitions_and_holds_at_once() -> None:
    assert refused(SETTINGS_AND_HOLDS) == [
        "r.yaml:2:1: a rules file has no key 'calender'; did you mean 'calendar'?",
        "r.yaml:1:10: version 2 of the rule language is not known; write 'version: 1', or use a newer program",
        "r.yaml:6:10: 'balance' is already the name of a fact; choose another name",
        "r.yaml:6:29: 'Owes' cannot be the name of a condition; use small letters, digits and underscores, like delivered_long_enough",
        "r.yaml:6:45: 'or' cannot be the name of a condition; use small letters, digits and underscores, like delivered_long_enough",
        "r.yaml:3:22: unknown time zone 'Mars/Olympus'; write it like America/Mexico_City",
        "r.yaml:3:52: 'lunes' is no day of the week; possible are: fri, mon, sat, sun, thu, tue, wed",
        "r.yaml:3:70: no table of holidays is known as 'QQ'; write MX, MX-BMV (bank days), none, or the two letters of a country",
        "r.yaml:3:88: there is no day 2026-02-30; write dates as year-month-day, like 2026-03-06",
        "r.yaml:3:116: '18:00-09:00' are no hours of a day; write them like \"09:00-18:00\", the earlier one first",
        "r.yaml:4:16: the aging buckets do not ascend; write days in order, like [30, 60, 90]",
        "r.yaml:5:23: 'once a week' is no limit of messages; write it like '1 in 3 workdays'",
        "r.yaml:5:45: 'many' is no whole number from 0 to 1000000; write a number",
        "r.yaml:8:21: 'reply' is not possible under 'for'; possible are: customer, invoice",
        "r.yaml:8:52: 'contct' is not possible under 'blocks'; did you mean 'contact'?",
        "r.yaml:9:10: 'stop now' is no name; use small letters, digits and hyphens, like first-reminder",
        "r.yaml:9:41: 'inbox_open' is a number and cannot stand alone; compare it, like inbox_open > 0",
        "r.yaml:10:10: the id 'stop' is already used in r.yaml:8; give each rule, rung, ladder and hold an id of its own",
        "r.yaml:10:5: a hold needs the key 'when'; add it",
    ]


def test_all_mistakes_of_rules_and_ladders_at_once() -> None:
    assert refused("version: 1\n", RULES_AND_LADDERS) == [
        "s.yaml:7:7: unknown fact 'overdue'; did you mean 'days_overdue'?",
        "s.yaml:12:9: a step of 'for: invoice' cannot begin with 'mail'; did you mean 'email'?",
        "s.yaml:13:9: the step 'email' needs the key 'to'; add it",
        "s.yaml:14:26: 'invoice' cannot be attached; possible are: cfdi, letter, statement, support",
        "s.yaml:17:9: a step of 'for: invoice' cannot begin with 'record'; possible are: deliver, email, letter, notice, packet, task",
        "s.yaml:15:9: a chain has one message at most; make a rule or rung of its own for the second",
        "s.yaml:13:9: a letter is attached, but no step before this one writes it; put a step like 'letter: x' before it",
        "s.yaml:9:17: the list under 'after_last' is empty; write a value, or leave the line out",
        "s.yaml:10:16: 'day' is not possible under 'group_by'; possible are: currency, customer",
        "s.yaml:8:12: '3 days' is no span of business days; write it like '5 workdays', at most 1000",
        "s.yaml:18:12: 'status' cannot be set by a rule; did you mean 'case_status'?",
        "s.yaml:18:36: 'delivery' is never 'lost'; possible are: pending, sent",
        "s.yaml:9:17: 'after_last' needs 'times' beside it; add 'times', or take 'after_last' out",
        "s.yaml:23:19: 'promises' cannot be recorded; did you mean 'promise'?",
        (
            "s.yaml:23:31: a step of 'for: reply' cannot begin with 'email'; customers are written to by rules for invoices, customers and payments; "
            "people of the company are told with 'notice'"
        ),
        "s.yaml:22:12: 'times' makes no sense for a reply, which is looked at once; take it out",
        "s.yaml:28:12: 'rungs' is a list; begin each item with a hyphen",
        "s.yaml:27:26: '500.005' is no amount of MXN; write it like 500.00, with a dot and without separators",
        "s.yaml:27:40: '1,000' is no amount of USD; write it like 500.00, with a dot and without separators",
        "s.yaml:27:49: unknown currency 'PESOS'; possible are: BRL, CAD, CHF, CLP, CNY, COP, EUR, GBP, GTQ, JPY, MXN, USD",
    ]


def test_all_mistakes_of_all_files_at_once_and_those_between_them() -> None:
    told = refused(SETTINGS_AND_HOLDS, RULES_AND_LADDERS)
    own = [*refused(SETTINGS_AND_HOLDS), *refused("version: 1\n", RULES_AND_LADDERS)]
    assert [problem for problem in told if problem not in own] == [
        "s.yaml:2:8: 'limit' is already given in r.yaml:5; keep one of the two: it holds for all files",
        "s.yaml:4:9: the id 'stop' is already used in r.yaml:8; give each rule, rung, ladder and hold an id of its own",
    ]
    assert sorted(problem for problem in told if problem in own) == sorted(own)


LADDERS = """\
version: 1
ladders:
  - id: first
    when: balance > 0 and customer_ready and status == "open"
    rungs:
      - {id: r1, when: days_overdue >= 1, do: [{task: t, assign: a}]}
      - {id: r2, when: status == "paid", do: [{task: t, assign: a}]}
      - {id: r3, do: [{task: t, assign: a}]}
  - id: second
    when: balance > 100.00 MXN and customer_ready and status == "open" and acknowledged
    rungs:
      - {id: r4, do: [{email: m, to: invoice_contact}]}
  - id: third
    when: balance > 0 and customer_kind == "foreign"
    rungs:
      - {id: r5, do: [{email: m, to: invoice_contact}]}
"""


def test_warnings_of_ladders() -> None:
    assert warned(LADDERS) == [
        "r.yaml:8:9: nothing keeps this rung apart from the one before it; add 'wait: 5 workdays', or a condition under 'when'",
        "r.yaml:16:9: this writes to customers whose data may be incomplete; add 'customer_ready' to its 'when'",
        "r.yaml:7:9: rung 'r2' can never be reached: its 'when' and that of ladder 'first' exclude each other; change one of the two",
        (
            "r.yaml:9:5: ladder 'second' gets no invoice: 'first', which stands before it, takes them all; "
            "put it before the other one, or narrow that one's 'when'"
        ),
    ]


def test_a_definition_that_nothing_uses_is_checked_too() -> None:
    assert refused(SMALL + "define: {lost: balance > 5, gone: kind == 'promise' and doubtful}\n") == [
        "r.yaml:9:26: an amount cannot be compared with a number; write the amount with its currency, like 500.00 MXN"
    ]


def test_a_definition_is_told_once_however_often_it_is_used() -> None:
    text = SMALL.replace("customer_ready and balance > 0", "lost and customer_ready") + "define: {lost: balanc > 0, more: not lost}\n"
    assert refused(text) == ["r.yaml:9:16: unknown fact 'balanc'; did you mean 'balance'?"]


def test_a_letter_is_of_one_currency() -> None:
    chain = "    group_by: [customer]\n    do:\n      - letter: x\n"
    assert refused(SMALL.replace("    do:\n", chain)) == [
        "r.yaml:6:15: a letter or statement is of one currency; write group_by: [customer, currency]"
    ]
    assert refused(SMALL.replace("    do:\n", "    group_by: [currency]\n    do:\n")) == [
        "r.yaml:6:15: different customers cannot share a message; write group_by: [customer, currency]"
    ]


def test_what_rules_name_outside_of_their_file() -> None:
    rules = read(
        SMALL.replace(
            "      - email: first-reminder\n        to: collections_contact\n",
            "      - letter: transmital\n        sign: manager\n      - email: first-remainder\n        to: colections_contact\n        cc: [boss]\n      - task: call\n        assign: analist\n",
        )
    )
    found = check_against(
        rules,
        letter_templates={"transmittal"},
        mail_templates={"first-reminder", "second-reminder"},
        notice_templates=set(),
        roles={"analyst", "supervisor"},
    )
    possible = "analyst, collections_contact, fallback_contact, invoice_contact, supervisor"
    assert [str(problem) for problem in found] == [
        "r.yaml:7:9: there is no letter template 'transmital'; did you mean 'transmittal'?",
        "r.yaml:7:9: nobody of the company has the role 'manager'; possible are: analyst, supervisor",
        "r.yaml:9:9: there is no mail template 'first-remainder'; did you mean 'first-reminder'?",
        "r.yaml:9:9: nobody has the role 'colections_contact'; did you mean 'collections_contact'?",
        f"r.yaml:9:9: nobody has the role 'boss'; possible are: {possible}",
        "r.yaml:12:9: nobody of the company has the role 'analist'; did you mean 'analyst'?",
    ]


def test_the_digest_names_the_bytes_and_their_order() -> None:
    one, two = SMALL.encode(), b"version: 1\n"
    digest = read_rules([("a", one), ("b", two)])[0].digest
    assert digest == read_rules([("x", one), ("y", two)])[0].digest
    assert digest != read_rules([("a", two), ("b", one)])[0].digest
    assert digest != read_rules([("a", one + b" "), ("b", two)])[0].digest


def test_no_files() -> None:
    with pytest.raises(ProblemError, match="there is no rules file"):
        read_rules([])


MEMO = "      - task: call\n        assign: analyst\n        memo: sales-intervention\n"


def test_a_memo_is_a_letter_template_about_something_of_one_currency() -> None:
    rules = read(SMALL.replace("      - email: first-reminder\n        to: collections_contact\n", MEMO))
    found = check_against(
        rules,
        letter_templates={"sales-interventions"},
        mail_templates={"first-reminder", "second-reminder"},
        notice_templates=set(),
        roles={"analyst", "supervisor"},
    )
    assert [str(problem) for problem in found] == [
        "r.yaml:7:9: there is no letter template 'sales-intervention'; did you mean 'sales-interventions'?"
    ]
    grouped = f"    group_by: [customer]\n    do:\n{MEMO}"
    assert refused(SMALL.replace("    do:\n", grouped)) == [
        "r.yaml:6:15: a letter or statement is of one currency; write group_by: [customer, currency]"
    ]


def test_what_is_about_no_invoice_customer_or_payment_has_no_memo() -> None:
    text = "version: 1\nrules:\n  - id: late\n    for: task\n    when: workdays_late >= 1\n    do:\n      - notice: task-waiting\n        to: asked\n        memo: x\n"
    assert refused(text) == [
        (
            "r.yaml:9:15: a step of 'for: task' has no memo: a letter is about invoices, a customer or a payment; "
            "write a rule for one of these, or leave the memo out"
        )
    ]
