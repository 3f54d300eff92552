"""Credit notes that the accounting system tells of: the one of a CFDI is known by its UUID or its number, and counts once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import or_, select

from cobranza_rules.booking.allocation import ALLOCATE
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discount_notes import credit_told, uncredit
from cobranza_rules.booking.ledger_doubts import ask_about, no_more_asked
from cobranza_rules.booking.ledger_numbers import number_of
from cobranza_rules.booking.ledger_payments import parts_of
from cobranza_rules.domain.document import CreditNoteRecord
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.ledger_document import LedgerKind
from cobranza_rules.domain.ledger_matching import Match, Standing
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow, LedgerCreditRow, LedgerPartRow, RelationRow, TaskRow

REDUCING = ("01", "03", "07")  # TipoRelacion of a credit note with the invoices that it reduces (Anexo 20)
Parts = Mapping[int, int]  # Minor units by invoice


def number_in_ledger(record: CreditNoteRecord) -> str:
    return "-".join(part for part in number_of(record.series, record.folio) if part) if record.folio else ""


def credits_of_note(keeper: Bookkeeper, uuid: str, number: str) -> list[LedgerCreditRow]:
    """Credits that speak of this credit note."""
    told = [LedgerCreditRow.uuid == uuid, *([LedgerCreditRow.number == number] if number else [])]
    query = select(LedgerCreditRow).where(LedgerCreditRow.kind == LedgerKind.CREDIT_NOTE.value, or_(*told))
    return list(keeper.session.scalars(query.order_by(LedgerCreditRow.id)))


def settle_notes(keeper: Bookkeeper, rows: Sequence[LedgerCreditRow], today: dt.date) -> None:
    """What each counts for, and what those beside it do: a note that has found its credit leaves no doubt about another one."""
    if not rows:
        return
    keeper.session.flush()
    found = {row.id: _note_of(keeper, row) for row in rows}
    invoices = {invoice for parts in parts_of(keeper, list(found)).values() for invoice in parts}
    invoices |= _related(keeper, [note.uuid for note in found.values() if note is not None and note.uuid])
    beside = select(LedgerCreditRow).where(
        LedgerCreditRow.kind == LedgerKind.CREDIT_NOTE.value,
        or_(
            LedgerCreditRow.id.in_(list(found)),
            LedgerCreditRow.id.in_(select(LedgerPartRow.credit_id).where(LedgerPartRow.invoice_id.in_(invoices))),
        ),
    )
    every = list(keeper.session.scalars(beside.order_by(LedgerCreditRow.id)))
    covered = parts_of(keeper, [row.id for row in every])
    alone = []
    for row in every:
        note = found[row.id] if row.id in found else _note_of(keeper, row)
        if note is None:
            alone.append(row)
        else:
            _same(keeper, row, note, covered[row.id], today)
    for row in alone:
        _alone(keeper, row, covered[row.id], today)


def _note_of(keeper: Bookkeeper, row: LedgerCreditRow) -> CreditNoteRow | None:
    """The CFDI of type E of which the credit speaks."""
    of_a_cfdi = CreditNoteRow.document.is_not(None)
    by_uuid = select(CreditNoteRow).where(of_a_cfdi, CreditNoteRow.uuid == row.uuid)
    found = keeper.session.scalar(by_uuid) if row.uuid else None
    if found is not None or not row.number:
        return found
    notes = select(CreditNoteRow).where(of_a_cfdi, or_(CreditNoteRow.customer_id == row.customer_id, CreditNoteRow.number == row.number))
    return next((note for note in keeper.session.scalars(notes.order_by(CreditNoteRow.id)) if _plain(note.number) == row.number), None)


def _plain(number: str) -> str:
    series, dash, folio = number.rpartition("-")
    return "-".join(part for part in number_of(series if dash else "", folio) if part)


def _related(keeper: Bookkeeper, uuids: Collection[str | None]) -> set[int]:
    """Invoices to which CFDI are related."""
    named = select(InvoiceRow.id).join(RelationRow, RelationRow.target == InvoiceRow.uuid)
    return set(keeper.session.scalars(named.where(RelationRow.source.in_(uuids), RelationRow.kind.in_(REDUCING))))


def _same(keeper: Bookkeeper, row: LedgerCreditRow, note: CreditNoteRow, parts: Parts, today: dt.date) -> None:
    """The CFDI says what it covers where it is related to one invoice; where it cannot, the ledger's shares are those of the note."""
    _take_back(keeper, row, today)
    row.state, row.note_id = Standing.SAME.value, note.id
    no_more_asked(keeper, row, today)
    if note.state == "applied" or row.cancelled or sum(parts.values()) != note.total or row.currency != note.currency:
        return
    invoices = keeper.invoices(sorted(parts))
    if any(invoice.currency != note.currency for invoice in invoices):
        return
    for invoice in invoices:
        data = {"credit_note": note.id, "number": note.number, "minor": parts[invoice.id], "ledger": True}
        credit_told(keeper, invoice, note, data)
    note.state = "applied"
    for task in keeper.session.scalars(select(TaskRow).where(TaskRow.name == ALLOCATE, TaskRow.state == "open")):
        if task.detail.get("note_id") == note.id:
            task.state, task.done_at = "done", keeper.known_at
            done = {"task": task.id, "name": task.name, "who": "", "answer": Standing.SAME.value, "comment": ""}
            keeper.note(task.customer_id, "task_done", today, done)


