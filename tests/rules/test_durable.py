"""What durable-rules is given and what is kept from it, beyond what the random comparison of the engines reaches."""

from __future__ import annotations

import json

import pytest

from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.durable import DurableEngine
from cobranza_rules.rules.durable_matcher import Matcher
from cobranza_rules.rules.durable_program import DurableProgram
from cobranza_rules.rules.engine import Conditions, EngineError
from cobranza_rules.rules.expression import Place, parse_condition
from cobranza_rules.rules.native import NativeEngine

PLACE = Place("rules.yaml", 1, 1)


def named(*texts: str, scope: Scope = Scope.INVOICE) -> Conditions:
    return {text: (scope, parse_condition(text, scope, PLACE)) for text in texts}


def agree(conditions: Conditions, *facts: dict[str, Value], scope: Scope = Scope.INVOICE) -> list[frozenset[str]]:
    found = NativeEngine(conditions).evaluate(scope, facts)
    assert DurableEngine(conditions).evaluate(scope, facts) == found
    return found


@pytest.mark.parametrize("disputed", [(True, 1, 0, None), (1, True, 0, False)])
def test_in_a_table_a_number_is_no_truth_though_python_takes_the_two_for_equal(disputed: tuple[Value | None, ...]) -> None:
    conditions = named("dispute_open", "not dispute_open")
    table = FactTable(("dispute_open",), [(value,) for value in disputed])
    program = DurableProgram(Scope.INVOICE, conditions)
    assert [text and json.loads(text) for text in program.write_all(table)] == [
        text and json.loads(text) for text in map(program.write, table)
    ]
    assert DurableEngine(conditions).evaluate(Scope.INVOICE, table) == NativeEngine(conditions).evaluate(Scope.INVOICE, table)


def test_figures_that_would_leave_64_bits_are_worked_out_in_python() -> None:
    factor = 999_999_999_999_999
    text = f"days_overdue > {factor} * credit_days"
    largest = 2**53 - 1
    (found,) = agree(named(text), {"days_overdue": 5, "credit_days": -largest})
    assert found == {text}
    assert (factor * largest) % 2**64 > 2**63 - 1, "in 64 bits the product would turn its sign"
    program = DurableProgram(Scope.INVOICE, named(text))
    assert "$mul" not in program.rulesets[0]


def test_sums_that_fit_are_said_to_durable_rules() -> None:
    text = "credit_days - 2 * promise_count + 3 > days_overdue"
    assert "$mul" in DurableProgram(Scope.INVOICE, named(text)).rulesets[0]
    largest = 2**53 - 1
    below: dict[str, Value] = {"credit_days": largest, "promise_count": -largest, "days_overdue": 3 * largest - largest * 2}
    found = agree(
        named(text),
        {"credit_days": 10, "promise_count": 4, "days_overdue": 4},
        {"credit_days": 10, "promise_count": 4, "days_overdue": 5},
        below,
        {"credit_days": 10, "promise_count": 4},
    )
    assert found == [{text}, frozenset(), {text}, frozenset()]


def test_texts_are_composed_before_they_are_handed_over() -> None:
    (found, other) = agree(named('customer == "ñ"', 'customer != "ñ"'), {"customer": "n\u0303"}, {"customer": "n"})
    assert found == {'customer == "ñ"'}
    assert other == {'customer != "ñ"'}


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), 2**63, 10**30, "x" * 4097, "a\0", "\ud800", "\U0001d160" * 2000], ids=lambda value: str(value)[:8]
)
def test_what_must_never_reach_durable_rules(value: Value) -> None:
    fact = "days_overdue" if isinstance(value, int) else "customer"
    conditions = named("days_overdue > 0", 'customer != "x"', "days_overdue is known", "customer is known")
    assert DurableProgram(Scope.INVOICE, conditions).write({fact: value}) is None
    agree(conditions, {fact: value})


@pytest.mark.parametrize("facts", [{"days_overdue": True}, {"acknowledged": "yes"}, {"customer": b"x"}, {"days_overdue": 1.5}])
def test_a_fact_of_the_wrong_type_never_reaches_durable_rules(facts: dict[str, Value]) -> None:
    conditions = named("days_overdue > 0", "acknowledged", 'customer == "x"', "acknowledged is known")
    assert DurableProgram(Scope.INVOICE, conditions).write(facts) is None


