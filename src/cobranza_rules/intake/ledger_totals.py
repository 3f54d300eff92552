"""Rows that sum up the rows above them. They are no documents; where they disagree with what was read, that is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cobranza_rules.domain.ledger_document import LedgerDocument, Nature
from cobranza_rules.intake.cells import amount_of, day_of
from cobranza_rules.intake.heading_row import Headings, plain
from cobranza_rules.intake.table import Value
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem

_TOTAL = re.compile(r"(?:gran |sub ?)?total(?:es)?\b.*|sumas?\b.*")
_AMOUNTS = ("total", "open", "charge", "credit")


@dataclass(slots=True)
class _Sums:
    """Minor units of the documents since the last subtotal, or since the top, by column, nature, and whether they are cancelled."""

    minor: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)
    refused: bool = False

    def add(self, document: LedgerDocument) -> None:
        nature, cancelled = document.nature.value, document.cancelled
        self.minor["total", nature, cancelled] += document.total.minor
        self.minor["open", nature, cancelled] += document.open.minor
        self.currencies.add(document.total.currency)

    def ways(self, column: str) -> list[int]:
        """Reports count credits with, against, or apart from the charges, and cancelled documents or not."""
        found = []
        amount = "open" if column == "open" else "total"
        for cancelled in ((False,), (False, True)):
            charges, credits_ = (sum(self.minor[amount, nature.value, one] for one in cancelled) for nature in Nature)
            found += [charges + credits_, charges, credits_, charges - credits_]
        return [found[{"charge": 1, "credit": 2}[column] + 4 * way] for way in (0, 1)] if column in ("charge", "credit") else found


@dataclass(slots=True)
class TotalRows:
    headings: Headings
    file: str
    group: _Sums = field(default_factory=_Sums)
    all: _Sums = field(default_factory=_Sums)

    def add(self, document: LedgerDocument) -> None:
        self.group.add(document)
        self.all.add(document)

    def refuse(self) -> None:
        """A row could not be read, so that no sum can be compared any more."""
        self.group.refused = self.all.refused = True

    def check(self, row: int, cells: Sequence[Value]) -> list[Problem]:
        """What a total row says is compared where it can be: all rows were read, and they are of one currency."""
        sums = [one for one in (self.group, self.all) if not one.refused and len(one.currencies) == 1]
        problems = []
        for column in _AMOUNTS:
            number = self.headings.column(column)
            amount = amount_of(cells[number]) if number is not None and number < len(cells) else None
            if amount is None or not sums:
                continue
            told = Money.of(amount, next(iter(sums[0].currencies)))
            if not any(told.minor in one.ways(column) for one in sums):
                own = Money(sums[-1].ways(column)[0], told.currency)
                what = _("the row says that the rows above it make {told}, but they make {sum}", told=told, sum=own)
                hint = _("a row may be missing: export the report again, and compare")
                problems.append(Problem(what, hint, self.file, place=self.headings.place(row, column), warning=True))
        self.group = _Sums()
        return problems


def is_total(cells: Sequence[Value]) -> bool:
    """A row without a day whose first text is a word for a sum."""
    first = next((cell for cell in cells if isinstance(cell, str) and amount_of(cell) is None), None)
    return first is not None and _TOTAL.fullmatch(plain(first)) is not None and all(day_of(cell) is None for cell in cells)
