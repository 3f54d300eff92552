"""Reports that are grouped by customer: whose a document is stands in a title above it, and not in its own row. They are told, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.intake.cells import amount_of, day_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.heading_row import Headings, plain
from cobranza_rules.intake.ledger_totals import is_total
from cobranza_rules.intake.table import Value
from cobranza_rules.language import _
from cobranza_rules.problems import Problem

CUSTOMER = ("name", "rfc", "code")
_UNGROUPED = _("export the report without groups, with the customer's code or RFC in the row of each document; nothing was guessed")
_LOOKED_AT = 60  # Rows below the headings
_LABELS = frozenset({"cliente", "codigo", "clave", "razon", "nombre", "rfc", "customer"})


def is_labelled(filled: Sequence[Value]) -> bool:
    """A row such as `Cliente: C-001 | Comercializadora, S.A.`, whatever else stands in it."""
    words = plain(filled[0]).split() if isinstance(filled[0], str) else []
    return bool(words) and words[0] in _LABELS


def is_title(filled: Sequence[Value]) -> bool:
    """A row that may name the customer of the documents below it: texts or a code, and nothing that a document has."""
    if not filled or is_total(filled) or not any(isinstance(cell, str) and amount_of(cell) is None for cell in filled):
        return False
    return is_labelled(filled) or (len(filled) <= 4 and all(day_of(cell) is None for cell in filled))


def no_customer_column(headings: Headings, file: str) -> Problem | None:
    """Where no column tells whose the documents are; with the first title of a group, if there is one."""
    if not set(headings.columns.values()).isdisjoint(CUSTOMER):
        return None
    place = headings.table.place(headings.row, 0)
    for row in range(headings.row + 1, min(headings.row + 1 + _LOOKED_AT, len(headings.table.rows))):
        filled = [cell for cell in headings.table.rows[row] if cell is not None]
        if is_title(filled):
            what = _("the report is grouped by customer, as by '{title}': no column says whose each document is", title=title_of(filled))
            return Problem(what, _UNGROUPED, file, place=headings.table.place(row, 0))
    what = _("no column says whose each document is: the headings 'Código', 'Cliente' and 'RFC' are missing")
    return Problem(what, _("add the column with the customer's code or RFC"), file, place=place)


def title_of(filled: Sequence[Value]) -> str:
    return shown(" ".join(map(text_of, filled)))


@dataclass(slots=True)
class Groups:
    """The titles of a report as they come by, and the documents below them that name no customer of their own."""

    file: str
    title: str = ""
    title_place: str = ""
    first_title: tuple[str, str] = ("", "")
    count: int = 0

    def meet(self, filled: Sequence[Value], place: str) -> None:
        if is_title(filled):
            self.title, self.title_place = title_of(filled), place

    def take(self) -> bool:
        """Of a document that names no customer: False where no title stands above it either."""
        if not self.title:
            return False
        if not self.count:
            self.first_title = self.title, self.title_place
        self.count += 1
        return True

    def told(self) -> list[Problem]:
        if not self.count:
            return []
        title, place = self.first_title
        what = _(
            "the report is grouped by customer, as by '{title}': documents that name no customer in their own row: {count}",
            title=title,
            count=self.count,
        )
        return [Problem(what, _UNGROUPED, self.file, place=place)]