def _alone(keeper: Bookkeeper, row: LedgerCreditRow, parts: Parts, today: dt.date) -> None:
    found = _verdict(keeper, row, parts)
    own = keeper.session.get(CreditNoteRow, row.note_id) if row.note_id is not None else None
    if found.standing is not Standing.OWN or (own is not None and row.applied != _kept(parts)):
        _take_back(keeper, row, today)
        own = None
    row.state = found.standing.value
    if found.standing is Standing.OWN and own is None:
        _count(keeper, row, parts)
    if found.standing is Standing.DOUBTFUL:
        ask_about(keeper, row, sorted(parts), found.receipt, today)
    else:
        no_more_asked(keeper, row, today)


def _verdict(keeper: Bookkeeper, row: LedgerCreditRow, parts: Parts) -> Match:
    if row.cancelled:
        return Match(Standing.CANCELLED)
    if not parts:
        return Match(Standing.NOT_LINKED)
    if row.decided:
        return Match(Standing.OWN if row.decided == "another" else Standing.SAME)
    uuids = select(InvoiceRow.uuid).where(InvoiceRow.id.in_(parts))
    spoken_of = select(LedgerCreditRow.note_id).where(LedgerCreditRow.note_id.is_not(None))
    free = (
        select(CreditNoteRow.id)
        .join(RelationRow, RelationRow.source == CreditNoteRow.uuid)
        .where(RelationRow.target.in_(uuids), RelationRow.kind.in_(REDUCING), CreditNoteRow.id.not_in(spoken_of))
    )
    doubtful = keeper.session.scalar(free.order_by(CreditNoteRow.id).limit(1))
    return Match(Standing.OWN) if doubtful is None else Match(Standing.DOUBTFUL, doubtful)


def _kept(parts: Parts) -> dict[str, int]:
    return {str(invoice): minor for invoice, minor in parts.items()}


def _count(keeper: Bookkeeper, row: LedgerCreditRow, parts: Parts) -> None:
    note = CreditNoteRow(
        customer_id=row.customer_id,
        uuid=None,
        number=row.number or row.concept[:70],
        currency=row.currency,
        total=row.total,
        issued_on=row.issued_on,
        state="applied",
        document=None,
    )
    keeper.session.add(note)
    keeper.session.flush()
    row.note_id, row.applied = note.id, _kept(parts)
    for invoice in keeper.invoices(sorted(parts)):
        data = {"credit_note": note.id, "number": note.number, "minor": parts[invoice.id], "ledger": True}
        credit_told(keeper, invoice, note, data)


def withdraw_shares(keeper: Bookkeeper, row: LedgerCreditRow, note: CreditNoteRow, today: dt.date) -> None:
    """What the ledger alone has said that the note covers."""
    for invoice in keeper.invoices(sorted(int(key) for key in row.applied)):
        uncredit(keeper, invoice, note, today, EntryKind.CREDIT_WITHDRAWN)
    row.applied = {}


def _take_back(keeper: Bookkeeper, row: LedgerCreditRow, today: dt.date) -> None:
    """The note that the credit stood for by itself is no more; one of a CFDI stays."""
    note = keeper.session.get(CreditNoteRow, row.note_id) if row.note_id is not None else None
    row.note_id = None
    if note is None or note.document is not None:
        return
    withdraw_shares(keeper, row, note, today)
    keeper.session.flush()
    keeper.session.delete(note)
    keeper.session.flush()
