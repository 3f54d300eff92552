"""A report as tables of typed cells: what a screen prints and a spreadsheet keeps as real numbers and dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cobranza_rules.language import Sentence
from cobranza_rules.money import Money

# Texts of outside, or of the program as sentences; amounts; days; counts; figures with decimals, such as days of sales or percents.
Cell = str | Sentence | Money | dt.date | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """`heading` is marked with N_. `width` is in characters; figures stand to the right."""

    heading: str
    width: int = 14
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is a marked text, `notes` stand above the headings. The last rows that are sums are `totals`."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[Sentence] = ()
    totals: Sequence[Sequence[Cell]] = field(default=())
