"""What a packet for Accounting says of each payment and discount, read from the book as it stands now; with its control totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.crossings import crossing_of, said_of_crossing, taken_by
from cobranza_rules.domain.discount import STANDING
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import ApplicationRow, CreditNoteRow, CustomerRow, DiscountRow, InvoiceRow, PaymentRow

Member = tuple[str, int]  # Scope.PAYMENT or Scope.DISCOUNT, and the id
PAYMENT, DISCOUNT = Scope.PAYMENT.value, Scope.DISCOUNT.value
CHANGING = ("credit_note", "operation")  # What comes later by itself, and is no correction


@dataclass(frozen=True, slots=True)
class Totals:
    """The control totals of a packet in minor units: `received` is what is `applied` and what is `unapplied`."""

    payments: int
    received: int
    applied: int
    unapplied: int
    discounts: int

    def as_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in Totals.__slots__}

    @staticmethod
    def of_json(kept: Mapping[str, int]) -> Totals:
        return Totals(**kept)


def lines_of(session: Session, members: Iterable[Member], currency: str) -> list[dict[str, Any]]:
    """In the order of customers and days. What does not stand any more, or is in another currency, has none."""
    wanted = list(members)
    payments = [key for subject, key in wanted if subject == PAYMENT]
    discounts = [key for subject, key in wanted if subject == DISCOUNT]
    found = [*_payment_lines(session, payments, currency), *_discount_lines(session, discounts, currency)]
    return sorted(found, key=lambda line: (line["customer"], line["day"], line["subject"] != PAYMENT, line["id"]))


def _payment_lines(session: Session, ids: Sequence[int], currency: str) -> Iterable[dict[str, Any]]:
    query = select(PaymentRow).where(PaymentRow.id.in_(ids), PaymentRow.currency == currency, stands()).order_by(PaymentRow.id)
    for row in session.scalars(query):
        parts = (
            select(ApplicationRow, InvoiceRow)
            .join(InvoiceRow, InvoiceRow.id == ApplicationRow.invoice_id)
            .where(ApplicationRow.payment_id == row.id, ApplicationRow.applied)
            .order_by(ApplicationRow.id)
        )
        covered = [(part, invoice) for part, invoice in session.execute(parts)]
        taken = [minor for part, _invoice in covered if (minor := taken_by(part, row)) is not None]
        if not covered or len(taken) < len(covered):
            continue
        yield {
            **_heading(session, PAYMENT, row.id, row.customer_id, row.paid_on),
            "operation": row.operation,
            "minor": row.amount,
            "unapplied": row.amount - sum(taken),
            "parts": [_part_line(part, invoice, row) for part, invoice in covered],
        }


def _part_line(part: ApplicationRow, invoice: InvoiceRow, payment: PaymentRow) -> dict[str, Any]:
    """`minor` is what it took of the payment, in the packet's currency; of an invoice in another one `covers` is what of it is paid, and `exchange` says at which rate."""
    line = {"invoice": invoice.number, "uuid": invoice.uuid or "", "minor": taken_by(part, payment)}
    crossing = crossing_of(part, invoice, payment)
    if crossing is None:
        return line
    return {**line, "covers": part.minor, "currency": part.currency, "exchange": said_of_crossing(crossing).as_json()}


def _discount_lines(session: Session, ids: Sequence[int], currency: str) -> Iterable[dict[str, Any]]:
    states = [state.value for state in STANDING]
    query = (
        select(DiscountRow, InvoiceRow)
        .join(InvoiceRow, InvoiceRow.id == DiscountRow.invoice_id)
        .where(DiscountRow.id.in_(ids), DiscountRow.currency == currency, DiscountRow.state.in_(states))
        .order_by(DiscountRow.id)
    )
    for row, invoice in session.execute(query):
        note = session.get(CreditNoteRow, row.note_id) if row.note_id is not None else None
        yield {
            **_heading(session, DISCOUNT, row.id, row.customer_id, row.taken_on),
            "invoice": invoice.number,
            "uuid": invoice.uuid or "",
            "minor": row.minor,
            "kind": row.kind,
            "reason": row.reason,
            "credit_note": note.number if note is not None else "",
        }


