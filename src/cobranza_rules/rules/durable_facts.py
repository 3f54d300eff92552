"""How facts are written for durable-rules: as JSON, each fact of a subject under its short code; what it cannot take soundly is not written."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import orjson

from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.rules.durable_conditions import LARGEST_WHOLE, sayable_text
from cobranza_rules.rules.engine import Facts

IDENTITY: dict[str, Value] = {"id": "x", "s": 1}  # One fact at a time, always under this name
MOST_KEPT = 20_000  # Values of a fact whose writing is kept from one table to the next
UNSAYABLE = "\0"  # Stands in no JSON
TRUTHS = frozenset({bool, type(None)})


class Fields:
    """The facts that go over as they are, by type.

    `certain` ones are written as false where they are unknown; of them `silent` ones only where they hold, since nothing asks for their false.
    """

    def __init__(self, scope: Scope, codes: Mapping[str, str], certain: frozenset[str], silent: frozenset[str]) -> None:
        self.codes, self.certain, self.silent = codes, certain, silent
        self.types = {fact: VOCABULARY[scope][fact].type for fact in codes}

    def write(self, facts: Facts) -> dict[str, Value] | None:
        """None where one of them must never reach durable-rules."""
        written: dict[str, Value] = IDENTITY.copy()
        for fact, code in self.codes.items():
            value = facts.get(fact)
            if value is None and fact in self.certain:
                value = False
            if value is not None:
                said = sayable(self.types[fact], value)
                if said is None:
                    return None
                if said is not False or fact not in self.silent:
                    written[code] = said
        return written


def sayable(kind: FactType, value: Value) -> Value | None:
    """The value as durable-rules gets it: texts composed. None where it would be wrong about it."""
    if kind is FactType.BOOLEAN:
        return value if value is True or value is False else None
    if kind is not FactType.TEXT:
        return value if type(value) is int and -LARGEST_WHOLE < value < LARGEST_WHOLE else None
    if not isinstance(value, str):
        return None
    # Composing makes a few signs longer (UAX 15, table 3): the check comes after it.
    text = value if value.isascii() else unicodedata.normalize("NFC", value)
    return text if sayable_text(text) else None


def all_sayable(figures: Sequence[Value | None]) -> bool:
    return {int}.issuperset(map(type, figures)) and min(figures, default=0) > -LARGEST_WHOLE and max(figures, default=0) < LARGEST_WHOLE  # type: ignore[type-var,operator] # they are whole numbers, which comes first


class Columns:
    """Writes whole tables. Facts have few different values, so what is written for each value is worked out once."""

    def __init__(self, fields: Fields) -> None:
        self._members = {fact: _Members(fields, fact, code) for fact, code in fields.codes.items()}

    def write(self, table: FactTable) -> list[str | None]:
        """The facts of each row as JSON, or None as `Fields.write` has it."""
        columns = dict(zip(table.names, zip(*table.rows, strict=True), strict=False))  # No row has no columns.
        begin = orjson.dumps(IDENTITY).decode().removesuffix("}")
        for members in self._members.values():
            members.forget_if_many()
        unknown = (None,) * len(table)
        said = [members.of(columns.get(fact, unknown)) for fact, members in self._members.items()]
        if not said:
            return [begin + "}"] * len(table)
        texts = [begin + "".join(row) + "}" for row in zip(*said, strict=True)]
        return [None if UNSAYABLE in text else text for text in texts]


class _Members(dict[Value | None, str]):
    """What is written for each value of one fact: `,"f3":12`, nothing where it is unknown, UNSAYABLE where it must not be written."""

    def __init__(self, fields: Fields, fact: str, code: str) -> None:
        self._code, self._kind, self._is_silent = code, fields.types[fact], fact in fields.silent
        self[None] = f',"{code}":false' if fact in fields.certain and not self._is_silent else ""

    def __missing__(self, value: Value | None) -> str:
        assert value is not None
        said = sayable(self._kind, value)
        if said is None:
            written = UNSAYABLE
        else:
            written = "" if said is False and self._is_silent else f',"{self._code}":{orjson.dumps(said).decode()}'
        self[value] = written
        return written

    def of(self, column: Sequence[Value | None]) -> list[str]:
        """Where truths are asked for, 1 and 0 are looked at apart: as keys they are True and False. Of amounts hardly two are the same."""
        if self._kind is FactType.AMOUNT and all_sayable(column):
            return [f',"{self._code}":{value}' for value in column]
        if self._kind is FactType.BOOLEAN and not TRUTHS.issuperset(map(type, column)):
            return [self[value] if type(value) in TRUTHS else UNSAYABLE for value in column]
        return list(map(self.__getitem__, column))

    def forget_if_many(self) -> None:
        if len(self) > MOST_KEPT:
            unknown = self[None]
            self.clear()
            self[None] = unknown