def test_only_facts_that_are_used_are_handed_over_and_unknown_ones_are_left_out() -> None:
    """What is unknown counts as false, and false is handed over only where something asks for it."""
    program = DurableProgram(Scope.INVOICE, named("balance > 0", "due_on is unknown", "not acknowledged", "dispute_open"))
    written = json.loads(str(program.write({"balance": 5, "due_on": None, "customer": "x" * 10_000, "total": 2**70})))  # type: ignore[dict-item] # a null in a row
    assert written == {"id": "x", "s": 1, "f1": 5, "f0": False}
    assert json.loads(str(program.write({"dispute_open": False}))) == {"id": "x", "s": 1, "f0": False}
    assert json.loads(str(program.write({"dispute_open": True, "acknowledged": True}))) == {"id": "x", "s": 1, "f0": True, "f2": True}


def test_many_conditions_are_parted_into_rulesets() -> None:
    texts = [f"days_overdue == {number} or credit_days == {number}" for number in range(100)]
    conditions = named(*texts)
    assert len(DurableProgram(Scope.INVOICE, conditions).rulesets) == 4
    found = agree(conditions, {"days_overdue": 7, "credit_days": 93}, {})
    assert found == [{texts[7], texts[93]}, frozenset()]


def test_more_alternatives_than_durable_rules_can_match() -> None:
    wide = " or ".join(f"days_overdue == {number}" for number in range(150))
    deep = " and ".join(f"(days_overdue > {number} or credit_days > {number})" for number in range(40))
    listed = f"days_overdue in [{', '.join(map(str, range(500)))}]"
    barred = f"days_overdue not in [{', '.join(map(str, range(500)))}]"
    facts: list[dict[str, Value]] = [{"days_overdue": number, "credit_days": 60 - number} for number in range(-3, 600, 7)]
    agree(named(wide, deep, listed, barred, f"not ({wide})", f"not ({deep})"), *facts)


def test_a_fact_that_every_alternative_matches() -> None:
    """Sixty branches at once are what one ruleset may have; sixty-five would be an error of durable-rules."""
    text = " or ".join(f"days_overdue > {number}" for number in range(60))
    (found,) = agree(named(text), {"days_overdue": 100})
    assert found == {text}
    assert len(json.loads(DurableProgram(Scope.INVOICE, named(text)).rulesets[0])) == 60


def test_the_scopes_are_kept_apart() -> None:
    conditions = {**named("inbox_open > 0", scope=Scope.CUSTOMER), **named('kind == "promise"', scope=Scope.REPLY)}
    assert agree(conditions, {"inbox_open": 1, "kind": "promise"}, scope=Scope.CUSTOMER) == [{"inbox_open > 0"}]
    assert agree(conditions, {"inbox_open": 1, "kind": "promise"}, scope=Scope.REPLY) == [{'kind == "promise"'}]
    assert agree(conditions, {"inbox_open": 1}) == [frozenset()]


def test_many_facts_one_after_another_leave_nothing_behind() -> None:
    conditions = named("not (days_overdue > 3)", "acknowledged or days_overdue > 1", "days_overdue is unknown")
    facts: list[dict[str, Value]] = [{"days_overdue": number % 7, "acknowledged": number % 2 == 0} for number in range(3000)]
    agree(conditions, *facts, {}, *facts)


def test_a_broken_engine_is_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = DurableEngine(named("balance > 0"))

    def broken(_self: Matcher, _fact: str) -> frozenset[int]:
        from cobranza_rules.rules.durable_matcher import MatcherError

        raise MatcherError("durable-rules answered 303 to a fact")

    monkeypatch.setattr(Matcher, "match", broken)
    with pytest.raises(EngineError, match="durable-rules answered 303 to a fact"):
        engine.evaluate(Scope.INVOICE, [{"balance": 1}])


def test_the_matcher_reports_what_durable_rules_refuses() -> None:
    from cobranza_rules.rules.durable_matcher import MatcherError

    matcher = Matcher(DurableProgram(Scope.INVOICE, named("balance > 0")).rulesets)
    with pytest.raises(MatcherError):
        matcher.match("no JSON")
