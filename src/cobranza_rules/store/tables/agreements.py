"""Where invoices come from: agreements with their versions and files, and the billing requests of Sales."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Digest, Long, Minor, Word


class AgreementRow(Base):
    """A version of an agreement. Append-only: what changes is a new row with the next `version`.

    `happened_on` is the day on which it was signed or agreed, `known_at` when the program came to know it. `terms` are those of
    domain.terms, `conditions` those of domain.agreement. `source` is the file that it came from, or who entered it.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("number", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    kind: Mapped[Word]
    currency: Mapped[Currency]
    credit_limit: Mapped[Minor | None]
    valid_from: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    conditions: Mapped[dict[str, Any]]
    support_required: Mapped[list[Any]]
    source: Mapped[Long]
    happened_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime]


class AgreementFileRow(Base):
    """A file of an agreement, of all its versions; its bytes are in the archive."""

    __tablename__ = "agreement_file"
    __table_args__ = (UniqueConstraint("number", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    name: Mapped[Long]
    document: Mapped[Digest]
    added_by: Mapped[Long]
    happened_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime]


class BillingRequestRow(Base):
    """What Sales asked for, accepted or refused. `fingerprint` is that of its content: the same request twice is one.

    `customer_id` is None where nobody is known by the name that it gives, which is then refused. `reasons` are sentences. An accepted one is
    answered by the invoices whose `request` it is.
    """

    __tablename__ = "billing_request"
    __table_args__ = (CheckConstraint("state in ('accepted', 'refused')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[Digest] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(String(80), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    customer: Mapped[Long]
    agreement: Mapped[str] = mapped_column(String(80))
    currency: Mapped[Currency]
    minor: Mapped[Minor]
    concept: Mapped[Long]
    purchase_order: Mapped[Long]
    approver: Mapped[Long]
    approved_on: Mapped[dt.date | None]
    requested_by: Mapped[Long]
    requester_email: Mapped[str] = mapped_column(String(254))
    requested_on: Mapped[dt.date]
    contact_name: Mapped[Long]
    contact_title: Mapped[Long]
    contact_address: Mapped[Long]
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[Long]
    contact_bounced_on: Mapped[dt.date | None]
    delivery: Mapped[Word]
    source: Mapped[Long]
    state: Mapped[Word] = mapped_column(index=True)
    reasons: Mapped[list[Any]]
    refused_by: Mapped[Long]
    known_at: Mapped[dt.datetime]


class RequestToldRow(Base):
    """Which message tells whom of a request: `recipient` an address, `outcome` accepted or refused."""

    __tablename__ = "request_told"
    __table_args__ = (UniqueConstraint("request_id", "outcome", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("billing_request.id"), index=True)
    outcome: Mapped[Word]
    recipient: Mapped[str] = mapped_column(String(254))
    message_id: Mapped[int] = mapped_column(ForeignKey("internal_message.id"), index=True)
