"""An import: every file is recognised by its content and booked, set aside with a reason, or put into quarantine; none stops the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_notes import book_credit_note
from cobranza_rules.booking.customers import book_customer
from cobranza_rules.booking.document import Document, require_same
from cobranza_rules.booking.invoices import book_invoice
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payments import book_receipt, receipt_is_known
from cobranza_rules.booking.relations import relate
from cobranza_rules.booking.reminded import RemindedBefore
from cobranza_rules.clock import Clock
from cobranza_rules.domain.document import CfdiRecord, CreditNoteRecord, InvoiceRecord, PaymentReceiptRecord
from cobranza_rules.intake.cfdi import examine_cfdi, read_cfdi
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.reminders import read_reminders
from cobranza_rules.intake.set_aside import SetAside
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.intake.table import by_cell
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rulebook.versions import rules_in_force
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive, digest_of
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import CreditNoteRow, QuarantineRow

TABLES = (Kind.CUSTOMERS, Kind.SPREADSHEET)
BATCH = 200  # Files in a transaction: large enough that the disk's syncs do not count, small enough that others get their turn.


@dataclass(slots=True)
class ImportReport:
    """What came of an import.

    `counts` is by (kind, outcome): kinds are invoices, credit_notes, payment_receipts, customers, reminders, cfdi, other; outcomes those of
    Taken, set_aside and quarantined.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    set_aside: list[tuple[str, Sentence]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Importing:
    """`opening` marks what was issued up to that day as delivered before the program came."""

    database: Database
    archive: DocumentArchive
    clock: Clock
    company_rfc: str
    opening: dt.date | None = None

    def take(self, files: Iterable[SourceFile], progress: Callable[[int], None] = lambda _count: None) -> ImportReport:
        """Lists of reminders come after all else: the invoices that they name may stand in any of the files."""
        report = ImportReport()
        reminders: list[tuple[str, bytes]] = []
        for batch in _batches(files):
            with self.database.writing() as session:
                keeper = Bookkeeper(session, self.clock.now())
                for file in batch:
                    if isinstance(file.content, Problem):
                        report.problems.append(file.content)
                        report.counts["other", "quarantined"] += 1
                    elif (kind := recognise(file.content, file.name)) is Kind.REMINDERS:
                        reminders.append((file.name, file.content))
                    else:
                        self._take_content(keeper, kind, file.name, file.content, report)
            progress(len(batch))
        for name, content in reminders:
            with self.database.writing() as session:
                self._take_content(Bookkeeper(session, self.clock.now()), Kind.REMINDERS, name, content, report)
        return report

    def _take_content(self, keeper: Bookkeeper, kind: Kind, name: str, content: bytes, report: ImportReport) -> None:
        try:
            if kind is Kind.CFDI:
                with keeper.attempt():
                    self._take_cfdi(keeper, name, content, report)
            elif kind is Kind.REMINDERS:
                self._take_reminders(keeper, name, content, report)
            elif kind in TABLES:
                self._take_customers(keeper, name, content, report)
            else:
                self._quarantine(keeper, name, content, (_not_recognised(name),), report, "other")
                return
        except SetAside as aside:
            report.set_aside.append((name, aside.reason))
            report.counts[_group_of(kind), "set_aside"] += 1
        except ProblemError as error:
            self._quarantine(keeper, name, content, error.problems, report, _group_of(kind))
        else:
            self._release(keeper, content)

    def _take_cfdi(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        examined = examine_cfdi(content, name)
        record = examined.record
        if record.issuer.rfc != self.company_rfc:
            raise SetAside(_("issued by {rfc}, not by the company, {own}", rfc=record.issuer.rfc, own=self.company_rfc))
        document = Document(record, self.archive.put(content), name, self._reread)
        today = self.clock.today()
        if isinstance(record, InvoiceRecord):
            report.counts["invoices", book_invoice(keeper, document, today, self.opening)] += 1
        elif isinstance(record, CreditNoteRecord):
            report.counts["credit_notes", self._take_credit_note(keeper, document, record, today)] += 1
        else:
            report.counts["payment_receipts", self._take_receipt(keeper, document, record, today)] += 1
        report.warnings += examined.warnings

    def _reread(self, digest: str) -> CfdiRecord:
        return read_cfdi(self.archive.get(digest), digest)

    def _take_credit_note(self, keeper: Bookkeeper, document: Document, record: CreditNoteRecord, today: dt.date) -> Taken:
        known = keeper.session.scalar(select(CreditNoteRow.document).where(CreditNoteRow.uuid == record.uuid))
        if known is not None:
            require_same(known, record.uuid, document)
            return Taken.UNCHANGED
        relate(keeper, record.uuid, record.relations)
        book_credit_note(keeper, record, document.digest, today)
        return Taken.NEW

    def _take_receipt(self, keeper: Bookkeeper, document: Document, record: PaymentReceiptRecord, today: dt.date) -> Taken:
        known = receipt_is_known(keeper, record.uuid)
        if known is not None:
            require_same(known, record.uuid, document)
            return Taken.UNCHANGED
        relate(keeper, record.uuid, record.relations)
        outcome = book_receipt(keeper, record, document.digest, document.file, today)
        issued = dt.datetime.combine(record.issued_at.date(), dt.time(12), dt.UTC)
        beat(keeper.session, BANK, min(issued, keeper.known_at))  # A receipt dated ahead tells nothing of the days to come.
        return outcome

    def _take_customers(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        records, problems = read_customers(content, name)
        refused = [problem for problem in problems if not problem.warning]
        report.warnings += by_cell(problem for problem in problems if problem.warning)
        for record in records:
            try:
                with keeper.attempt():
                    report.counts["customers", book_customer(keeper, record, self.clock.today(), name)] += 1
            except ProblemError as error:
                refused += error.problems
        if refused:  # The good rows are in; the file is kept with what was wrong in the others.
            raise ProblemError(by_cell(refused))

    def _take_reminders(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        records, problems = read_reminders(content, name)
        reminded = RemindedBefore(keeper, rules_in_force(keeper.session), name, self.clock.today())
        reminded.take(records)
        report.warnings += by_cell([*(problem for problem in problems if problem.warning), *reminded.warnings])
        report.counts.update({("reminders", outcome): count for outcome, count in reminded.counts.items()})
        if refused := [*(problem for problem in problems if not problem.warning), *reminded.problems]:
            raise ProblemError(by_cell(refused))

    def _quarantine(
        self, keeper: Bookkeeper, name: str, content: bytes, problems: tuple[Problem, ...], report: ImportReport, group: str
    ) -> None:
        digest = self.archive.put(content)
        row = keeper.session.scalar(select(QuarantineRow).where(QuarantineRow.document == digest))
        if row is None:
            row = QuarantineRow(file=name, document=digest, known_at=keeper.known_at)
            keeper.session.add(row)
        row.problems = [problem.as_json() for problem in problems]
        report.problems += problems
        report.counts[group, "quarantined"] += 1

    def _release(self, keeper: Bookkeeper, content: bytes) -> None:
        """A file that was refused before and is taken now (its customer came, the settings were corrected) leaves the quarantine."""
        row = keeper.session.scalar(select(QuarantineRow).where(QuarantineRow.document == digest_of(content)))
        if row is not None:
            keeper.session.delete(row)


def _batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    stream = iter(files)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _group_of(kind: Kind) -> str:
    return {Kind.CFDI: "cfdi", Kind.CUSTOMERS: "customers", Kind.SPREADSHEET: "customers", Kind.REMINDERS: "reminders"}.get(kind, "other")


def _not_recognised(name: str) -> Problem:
    return Problem(_("not a CFDI, no list of customers and none of reminders"), _("see docs/import.md for what can be imported"), name)
