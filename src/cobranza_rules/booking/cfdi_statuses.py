"""What lists and the SAT say of CFDI: each statement is kept by UUID, and takes effect on the document that it names once that is here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cancelled_documents import settle_credit_note, settle_invoice, settle_receipt, statuses_of
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState, CfdiStatus, Standing, standing_of
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.intake.cfdi_statuses import StatusRecord
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.store.payment_columns import RECEIPT
from cobranza_rules.store.tables import CfdiStatusRow, CreditNoteRow, EvidenceRow, InvoiceRow, PaymentRow

LIST, SAT = "list", "sat"  # Where a statement comes from
MOST_TOLD = 20  # Of the UUIDs in a list that are not in the book: it may be the list of a whole year.
CHUNK = 400  # UUIDs that a statement asks for at once
Document = InvoiceRow | CreditNoteRow | PaymentRow  # A payment stands for the receipt that tells of it.


@dataclass(slots=True)
class CfdiStatuses:
    """Takes the statements of one list or answer; what is wrong with some of them is left in `problems`, all of it.

    `source` is LIST or SAT, `document` the digest of what says so.
    """

    keeper: Bookkeeper
    source: str
    document: str
    file: str
    today: dt.date
    counts: Counter[Taken] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def take(self, records: Sequence[StatusRecord]) -> None:
        cells: dict[str, StatusRecord] = {}
        unknown: list[StatusRecord] = []
        for start in range(0, len(records), CHUNK):
            chunk = records[start : start + CHUNK]
            documents = self._documents({record.status.uuid for record in chunk})
            for record in chunk:
                first = cells.setdefault(record.status.uuid, record)
                if first is not record:
                    self._twice(record, first)
                    continue
                found = documents.get(record.status.uuid)
                if found is None:
                    unknown.append(record)
                self._take(record, found)
        self._tell_unknown(unknown)

    def _documents(self, uuids: set[str]) -> Mapping[str, Document]:
        session = self.keeper.session
        found: dict[str, Document] = {}
        invoices = session.scalars(select(InvoiceRow).where(InvoiceRow.uuid.in_(uuids))).all()
        notes = session.scalars(select(CreditNoteRow).where(CreditNoteRow.uuid.in_(uuids))).all()
        found.update((row.uuid, row) for row in invoices if row.uuid)
        found.update((row.uuid, row) for row in notes if row.uuid)
        receipts = select(EvidenceRow.source, PaymentRow).join(PaymentRow, PaymentRow.id == EvidenceRow.payment_id)
        receipts = receipts.where(EvidenceRow.kind == RECEIPT, EvidenceRow.source.in_(uuids))
        found.update(session.execute(receipts.order_by(EvidenceRow.id.desc())).all())
        return found

    def _take(self, record: StatusRecord, found: Document | None) -> None:
        status = record.status
        said = statuses_of(self.keeper, status.uuid)
        if self._is_known(status, said):
            self.counts[Taken.UNCHANGED] += 1
            return
        if (contradiction := _contradiction(status, said)) is not None:
            what, hint = contradiction
            self.problems.append(Problem(what, hint, self.file, place=record.places["state"]))
            return
        self._keep(status)
        changed = found is not None and self._settle(found, status)
        self._warn(record, found, changed=changed, before=standing_of(said))
        self.counts[Taken.UPDATED if changed else Taken.NEW] += 1

    def _is_known(self, status: CfdiStatus, said: list[CfdiStatus]) -> bool:
        """Said before by this very list, or nothing else than what was said last. Each answer of the SAT itself is kept."""
        if self.source == SAT:
            return False
        if said and (last := max(said, key=lambda each: each.as_of)).as_of <= status.as_of:
            same = (last.state, last.process, last.cancelled_on) == (status.state, status.process, status.cancelled_on)
            if same:
                return True
        again = select(CfdiStatusRow.id).where(CfdiStatusRow.uuid == status.uuid, CfdiStatusRow.document == self.document)
        return self.keeper.session.scalar(again.limit(1)) is not None

    def _keep(self, status: CfdiStatus) -> None:
        row = CfdiStatusRow(
            uuid=status.uuid,
            state=status.state.value,
            process=status.process.value,
            as_of=status.as_of,
            cancelled_on=status.cancelled_on,
            source=self.source,
            document=self.document,
            known_at=self.keeper.known_at,
        )
        self.keeper.session.add(row)
        self.keeper.session.flush()

    def _settle(self, found: Document, status: CfdiStatus) -> bool:
        data = {"uuid": status.uuid, "state": status.state.value, "process": status.process.value, "document": self.document}
        self.keeper.note(found.customer_id, f"cfdi_status_{self.source}", status.as_of, {"of": _name(found, status.uuid), **data})
        if isinstance(found, InvoiceRow):
            return settle_invoice(self.keeper, found, self.today)
        if isinstance(found, CreditNoteRow):
            return settle_credit_note(self.keeper, found, self.today)
        return settle_receipt(self.keeper, status.uuid, self.today)

    def _warn(self, record: StatusRecord, found: Document | None, *, changed: bool, before: Standing) -> None:
        status = record.status
        if found is None:
            return
        name = _name(found, status.uuid)
        if status.state is CfdiState.NOT_FOUND:
            what = _("the SAT does not know {name}", name=name)
            self._warning(record, what, _("nothing was changed; look whether it was stamped, and ask again in three days"))
        elif status.state is CfdiState.VALID and status.process is CancellationProcess.NONE and before is Standing.IN_PROCESS:
            what = _("the cancellation of {name} was under way, and this says only that it is valid", name=name)
            self._warning(record, what, _("it stays so until a list says 'Solicitud rechazada' or 'Cancelado'"))
        elif status.state is CfdiState.VALID and isinstance(found, InvoiceRow) and found.status == InvoiceStatus.SUBSTITUTED:
            what = _("invoice {name} was replaced by another, and the SAT still has it as valid", name=name)
            self._warning(record, what, _("ask for its cancellation at the SAT; it stays replaced here"))
        elif changed and status.state is CfdiState.CANCELLED and not isinstance(found, InvoiceRow):
            what = _("{name} is cancelled: what it had covered is owed again", name=name)
            self._warning(record, what, _("see 'cobranza tasks list' for what a person has to look at"))

    def _warning(self, record: StatusRecord, what: Sentence, hint: Sentence) -> None:
        self.warnings.append(Problem(what, hint, self.file, place=record.places["state"], warning=True))

    def _twice(self, record: StatusRecord, first: StatusRecord) -> None:
        """The same words twice do no harm."""
        if record.status != first.status:
            what = _("the UUID {uuid} stands already in cell {first}", uuid=record.status.uuid, first=first.places["uuid"])
            hint = _("leave what the SAT says today; the first row was taken")
            self.problems.append(Problem(what, hint, self.file, place=record.places["uuid"]))

    def _tell_unknown(self, unknown: Sequence[StatusRecord]) -> None:
        hint = _("it was kept, and counts as soon as the CFDI is imported")
        for record in unknown[:MOST_TOLD]:
            what = _("the UUID {uuid} is not in the book", uuid=record.status.uuid)
            self.warnings.append(Problem(what, hint, self.file, place=record.places["uuid"], warning=True))
        if (left := len(unknown) - MOST_TOLD) > 0:
            what = _("{count} other UUIDs are not in the book", count=left)
            self.warnings.append(Problem(what, _("they were kept, and count as soon as their CFDI are imported"), self.file, warning=True))


def _name(found: Document, uuid: str) -> str:
    return uuid if isinstance(found, PaymentRow) else found.number


def _contradiction(status: CfdiStatus, said: Iterable[CfdiStatus]) -> tuple[Sentence, Sentence] | None:
    """No cancellation is ever undone: whatever says so of a later day is wrong, or speaks of another CFDI."""
    cancelled = next((each for each in said if each.state is CfdiState.CANCELLED), None)
    if cancelled is None or status.state is CfdiState.CANCELLED or status.as_of < cancelled.happened_on:
        return None
    what = _("the CFDI {uuid} was cancelled on {day}, and this says that it is not", uuid=status.uuid, day=cancelled.happened_on)
    return what, _("a cancellation is never undone; ask the SAT again, and correct the row")
