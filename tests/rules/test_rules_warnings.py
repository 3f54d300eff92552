"""What `rules check` finds in rules that can be read: what hides, repeats, waits for ever, or is of another currency. Only what is certain."""

from __future__ import annotations

import pytest

from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.testing import parse_tests, read_tests, run_tests


def warned(text: str) -> list[str]:
    _rules, warnings = read_rules([("r.yaml", f"version: 1\n{text}".encode())])
    assert all(problem.warning for problem in warnings)
    return [str(problem) for problem in warnings]


HOLDS = """\
holds:
  - {{id: first, for: {first}, when: {when}, blocks: {blocks}}}
  - {{id: second, for: {second}, when: {later}, blocks: {fewer}}}
"""
HIDDEN = (
    "r.yaml:4:5: hold 'second' holds nothing that 'first', which stands before it, does not hold; "
    "put it before the other one, or take it out"
)


@pytest.mark.parametrize(
    ("first", "when", "blocks", "second", "later", "fewer", "hidden"),
    [
        ("invoice", "dispute_open", "[contact, escalation]", "invoice", "dispute_open and days_overdue > 3", "contact", True),
        ("invoice", "days_overdue > 3", "contact", "invoice", "days_overdue >= 10", "contact", True),
        ("customer", "inbox_open > 0", "contact", "invoice", "inbox_open > 2 and dispute_open", "contact", True),
        ("invoice", "dispute_open or promise_open", "contact", "invoice", "promise_open", "contact", True),
        ("invoice", "dispute_open", "contact", "invoice", "dispute_open and days_overdue > 3", "[contact, escalation]", False),
        ("invoice", "days_overdue > 10", "contact", "invoice", "days_overdue > 3", "contact", False),
        ("invoice", "inbox_open > 0", "contact", "customer", "inbox_open > 2", "contact", False),
        ("invoice", "dispute_open", "contact", "invoice", "promise_open", "contact", False),
    ],
)
def test_a_hold_that_an_earlier_one_hides(first: str, when: str, blocks: str, second: str, later: str, fewer: str, *, hidden: bool) -> None:
    text = HOLDS.format(first=first, when=when, blocks=blocks, second=second, later=later, fewer=fewer)
    assert warned(text) == ([HIDDEN] if hidden else [])


def test_a_hold_is_told_once_however_many_hide_it() -> None:
    lines = "".join(f"  - {{id: h{number}, for: invoice, when: days_overdue > {number}, blocks: contact}}\n" for number in range(3))
    assert [said.partition(";")[0] for said in warned("holds:\n" + lines)] == [
        "r.yaml:4:5: hold 'h1' holds nothing that 'h0', which stands before it, does not hold",
        "r.yaml:5:5: hold 'h2' holds nothing that 'h0', which stands before it, does not hold",
    ]


RULES = """\
rules:
  - id: a
    for: invoice
    when: customer_ready and {a}
    do: [{{email: reminder, to: {role}}}]
  - id: b
    for: invoice
    when: customer_ready and {b}
    do: [{{email: {template}, to: collections_contact}}]
"""
A, B = "balance > 0", "balance > 0 and days_overdue > 3"


def test_two_rules_that_send_the_same_message() -> None:
    usual = {"role": "collections_contact", "template": "reminder"}
    assert warned(RULES.format(a=A, b=B, **usual)) == [
        (
            "r.yaml:7:5: whatever 'b' applies to 'a' applies to too, so that 'collections_contact' gets the message 'reminder' twice; "
            "narrow the 'when' of 'a', or make one rule of both"
        )
    ]
    assert warned(RULES.format(a=B, b=A, **usual)) == [
        (
            "r.yaml:7:5: whatever 'a' applies to 'b' applies to too, so that 'collections_contact' gets the message 'reminder' twice; "
            "narrow the 'when' of 'b', or make one rule of both"
        )
    ]


@pytest.mark.parametrize(
    ("a", "b", "role", "template"),
    [
        (A, B, "invoice_contact", "reminder"),
        (A, B, "collections_contact", "other"),
        ("days_overdue < 3", "days_overdue >= 3", "collections_contact", "reminder"),
        ("days_overdue > 1", "balance > 0", "collections_contact", "reminder"),
    ],
)
def test_two_rules_that_do_not(a: str, b: str, role: str, template: str) -> None:
    assert warned(RULES.format(a=a, b=b, role=role, template=template)) == []