def _heading(session: Session, subject: str, key: int, customer_id: int, day: dt.date) -> dict[str, Any]:
    customer = session.get_one(CustomerRow, customer_id)
    code = customer.code or customer.rfc
    named = {"customer_id": customer_id, "customer": code, "customer_name": customer.name}
    return {"subject": subject, "id": key, **named, "day": day.isoformat()}


def totals_of(lines: Sequence[Mapping[str, Any]]) -> Totals:
    payments = [line for line in lines if line["subject"] == PAYMENT]
    return Totals(
        payments=len(payments),
        received=sum(line["minor"] for line in payments),
        applied=sum(part["minor"] for line in payments for part in line["parts"]),
        unapplied=sum(line["unapplied"] for line in payments),
        discounts=sum(line["minor"] for line in lines if line["subject"] == DISCOUNT),
    )


def must_equal_the_ledger(session: Session, lines: Sequence[Mapping[str, Any]], currency: str) -> None:
    """What the invoices themselves say that these payments and discounts take off them. Raises ProblemError where it is something else.

    What invoices in another currency say is in that: each of them is held against its own line, and nothing is added up with it.
    """
    totals = totals_of(lines)
    keys = {f"p{line['id']}": PAYMENT for line in lines if line["subject"] == PAYMENT}
    keys |= {_discount_key(session, line): DISCOUNT for line in lines if line["subject"] == DISCOUNT}
    parts = [(f"p{line['id']}", part) for line in lines if line["subject"] == PAYMENT for part in line["parts"]]
    crossing = sorted((key, part["currency"], part["covers"]) for key, part in parts if "covers" in part)
    elsewhere: list[tuple[str, str, int]] = []
    said = {PAYMENT: sum(part["minor"] for _key, part in parts if "covers" in part), DISCOUNT: 0}
    customers = {line["customer_id"] for line in lines}
    for applied, other in session.execute(select(InvoiceRow.applied, InvoiceRow.currency).where(InvoiceRow.customer_id.in_(customers))):
        for key in applied.keys() & keys.keys():
            if other == currency:
                said[keys[key]] += applied[key]
            else:
                elsewhere.append((key, other, applied[key]))
    if (said[PAYMENT], said[DISCOUNT]) != (totals.applied, _counted(session, lines, totals)) or sorted(elsewhere) != crossing:
        what = _(
            "the packet's totals ({applied} applied, {discounts} taken off) are not those of the invoices ({ours}, {theirs})",
            applied=Money(totals.applied, currency),
            discounts=Money(totals.discounts, currency),
            ours=Money(said[PAYMENT], currency),
            theirs=Money(said[DISCOUNT], currency),
        )
        raise ProblemError([Problem(what, _("'cobranza explain CUSTOMER' says what was paid and taken off; please report this"))])


def _discount_key(session: Session, line: Mapping[str, Any]) -> str:
    """By what its invoice knows it: the credit note that documents it takes its place."""
    return f"c{session.get_one(DiscountRow, line['id']).note_id}" if line["credit_note"] else f"d{line['id']}"


def _counted(session: Session, lines: Sequence[Mapping[str, Any]], totals: Totals) -> int:
    """What the discounts come to in the invoices: a credit note that a person has shared documents what it is over, and no more."""
    shared = 0
    for line in lines:
        if line["subject"] == DISCOUNT and line["credit_note"]:
            row = session.get_one(DiscountRow, line["id"])
            invoice = session.get_one(InvoiceRow, row.invoice_id)
            shared += invoice.applied.get(f"c{row.note_id}", 0) - line["minor"]
    return totals.discounts + shared


def changes_between(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[Any], list[Any]]:
    """Lines that came, that are gone, and pairs of those that say something else."""
    old, new = ({(line["subject"], line["id"]): line for line in lines} for lines in (before, after))
    came = [line for key, line in new.items() if key not in old]
    gone = [line for key, line in old.items() if key not in new]
    other = [(old[key], line) for key, line in new.items() if key in old and _plain(old[key]) != _plain(line)]
    return came, gone, other


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key not in CHANGING}
