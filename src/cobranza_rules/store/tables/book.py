"""The book: customers, invoices with their entries, payments with their evidences, credit notes, and what could not be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Digest, Long, Minor, Sparse, Word

HAS_BASIS = "due_basis IS NOT NULL"
HAS_PROMISES = "promises IS NOT NULL"
OVERPAID = "balance < 0"


class CustomerRow(Base):
    """`code` is None for a customer known from an invoice alone. Generic RFCs repeat, so `rfc` is not unique; `identity` is.

    `terms` are its payment terms but for the credit days (domain.terms.terms_as_json without `days`), NULL for nothing but these.
    `support_required` are the kinds of support without which it takes no invoice, `portal` the name or address of its portal.
    """

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Word] = mapped_column(unique=True)
    identity: Mapped[str] = mapped_column(String(400), unique=True)
    rfc: Mapped[str] = mapped_column(String(13), index=True)
    name: Mapped[Long]
    tax_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[Word]
    language: Mapped[Word]
    credit_days: Mapped[int | None]
    delivery: Mapped[Word]
    address: Mapped[Long]
    status: Mapped[Word]
    segment: Mapped[Word] = mapped_column(default="")
    terms: Mapped[dict[str, Any] | None] = mapped_column(Sparse)
    support_required: Mapped[list[Any]] = mapped_column(default=list)
    portal: Mapped[Long] = mapped_column(default="")
    credit_stopped_on: Mapped[dt.date | None] = mapped_column(default=None)


class ContactRow(Base):
    """A person at a customer. `ended_on` is the day on which it was last taken off the list.

    `blocked_on` is the day on which its data were blocked: they are used for nothing since, and kept until the retention ends (LFPDPPP).
    """

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    role: Mapped[Word]
    name: Mapped[Long]
    email: Mapped[str] = mapped_column(String(254), index=True)
    title: Mapped[Long]
    phone: Mapped[Long]
    address: Mapped[Long]
    active: Mapped[bool] = mapped_column(default=True)
    bounced_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    blocked_on: Mapped[dt.date | None]


class InvoiceRow(Base):
    """The present of an invoice: what it says of itself, and a copy of the fold of its entries (domain.invoice.InvoiceState).

    `due_basis` is NULL where the due date rests on nothing but the invoice's own day of issue, `promises` where none were made.
    `exchange_rate` is the CFDI's TipoCambio, "" where it has none.
    `document` is None while its CFDI is not here, because only the accounting system has told of it; so is `uuid`, unless that names it.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("status in ('open', 'paid', 'cancelled', 'substituted')", name="status"),
        CheckConstraint("delivery in ('pending', 'sent')", name="delivery"),
        Index("ix_invoice_series_folio", "series", "folio"),
        Index("ix_invoice_folio", "folio"),
        Index("ix_invoice_open", "status", "customer_id"),
        Index("ix_invoice_due_basis", "customer_id", sqlite_where=text(HAS_BASIS), postgresql_where=text(HAS_BASIS)),
        Index("ix_invoice_overpaid", "customer_id", sqlite_where=text(OVERPAID), postgresql_where=text(OVERPAID)),
        Index("ix_invoice_promises", "customer_id", sqlite_where=text(HAS_PROMISES), postgresql_where=text(HAS_PROMISES)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    series: Mapped[str | None] = mapped_column(String(25))
    folio: Mapped[str | None] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(70), index=True)
    currency: Mapped[Currency]
    issued_on: Mapped[dt.date]
    payment_method: Mapped[Word]
    payment_terms: Mapped[Long]
    purchase_order: Mapped[Long]
    exchange_rate: Mapped[str] = mapped_column(String(24), default="")
    document: Mapped[str | None] = mapped_column(String(64))

    total: Mapped[Minor]
    balance: Mapped[Minor]
    paid: Mapped[Minor]
    status: Mapped[Word]
    closed: Mapped[str | None] = mapped_column(String(40))
    cancellation_pending: Mapped[bool]
    due_on: Mapped[dt.date | None]
    credit_days: Mapped[int | None]
    due_basis: Mapped[dict[str, Any] | None] = mapped_column(Sparse)
    delivery: Mapped[Word]
    delivered_on: Mapped[dt.date | None]
    delivered_by: Mapped[int | None]
    not_received_count: Mapped[int] = mapped_column(default=0)
    acknowledged: Mapped[bool]
    case_status: Mapped[Word]
    promised_on: Mapped[dt.date | None]
    promised_minor: Mapped[Minor]
    promise_paid: Mapped[Minor]
    promise_count: Mapped[int]
    promises: Mapped[list[Any] | None] = mapped_column(Sparse)
    claimed_on: Mapped[dt.date | None]
    claim_count: Mapped[int]
    cheques: Mapped[dict[str, Any] | None] = mapped_column(Sparse)
    cheque_state: Mapped[Word] = mapped_column(default="none")
    cheque_on: Mapped[dt.date | None]
    claim_expired_on: Mapped[dt.date | None]
    dispute_open: Mapped[bool]
    dispute_closed_on: Mapped[dt.date | None]
    reversed_on: Mapped[dt.date | None]
    ladder: Mapped[str] = mapped_column(String(80))
    rung: Mapped[str] = mapped_column(String(80))
    rung_on: Mapped[dt.date | None]
    next_contact: Mapped[dt.date | None]
    dunning_level: Mapped[int]
    intervention: Mapped[Word]
    intervention_due: Mapped[dt.date | None]
    intervention_task: Mapped[int | None]
    agreement: Mapped[str] = mapped_column(String(80), default="")
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    request: Mapped[int | None] = mapped_column(ForeignKey("billing_request.id"), index=True)
    payment_plan: Mapped[int | None] = mapped_column(ForeignKey("payment_plan.id"))
    instalment_on: Mapped[dt.date | None]
    instalment_until: Mapped[dt.date | None]
    instalment_minor: Mapped[Minor] = mapped_column(default=0)
    plan_percent: Mapped[int] = mapped_column(default=0)
    cfdi_missing: Mapped[bool] = mapped_column(default=False)
    ledger_open: Mapped[int | None] = mapped_column(BigInteger)
    ledger_difference: Mapped[bool] = mapped_column(default=False)
    applied: Mapped[dict[str, Any]]
    rungs: Mapped[list[Any]]
    acknowledgements: Mapped[list[Any]] = mapped_column(default=list)
    support: Mapped[list[Any]] = mapped_column(default=list)
    support_required: Mapped[list[Any]] = mapped_column(default=list)
    support_missing: Mapped[bool] = mapped_column(default=False)