LADDER = """\
ladders:
  - id: collection
    when: balance > 0 and customer_ready
    rungs:
      - id: ask-sales
        when: days_overdue > 9
        do: [{{task: sales-intervention, assign: sales_manager, due: 5 workdays}}]
      - id: escalation
        wait: 5 workdays
        when: {when}
        do:
          - letter: last-warning
            sign: {sign}
"""
SILENT = (
    "r.yaml:{}: 'sales_manager' has to sign this, and is silent already on the task 'sales-intervention'; "
    "let another role sign, or name a substitute under 'sign_substitute'"
)


@pytest.mark.parametrize("when", ["intervention_overdue", 'intervention == "no_agreement" or intervention_overdue'])
def test_the_one_who_must_sign_is_the_one_who_was_silent(when: str) -> None:
    assert warned(LADDER.format(when=when, sign="sales_manager")) == [SILENT.format("13:13")]


@pytest.mark.parametrize(
    ("when", "sign"),
    [
        ("intervention_overdue", "administration_manager"),
        ("not intervention_overdue", "sales_manager"),
        ("days_overdue > 20", "sales_manager"),
        ('intervention == "no_agreement"', "sales_manager"),
    ],
)
def test_a_signature_that_can_be_had(when: str, sign: str) -> None:
    assert warned(LADDER.format(when=when, sign=sign)) == []


def test_a_task_of_the_same_rung_or_of_a_later_one_is_no_silence() -> None:
    text = LADDER.format(when="intervention_overdue", sign="sales_manager").replace("assign: sales_manager", "assign: analyst")
    assert warned(text + "          - {task: call, assign: sales_manager}\n") == []


def test_a_rule_may_wait_for_the_silent_one_too() -> None:
    rule = "rules:\n  - {id: tell, for: invoice, when: intervention_overdue, do: [{letter: last-warning, sign: sales_manager}]}\n"
    ladder = LADDER.format(when="days_overdue > 20", sign="administration_manager")
    assert warned(ladder + rule) == [SILENT.format("16:63")]
    assert warned(ladder.replace("assign: sales_manager", "assign: analyst") + rule) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            "not (balance > 500.00 MXN)",
            [
                (
                    "r.yaml:3:50: this is true too where the amount is in another currency than MXN; "
                    "add 'currency == \"MXN\"' if that is not meant"
                )
            ],
        ),
        ("balance > 0 and not (balance > 0)", ["r.yaml:3:50: this condition can never hold; look for two parts that exclude each other"]),
        ("'currency == \"MXN\" and not (balance > 500.00 MXN)'", []),
        ("balance > 100.00 MXN and not (balance > 500.00 MXN)", []),
        ("not (balance > 0)", []),
        (
            "balance > 500.00 MXN and paid > 100.00 USD",
            [
                (
                    "r.yaml:3:50: this condition can never hold; "
                    "no subject has amounts in MXN, USD at once: join them with 'or', or write a rule for each"
                )
            ],
        ),
        ("balance > 500.00 MXN or paid > 100.00 USD", []),
    ],
)
def test_amounts_of_other_currencies(when: str, said: list[str]) -> None:
    assert warned(f"holds:\n  - {{id: h, for: invoice, blocks: contact, when: {when}}}\n") == said


MIDDLE = """\
ladders:
  - id: collection
    when: balance > 0 and customer_ready
    rungs:
      - {{id: first, {first} do: [{{email: first, to: collections_contact}}]}}
      - {{id: second, wait: 5 workdays, {second} do: [{{email: second, to: collections_contact}}]}}
      - {{id: third, wait: 5 workdays, {third} do: [{{email: third, to: collections_contact}}]}}
"""
STRANDS = (
    "r.yaml:{line}:9: an invoice for which the 'when' of rung '{rung}' never holds stays below it for ever and reaches none of the rungs "
    "after it; make it the last rung, or a ladder of its own placed before 'collection', or put the condition on a rule"
)


