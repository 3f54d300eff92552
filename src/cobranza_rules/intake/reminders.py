"""Which invoice was reminded of before the program came, how far, and when last: a row each in a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cobranza_rules.intake.cells import day_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.error_cells import is_remark
from cobranza_rules.intake.heading_row import Column, Headings, KnownHeadings, heading_key, plain
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.language import _
from cobranza_rules.problems import Problem

EXPECTED = "Factura, Último recordatorio, Fecha"
_FIELDS = {
    "invoice": "factura|folio|numero de factura|no factura|num factura|folio de factura|folio fiscal|uuid|cfdi|invoice|invoice number|invoice no",
    "rung": (
        "ultimo recordatorio|recordatorio|ultimo aviso|aviso|ultimo escalon|escalon|recordatorio enviado|ultimo recordatorio enviado|"
        "last reminder|reminder|rung|last rung"
    ),
    "day": (
        "fecha|fecha de recordatorio|fecha de ultimo recordatorio|fecha de aviso|fecha de ultimo aviso|fecha de envio|enviado|enviado el|"
        "date|date sent|sent|sent on|reminded on|date of reminder|date of last reminder"
    ),
}
_NONE = frozenset({"ninguno", "ninguna", "no", "none", "0", ""})
_LONGEST = 80


def _are_enough(held: set[Column]) -> bool:
    return {"invoice", "rung"} <= held


REMINDER_HEADINGS = KnownHeadings(
    {heading_key(word): name for name, words in _FIELDS.items() for word in words.split("|")}, _are_enough, EXPECTED
)


@dataclass(frozen=True, slots=True)
class ReminderRecord:
    """`invoice` and `rung` as somebody wrote them; `places` names the cells of invoice, rung and day.

    Without a `day`, which was told already, nothing comes of it but what else is wrong with the row.
    """

    invoice: str
    rung: str
    day: dt.date | None
    places: Mapping[str, str]


def read_reminders(content: bytes, file: str) -> tuple[list[ReminderRecord], list[Problem]]:
    """The rows that name a reminder, and the problems of all of them; a problem that is a warning has cost nothing.

    Raises ProblemError where the file cannot be read at all.
    """
    headings = REMINDER_HEADINGS.find(read_tables(content, file), file)
    if headings is None:
        what = _("no heading row of a list of reminders was found in the first rows")
        return [], [Problem(what, _("the headings expected are: {expected}", expected=EXPECTED), file)]
    records: list[ReminderRecord] = []
    problems = list(headings.problems)
    if headings.column("day") is None:
        hint = _("add the column; the headings expected are: {expected}", expected=EXPECTED)
        place = headings.table.place(headings.row, 0)
        return [], [*problems, Problem(_("the heading '{heading}' is missing", heading="Fecha"), hint, file, place=place)]
    for row in range(headings.row + 1, len(headings.table.rows)):
        cells = [cell for cell in headings.table.rows[row] if cell is not None]
        if cells and not is_remark(cells[0]):
            _read_row(headings, row, file, records, problems)
    return records, problems


def _read_row(headings: Headings, row: int, file: str, records: list[ReminderRecord], problems: list[Problem]) -> None:
    """Rows without a reminder are invoices that nobody was reminded of."""
    cells = {name: headings.table.value(row, headings.column(name) or 0) for name in _FIELDS}
    places = {name: headings.place(row, name) for name in _FIELDS}
    invoice, rung = text_of(cells["invoice"]), text_of(cells["rung"])
    day = day_of(cells["day"])
    if plain(rung) in _NONE and cells["day"] is None:
        return
    found = []
    if not invoice:
        found.append(Problem(_("the cell is empty"), _("fill it in, or delete the whole row"), file, place=places["invoice"]))
    if plain(rung) in _NONE:
        found.append(Problem(_("a day stands there, but no reminder"), _("name the last reminder"), file, place=places["rung"]))
    if day is None:
        what = _("'{text}' is not a date", text=shown(text_of(cells["day"]))) if cells["day"] is not None else _("the cell is empty")
        found.append(Problem(what, _("give the day on which the reminder left, like 2026-02-16 or 16/02/2026"), file, place=places["day"]))
    problems += found
    if invoice and plain(rung) not in _NONE:
        records.append(ReminderRecord(invoice[:_LONGEST], rung[:_LONGEST], day, places))
