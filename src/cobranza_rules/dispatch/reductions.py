"""What was taken off invoices beside payments, as the book knows it: credit notes, and agreed discounts that no credit note documents yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.agreement import prompt_payment_of
from cobranza_rules.domain.discount import UNCREDITED
from cobranza_rules.domain.document import RelationKind
from cobranza_rules.domain.prompt_discount import discount_taken
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.letters.formats import percent_text
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import AgreementRow, ApplicationRow, CreditNoteRow, DiscountRow, InvoiceRow, PaymentRow, RelationRow

_REASONS = {
    RelationKind.CREDIT_NOTE.value: N_("credit note for discounts or allowances"),
    RelationKind.RETURN.value: N_("goods returned"),
    RelationKind.ADVANCE.value: N_("advance applied"),
}


@dataclass(frozen=True, slots=True)
class Reduction:
    """`on` is the day to whose collections it belongs; `credit_note` is the number of what documents it, "" as long as nothing does."""

    invoice: InvoiceRow
    on: dt.date
    amount: Money
    reason: Sentence
    credit_note: str = ""
    counted: bool = False  # What is owed has been reduced by it already


class Payments:
    """The days on which invoices were paid."""

    def __init__(self, session: Session, rows: Sequence[InvoiceRow]) -> None:
        self.days: dict[int, list[dt.date]] = {row.id: [] for row in rows}
        query = (
            select(ApplicationRow.invoice_id, PaymentRow.paid_on)
            .join(PaymentRow, PaymentRow.id == ApplicationRow.payment_id)
            .where(ApplicationRow.invoice_id.in_(self.days), ApplicationRow.applied, stands())
            .order_by(PaymentRow.paid_on)
        )
        for invoice_id, paid_on in session.execute(query):
            self.days[invoice_id or 0].append(paid_on)

    def last(self, invoice_id: int, until: dt.date = dt.date.max) -> dt.date | None:
        return max((day for day in self.days[invoice_id] if day <= until), default=None)


def reductions_of(session: Session, rows: Sequence[InvoiceRow], language: str) -> Iterator[Reduction]:
    """Of each invoice: its credit notes in the order in which they came, then the discounts that none documents."""
    payments = Payments(session, rows)
    yield from _credit_notes(session, rows, payments)
    yield from captured(session, rows, language)
    yield from undocumented(session, rows, payments, language)


def _credit_notes(session: Session, rows: Sequence[InvoiceRow], payments: Payments) -> Iterator[Reduction]:
    """One that came after a payment belongs to that payment's day, which it explains; one that came before any, to its own."""
    ids = {int(key[1:]) for row in rows for key in row.applied if key.startswith("c")}
    notes = {note.id: note for note in session.scalars(select(CreditNoteRow).where(CreditNoteRow.id.in_(ids)))}
    kinds = _relations(session, [note.uuid for note in notes.values() if note.uuid])
    for row in rows:
        for note_id in sorted(int(key[1:]) for key in row.applied if key.startswith("c")):
            note = notes[note_id]
            on = payments.last(row.id, until=note.issued_on) or note.issued_on
            reason = Sentence(_REASONS.get(kinds.get((note.uuid, row.uuid), ""), _REASONS[RelationKind.CREDIT_NOTE.value]))
            yield Reduction(row, on, Money(row.applied[f"c{note_id}"], row.currency), reason, note.number)


def captured(session: Session, rows: Sequence[InvoiceRow], language: str) -> Iterator[Reduction]:
    """Discounts that count by themselves as long as no credit note documents them."""
    invoices, states = {row.id: row for row in rows}, [state.value for state in UNCREDITED]
    query = select(DiscountRow).where(DiscountRow.invoice_id.in_(invoices), DiscountRow.state.in_(states)).order_by(DiscountRow.id)
    for row in session.scalars(query):
        said = _("{kind}: {reason}", kind=word(row.kind).text(translator(language)), reason=row.reason)
        yield Reduction(invoices[row.invoice_id], row.taken_on, Money(row.minor, row.currency), said, counted=True)


def _relations(session: Session, uuids: Sequence[str]) -> dict[tuple[str | None, str | None], str]:
    query = select(RelationRow.source, RelationRow.target, RelationRow.kind).where(RelationRow.source.in_(uuids))
    return {(source, target): kind for source, target, kind in session.execute(query.order_by(RelationRow.id)) if kind in _REASONS}


def undocumented(session: Session, rows: Sequence[InvoiceRow], payments: Payments, language: str) -> Iterator[Reduction]:
    """Agreed discounts for prompt payment that customers took by themselves. What is disputed is open for another reason."""
    versions = {row.agreement_id for row in rows if row.agreement_id is not None}
    agreements = {row.id: row for row in session.scalars(select(AgreementRow).where(AgreementRow.id.in_(versions)))}
    for row in rows:
        agreement = agreements.get(row.agreement_id or 0)
        agreed = prompt_payment_of(agreement.conditions) if agreement is not None else None
        paid_on = payments.last(row.id)
        if agreement is None or agreed is None or paid_on is None or row.status != "open" or row.dispute_open:
            continue
        amount = discount_taken(Money(row.total, row.currency), Money(row.balance, row.currency), row.issued_on, paid_on, agreed)
        if amount is not None:
            percent = percent_text(agreed.percent, language)
            said = _(
                "prompt payment, {percent} within {days} days ({agreement})", percent=percent, days=agreed.days, agreement=agreement.number
            )
            yield Reduction(row, paid_on, amount, said)
