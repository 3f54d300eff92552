"""What Accounting and the book do not agree on yet: discounts that nothing documents, and packets that say something else than the book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.packet_lines import changes_between, lines_of
from cobranza_rules.domain.accounting import PacketState, said_of
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import (
    AccountingPacketRow,
    ApplicationRow,
    CustomerRow,
    DiscountRow,
    EntryRow,
    InvoiceRow,
    PacketLineRow,
    PaymentRow,
)


class AccountingLack(StrEnum):
    UNDOCUMENTED = "undocumented"  # A discount has neither its credit note nor an open request
    NOT_COMING = "not_coming"  # Accounting has said that the credit note does not come
    PACKET_RETURNED = "packet_returned"
    PACKET_DIFFERS = "packet_differs"  # The book has changed since it was written
    UNKNOWN_INVOICE = "unknown_invoice"  # A receipt says that an invoice was paid which is not in the book
    TWO_CURRENCIES = (
        "two_currencies"  # A payment covers an invoice in another currency, and nobody says at which rate: it goes into no packet
    )


@dataclass(frozen=True, slots=True)
class AccountingException:
    kind: AccountingLack
    customer: str
    since: dt.date
    amount: Money
    what: Sentence


def accounting_exceptions(session: Session, zone: ZoneInfo) -> list[AccountingException]:
    """`zone` is the company's. Those of discounts first, then those of packets and payments, the oldest first."""
    return [*_undocumented(session), *_packets(session), *_unknown_invoices(session, zone), *_two_currencies(session)]


def _undocumented(session: Session) -> Iterator[AccountingException]:
    answered = DiscountRow.answer != ""
    lacking = or_(DiscountRow.state == DiscountState.APPLIED.value, (DiscountRow.state == DiscountState.REQUESTED.value) & answered)
    query = (
        select(DiscountRow, InvoiceRow.number, CustomerRow.code)
        .join(InvoiceRow, InvoiceRow.id == DiscountRow.invoice_id)
        .join(CustomerRow, CustomerRow.id == DiscountRow.customer_id)
        .where(lacking)
        .order_by(DiscountRow.taken_on, DiscountRow.id)
    )
    for row, number, code in session.execute(query):
        amount = Money(row.minor, row.currency)
        if row.state == DiscountState.REQUESTED:
            what = _(
                "Accounting says of the credit note for {amount} on {invoice}: {answer}", amount=amount, invoice=number, answer=row.answer
            )
            yield AccountingException(AccountingLack.NOT_COMING, code, row.requested_on or row.taken_on, amount, what)
            continue
        what = _("{amount} off {invoice} has no credit note, and {why}", amount=amount, invoice=number, why=_why_not_asked(session, row))
        yield AccountingException(AccountingLack.UNDOCUMENTED, code, row.taken_on, amount, what)


def _why_not_asked(session: Session, row: DiscountRow) -> Sentence:
    query = (
        select(AccountingPacketRow)
        .join(PacketLineRow, PacketLineRow.packet_id == AccountingPacketRow.id)
        .where(PacketLineRow.live, PacketLineRow.subject == Scope.DISCOUNT.value, PacketLineRow.subject_id == row.id)
    )
    packet = session.scalars(query).first()
    if packet is None:
        return _("it is in no packet for Accounting yet")
    if packet.state == PacketState.ACCEPTED:
        return _("it was not asked for yet (packet {id})", id=packet.id)
    return _("its packet {id} is {state}", id=packet.id, state=said_of(packet.state))


def _packets(session: Session) -> Iterator[AccountingException]:
    standing = select(AccountingPacketRow).where(AccountingPacketRow.state != PacketState.REPLACED.value)
    for row in session.scalars(standing.order_by(AccountingPacketRow.day, AccountingPacketRow.id)):
        received = Money(row.totals["received"], row.currency)
        if row.state == PacketState.RETURNED:
            what = _("Accounting has returned packet {id}: {reason}", id=row.id, reason=row.reason)
            yield AccountingException(AccountingLack.PACKET_RETURNED, "", row.answered_on or row.day, received, what)
        now = lines_of(session, [(line["subject"], line["id"]) for line in row.lines], row.currency)
        if changed := sum(map(len, changes_between(row.lines, now))):
            what = _(
                "packet {id} is {state}, and {count} of its lines have changed since", id=row.id, state=said_of(row.state), count=changed
            )
            yield AccountingException(AccountingLack.PACKET_DIFFERS, "", row.day, received, what)


def _unknown_invoices(session: Session, zone: ZoneInfo) -> Iterator[AccountingException]:
    """Of payments from before the program came nobody asks: their invoices need not be in the book."""
    began = session.scalar(select(EntryRow.known_at).order_by(EntryRow.id).limit(1))
    query = (
        select(PaymentRow, CustomerRow.code, ApplicationRow.invoice_uuid, ApplicationRow.minor, ApplicationRow.currency)
        .join(ApplicationRow, ApplicationRow.payment_id == PaymentRow.id)
        .join(CustomerRow, CustomerRow.id == PaymentRow.customer_id)
        .where(ApplicationRow.invoice_id.is_(None), ApplicationRow.invoice_uuid.is_not(None), stands())
        .where(PaymentRow.paid_on >= (began.astimezone(zone).date() if began is not None else dt.date.max))
        .order_by(PaymentRow.paid_on, PaymentRow.id, ApplicationRow.id)
    )
    for row, code, uuid, minor, currency in session.execute(query):
        amount = Money(minor, currency)
        what = _(
            "the payment of {day} covers {amount} of an invoice that is not in the book: {uuid}; import its CFDI, or ask who issued the receipt",
            day=str(row.paid_on),
            amount=amount,
            uuid=uuid,
        )
        yield AccountingException(AccountingLack.UNKNOWN_INVOICE, code, row.paid_on, amount, what)


def _two_currencies(session: Session) -> Iterator[AccountingException]:
    query = (
        select(PaymentRow, CustomerRow.code)
        .join(ApplicationRow, ApplicationRow.payment_id == PaymentRow.id)
        .join(CustomerRow, CustomerRow.id == PaymentRow.customer_id)
        .where(ApplicationRow.applied, ApplicationRow.currency != PaymentRow.currency, ApplicationRow.paid.is_(None))
        .order_by(PaymentRow.paid_on, PaymentRow.id)
        .distinct()
    )
    for row, code in session.execute(query):
        amount = Money(row.amount, row.currency)
        what = _(
            "the payment of {amount} of {day} covers an invoice in another currency, and its rate is not known",
            amount=amount,
            day=str(row.paid_on),
        )
        yield AccountingException(AccountingLack.TWO_CURRENCIES, code, row.paid_on, amount, what)
