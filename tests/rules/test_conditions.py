"""What an analyst may write under `when`, what it means, and what is said of mistakes: wording and column."""

from __future__ import annotations

import pytest

from cobranza_rules.facts.vocabulary import VOCABULARY, Scope, Value
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import Condition, Definitions, Place, Written, parse_condition

PLACE = Place("rules.yaml", 7, 11)


def read(text: str | list[str], scope: Scope = Scope.INVOICE, **defined: str) -> Condition:
    return parse_condition(text, scope, PLACE, Definitions({name: Written(of, Place("rules.yaml", 3, 5)) for name, of in defined.items()}))


def refused(text: str | list[str], scope: Scope = Scope.INVOICE, **defined: str) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        read(text, scope, **defined)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("balance >= 500.00 MXN", {"balance": 50000, "currency": "MXN"}, True),
        ("balance >= 500.00 MXN", {"balance": 49999, "currency": "MXN"}, False),
        ("balance >= 500.00 MXN", {"balance": 50000, "currency": "USD"}, False),
        ("balance >= 500.00 MXN", {"balance": 50000}, False),
        ("not (balance >= 500.00 MXN)", {"balance": 50000, "currency": "USD"}, True),
        ("balance > 0", {"balance": 1}, True),
        ("balance >= 0.5 * total", {"balance": 50, "total": 101}, False),
        ("balance >= 0.5 * total", {"balance": 51, "total": 101}, True),
        ("total - paid == balance", {"balance": 7, "total": 10, "paid": 3}, True),
        ("total - paid == balance", {"balance": 7, "total": 10}, False),
        ("balance - balance == 0", {}, False),
        ("due_on < 2026-03-06", {"due_on": 739680}, True),
        ("due_on + 3 == 2026-03-06", {"due_on": 739681 - 3}, True),
        ("due_on - issued_on == 30", {"due_on": 739711, "issued_on": 739681}, True),
        ("days_overdue * credit_days > 100", {"days_overdue": 11, "credit_days": 10}, True),
        ("-3 < days_overdue", {"days_overdue": -2}, True),
        ("days_overdue in [30, 60]", {"days_overdue": 60}, True),
        ("days_overdue not in [30, 60]", {"days_overdue": 61}, True),
        ("days_overdue not in [30, 60]", {}, False),
        ("not (days_overdue in [30, 60])", {}, True),
        ("balance in [0, 5.00 MXN]", {"balance": 500, "currency": "MXN"}, True),
        ("balance in [0, 5.00 MXN]", {"balance": 500, "currency": "USD"}, False),
        ('status != "open"', {}, False),
        ('not (status == "open")', {}, True),
        ("acknowledged", {}, False),
        ("not acknowledged", {}, True),
        ("acknowledged == false", {}, False),
        ("acknowledged == false", {"acknowledged": False}, True),
        ("due_on is unknown", {}, True),
        ("due_on is known", {"due_on": 1}, True),
        ('customer contains "NANDÚ"', {"customer": "n\u0303andu\u0301"}, False),
        ('customer contains "ÑANDÚ"', {"customer": "El n\u0303andu\u0301"}, True),
        ('customer == "ñ"', {"customer": "n\u0303"}, True),
        (r'customer == "say \"x\" \\ c:\temp"', {"customer": r'say "x" \ c:\temp'}, True),
        ("customer == 'it is \"x\"'", {"customer": 'it is "x"'}, True),
        ("true and not false", {}, True),
        ("acknowledged or dispute_open and promise_open", {"acknowledged": True}, True),
        ("customer == language", {"customer": "es", "language": "es"}, True),
        ("inbox_open > 0", {"inbox_open": 1}, True),
    ],
)
def test_meaning(text: str, facts: dict[str, Value], expected: bool) -> None:
    assert holds(read(text).tree, facts) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days_overdu >= 3", "rules.yaml:7:11: unknown fact 'days_overdu'; did you mean 'days_overdue'?"),
        ("balance > 0 and zzz", "rules.yaml:7:27: unknown fact 'zzz'; 'cobranza rules facts' lists all facts"),
        ('kind == "promise"', "rules.yaml:7:11: 'kind' is no fact of 'for: invoice'; it belongs to 'for: reply'"),
        (
            "balance > 500",
            "rules.yaml:7:21: an amount cannot be compared with a number; write the amount with its currency, like 500.00 MXN",
        ),
        (
            "due_on > 2026-3-6",
            "rules.yaml:7:20: a date cannot be compared with a number; write dates as year-month-day, like 2026-03-06",
        ),
        ("due_on > 2026-02-30", "rules.yaml:7:20: there is no day 2026-02-30; write dates as year-month-day, like 2026-03-06"),
        ("status == 'opne'", "rules.yaml:7:21: 'status' is never 'opne'; did you mean 'open'?"),
        ("status in ['open', 'zzz']", "rules.yaml:7:30: 'status' is never 'zzz'; possible are: cancelled, open, paid, substituted"),
        (
            "balance > 1 MXN + 1 USD",
            "rules.yaml:7:21: amounts in MXN, USD cannot be reckoned together; write a condition for each currency",
        ),
        (
            "balance > 1 MXN + total and balance - 2 USD > 1 MXN",
            "rules.yaml:7:57: amounts in MXN, USD cannot be reckoned together; write a condition for each currency",
        ),
        ("5 MXN > 3 MXN", "rules.yaml:7:19: the comparison names no fact, so that it is always the same; compare a fact with a value"),
        (
            "balance > 1 XYZ",
            "rules.yaml:7:21: unknown currency 'XYZ'; known are BRL, CAD, CHF, CLP, CNY, COP, EUR, GBP, GTQ, JPY, MXN, USD",
        ),
        ("balance > 1.005 MXN", "rules.yaml:7:21: MXN has 2 decimals; write the amount with no more decimals"),
        ("balance > 1.5 JPY", "rules.yaml:7:21: JPY has 0 decimals; write the amount with no more decimals"),
        (
            "days_overdue",
            "rules.yaml:7:11: 'days_overdue' is a number and cannot stand alone; compare it, like days_overdue >= 1",
        ),
        (
            "days_overdue == '3'",
            "rules.yaml:7:27: a number cannot be compared with a text; write numbers, amounts, dates, true and false without quotation marks",
        ),
        ("status > 'open'", "rules.yaml:7:20: a text has no order, so that '>' says nothing of it; compare with == or !="),
        ("acknowledged + 1 > 2", "rules.yaml:7:11: a yes-or-no fact cannot be reckoned with; reckon with numbers, amounts and dates"),
        ("balance * total > 1 MXN", "rules.yaml:7:11: an amount and an amount cannot be multiplied"),
        (
            "credit_days * credit_days * credit_days > 1",
            "rules.yaml:7:11: at most 2 facts can be multiplied with one another; simplify the condition",
        ),
        ("days_overdue > 9999999999999999", "rules.yaml:7:26: the number has more than 15 digits; write a smaller number"),
        ("invoice contains status", "rules.yaml:7:11: after 'contains' comes a text in quotation marks; write it like contains \"text\""),
        (
            "days_overdue contains '3'",
            "rules.yaml:7:11: 'contains' looks into a text fact, not into a number; name a text fact before 'contains'",
        ),
        (
            "customer in [status]",
            "rules.yaml:7:11: a list holds values, not facts; compare with each fact and join the comparisons with or",
        ),
        ("customer in []", "rules.yaml:7:11: the list is empty; put values into it, like [30, 60]"),
        ("days_overdue + 3", "rules.yaml:7:11: a condition is expected here, not a value; compare the value with a fact"),
        ("2 + 3 is known", "rules.yaml:7:11: only a fact can be known or unknown; name one fact before 'is'"),
        ("balance = 3", "rules.yaml:7:19: '=' is not expected here; to compare, write =="),
        ("balance => 3", "rules.yaml:7:19: '=' is not expected here; write >="),
        ("balance =< 3", "rules.yaml:7:19: '=' is not expected here; write <="),
        ("acknowledged && true", "rules.yaml:7:24: '&' is not expected here; write and"),
        (
            "balance > 1,200.00 MXN",
            "rules.yaml:7:22: ',' is not expected here; write numbers without thousands separators, like 1200.00 MXN",
        ),
        ("balance > 500 mxn", "rules.yaml:7:25: 'mxn' is not expected here; a currency is three capital letters, like 500.00 MXN"),
        ("1 < days_overdue < 3", "rules.yaml:7:28: '<' is not expected here; write two comparisons and join them with and"),
        ("due_on is null", "rules.yaml:7:21: 'null' is not expected here; after 'is' comes known or unknown; to compare, write =="),
        ("acknowledged AND true", "rules.yaml:7:24: 'AND' is not expected here; write 'and' in small letters"),
        ("status == “open”", "rules.yaml:7:21: '“' is not expected here; use straight quotation marks, \" or '"),
        ("status == 'open", "rules.yaml:7:21: the text that begins here is not closed; end it with '"),
        ("acknowledged and (true", "rules.yaml:7:33: the condition ends too early; complete it, or close its brackets"),
        ("", "rules.yaml:7:11: the condition is empty; write a condition, or leave the line out"),
        ("total / 2 > balance", "rules.yaml:7:17: '/' is not expected here; there is no division; multiply the other side instead"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert refused(text) == [said]


def test_every_mistake_is_told_at_once() -> None:
    assert refused(["balanc > 0", "status == 'open' and (stat or not dispute_ope)"]) == [
        "rules.yaml:7:11: unknown fact 'balanc'; did you mean 'balance'?",
        "rules.yaml:7:33: unknown fact 'stat'; did you mean 'status'?",
        "rules.yaml:7:45: unknown fact 'dispute_ope'; did you mean 'dispute_open'?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 4001, "the condition has 4001 characters; at most 4000 are allowed; move parts of it under 'define' and use their names"),
        ("not " * 60 + "acknowledged", "the condition is nested more than 40 levels deep; simplify it with 'define'"),
        ("(" * 1900 + "zzz" + ")" * 1900, "unknown fact 'zzz'; 'cobranza rules facts' lists all facts"),
        (
            " and ".join(["true"] * 251),
            "the condition has more than 250 comparisons, its defined names put in; make several rules of it, or use 'in' for many values",
        ),
    ],
)
def test_limits(text: str, said: str) -> None:
    (problem,) = refused(text)
    assert problem.endswith(said)


