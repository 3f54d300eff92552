"""All conditions of a scope for durable-rules: rulesets as JSON, and how a fact is written for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import orjson

from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.rules.durable_conditions import (
    LARGEST_WHOLE,
    MOST_BRANCHES,
    Computed,
    branch_count,
    branches_of,
    said,
    sayable_text,
)
from cobranza_rules.rules.engine import Conditions, Facts
from cobranza_rules.rules.native import compile_conditions
from cobranza_rules.rules.normal_form import Arm
from cobranza_rules.rules.tree import Holds, Node, facts_of, facts_of_test, leaves

GUARD = {"s": 1}  # First in every rule: durable-rules has facts of its own, and rules that only ask for absent facts would match those.
IDENTITY: dict[str, Value] = {"id": "x", "s": 1}  # One fact at a time, always under this name


class DurableProgram:
    """`names` of the conditions in the order of the numbers by which the rules of `rulesets` are called ("3.0": number 3, arm 0)."""

    def __init__(self, scope: Scope, conditions: Conditions) -> None:
        own = {name: condition.tree for name, (of, condition) in conditions.items() if of is scope}
        self.names = list(own)
        certain = _never_asked_for(list(own.values()), scope)
        computed = Computed()
        branches = [branches_of(tree, certain, computed) for tree in own.values()]
        used = sorted({fact for found in branches for arm in found for test in arm for fact in facts_of_test(test)})
        codes = {fact: f"f{number}" for number, fact in enumerate(used)}
        self.rulesets = [orjson.dumps(_ruleset(shard, codes)).decode() for shard in _shards(branches)]
        self._fields = _Fields(scope, {fact: codes[fact] for fact in used if fact not in computed.nodes}, certain)
        needed = [fact for fact in used if fact in computed.nodes]
        self._computed_codes = [(codes[fact], 1 << index) for index, fact in enumerate(needed)]
        self._compute = compile_conditions(scope, [computed.nodes[fact] for fact in needed]) if needed else None

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


class _Fields:
    """The facts that go over as they are, by type: this runs once for every fact of a run, so the loops are plain and apart."""

    def __init__(self, scope: Scope, codes: dict[str, str], certain: frozenset[str]) -> None:
        types = {fact: VOCABULARY[scope][fact].type for fact in codes}
        self._certain = [(fact, code) for fact, code in codes.items() if fact in certain]
        self._truths = [(fact, code) for fact, code in codes.items() if types[fact] is FactType.BOOLEAN and fact not in certain]
        self._texts = [(fact, code) for fact, code in codes.items() if types[fact] is FactType.TEXT]
        self._figures = [(fact, code) for fact, code in codes.items() if types[fact] not in (FactType.BOOLEAN, FactType.TEXT)]

    def write(self, facts: Facts) -> dict[str, Value] | None:
        get = facts.get
        written: dict[str, Value] = IDENTITY.copy()
        for fact, code in self._figures:
            value = get(fact)
            if value is not None:
                if type(value) is not int or not -LARGEST_WHOLE < value < LARGEST_WHOLE:
                    return None
                written[code] = value
        for fact, code in self._certain:
            written[code] = value = get(fact) or False
            if value is not True and value is not False:
                return None
        for fact, code in self._truths:
            value = get(fact)
            if value is not None:
                if value is not True and value is not False:
                    return None
                written[code] = value
        return self._write_texts(facts, written)

    def _write_texts(self, facts: Facts, written: dict[str, Value]) -> dict[str, Value] | None:
        for fact, code in self._texts:
            text = facts.get(fact)
            if text is None:
                continue
            if not isinstance(text, str):
                return None
            if not text.isascii():
                text = unicodedata.normalize("NFC", text)  # Composing makes a few signs longer (UAX 15, table 3): the check comes after it.
            if not sayable_text(text):
                return None
            written[code] = text
        return written


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