@pytest.mark.parametrize(
    "when",
    [
        "balance >= 60000.00 MXN",
        'intervention == "no_agreement"',
        "acknowledged",
        "days_overdue <= 30",
        "days_overdue == 30",
        "days_overdue >= 3 and acknowledged",
        "days_overdue is known and not (days_overdue >= 3)",
        "days_overdue >= credit_days",
        "workdays_since_claim > 5",
        "promise_workdays_late >= 2",
        "days_overdue - workdays_since_delivery >= 2",
        "days_overdue + 2 * promise_count >= 4",
        'aging_bucket == "31-60"',
    ],
)
def test_a_rung_that_some_invoices_never_get_beyond(when: str) -> None:
    """The first rung counts as well; the last one may ask for what it likes."""
    written = f"when: '{when}',"
    assert warned(MIDDLE.format(first="", second=written, third="")) == [STRANDS.format(line=7, rung="second")]
    assert warned(MIDDLE.format(first=written, second="", third="")) == [STRANDS.format(line=6, rung="first")]
    assert warned(MIDDLE.format(first="", second="", third=written)) == []


def test_each_such_rung_is_told() -> None:
    text = MIDDLE.format(first="when: acknowledged,", second="when: dispute_open,", third="when: promise_open,")
    assert warned(text) == [STRANDS.format(line=6, rung="first"), STRANDS.format(line=7, rung="second")]


@pytest.mark.parametrize(
    "when",
    [
        "days_overdue >= 1",
        "days_overdue > 20",
        "20 <= days_overdue",
        "days_overdue is known and not (days_overdue < 20)",
        "days_overdue is known and days_overdue >= 20",
        "workdays_since_delivery >= 5",
        "days_overdue + workdays_since_delivery >= 20",
        "days_overdue >= 5 and workdays_since_delivery >= 5",
        "acknowledged or days_overdue >= 10",
        "balance > 0 and days_overdue >= 1",
        "customer_ready",
    ],
)
def test_a_rung_that_days_bring_about_by_themselves(when: str) -> None:
    """What the ladder asks for already is no condition of the rung's own."""
    assert warned(MIDDLE.format(first="", second=f"when: '{when}',", third="")) == []


def test_a_rung_in_the_middle_that_nothing_reaches_is_told_as_that_alone() -> None:
    assert warned(MIDDLE.format(first="", second="when: not customer_ready,", third="")) == [
        (
            "r.yaml:7:9: rung 'second' can never be reached: its 'when' and that of ladder 'collection' exclude each other; "
            "change one of the two"
        )
    ]


ESCAPING = """\
holds:
  - {{id: promise, for: invoice, when: promise_open, blocks: contact}}
  - {{id: many, for: customer, when: inbox_open > 0 and overdue_invoices > 2, blocks: [contact, escalation]}}
  - {{id: everything, for: invoice, when: dispute_open, blocks: [contact, delivery]}}
  - {{id: escalations, for: invoice, when: dispute_open, blocks: escalation}}
rules:
  - id: large-balance
    for: invoice
    when: customer_ready and {when}
    {repeated}
    do:
      - letter: large-balance
      - {step}
    {sets}
"""
USUAL = {"when": "balance > 0", "repeated": "", "step": "{email: large-balance, to: collections_contact}", "sets": ""}
LET_PASS = "r.yaml:14:9: without 'every' this message counts as a delivery, and these holds on contacts let it pass: {}; "
MEND = "add 'every: 1 workday' and 'times: 1' to rule 'large-balance', so that they keep it back, or 'delivery' to their 'blocks'"


@pytest.mark.parametrize(
    ("change", "passed"),
    [
        ({}, "'promise', 'many'"),
        ({"step": "{email: large-balance, to: invoice_contact}"}, "'promise', 'many'"),
        ({"step": "{deliver: large-balance, to: collections_contact}"}, "'promise', 'many'"),
        ({"step": "{email: large-balance, to: supervisor, cc: [collections_contact]}"}, "'promise', 'many'"),
        ({"when": "not promise_open"}, "'many'"),
        ({"when": "inbox_open == 0"}, "'promise'"),
        ({"sets": "sets: {case_status: legal}"}, "'promise'"),
    ],
)
def test_a_message_that_passes_holds_on_contacts(change: dict[str, str], passed: str) -> None:
    assert warned(ESCAPING.format(**{**USUAL, **change})) == [LET_PASS.format(passed) + MEND]


