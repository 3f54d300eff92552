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
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import LARGEST, Money
from cobranza_rules.problems import Problem

_TOTAL = re.compile(r"(?:gran |sub ?)?total(?:es)?\b.*|sumas?\b.*")
_AMOUNTS = ("total", "open", "charge", "credit")


@dataclass(slots=True)
class _Sums:
    """Minor units of the documents since the last subtotal, or since the top, by column, nature, and whether they are cancelled.

    `refused` has the amounts of the rows that could not be read, by column, as far as those can be; `unread` counts those of which they cannot.
    """

    minor: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, document: LedgerDocument) -> None:
        nature, cancelled = document.nature.value, document.cancelled
        self.minor["total", nature, cancelled] += document.total.minor
        self.minor["open", nature, cancelled] += document.open.minor
        self.currencies.add(document.total.currency)

    def ways(self, column: str) -> list[int]:
        """Reports count credits with, against, or apart from the charges, and cancelled documents or not; so too what could not be read."""
        found = []
        amount = "open" if column == "open" else "total"
        for cancelled in ((False,), (False, True)):
            charges, credits_ = (sum(self.minor[amount, nature.value, one] for one in cancelled) for nature in Nature)
            found += [charges + credits_, charges, credits_, charges - credits_]
        if column in ("charge", "credit"):
            found = [found[{"charge": 1, "credit": 2}[column] + 4 * way] for way in (0, 1)]
        refused = self.refused[column]
        return [way + refused for way in found] + [way + part for part in (0, -refused) for way in found if refused]


@dataclass(slots=True)
class TotalRows:
    headings: Headings
    file: str
    group: _Sums = field(default_factory=_Sums)
    all: _Sums = field(default_factory=_Sums)

    def add(self, document: LedgerDocument) -> None:
        self.group.add(document)
        self.all.add(document)

    def refuse(self, cells: Sequence[Value]) -> None:
        """A row could not be read; its amounts are in the sums of the report all the same."""
        currency = next(iter(self.all.currencies), "MXN")
        for column in _AMOUNTS:
            number = self.headings.column(column)
            cell = cells[number] if number is not None and number < len(cells) else None
            amount = amount_of(cell)
            for sums in (self.group, self.all):
                if amount is not None and abs(amount) < LARGEST:
                    sums.refused[column] += Money.of(abs(amount), currency).minor
                elif cell is not None:
                    sums.unread[column] += 1

    def check(self, row: int, cells: Sequence[Value]) -> list[Problem]:
        """What a total row says is compared where it can be: all rows are of one currency."""
        sums = [one for one in (self.group, self.all) if len(one.currencies) == 1]
        problems = []
        for column in _AMOUNTS:
            number = self.headings.column(column)
            amount = amount_of(cells[number]) if number is not None and number < len(cells) else None
            if amount is None or not sums or abs(amount) >= LARGEST:
                continue
            told = Money.of(amount, next(iter(sums[0].currencies)))
            if not any(told.minor in one.ways(column) for one in sums):
                problems.append(
                    Problem(*self._differing(sums[-1], column, told), self.file, place=self.headings.place(row, column), warning=True)
                )
        self.group = _Sums()
        return problems

    def _differing(self, sums: _Sums, column: str, told: Money) -> tuple[Sentence, Sentence]:
        own = Money(sums.ways(column)[0], told.currency)
        if unread := sums.unread[column]:
            what = _(
                "the row says that the rows above it make {told}, but those that could be read make {sum}; rows that could not: {count}",
                told=told,
                sum=own,
                count=unread,
            )
            return what, _("correct those rows first, and compare again")
        what = _("the row says that the rows above it make {told}, but they make {sum}", told=told, sum=own)
        return what, _("a row may be missing: export the report again, and compare")


def is_total(cells: Sequence[Value]) -> bool:
    """A row without a day whose first text is a word for a sum."""
    first = next((cell for cell in cells if isinstance(cell, str) and amount_of(cell) is None), None)
    return first is not None and _TOTAL.fullmatch(plain(first)) is not None and all(day_of(cell) is None for cell in cells)
