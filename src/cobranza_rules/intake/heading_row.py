"""The heading row of a table below its title rows, and which column holds what: any order, capitals, accents and the usual synonyms."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cobranza_rules.domain.customer import ContactRole
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.table import Table
from cobranza_rules.language import _
from cobranza_rules.problems import Problem

DEEPEST_HEADING = 30  # Title rows before the heading row: a logo, a date, the company's name.

# A contact's column names its role and part; without a role it stands for invoices and collections alike.
Column = str | tuple[ContactRole | None, str]
_LINKS = re.compile(r"\b(?:de|del|para|for|of|the|la|las|los|el)\b")


def folded(text: object) -> str:
    """Lower case, without accents and doubled spaces."""
    letters = unicodedata.normalize("NFKD", str(text)).casefold()
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def plain(text: object) -> str:
    """Folded, and without punctuation: `Días de crédito:` and `DIAS DE CREDITO` are one heading."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded(text)).split())


def heading_key(text: object) -> str:
    """Words in alphabetical order and without `de`, `para` ...: `Contacto para facturas: correo` and `Correo contacto facturas` are one."""
    return " ".join(sorted(_LINKS.sub(" ", plain(text)).split()))


@dataclass(frozen=True, slots=True)
class Headings:
    """`row` counts from 0; `columns` maps a column number to what it holds."""

    table: Table
    row: int
    columns: dict[int, Column]
    problems: tuple[Problem, ...] = ()

    def column(self, wanted: Column) -> int | None:
        return next((number for number, holds in self.columns.items() if holds == wanted), None)

    def place(self, row: int, wanted: Column) -> str:
        """The cell of a row in that column; in the first one where there is no such column."""
        return self.table.place(row, self.column(wanted) or 0)


@dataclass(frozen=True, slots=True)
class KnownHeadings:
    """`aliases` by `heading_key`; `are_enough` says whether the columns found in a row make it a heading row; `expected` is shown to people.

    With `two_rows` a heading may begin in the row above (`Fecha` over `emisión`), merged or not. Where `others_matter`, each heading that is
    not known is told; a report has many that nobody misses.
    """

    aliases: Mapping[str, Column]
    are_enough: Callable[[set[Column]], bool]
    expected: str
    two_rows: bool = False
    others_matter: bool = True

    def find(self, tables: list[Table], file: str) -> Headings | None:
        """The row with the most known headings of all sheets; None where no row has enough of them."""
        best: tuple[int, Table, int] | None = None
        for table in tables:
            for row in range(min(len(table.rows), DEEPEST_HEADING)):
                held = set(self._columns(table, row).values())
                if self.are_enough(held) and (best is None or len(held) > best[0]):
                    best = (len(held), table, row)
        return None if best is None else self._headings(best[1], best[2], file)

    def _columns(self, table: Table, row: int) -> dict[int, Column]:
        """With a heading above that is merged over several columns (`Contacto facturas` over `Nombre`, `Correo`), both are read together."""
        columns: dict[int, Column] = {}
        cells = table.rows[row]
        two_rows = self.two_rows and all(cell is None or isinstance(cell, str) for cell in cells)
        width = max(len(cells), len(table.rows[row - 1])) if two_rows and row else len(cells)
        for number in range(width):
            cell = table.value(row, number)
            above = next(
                (table.value(row - 1, first) for at, first, last in table.merged if at == row - 1 and first <= number <= last), None
            ) or (table.value(row - 1, number) if two_rows else None)
            if cell is None and two_rows and isinstance(above, str):
                cell, above = above, None
            if not isinstance(cell, str):
                continue
            holds = (self.aliases.get(heading_key(f"{above} {cell}")) if above else None) or self.aliases.get(heading_key(cell))
            if holds is not None:
                columns[number] = holds
        return columns

    def _headings(self, table: Table, row: int, file: str) -> Headings:
        columns, problems = self._columns(table, row), list(table.problems)
        seen: dict[Column, int] = {}
        for number in range(max(len(table.rows[row]), 1 + max(columns, default=0))):
            cell, place = table.value(row, number), table.place(row, number)
            if cell is not None and number not in columns:
                if self.others_matter:
                    problems.append(self._unknown(str(cell), file, place))
            elif (holds := columns.get(number)) in seen:
                del columns[number]
                what = _(
                    "the heading '{heading}' means the same as that of cell {other}",
                    heading=shown(str(cell if cell is not None else table.value(row - 1, number))),
                    other=table.place(row, seen[holds]),
                )
                problems.append(Problem(what, _("the second column was not read; remove one of them"), file, place=place, warning=True))
            elif holds is not None:
                seen[holds] = number
        return Headings(table, row, columns, tuple(problems))

    def _unknown(self, heading: str, file: str, place: str) -> Problem:
        near = difflib.get_close_matches(heading_key(heading), self.aliases, 1, 0.8)
        what = _("the heading '{heading}' is not known, its column was not read", heading=shown(heading))
        expected = _("it looks like one of: {expected}", expected=self.expected)
        return Problem(
            what, expected if near else _("nothing to do if the column is not for this program"), file, place=place, warning=True
        )
