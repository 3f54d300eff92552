"""How one bank writes its statements, as a file of `rules/banks` says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cobranza_rules.domain.bank import LineKind


class Format(StrEnum):
    TABLE = "table"  # Text with delimiters, or a workbook
    MT940 = "mt940"
    CAMT053 = "camt053"


class Delimiter(StrEnum):
    TAB = "tab"
    COMMA = "comma"
    SEMICOLON = "semicolon"
    BAR = "bar"

    @property
    def sign(self) -> str:
        return {Delimiter.TAB: "\t", Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.BAR: "|"}[self]


class Order(StrEnum):
    """How rows follow each other. EITHER: as their days show it, and within one day their balances."""

    EITHER = "either"
    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


class Withdrawals(StrEnum):
    """With which sign the column of withdrawals holds its amounts."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Shape(StrEnum):
    """What is taken of a text: the first run of digits, word, RFC or number of 18 digits that comes, or all up to the end."""

    DIGITS = "digits"
    WORD = "word"
    RFC = "rfc"
    CLABE = "clabe"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Find:
    """`take` of what follows `after` (of the whole text where that is "") and stands before `until`; capitals and accents aside."""

    take: Shape
    after: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column: what it holds, and the headings under which that may stand."""

    holds: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankProfile:
    """`name` is that of its file, by which settings and statements name it.

    `table_after` is a text of the line above the headings, "" where the headings tell enough. `columns` may have several for `description`,
    which are read as one text; those that `optional` names may be missing. `dates` are forms such as DD-MM-YYYY. `signs` maps deposit and
    withdrawal to what the column `sign` says. `empty` are texts that stand for no amount. `head` maps account, currency and period to the
    label before them, above the table; `totals` opening, closing, deposits and withdrawals, above or below it. `find` says what is taken
    of a description, `kinds` which words of it tell what moved the money, the first that fits.
    """

    name: str
    bank: str
    format: Format
    delimiter: Delimiter | None = None
    table_after: str = ""
    columns: tuple[Wanted, ...] = ()
    optional: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    withdrawals: Withdrawals = Withdrawals.POSITIVE
    signs: Mapping[str, str] = field(default_factory=dict)
    order: Order = Order.EITHER
    empty: frozenset[str] = frozenset()
    head: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    find: Mapping[str, Find] = field(default_factory=dict)
    kinds: tuple[tuple[str, LineKind], ...] = ()
