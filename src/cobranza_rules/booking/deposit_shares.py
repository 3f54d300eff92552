"""A deposit of the bank in the book: it is a payment, or one more evidence of a payment; and all that is taken back again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select

from cobranza_rules.booking.applications import cover
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.covering import enter_payment
from cobranza_rules.booking.deposit_columns import (
    BANK,
    Share,
    columns_of_evidence,
    columns_of_part,
    columns_of_payment,
    documents_of_statements,
    own_identity,
)
from cobranza_rules.booking.discounts import give_up_of_payment
from cobranza_rules.booking.passed_on import pass_on
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import Sentence
from cobranza_rules.store.tables import ApplicationRow, BankLineRow, EvidenceRow, InvoiceRow, PaymentRow


@dataclass(frozen=True, slots=True)
class Because:
    """By what a deposit is applied or taken back: `by` is a cash.deposit.Level; `who` a person's address, "" for the program."""

    by: str
    who: str = ""
    reason: Sentence | None = None
    comment: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def payments_of(keeper: Bookkeeper, line_id: int) -> list[PaymentRow]:
    """Of which the deposit is an evidence."""
    evidence = select(EvidenceRow.payment_id).where(EvidenceRow.kind == BANK, EvidenceRow.source == str(line_id))
    return list(keeper.session.scalars(select(PaymentRow).where(PaymentRow.id.in_(evidence)).order_by(PaymentRow.id)))


def own_payments(keeper: Bookkeeper, line: BankLineRow) -> list[PaymentRow]:
    """Of which nothing but this deposit tells."""
    others = select(EvidenceRow.payment_id).where(or_(EvidenceRow.kind != BANK, EvidenceRow.source != str(line.id)))
    return [each for each in payments_of(keeper, line.id) if keeper.session.scalar(others.where(EvidenceRow.payment_id == each.id)) is None]


def kept_shares(line: BankLineRow) -> list[dict[str, Any]]:
    """What the line itself pays: `invoice` id, `minor`, `paid`, `payment` id, and `claimed_on` where a claim was confirmed by it."""
    return list((line.detail or {}).get("shares", ()))


def left_of(line: BankLineRow) -> int:
    """What of a deposit no invoice has taken, in minor units; nothing of one that is an evidence of another payment."""
    if line.state == LineState.OPEN:
        return line.minor
    return line.minor - sum(share["paid"] for share in kept_shares(line)) if line.state == LineState.PART_APPLIED else 0


def pay(keeper: Bookkeeper, line: BankLineRow, shares: Sequence[Share], because: Because) -> list[PaymentRow]:
    """Each customer's shares are a payment of its own. The caller has checked that they are no more than what is left of the deposit."""
    told = kept_shares(line)
    by_customer: dict[int, list[Share]] = defaultdict(list)
    for share in shares:
        by_customer[share.invoice.customer_id].append(share)
    payments = []
    for customer_id, own in by_customer.items():
        payment = _own_payment(keeper, line, customer_id)
        told = [_cover(keeper, line, payment, share, because, told) for share in own] + told
        payments.append(payment)
    told = sorted({each["invoice"]: each for each in reversed(told)}.values(), key=lambda each: each["invoice"])
    left = line.minor - sum(each["paid"] for each in told)
    line.detail = {**_said(because), "shares": told}
    line.state = (LineState.PART_APPLIED if left else LineState.APPLIED).value
    line.settled_by = because.by
    _put_amounts(keeper, line)
    return payments


def pay_first(keeper: Bookkeeper, deposits: Sequence[tuple[BankLineRow, Sequence[Share], Because]]) -> None:
    """As `pay` does, for one or many deposits that pay nothing yet and each of which is of one customer: with few questions to the database."""
    named = {
        own_identity(line, shares[0].invoice.customer_id): (line, shares[0].invoice.customer_id) for line, shares, _because in deposits
    }
    payments = _payments_told_of(keeper, named)
    documents = documents_of_statements(keeper, {line.statement_id for line, _shares, _because in deposits})
    evidences, parts = [], []
    with keeper.together():
        for line, shares, because in deposits:
            payment = payments[own_identity(line, shares[0].invoice.customer_id)]
            payment.amount = line.minor
            evidences.append(columns_of_evidence(documents, line, payment, 0))
            told = []
            for share in shares:
                claimed = share.invoice.claimed_on
                parts.append(columns_of_part(payment, share))
                enter_payment(keeper, share.invoice, payment, share.minor, {"deposit": line.id, "by": because.by})
                told.append(_kept(share.invoice, payment, share.minor, share.paid, claimed.isoformat() if claimed is not None else ""))
            left = line.minor - sum(share.paid for share in shares)
            line.detail = {**_said(because), "shares": told}
            line.state, line.settled_by = (LineState.PART_APPLIED if left else LineState.APPLIED).value, because.by
        keeper.session.execute(insert(EvidenceRow), evidences)
        keeper.session.execute(insert(ApplicationRow), parts)
    keeper.session.flush()


