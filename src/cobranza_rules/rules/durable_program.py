"""All conditions of a scope for durable-rules: rulesets as JSON, and how a fact is written for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope
from cobranza_rules.rules.durable_conditions import (
    MOST_BRANCHES,
    Computed,
    branch_count,
    branches_of,
    said,
)
from cobranza_rules.rules.durable_facts import Columns, Fields
from cobranza_rules.rules.engine import Conditions, Facts
from cobranza_rules.rules.native import compile_conditions
from cobranza_rules.rules.normal_form import Arm
from cobranza_rules.rules.tree import Holds, Node, facts_of, facts_of_test, leaves

GUARD = {"s": 1}  # First in every rule: durable-rules has facts of its own, and rules that only ask for absent facts would match those.


class DurableProgram:
    """`names` of the conditions in the order of the numbers by which the rules of `rulesets` are called ("3.0": number 3, arm 0)."""

    def __init__(self, scope: Scope, conditions: Conditions) -> None:
        own = {name: condition.tree for name, (of, condition) in conditions.items() if of is scope}
        self.names = list(own)
        self._named: dict[frozenset[int], frozenset[str]] = {}
        certain = _never_asked_for(list(own.values()), scope)
        computed = Computed()
        branches = [branches_of(tree, certain, computed) for tree in own.values()]
        used = sorted({fact for found in branches for arm in found for test in arm for fact in facts_of_test(test)})
        codes = {fact: f"f{number}" for number, fact in enumerate(used)}
        self.rulesets = [orjson.dumps(_ruleset(shard, codes)).decode() for shard in _shards(branches)]
        asked_otherwise = {
            fact for found in branches for arm in found for test in arm if not isinstance(test, Holds) for fact in facts_of_test(test)
        }
        plain = {fact: codes[fact] for fact in used if fact not in computed.nodes}
        self._fields = Fields(scope, plain, certain, silent=certain - asked_otherwise)
        self._columns = Columns(self._fields)
        needed = [fact for fact in used if fact in computed.nodes]
        self._computed_codes = [(codes[fact], 1 << index) for index, fact in enumerate(needed)]
        self._compute = compile_conditions(scope, [computed.nodes[fact] for fact in needed]) if needed else None

    def named(self, numbers: frozenset[int]) -> frozenset[str]:
        """The names of the conditions that have these numbers; few sets of them occur."""
        if (found := self._named.get(numbers)) is None:
            found = self._named[numbers] = frozenset(self.names[number] for number in numbers)
        return found

    def write(self, facts: Facts) -> str | None:
        """The fact as JSON; None where it holds something that must never reach durable-rules. Unknown facts are left out."""
        written = self._fields.write(facts)
        if written is None:
            return None
        if self._compute is not None:
            (bits,) = self._compute([facts])
            for code, bit in self._computed_codes:
                written[code] = bool(bits & bit)
        return orjson.dumps(written).decode()

    def write_all(self, facts: Sequence[Facts]) -> list[str | None]:
        """Each of the facts, as `write` writes it."""
        if isinstance(facts, FactTable) and self._compute is None:
            return self._columns.write(facts)
        return [self.write(each) for each in facts]


def _never_asked_for(trees: list[Node], scope: Scope) -> frozenset[str]:
    """Boolean facts of which nothing is asked but whether they hold: an unknown one is written as false, which saves its alternatives."""
    asked = {
        fact
        for tree in trees
        for leaf in leaves(tree)
        for test in leaf.tests
        if not isinstance(test, Holds)
        for fact in facts_of_test(test)
    }
    used = frozenset[str]().union(*map(facts_of, trees))
    return frozenset(fact for fact in used if VOCABULARY[scope][fact].type is FactType.BOOLEAN and fact not in asked)


def _shards(branches: list[list[Arm]]) -> Iterator[list[tuple[int, list[Arm]]]]:
    """Conditions with their numbers, parted so that no ruleset has too many branches."""
    shard: list[tuple[int, list[Arm]]] = []
    room = MOST_BRANCHES
    for number, found in enumerate(branches):
        needed = branch_count(found)
        if shard and needed > room:
            yield shard
            shard, room = [], MOST_BRANCHES
        if found:
            shard.append((number, found))
            room -= needed
    if shard:
        yield shard


def _ruleset(shard: list[tuple[int, list[Arm]]], codes: dict[str, str]) -> dict[str, Any]:
    return {f"{number}.{index}": {"all": [{"m": _conjunction(arm, codes)}]} for number, found in shard for index, arm in enumerate(found)}


def _conjunction(arm: Arm, codes: dict[str, str]) -> dict[str, Any]:
    members: dict[str, dict[str, Any]] = {}
    for test in arm:
        for member in said(test):
            coded = _coded(member, codes)
            members.setdefault(repr(coded), coded)
    return {"$and": [GUARD, *members.values()]} if members else dict(GUARD)


def _coded(said_test: Any, codes: dict[str, str]) -> Any:
    """Facts by their short codes, as names of members and behind `$m`."""
    if isinstance(said_test, dict):
        return {codes.get(key, key): codes[value] if key == "$m" else _coded(value, codes) for key, value in said_test.items()}
    if isinstance(said_test, list):
        return [_coded(part, codes) for part in said_test]
    return said_test
