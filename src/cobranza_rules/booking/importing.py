"""An import: every file is recognised by its content and booked, set aside with a reason, or put into quarantine; none stops the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bank_files import take_bank_file
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cancelled_documents import settle_credit_note, settle_receipt
from cobranza_rules.booking.cfdi_statuses import LIST, CfdiStatuses
from cobranza_rules.booking.credit_notes import book_credit_note
from cobranza_rules.booking.customers import book_customer
from cobranza_rules.booking.deferred import take_agreements, take_requests
from cobranza_rules.booking.deposit_bringing import Came
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.booking.document import Document, require_same
from cobranza_rules.booking.invoices import book_invoice
from cobranza_rules.booking.kinds_in_order import LAST, LEDGER, batches, group_of
from cobranza_rules.booking.ledger_files import LedgerFiles, take_ledger, together
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payments import book_receipt, receipt_is_known
from cobranza_rules.booking.relations import relate
from cobranza_rules.booking.reminded import RemindedBefore
from cobranza_rules.booking.support_files import IncomingFile, SupportFiles, some_wait
from cobranza_rules.booking.terms_anew import keeping_other_terms
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.clock import Clock
from cobranza_rules.domain.document import CfdiRecord, CreditNoteRecord, InvoiceRecord, PaymentReceiptRecord
from cobranza_rules.intake.bank.reading import BankFiles
from cobranza_rules.intake.cfdi import examine_cfdi, read_cfdi
from cobranza_rules.intake.cfdi_statuses import read_statuses
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.intake.not_recognised import no_list, nothing_known
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.reminders import read_reminders
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.intake.set_aside import SetAside
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.intake.support_content import media_type_of
from cobranza_rules.intake.table import by_cell
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rulebook.versions import rules_in_force
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive, digest_of
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import CreditNoteRow, QuarantineRow


@dataclass(slots=True)
class ImportReport:
    """What came of an import.

    `counts` is by (kind, outcome): kinds are invoices, credit_notes, payment_receipts, customers, charges and credits (of the accounting
    system), bank_statements, bank_movements, agreements, requests, reminders, cfdi_statuses, support, cfdi, ledger (files of the accounting system), other; outcomes those of
    Taken, refused, set_aside, waiting (for its invoice) and quarantined.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    set_aside: list[tuple[str, Sentence]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Importing:
    """`opening` marks what was issued up to that day as delivered before the program came; `mappings` name columns of reports.

    `banks` says how statements of our accounts are read.
    """

    database: Database
    archive: DocumentArchive
    clock: Clock
    company_rfc: str
    opening: dt.date | None = None
    mappings: Sequence[ReportMapping] = ()
    banks: BankFiles = field(default_factory=BankFiles)
    cash: Policy = field(default_factory=Policy)

    def take(self, files: Iterable[SourceFile], progress: Callable[[int], None] = lambda _count: None) -> ImportReport:
        """The accounting system comes after the CFDI; some lists and PDFs after all else: what they name may stand in any of the files."""
        report = ImportReport()
        later: dict[Kind, list[tuple[str, bytes]]] = {kind: [] for kind in (*LEDGER, *LAST)}
        support: list[IncomingFile] = []
        for batch in batches(files):
            with self.database.writing() as session:
                keeper = Bookkeeper(session, self.clock.now())
                for file in batch:
                    if isinstance(file.content, Problem):
                        report.problems.append(file.content)
                        report.counts["other", "quarantined"] += 1
                    elif (kind := recognise(file.content, file.name, self.mappings, self.banks)) in later:
                        later[kind].append((file.name, file.content))
                    elif kind is Kind.PDF:
                        self._keep_pdf(keeper, file.name, file.content, support, report)
                    else:
                        self._take_content(keeper, kind, file.name, file.content, report)
                self._settle(keeper, report)
            progress(len(batch))
        for given in together(later[Kind.LEDGER_REPORT], later[Kind.LEDGER_TABLE]):
            with self.database.writing() as session:
                keeper = Bookkeeper(session, self.clock.now())
                self._take_ledger(keeper, given, report)
                self._settle(keeper, report)
        for kind in LAST:
            for name, content in later[kind]:
                with self.database.writing() as session:
                    keeper = Bookkeeper(session, self.clock.now())
                    self._take_content(keeper, kind, name, content, report)
                    self._settle(keeper, report)
        with self.database.writing() as session:
            if support or some_wait(session):
                self._take_support(Bookkeeper(session, self.clock.now()), support, report)
        return report

    def _settle(self, keeper: Bookkeeper, report: ImportReport) -> None:
        """In the transaction of what has come, so that what a deposit and a receipt tell of one payment never counts twice."""
        for came, count in settle_deposits(keeper, self.cash, self.clock.today()).items():
            if came is not Came.NOTHING:
                report.counts["deposits", came.value] += count

    def _keep_pdf(self, keeper: Bookkeeper, name: str, content: bytes, kept: list[IncomingFile], report: ImportReport) -> None:
        """Into the archive, so that not all of them are in memory until the last invoice is in."""
        try:
            kept.append(IncomingFile(name, media_type_of(content, name), self.archive.put(content)))
        except ProblemError as error:
            self._quarantine(keeper, name, content, error.problems, report, "support")

    def _take_support(self, keeper: Bookkeeper, files: list[IncomingFile], report: ImportReport) -> None:
        support = SupportFiles(keeper, self.clock.today())
        support.take(files)
        report.counts.update({("support", outcome): count for outcome, count in support.counts.items()})
        report.warnings += support.warnings
        for file, problem in support.refused:
            self._quarantine(keeper, file.name, self.archive.get(file.document), (problem,), report, "support")
        refused = {file.document for file, _problem in support.refused}
        for file in files:
            if file.document not in refused:
                self._release(keeper, file.document)

    def _take_content(self, keeper: Bookkeeper, kind: Kind, name: str, content: bytes, report: ImportReport) -> None:
        try:
            if kind is Kind.CFDI:
                with keeper.attempt():
                    self._take_cfdi(keeper, name, content, report)
            elif kind is Kind.BANK:
                self._take_bank(keeper, name, content, report)
            elif kind is Kind.REMINDERS:
                self._take_reminders(keeper, name, content, report)
            elif kind is Kind.CFDI_STATUSES:
                self._take_statuses(keeper, name, content, report)
            elif kind in LAST:
                self._take_list(keeper, kind, name, content, report)
            elif kind is Kind.SPREADSHEET:
                self._quarantine(keeper, name, content, no_list(content, name), report, "other")
                return
            elif kind is Kind.CUSTOMERS:
                self._take_customers(keeper, name, content, report)
            else:
                self._quarantine(keeper, name, content, (nothing_known(name),), report, "other")
                return
        except SetAside as aside:
            report.set_aside.append((name, aside.reason))
            report.counts[group_of(kind), "set_aside"] += 1
        except ProblemError as error:
            self._quarantine(keeper, name, content, error.problems, report, group_of(kind))
        else:
            self._release(keeper, digest_of(content))

    def _take_cfdi(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        examined = examine_cfdi(content, name)
        record = examined.record
        if record.issuer.rfc != self.company_rfc:
            raise SetAside(_("issued by {rfc}, not by the company, {own}", rfc=record.issuer.rfc, own=self.company_rfc))
        document = Document(record, self.archive.put(content), name, self._reread)
        today = self.clock.today()
        if isinstance(record, InvoiceRecord):
            report.counts["invoices", book_invoice(keeper, document, today, self.opening, report.warnings)] += 1
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
        settle_credit_note(keeper, book_credit_note(keeper, record, document.digest, today), today)
        return Taken.NEW

    def _take_receipt(self, keeper: Bookkeeper, document: Document, record: PaymentReceiptRecord, today: dt.date) -> Taken:
        known = receipt_is_known(keeper, record.uuid)
        if known is not None:
            require_same(known, record.uuid, document)
            return Taken.UNCHANGED
        relate(keeper, record.uuid, record.relations)
        outcome = book_receipt(keeper, record, document.digest, document.file, today)
        settle_receipt(keeper, record.uuid, today)
        issued = dt.datetime.combine(record.issued_at.date(), dt.time(12), dt.UTC)
        beat(keeper.session, BANK, min(issued, keeper.known_at))  # A receipt dated ahead tells nothing of the days to come.
        return outcome

    def _take_ledger(self, keeper: Bookkeeper, given: LedgerFiles, report: ImportReport) -> None:
        taken = take_ledger(keeper, given, self.archive, self.mappings, self.clock.today(), self.opening)
        report.counts.update(taken.outcome.counts)
        report.warnings += taken.warnings
        for name, content in given.files.items():
            if problems := taken.refused.get(name):
                self._quarantine(keeper, name, content, tuple(problems), report, "ledger")
            else:
                self._release(keeper, digest_of(content))

    def _take_bank(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        taken = take_bank_file(keeper, content, name, self.banks, self.archive, self.clock.today())
        report.counts.update(taken.counts)
        report.warnings += taken.warnings
        if taken.problems:
            raise ProblemError(taken.problems)

    def _take_customers(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        records, problems = read_customers(content, name)
        refused = [problem for problem in problems if not problem.warning]
        report.warnings += by_cell(problem for problem in problems if problem.warning)
        for record in records:
            try:
                with keeper.attempt():
                    outcome = book_customer(keeper, record, self.clock.today(), name, report.warnings)
            except ProblemError as error:
                refused += error.problems
                continue
            report.counts["customers", outcome] += 1
            if outcome is Taken.UPDATED and (kept := keeping_other_terms(keeper, record.code, name)) is not None:
                report.warnings.append(kept)
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

    def _take_list(self, keeper: Bookkeeper, kind: Kind, name: str, content: bytes, report: ImportReport) -> None:
        """What a list of requests says badly is kept in quarantine; what is refused is on file, and whoever asked for it is told."""
        take = take_agreements if kind is Kind.AGREEMENTS else take_requests
        taken = take(keeper, content, name, self.clock.today())
        report.warnings += by_cell(taken.warnings)
        report.problems += by_cell(taken.refused)
        report.counts.update({(group_of(kind), outcome): count for outcome, count in taken.counts.items()})
        if taken.problems:
            raise ProblemError(by_cell(taken.problems))

    def _take_statuses(self, keeper: Bookkeeper, name: str, content: bytes, report: ImportReport) -> None:
        records, problems = read_statuses(content, name, self.clock.today())
        statuses = CfdiStatuses(keeper, LIST, self.archive.put(content), name, self.clock.today())
        statuses.take(records)
        report.warnings += statuses.warnings
        report.counts.update({("cfdi_statuses", outcome): count for outcome, count in statuses.counts.items()})
        if refused := [*problems, *statuses.problems]:
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

    def _release(self, keeper: Bookkeeper, digest: str) -> None:
        """A file that was refused before and is taken now (its customer came, the settings were corrected) leaves the quarantine."""
        row = keeper.session.scalar(select(QuarantineRow).where(QuarantineRow.document == digest))
        if row is not None:
            keeper.session.delete(row)