def _payments_told_of(keeper: Bookkeeper, named: Mapping[str, tuple[BankLineRow, int]]) -> dict[str, PaymentRow]:
    """By identity; those that are not there yet are put in."""
    query = select(PaymentRow).where(PaymentRow.identity.in_(named))
    known = {payment.identity: payment for payment in keeper.session.scalars(query)}
    new = [columns_of_payment(line, customer_id) for identity, (line, customer_id) in named.items() if identity not in known]
    if new:
        keeper.session.execute(insert(PaymentRow), new)
        known = {payment.identity: payment for payment in keeper.session.scalars(query)}
    return known


def _kept(invoice: InvoiceRow, payment: PaymentRow, minor: int, paid: int, claimed_on: str) -> dict[str, Any]:
    kept = {"invoice": invoice.id, "minor": minor, "paid": paid, "payment": payment.id}
    return {**kept, "claimed_on": claimed_on} if claimed_on else kept


def _said(because: Because) -> dict[str, Any]:
    said: dict[str, Any] = {"who": because.who, "comment": because.comment, **because.more}
    if because.reason is not None:
        said["reason"] = because.reason.as_json()
    return {name: value for name, value in said.items() if value}


def _own_payment(keeper: Bookkeeper, line: BankLineRow, customer_id: int) -> PaymentRow:
    """The customer's payment of which the deposit is an evidence already, or a new one."""
    mine = next((each for each in payments_of(keeper, line.id) if each.customer_id == customer_id), None)
    if mine is not None:
        return mine
    payment = keeper.session.scalar(select(PaymentRow).where(PaymentRow.identity == own_identity(line, customer_id)))
    if payment is None:
        payment = PaymentRow(**columns_of_payment(line, customer_id))
        keeper.session.add(payment)
        keeper.session.flush()
    _put_evidence(keeper, line, payment)
    return payment


def _put_evidence(keeper: Bookkeeper, line: BankLineRow, payment: PaymentRow) -> None:
    positions = select(EvidenceRow.position).where(EvidenceRow.kind == BANK, EvidenceRow.source == str(line.id))
    position = max(keeper.session.scalars(positions), default=-1) + 1
    keeper.session.add(EvidenceRow(**columns_of_evidence(documents_of_statements(keeper, {line.statement_id}), line, payment, position)))
    keeper.session.flush()