def test_names_that_double_one_another_are_stopped() -> None:
    """Thirty definitions, each naming the one before twice, would be a thousand million comparisons."""
    defined = {"d0": "acknowledged or dispute_open"} | {f"d{n}": f"d{n - 1} and d{n - 1}" for n in range(1, 30)}
    (problem,) = refused("d29", Scope.INVOICE, **defined)
    assert "more than 250 comparisons" in problem


def test_circles_of_definitions() -> None:
    assert refused("one", one="two and acknowledged", two="not one") == [
        "rules.yaml:3:5: the definition leads back to itself: one → two → one; take one of the names out"
    ]


def test_a_definition_means_the_facts_of_its_user() -> None:
    assert refused("owes", Scope.CUSTOMER, owes="balance > 0") == [
        "rules.yaml:3:5: 'balance' is no fact of 'for: customer'; it belongs to 'for: invoice'"
    ]
    assert read("owes", owes="balance > 0").facts == {"balance"}
    assert refused("owes == true", owes="balance > 0") == [
        "rules.yaml:7:11: 'owes' is a defined condition, not a value; let it stand alone, or after not"
    ]


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (
            "acknowledged and not (days_overdue < 30)",
            [
                "rules.yaml:7:28: this is true too where 'days_overdue' is unknown; add 'days_overdue is known' if that is not meant",
            ],
        ),
        ("days_overdue is known and not (days_overdue < 30)", []),
        ("not acknowledged", []),
        ('not (status == "open")', []),
        (
            'status == "open" and status == "paid"',
            ["rules.yaml:7:11: this condition can never hold; look for two parts that exclude each other"],
        ),
        (
            "days_overdue > 5 and days_overdue < 6",
            ["rules.yaml:7:11: this condition can never hold; look for two parts that exclude each other"],
        ),
        ("days_overdue > 5 and days_overdue < 7", []),
        (
            "balance > 1 MXN and total > 1 USD",
            [
                "rules.yaml:7:11: this condition can never hold; no subject has amounts in MXN, USD at once: join them with 'or', or write a rule for each"
            ],
        ),
        ("balance > 1 MXN or total > 1 USD", []),
        (
            "due_on is unknown and due_on > 2026-01-01",
            ["rules.yaml:7:11: this condition can never hold; look for two parts that exclude each other"],
        ),
        (
            'delivery not in ["pending", "sent"]',
            ["rules.yaml:7:11: this condition can never hold; look for two parts that exclude each other"],
        ),
    ],
)
def test_warnings(text: str, warnings: list[str]) -> None:
    condition = read(text)
    assert [str(problem) for problem in condition.warnings] == warnings
    assert all(problem.warning for problem in condition.warnings)


