"""Discounts and the credit notes that document them: whichever comes first, the money counts once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.discount import UNCREDITED, DiscountKind, DiscountState, Doubt
from cobranza_rules.domain.document import RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.taking_back import CREDITED
from cobranza_rules.store.tables import CreditNoteRow, DiscountRow, InvoiceRow, RelationRow


@dataclass(frozen=True, slots=True)
class Documented:
    """The credit note that documents a discount already, and those over other amounts that may."""

    note: CreditNoteRow | None
    others: tuple[CreditNoteRow, ...] = ()


def documented_by(keeper: Bookkeeper, invoice: InvoiceRow, kind: DiscountKind, minor: int) -> Documented:
    """Of the credit notes that reduce the invoice and document no discount yet. Goods returned are documented as such (TipoRelacion 03)."""
    keeper.session.flush()
    ids = [int(key[1:]) for key in invoice.applied if key.startswith("c")]
    used = set(keeper.session.scalars(select(DiscountRow.note_id).where(DiscountRow.note_id.in_(ids))))
    query = select(CreditNoteRow).where(CreditNoteRow.id.in_(set(ids) - used)).order_by(CreditNoteRow.id)
    free = list(keeper.session.scalars(query))
    equal = [note for note in free if invoice.applied[f"c{note.id}"] == minor]
    suited = [note for note in equal if _suits(keeper, note, invoice, kind)]
    return Documented(suited[0] if suited else None, tuple(note for note in free if note not in suited))


def _suits(keeper: Bookkeeper, note: CreditNoteRow, invoice: InvoiceRow, kind: DiscountKind) -> bool:
    """A credit note of the ledger alone has no relation: it may document anything."""
    returns = _is_return(keeper, note, invoice)
    return returns is None or returns is (kind is DiscountKind.RETURN)


def _is_return(keeper: Bookkeeper, note: CreditNoteRow, invoice: InvoiceRow) -> bool | None:
    if note.uuid is None or invoice.uuid is None:
        return None
    kinds = set(keeper.session.scalars(select(RelationRow.kind).where(RelationRow.source == note.uuid, RelationRow.target == invoice.uuid)))
    return RelationKind.RETURN.value in kinds if kinds else None


def uncredited(keeper: Bookkeeper, invoice: InvoiceRow) -> list[DiscountRow]:
    """Discounts that count in the balance by themselves, those that Accounting was asked for first."""
    keeper.session.flush()
    states = [state.value for state in UNCREDITED]
    query = select(DiscountRow).where(DiscountRow.invoice_id == invoice.id, DiscountRow.state.in_(states)).order_by(DiscountRow.id)
    return sorted(keeper.session.scalars(query), key=lambda row: row.state != DiscountState.REQUESTED)


def meant_by(keeper: Bookkeeper, note: CreditNoteRow, invoice: InvoiceRow, minor: int) -> DiscountRow | None:
    """The discount that a credit note documents; None where there is none, or where several may be meant. Equal ones of one kind are alike."""
    equal = [row for row in uncredited(keeper, invoice) if row.minor == minor]
    suited = [row for row in equal if _suits(keeper, note, invoice, DiscountKind(row.kind))]
    return suited[0] if len({row.kind for row in suited}) == 1 else None


def credit(keeper: Bookkeeper, invoice: InvoiceRow, note: CreditNoteRow, data: dict[str, Any], settles: Sequence[DiscountRow]) -> None:
    """The credit note reduces the invoice in place of the discounts that it settles."""
    for row in settles:
        out = {"discount": row.id, "because": CREDITED, "minor": row.minor, "number": note.number}
        keeper.enter(invoice, EntryKind.DISCOUNT_REVERSED, note.issued_on, out)
        row.state, row.note_id = DiscountState.CREDITED.value, note.id
    keeper.enter(invoice, EntryKind.CREDIT_APPLIED, note.issued_on, data)


def credit_told(keeper: Bookkeeper, invoice: InvoiceRow, note: CreditNoteRow, data: dict[str, Any]) -> None:
    """The accounting system's own credit counts whatever it is over; a discount that it may document gives way, and a person says the rest."""
    found = meant_by(keeper, note, invoice, data["minor"])
    for row in () if found is not None else uncredited(keeper, invoice):
        out = {"discount": row.id, "because": Doubt.OTHER_CREDIT.value, "minor": row.minor, "number": note.number}
        keeper.enter(invoice, EntryKind.DISCOUNT_REVERSED, note.issued_on, out)
        row.state, row.doubt = DiscountState.WAITING.value, Doubt.OTHER_CREDIT.value
    credit(keeper, invoice, note, data, [found] if found is not None else [])


def uncredit(keeper: Bookkeeper, invoice: InvoiceRow, note: CreditNoteRow, today: dt.date, kind: EntryKind) -> None:
    """The credit note reduces the invoice no more: what it documented counts by itself again. Of a closed invoice nothing is taken off."""
    keeper.session.flush()
    keeper.enter(invoice, kind, today, {"credit_note": note.id, "number": note.number})
    documented = select(DiscountRow).where(DiscountRow.note_id == note.id, DiscountRow.invoice_id == invoice.id).order_by(DiscountRow.id)
    for row in list(keeper.session.scalars(documented)):
        row.note_id = None
        if invoice.closed is not None:
            row.state = DiscountState.REVERSED.value
            continue
        keeper.enter(invoice, EntryKind.DISCOUNT_APPLIED, row.taken_on, {"discount": row.id, "minor": row.minor, "reason": row.kind})
        row.state = (DiscountState.REQUESTED if row.requested_on is not None else DiscountState.APPLIED).value