def _cover(
    keeper: Bookkeeper, line: BankLineRow, payment: PaymentRow, share: Share, because: Because, told: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the payment covers of it already counts together with the new share as one."""
    invoice, claimed = share.invoice, share.invoice.claimed_on
    minor, paid = share.minor, share.paid
    known = select(ApplicationRow).where(ApplicationRow.payment_id == payment.id, ApplicationRow.invoice_id == invoice.id)
    part = keeper.session.scalar(known)
    before = next((each for each in told if each["invoice"] == invoice.id), {})
    if part is not None:
        keeper.enter(invoice, EntryKind.PAYMENT_REVERSED, payment.paid_on, {"payment": payment.id, "retold": True, "deposit": line.id})
        minor, paid = minor + part.minor, paid + before.get("paid", 0)
        part.minor = minor
        part.paid = paid if part.currency != payment.currency else None
    else:
        keeper.session.add(ApplicationRow(**columns_of_part(payment, share)))
    enter_payment(keeper, invoice, payment, minor, {"deposit": line.id, "by": because.by})
    since = before.get("claimed_on") or (claimed.isoformat() if claimed is not None else "")
    return _kept(invoice, payment, minor, paid, since)


def _put_amounts(keeper: Bookkeeper, line: BankLineRow) -> None:
    """A deposit of one customer is that customer's payment as a whole; of one for several each has what was applied for it."""
    every = payments_of(keeper, line.id)
    for payment in every:
        if payment.identity.startswith(f"{BANK}:"):
            paid = sum(share["paid"] for share in kept_shares(line) if share["payment"] == payment.id)
            payment.amount = line.minor if len(every) == 1 else paid


def join(keeper: Bookkeeper, line: BankLineRow, payment: PaymentRow, because: Because) -> None:
    """The deposit is one more evidence of a payment that is on file: no balance moves, unless the bank had taken it back before."""
    _put_evidence(keeper, line, payment)
    _cover_again(keeper, payment)
    line.state, line.settled_by = LineState.APPLIED.value, because.by
    line.detail = {**_said(because), "payment": payment.id}
    said = {
        "deposit": line.id,
        "payment": payment.id,
        "minor": payment.amount,
        "currency": payment.currency,
        "booked_on": str(line.booked_on),
    }
    keeper.note(payment.customer_id, "deposit_joined", line.booked_on, said)


def _cover_again(keeper: Bookkeeper, payment: PaymentRow) -> None:
    """What a receipt says to be paid counts again, once the money that went back has come."""
    taken_back = select(ApplicationRow).where(
        ApplicationRow.payment_id == payment.id, ApplicationRow.applied.is_(False), ApplicationRow.invoice_id.is_not(None)
    )
    for part in list(keeper.session.scalars(taken_back)):
        invoice = keeper.session.get_one(InvoiceRow, part.invoice_id)
        if invoice.closed is None and invoice.currency == part.currency:
            cover(keeper, invoice, part)


def merge(keeper: Bookkeeper, line: BankLineRow, own: PaymentRow, told: PaymentRow, today: dt.date) -> None:
    """What a person applied is told by other evidence, too: that goes on with the deposit's discounts, and no balance moves."""
    keeper.session.execute(delete(EvidenceRow).where(*_evidence_of(line), EvidenceRow.payment_id == own.id))
    pass_on(keeper, own, told)
    uncover_payment(keeper, own, today, {"deposit": line.id, "retold": True}, withdrawn=True)
    _put_evidence(keeper, line, told)
    shares = [{**each, "payment": told.id} if each["payment"] == own.id else each for each in kept_shares(line)]
    line.detail = {**(line.detail or {}), "shares": shares}


def _evidence_of(line: BankLineRow) -> tuple[ColumnElement[bool], ...]:
    return EvidenceRow.kind == BANK, EvidenceRow.source == str(line.id)


def take_back(keeper: Bookkeeper, line: BankLineRow, today: dt.date, because: Because, *, money_went_back: bool = False) -> None:
    """As if it had not been applied. What other evidence tells, too, stays; where the bank took the money back, all goes."""
    said = {name: value for name, value in {"who": because.who, "comment": because.comment}.items() if value}
    claims = {share["invoice"]: share.get("claimed_on") for share in kept_shares(line)}
    for payment in payments_of(keeper, line.id):
        keeper.session.execute(delete(EvidenceRow).where(*_evidence_of(line), EvidenceRow.payment_id == payment.id))
        alone = keeper.session.scalar(select(EvidenceRow.id).where(EvidenceRow.payment_id == payment.id).limit(1)) is None
        if alone or money_went_back:
            retold = {} if money_went_back else {"retold": True}
            uncover_payment(keeper, payment, today, {"deposit": line.id, **said, **retold}, claims, withdrawn=alone)
        else:
            keeper.note(payment.customer_id, "deposit_parted", today, {"deposit": line.id, "payment": payment.id, **said})
    line.state, line.settled_by, line.detail = LineState.OPEN.value, "", None


def uncover_payment(
    keeper: Bookkeeper,
    payment: PaymentRow,
    today: dt.date,
    said: Mapping[str, Any],
    claims: Mapping[int, str | None] | None = None,
    *,
    withdrawn: bool,
) -> None:
    """With `withdrawn` the payment covers nothing for good; else what other evidence says it covers waits for the money.

    `claims` are since when invoices are claimed again, by their ids, where no money went back.
    """
    since = claims or {}
    for part in list(keeper.session.scalars(select(ApplicationRow).where(ApplicationRow.payment_id == payment.id))):
        if part.applied and part.invoice_id is not None:
            invoice = keeper.session.get_one(InvoiceRow, part.invoice_id)
            claimed = {"claimed_on": since[invoice.id]} if said.get("retold") and since.get(invoice.id) else {}
            keeper.enter(invoice, EntryKind.PAYMENT_REVERSED, today, {"payment": payment.id, **said, **claimed})
            part.applied = False
            give_up_of_payment(keeper, payment.id, invoice.id, today)
        if withdrawn:
            keeper.session.delete(part)
    keeper.session.flush()
