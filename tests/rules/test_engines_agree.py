"""Both engines and the plain meaning of conditions agree on every fact: random conditions, random facts, hostile values among them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.rules.causes import why_false, why_true
from cobranza_rules.rules.durable import DurableEngine
from cobranza_rules.rules.durable_conditions import MOST_BRANCHES, branch_count
from cobranza_rules.rules.durable_program import DurableProgram
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import Condition, Definitions, Place, Written, parse_condition
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.normal_form import arms, count_arms
from cobranza_rules.rules.possibility import can_hold, implies
from cobranza_rules.rules.tree import Leaf, Negation, facts_of_test, leaves

PLACE = Place("rules.yaml", 1, 1)
SCOPE = Scope.INVOICE
FACTS = VOCABULARY[SCOPE]
# Few names, so that the conditions of an example speak of the same facts.
NUMBERS = ("days_overdue", "credit_days", "promise_count")
AMOUNTS = ("balance", "total", "paid")
DATES = ("due_on", "issued_on")
TEXTS = ("customer", "invoice", "currency", "status")
TRUTHS = ("acknowledged", "dispute_open", "promise_open")
STRANGE = (
    "",
    "a",
    "MXN",
    "USD",
    "open",
    "paid",
    'say "x"',
    "it's",
    "\\",
    'a\\"',
    "Ñandú",
    "N\u0303andu\u0301",
    "ÑANDÚ",
    "straße",
    "STRASSE",
    "💶",
    "a\u2028b",
    "\x7f",
    "{}[]:,",
    "%s",
    "true",
    "1",
    "$m",
    "İ",
    "ﬁ",
    "\u1e9b\u0323",
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


texts = st.sampled_from(STRANGE) | st.text(max_size=6)
small = st.integers(-3, 40)


def numeric(draw: Any, kind: str) -> str:
    """A side of a comparison of one type, perhaps with arithmetic."""
    shapes = {
        "number": [
            lambda: draw(st.sampled_from(NUMBERS)),
            lambda: str(draw(small)),
            lambda: f"{draw(st.sampled_from(NUMBERS))} * {draw(st.sampled_from(['2', '-3', '0.5', '0', '99999999999999']))}",
            lambda: f"{draw(st.sampled_from(NUMBERS))} * {draw(st.sampled_from(NUMBERS))}",
            lambda: f"{draw(st.sampled_from(NUMBERS))} - ({draw(st.sampled_from(NUMBERS))} + {draw(small)})",
            lambda: f"{draw(st.sampled_from(DATES))} - {draw(st.sampled_from(DATES))}",
        ],
        "amount": [
            lambda: draw(st.sampled_from(AMOUNTS)),
            lambda: f"{draw(st.integers(0, 9))}.50 {draw(st.sampled_from(['MXN', 'USD']))}",
            lambda: "0",
            lambda: f"{draw(st.sampled_from(AMOUNTS))} - {draw(st.sampled_from(AMOUNTS))}",
            lambda: f"2 * {draw(st.sampled_from(AMOUNTS))} - 0.1 * {draw(st.sampled_from(AMOUNTS))}",
            lambda: f"{draw(st.sampled_from(AMOUNTS))} * {draw(st.sampled_from(NUMBERS))}",
        ],
        "date": [
            lambda: draw(st.sampled_from(DATES)),
            lambda: draw(st.dates()).isoformat(),
            lambda: f"{draw(st.sampled_from(DATES))} + {draw(st.sampled_from(NUMBERS))}",
            lambda: f"{draw(st.sampled_from(DATES))} - {draw(small)}",
        ],
    }
    return str(draw(st.sampled_from(shapes[kind]))())


@st.composite
def comparisons(draw: Any) -> str:
    kind = draw(st.sampled_from(["number", "amount", "date", "text", "status", "truth", "known", "in", "same", "contains", "constant"]))
    order = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    equality = draw(st.sampled_from(["==", "!="]))
    membership = draw(st.sampled_from(["in", "not in"]))
    match kind:
        case "number" | "amount" | "date":
            fact = draw(st.sampled_from({"number": NUMBERS, "amount": AMOUNTS, "date": DATES}[kind]))
            sides = [fact, numeric(draw, kind)]
            return f" {order} ".join(reversed(sides) if draw(st.booleans()) else sides)
        case "text":
            return f"{draw(st.sampled_from(TEXTS[:3]))} {equality} {quoted(draw(texts))}"
        case "status":
            return f'status {membership} ["{draw(st.sampled_from(["open", "paid"]))}", "cancelled"]'
        case "truth":
            return str(draw(st.sampled_from([*TRUTHS, *(f"{truth} {equality} false" for truth in TRUTHS)])))
        case "known":
            return f"{draw(st.sampled_from([*NUMBERS, *TEXTS, *TRUTHS]))} is {draw(st.sampled_from(['known', 'unknown']))}"
        case "in":
            if draw(st.booleans()):
                return (
                    f"{draw(st.sampled_from(NUMBERS))} {membership} [{', '.join(map(str, draw(st.lists(small, min_size=1, max_size=14))))}]"
                )
            return f"customer {membership} [{', '.join(map(quoted, draw(st.lists(texts, min_size=1, max_size=5))))}]"
        case "same":
            return f"{draw(st.sampled_from(TEXTS))} {equality} {draw(st.sampled_from(TEXTS))}"
        case "contains":
            return f"invoice contains {quoted(draw(texts))}"
        case _:
            return str(draw(st.sampled_from(["true", "false"])))


conditions = st.recursive(
    comparisons(),
    lambda inner: (
        st.builds(
            lambda parts, word: "(" + f" {word} ".join(parts) + ")", st.lists(inner, min_size=2, max_size=4), st.sampled_from(["and", "or"])
        )
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=12,
)
edges = st.sampled_from([0, 1, -1, 2**31, -(2**31), 2**53 - 1, 2**53, -(2**53), 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30])
whole = st.integers(-60, 60) | st.integers(0, 5).map(lambda n: 100 * n + 50) | edges
huge_texts = st.sampled_from(["x" * 65_536, "x" * 4096, "x" * 4097, "Ñ" * 4096, "\ufb2c" * 4096, "a\0b", "\ud800", "\0"])
values: Mapping[FactType, st.SearchStrategy[Value]] = {
    FactType.NUMBER: whole,
    FactType.AMOUNT: whole,
    FactType.DATE: st.dates().map(lambda day: day.toordinal()) | edges,
    FactType.TEXT: texts | huge_texts | st.text(alphabet=st.characters(), max_size=5),
    FactType.BOOLEAN: st.booleans(),
}
USED = (*NUMBERS, *AMOUNTS, *DATES, *TEXTS, *TRUTHS)
facts_strategy = st.fixed_dictionaries({}, optional={name: values[FACTS[name].type] | st.none() for name in USED})
slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def read(text: str) -> Condition:
    return parse_condition(text, SCOPE, PLACE)


def legal(text: str) -> bool:
    """Drawn texts may reckon two currencies together, which is refused."""
    from cobranza_rules.problems import ProblemError

    try:
        read(text)
    except ProblemError:
        return False
    return True


legal_conditions = conditions.filter(legal)


@slow
@given(st.lists(legal_conditions, min_size=1, max_size=6), st.lists(facts_strategy, min_size=1, max_size=8))
def test_native_durable_and_meaning_agree(written: list[str], facts: list[Mapping[str, Value]]) -> None:
    named = {f"rule:{number}": (SCOPE, read(text)) for number, text in enumerate(written)}
    meant = [frozenset(name for name, (_scope, condition) in named.items() if holds(condition.tree, each)) for each in facts]
    assert NativeEngine(named).evaluate(SCOPE, facts) == meant
    assert DurableEngine(named).evaluate(SCOPE, facts) == meant
    table = FactTable(USED, [tuple(each.get(name) for name in USED) for each in facts])
    assert NativeEngine(named).evaluate(SCOPE, table) == meant
    assert DurableEngine(named).evaluate(SCOPE, table) == meant


@slow
@given(st.lists(legal_conditions, min_size=1, max_size=4), st.lists(facts_strategy, min_size=1, max_size=8), st.sets(st.sampled_from(USED)))
def test_a_table_is_written_as_its_facts_are(written: list[str], facts: list[Mapping[str, Value]], columns: set[str]) -> None:
    """Also one that lacks facts, and one that comes after another with other values."""
    program = DurableProgram(SCOPE, {str(number): (SCOPE, read(text)) for number, text in enumerate(written)})
    names = tuple(sorted(columns))
    for part in (facts[:3], facts[3:]):
        table = FactTable(names, [tuple(each.get(name) for name in names) for each in part])
        apart = [program.write({name: value for name, value in each.items() if name in columns}) for each in part]
        assert [text and json.loads(text) for text in program.write_all(table)] == [text and json.loads(text) for text in apart]


@slow
@given(legal_conditions, st.lists(facts_strategy, min_size=1, max_size=8))
def test_arms_hold_where_the_condition_does(written: str, facts: list[Mapping[str, Value]]) -> None:
    tree = read(written).tree
    if count_arms(tree) > 2000:
        return
    alternatives = arms(tree)
    assert len(alternatives) <= count_arms(tree)
    for each in facts:
        assert any(holds(Leaf("", arm), each) for arm in alternatives) == holds(tree, each)


@slow
@given(legal_conditions, legal_conditions, st.lists(facts_strategy, min_size=1, max_size=8))
def test_what_is_called_impossible_never_holds(first: str, second: str, facts: list[Mapping[str, Value]]) -> None:
    one, two = read(first).tree, read(second).tree
    for each in facts:
        assert can_hold(one, SCOPE) or not holds(one, each)
        if implies(one, two, SCOPE):
            assert holds(two, each) or not holds(one, each)


@slow
@given(legal_conditions, facts_strategy, facts_strategy)
def test_causes_alone_decide(written: str, facts: Mapping[str, Value], others: Mapping[str, Value]) -> None:
    """Whatever the facts outside of the causes are, the answer stays: that is what makes them its causes."""
    condition = read(written)
    answer = holds(condition.tree, facts)
    assert (why_false if answer else why_true)(condition, facts) == ()
    causes = (why_true if answer else why_false)(condition, facts)
    texts_of = {cause.text for cause in causes}
    needed = {fact for leaf in leaves(condition.tree) if leaf.text in texts_of for test in leaf.tests for fact in facts_of_test(test)}
    changed = {name: value for name, value in others.items() if name not in needed}
    changed |= {name: value for name, value in facts.items() if name in needed}
    assert holds(condition.tree, changed) is answer
    assert all(str(cause) for cause in causes)


@given(st.lists(legal_conditions, min_size=1, max_size=12))
@slow
def test_no_ruleset_has_too_many_branches(written: list[str]) -> None:
    program = DurableProgram(SCOPE, {str(number): (SCOPE, read(text)) for number, text in enumerate(written)})
    for ruleset in program.rulesets:
        total = 0
        for rule in json.loads(ruleset).values():
            members = rule["all"][0]["m"].get("$and", [])
            total += math.prod(len(member["$or"]) for member in members if "$or" in member)
        assert 0 < total <= MOST_BRANCHES
    assert branch_count([()]) == 1


@slow
@given(legal_conditions, facts_strategy)
def test_a_defined_name_is_as_good_as_its_text(written: str, facts: Mapping[str, Value]) -> None:
    defined = parse_condition("not named", SCOPE, PLACE, Definitions({"named": Written(written, PLACE)}))
    assert defined.tree == Negation(read(written).tree)
    assert holds(defined.tree, facts) is not holds(read(written).tree, facts)