def test_a_list_means_and() -> None:
    condition = read(["acknowledged or dispute_open", "balance >= 500.00 MXN"])
    assert condition.text == "(acknowledged or dispute_open) and balance >= 500.00 MXN"
    assert condition.facts == {"acknowledged", "dispute_open", "balance", "currency"}
    assert not holds(condition.tree, {"acknowledged": True})


def test_conditions_are_values() -> None:
    assert read("balance > 0") == read("balance > 0")
    assert len({read("balance > 0"), read("balance > 0"), read("paid > 0")}) == 2


@pytest.mark.parametrize(
    ("scope", "name", "example"), [(scope, fact.name, fact.example) for scope, facts in VOCABULARY.items() for fact in facts.values()]
)
def test_the_examples_of_the_vocabulary_can_be_written(scope: Scope, name: str, example: str) -> None:
    assert name in read(example, scope).facts


def test_a_long_chain_of_definitions_is_stopped() -> None:
    defined = {f"d{number}": f"d{number + 1}" for number in range(3000)} | {"d3000": "acknowledged"}
    assert refused("d0", Scope.INVOICE, **defined) == [
        "rules.yaml:3:5: 'd0' is defined through more than 40 other names; write the condition with fewer names"
    ]
    assert read("d2970", Scope.INVOICE, **defined).facts == {"acknowledged"}
