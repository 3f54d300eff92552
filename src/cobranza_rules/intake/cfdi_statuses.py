"""A list of what the SAT says of CFDI, as its portal downloads it or an administrative system exports it: a row each in a spreadsheet.

The portal has two columns of like names. `Estatus de cancelación` says whether a CFDI may be cancelled (Cancelable con aceptación ...), and
`Estatus de proceso de cancelación` how far its cancellation has come; in other lists the first name heads what the second one holds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState, CfdiStatus
from cobranza_rules.intake.cells import day_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.error_cells import is_remark
from cobranza_rules.intake.heading_row import Column, Headings, KnownHeadings, heading_key, plain
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem

EXPECTED = "UUID, Estado, Estatus de cancelación, Fecha de cancelación, Fecha de consulta"
_FIELDS = {
    "uuid": "uuid|folio fiscal|folio fiscal uuid|uuid folio fiscal|id cfdi|folio fiscal cfdi|fiscal folio",
    "state": (
        "estado|estado sat|estado cfdi|estado comprobante|estado del comprobante|estado fiscal|estatus|estatus sat|estatus cfdi|"
        "estatus comprobante|vigencia|status|state|sat status|cfdi status"
    ),
    "process": (
        "estatus proceso cancelacion|estatus del proceso de cancelacion|proceso de cancelacion|estado de proceso de cancelacion|"
        "estatus de solicitud|estado de solicitud|cancellation process"
    ),
    "cancellation": (
        "estatus de cancelacion|estado de cancelacion|estatus cancelacion|estatuscancelacion|tipo de cancelacion|cancelacion|es cancelable|"
        "cancellation status"
    ),
    "cancelled_on": "fecha de cancelacion|fechacancelacion|fecha de proceso de cancelacion|cancelado el|cancellation date|cancelled on",
    "as_of": "fecha de consulta|fecha de estatus|fecha de estado|fecha de verificacion|consultado el|date of query|as of|checked on",
}
_STATES = {
    CfdiState.VALID: "vigente|activo|activa|1|valid|active",
    CfdiState.CANCELLED: "cancelado|cancelada|0|cancelled|canceled",
    CfdiState.NOT_FOUND: "no encontrado|no encontrada|not found",
}
_PROCESSES = {
    CancellationProcess.IN_PROCESS: "en proceso|en proceso de cancelacion|in process",
    CancellationProcess.REJECTED: "solicitud rechazada|rechazada|rechazado|solicitud de cancelacion rechazada|request rejected|rejected",
    CancellationProcess.WITHOUT_ACCEPTANCE: "cancelado sin aceptacion|cancelled without acceptance",
    CancellationProcess.WITH_ACCEPTANCE: "cancelado con aceptacion|cancelled with acceptance",
    CancellationProcess.EXPIRED: "plazo vencido|cancelado plazo vencido|cancelado por plazo vencido|deadline expired",
    # Nothing is under way: whether it could be cancelled is no matter of this program.
    CancellationProcess.NONE: "|ninguno|ninguna|no aplica|na|n a|sin solicitud|cancelable sin aceptacion|cancelable con aceptacion|no cancelable|none",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split("|")}
_PROCESS_OF = {word: process for process, words in _PROCESSES.items() for word in words.split("|")}
_UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")


def _are_enough(held: set[Column]) -> bool:
    return {"uuid", "state"} <= held


STATUS_HEADINGS = KnownHeadings(
    {heading_key(word): name for name, words in _FIELDS.items() for word in words.split("|")}, _are_enough, EXPECTED
)


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """`places` names the cells of uuid and state."""

    status: CfdiStatus
    places: Mapping[str, str]


def state_named(text: str) -> CfdiState | None:
    return _STATE_OF.get(plain(text))


def process_named(text: str) -> CancellationProcess | None:
    return _PROCESS_OF.get(plain(text))


def read_statuses(content: bytes, file: str, today: dt.date) -> tuple[list[StatusRecord], list[Problem]]:
    """The rows that could be read, and the problems of the others; a problem that is a warning has cost nothing.

    A list without the day of its query speaks of `today`. Raises ProblemError where the file cannot be read at all.
    """
    headings = STATUS_HEADINGS.find(read_tables(content, file), file)
    if headings is None:
        what = _("no heading row of a list of CFDI statuses was found in the first rows")
        return [], [Problem(what, _("the headings expected are: {expected}", expected=EXPECTED), file)]
    records: list[StatusRecord] = []
    # Lists of the SAT have many columns that are no matter of this program: those are not told one by one.
    problems = [problem for problem in headings.problems if not problem.warning]
    for row in range(headings.row + 1, len(headings.table.rows)):
        cells = [cell for cell in headings.table.rows[row] if cell is not None]
        if cells and not is_remark(cells[0]):
            reading = _Row(headings, row, file, today, [])
            record = reading.record()
            problems += reading.problems
            if record is not None:
                records.append(record)
    return records, problems


@dataclass(slots=True)
class _Row:
    headings: Headings
    row: int
    file: str
    today: dt.date
    problems: list[Problem]

    def record(self) -> StatusRecord | None:
        """None where the row cannot be taken: then its problems say why."""
        uuid, state, process = self._uuid(), self._state(), self._process()
        cancelled_on, as_of = self._day("cancelled_on"), self._day("as_of")
        if self.problems or state is None or process is None:
            return None
        # Of one that stands this column has the day of its request.
        status = CfdiStatus(uuid, state, process, as_of or self.today, cancelled_on if state is CfdiState.CANCELLED else None)
        if status.contradicts_itself:
            what = _("'{state}' and '{process}' cannot both be", state=self._text("state"), process=self._told_process())
            self._blame("state", what, _("ask the SAT again, and correct the row"))
            return None
        return StatusRecord(status, {name: self.headings.place(self.row, name) for name in ("uuid", "state")})

    def _text(self, column: str) -> str:
        number = self.headings.column(column)
        return "" if number is None else text_of(self.headings.table.value(self.row, number))

    def _blame(self, column: str, what: Sentence, hint: Sentence) -> None:
        self.problems.append(Problem(what, hint, self.file, place=self.headings.place(self.row, column)))

    def _uuid(self) -> str:
        written = self._text("uuid")
        uuid = written.upper().strip("{}")
        if not _UUID.fullmatch(uuid):
            what = _("'{uuid}' is not a UUID", uuid=shown(written)) if written else _("the cell is empty")
            self._blame("uuid", what, _("copy the fiscal folio from the CFDI"))
        return uuid

    def _state(self) -> CfdiState | None:
        text = self._text("state")
        if (state := state_named(text)) is None:
            what = _("'{text}' is not known here", text=shown(text)) if text else _("the cell is empty")
            self._blame("state", what, _("write one of: {allowed}", allowed="Vigente, Cancelado, No encontrado"))
        return state

    def _told_process(self) -> str:
        """What the column of the process says, else the other one."""
        return self._text("process") or self._text("cancellation")

    def _process(self) -> CancellationProcess | None:
        told = self._told_process()
        if (process := process_named(told)) is None:
            allowed = "Cancelado sin aceptación, Cancelado con aceptación, Plazo vencido, En proceso, Solicitud rechazada"
            column = "process" if self._text("process") else "cancellation"
            self._blame(column, _("'{text}' is not known here", text=shown(told)), _("write one of: {allowed}", allowed=allowed))
        return process

    def _day(self, column: str) -> dt.date | None:
        number = self.headings.column(column)
        value = None if number is None else self.headings.table.value(self.row, number)
        if value is None:
            return None
        day = day_of(value)
        if day is not None and day <= self.today:
            return day
        what = _("'{text}' is not a date", text=shown(text_of(value))) if day is None else _("{day} is still to come", day=day)
        self._blame(column, what, _("write the day like 2026-02-16 or 16/02/2026"))
        return None