class EntryRow(Base):
    """Append-only. Rows are never changed; the order of `id` is the order in which things came to be known."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    kind: Mapped[Word]
    data: Mapped[dict[str, Any]]
    happened_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime] = mapped_column(index=True)


class PaymentRow(Base):
    """One payment, whatever number of evidences speaks of it. `identity` is what makes two evidences speak of the same one."""

    __tablename__ = "payment"
    __table_args__ = (Index("ix_payment_amount", "amount", "currency"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    identity: Mapped[str] = mapped_column(String(200), unique=True)
    paid_on: Mapped[dt.date]
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    operation: Mapped[str] = mapped_column(String(120))


class EvidenceRow(Base):
    """A document that speaks of a payment: for a REP its UUID and the position of the Pago in it, for a ledger's credit the id of its row."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("kind", "source", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    kind: Mapped[Word]
    source: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    document: Mapped[Digest]


class CreditNoteRow(Base):
    """`uuid` and `document` are None while only the ledger tells of it. `state` is applied, for_a_person (it is related to several invoices, or to none), or for_an_invoice that is not in the book yet."""

    __tablename__ = "credit_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    number: Mapped[str] = mapped_column(String(70))
    currency: Mapped[Currency]
    total: Mapped[Minor]
    issued_on: Mapped[dt.date]
    state: Mapped[Word]
    document: Mapped[str | None] = mapped_column(String(64))


class RelationRow(Base):
    """A CFDI's relation to another, kept by UUID because the other may come later: `kind` is TipoRelacion (Anexo 20)."""

    __tablename__ = "relation"
    __table_args__ = (UniqueConstraint("source", "kind", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(36))
    kind: Mapped[Word]
    target: Mapped[str] = mapped_column(String(36), index=True)


class ApplicationRow(Base):
    """A part of a payment for an invoice, which a receipt names by UUID because it may come later; `applied` once it has covered it.

    `invoice_id` is known from then on, and from the first where the ledger tells of it: its invoice may have no UUID yet.
    `minor` is in the invoice's currency; `paid` what it took of a payment in another one, in that, NULL where nobody says so.
    """

    __tablename__ = "application"
    __table_args__ = (UniqueConstraint("payment_id", "invoice_uuid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    invoice_uuid: Mapped[str | None] = mapped_column(String(36), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    currency: Mapped[Currency]
    minor: Mapped[Minor]
    paid: Mapped[int | None] = mapped_column(BigInteger)
    applied: Mapped[bool]


class QuarantineRow(Base):
    """What could not be taken, with its bytes and every reason."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[Long]
    document: Mapped[Digest] = mapped_column(unique=True)
    problems: Mapped[list[Any]]
    known_at: Mapped[dt.datetime]


class CfdiStatusRow(Base):
    """What a list or the SAT's service said of a CFDI. Append-only; kept by UUID, because the CFDI may come later.

    `state` and `process` are those of domain.cfdi_status; `document` is the list, or the service's answer.
    """

    __tablename__ = "cfdi_status"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), index=True)
    state: Mapped[Word] = mapped_column(index=True)
    process: Mapped[Word]
    as_of: Mapped[dt.date]
    cancelled_on: Mapped[dt.date | None]
    source: Mapped[Word]
    document: Mapped[Digest]
    known_at: Mapped[dt.datetime]


class WaitingSupportRow(Base):
    """A file for an invoice that is not in the book yet: `named` is its UUID, or its number without what people leave out of it."""

    __tablename__ = "waiting_support"
    __table_args__ = (UniqueConstraint("named", "kind", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    named: Mapped[str] = mapped_column(String(70), index=True)
    kind: Mapped[Word]
    file: Mapped[Long]
    media_type: Mapped[Word]
    document: Mapped[Digest]
    known_at: Mapped[dt.datetime]