@pytest.mark.parametrize(
    "change",
    [
        {"repeated": "every: 1 workday"},
        {"step": "{deliver: invoices, to: invoice_contact}"},
        {"step": "{email: invoices, to: collections_contact}", "sets": "sets: {delivery: sent}"},
        {"step": "{email: large-balance, to: supervisor}"},
        {"step": "{task: large-balance, assign: supervisor}"},
        {"when": "not promise_open and inbox_open == 0"},
    ],
)
def test_a_message_that_is_a_delivery_or_passes_no_hold(change: dict[str, str]) -> None:
    assert warned(ESCAPING.format(**{**USUAL, **change})) == []


def test_of_many_holds_ten_are_named() -> None:
    holds = "".join(f"  - {{id: h{number}, for: invoice, when: days_overdue == {number}, blocks: contact}}\n" for number in range(12))
    rule = "rules:\n  - {id: r, for: invoice, when: customer_ready, do: [{email: e, to: collections_contact}]}\n"
    (said,) = warned("holds:\n" + holds + rule)
    assert "let it pass: 'h0', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9', ...; add" in said


PROMISED = """\
rules: r.yaml
tests:
  - name: a promise
    start: 2026-03-02
    customers: [{id: ACME}]
    invoices: [{id: F-1, customer: ACME, balance: 900.00 MXN, promised_on: 2026-03-04}]
    expect:
      - {on: 2026-03-02, actions: [], held: [{invoice: F-1, by: promise}]}
"""


@pytest.mark.parametrize(
    ("what", "instead", "kept_back"),
    [
        ("", "", False),
        ("    when: customer_ready", "    every: 1 workday\n    times: 1\n    when: customer_ready", True),
        ("when: promise_open, blocks: contact", "when: promise_open, blocks: [contact, delivery]", True),
    ],
)
def test_what_the_warning_says_is_so_and_what_it_proposes_helps(what: str, instead: str, *, kept_back: bool) -> None:
    rules, _warnings = read_rules([("r.yaml", f"version: 1\n{ESCAPING.format(**USUAL).replace(what, instead, 1)}".encode())])
    (result,) = run_tests(read_tests(parse_tests("t.yaml", PROMISED.encode()), rules), rules)
    assert result.passed is kept_back


def test_rules_are_compared_with_holds_on_customers_that_count_invoices() -> None:
    text = "  - {id: all, for: customer, when: inbox_open > 0 and not (overdue_invoices > 3), blocks: contact}\n"
    assert warned("holds:\n" + text + "  - {id: one, for: invoice, when: inbox_open > 0, blocks: contact}\n") == []


SEGMENTS = """\
holds:
  - {{id: h, for: customer, when: {first}, blocks: contact}}
rules:
  - {{id: r, for: invoice, when: {second}, do: [{{task: t, assign: boss}}]}}
"""


@pytest.mark.parametrize("written", ["Gold", "GOLD", "g\u00f3ld", "go\u0301ld", " gold", "gold "])
def test_texts_that_differ_in_capitals_accents_or_spaces_alone(written: str) -> None:
    shown = "g\u00f3ld" if written == "go\u0301ld" else written
    text = SEGMENTS.format(first='segment == "gold"', second=f'\'days_overdue > 3 and segment in ["AA", "{written}"]\'')
    assert warned(text) == [
        (
            f'r.yaml:5:33: segment is compared with "{shown}" here and with "gold" in r.yaml:3: capitals, accents and spaces count; '
            "write both alike, as the data have it; 'contains' looks past capitals"
        )
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('segment == "gold"', 'segment == "gold"'),
        ('segment == "go\u0301ld"', 'segment != "g\u00f3ld"'),
        ('segment == "gold"', 'segment == "golf"'),
        ('segment == "gold"', 'customer == "GOLD"'),
        ('segment == "gold"', 'segment contains "Gold"'),
    ],
)
def test_texts_that_are_the_same_or_others(first: str, second: str) -> None:
    assert warned(SEGMENTS.format(first=f"'{first}'", second=f"'{second}'")) == []


def test_each_way_of_writing_a_text_is_told_once() -> None:
    text = SEGMENTS.format(first='segment == "gold"', second='\'segment in ["Gold", "GOLD"] and segment != "Gold"\'')
    assert [said.partition(" here")[0] for said in warned(text)] == [
        'r.yaml:5:33: segment is compared with "Gold"',
        'r.yaml:5:33: segment is compared with "GOLD"',
    ]
