"""The PDFs of an import: each goes to the invoice that its name names, waits for it, or is told; where two would take one place neither does."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import InvoiceNames
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.support import attach
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.support_name import Reading, readings_of
from cobranza_rules.language import _, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow, WaitingSupportRow

WAITING = "waiting"
NAMING = _("call it as its invoice is called (F-101.pdf, or its UUID), or attach it with 'cobranza attach'")


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file whose bytes are in the archive."""

    name: str
    media_type: str
    document: str


def some_wait(session: Session) -> bool:
    """Whether files that came before wait for their invoices."""
    return session.scalar(select(WaitingSupportRow.id).limit(1)) is not None


@dataclass(slots=True)
class SupportFiles:
    """`refused` are files of this import with what is wrong; `warnings` are about files that came before."""

    keeper: Bookkeeper
    today: dt.date
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[IncomingFile, Problem]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def take(self, files: Sequence[IncomingFile]) -> None:
        """After the invoices of the same import, and after the files that have waited for one of them."""
        waits = some_wait(self.keeper.session)
        if not files and not waits:
            return
        names = InvoiceNames.in_the_book(self.keeper.session)
        self._take_waiting(names)
        found: dict[tuple[int, tuple[str, str]], list[tuple[IncomingFile, SupportFile]]] = defaultdict(list)
        for file in files:
            try:
                placed = self._placed(names, file)
            except ProblemError as error:
                self.refused += [(file, problem) for problem in error.problems]
                continue
            if placed is not None:
                found[placed[0], placed[1].place].append((file, placed[1]))
        for (invoice_id, _place), same in found.items():
            self._take_place(invoice_id, same)

    def _placed(self, names: InvoiceNames, file: IncomingFile) -> tuple[int, SupportFile] | None:
        """None for one that waits for its invoice."""
        readings = readings_of(file.name)
        known = [(invoice_id, reading) for reading in readings for invoice_id in names.named(reading.invoice)]
        if len({invoice_id for invoice_id, _reading in known}) > 1:
            what = _("its name may be that of several invoices")
            raise ProblemError([Problem(what, _("attach it with 'cobranza attach', which says to which"), file.name)])
        kinds = [reading.kind for _id, reading in known if reading.kind is not None]
        if kinds:
            return known[0][0], SupportFile(kinds[0], shown(file.name.rpartition("/")[2]), file.media_type, file.document)
        if known:
            what = _(
                "its name does not say what it is of invoice {number}: '{rest}'", number=self._number(known[0][0]), rest=known[0][1].rest
            )
            words = "oc, remision, aceptacion, soporte"
            raise ProblemError(
                [Problem(what, _("write one of these after the number: {words}; or attach it by hand", words=words), file.name)]
            )
        self._let_wait([reading for reading in readings if reading.can_wait], file)
        return None

    def _number(self, invoice_id: int) -> str:
        return self.keeper.session.get_one(InvoiceRow, invoice_id).number

    def _let_wait(self, readings: Sequence[Reading], file: IncomingFile) -> None:
        if not readings:
            raise ProblemError([Problem(_("its name names no invoice"), NAMING, file.name)])
        known = select(WaitingSupportRow.id).where(WaitingSupportRow.document == file.document)
        if self.keeper.session.scalar(known.limit(1)) is not None:
            self.counts[Taken.UNCHANGED] += 1
            return
        for reading in {(reading.invoice, reading.kind): reading for reading in readings}.values():
            assert reading.kind is not None
            self.keeper.session.add(
                WaitingSupportRow(
                    named=reading.invoice,
                    kind=reading.kind.value,
                    file=file.name,
                    media_type=file.media_type,
                    document=file.document,
                    known_at=self.keeper.known_at,
                )
            )
        self.keeper.session.flush()
        self.counts[WAITING] += 1

    def _take_place(self, invoice_id: int, same: Sequence[tuple[IncomingFile, SupportFile]]) -> None:
        """Several files of this import for one place are all told: which of them is right nobody can know."""
        invoice = self.keeper.session.get_one(InvoiceRow, invoice_id)
        if len({file.document for _incoming, file in same}) > 1:
            names = ", ".join(incoming.name for incoming, _file in same)
            kind = word(same[0][1].kind.value)
            what = _("several files would be the {kind} of invoice {number}: {names}", kind=kind, number=invoice.number, names=names)
            hint = _("leave the right one, or attach it with 'cobranza attach'")
            self.refused += [(incoming, Problem(what, hint, incoming.name)) for incoming, _file in same]
            return
        incoming, file = same[0]
        try:
            self.counts[attach(self.keeper, invoice, file, self.today)] += 1
        except ProblemError as error:
            self.refused += [(incoming, Problem(one.what, one.hint, incoming.name)) for one in error.problems]

    def _take_waiting(self, names: InvoiceNames) -> None:
        """Files that have waited for an invoice that is here now. Where it is not clear which is meant they wait on, and a person is told."""
        found: dict[str, list[tuple[int, WaitingSupportRow]]] = defaultdict(list)
        for row in self.keeper.session.scalars(select(WaitingSupportRow).order_by(WaitingSupportRow.id)):
            for invoice_id in names.named(row.named):
                found[row.document].append((invoice_id, row))
        places = Counter((one[0][0], _file_of(one[0][1]).place) for one in found.values())
        for document, matches in found.items():
            invoice_id, row = matches[0]
            file = _file_of(row)
            clear = len({each for each, _row in matches}) == 1 and places[invoice_id, file.place] == 1
            if not clear:
                self._warn(_problem_of_waiting(row))
                continue
            try:
                self.counts[attach(self.keeper, self.keeper.session.get_one(InvoiceRow, invoice_id), file, self.today)] += 1
            except ProblemError as error:
                for problem in error.problems:
                    self._warn(problem)
                continue
            self.keeper.session.execute(delete(WaitingSupportRow).where(WaitingSupportRow.document == document))

    def _warn(self, problem: Problem) -> None:
        self.warnings.append(Problem(problem.what, problem.hint, problem.file, warning=True))


def _file_of(row: WaitingSupportRow) -> SupportFile:
    return SupportFile(SupportKind(row.kind), shown(row.file.rpartition("/")[2]), row.media_type, row.document)


def _problem_of_waiting(row: WaitingSupportRow) -> Problem:
    what = _("it waits on, for more than one file or more than one invoice may be meant")
    return Problem(what, _("attach the right one with 'cobranza attach'; 'cobranza support waiting' shows them"), row.file)
