"""A cheque that a person has confirmed before the bank's statement has come: a payment of its own, or one more evidence of one that is on file."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import CHEQUE, shares_of
from cobranza_rules.booking.covering import enter_payment
from cobranza_rules.booking.deposit_reading import LEDGER, parts_by_payment, told_over
from cobranza_rules.booking.deposit_shares import uncover_payment
from cobranza_rules.booking.passed_on import pass_on
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.cash.deposit import Policy, Told
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import RECEIPT
from cobranza_rules.store.tables import ApplicationRow, BankLineRow, ChequeRow, EvidenceRow, PaymentRow, TaskRow

MATCH_CHEQUE = "match-cheque"


def pay_by_cheque(keeper: Bookkeeper, row: ChequeRow, day: dt.date, today: dt.date, policy: Policy) -> PaymentRow:
    """Covers what the cheque was given for, as far as that is owed; the rest is the customer's unapplied cash."""
    identity = f"{CHEQUE}:{row.id}"
    payment = keeper.session.scalar(select(PaymentRow).where(PaymentRow.identity == identity))
    if payment is None:
        payment = PaymentRow(customer_id=row.customer_id, identity=identity, paid_on=day, operation=row.number)
        keeper.session.add(payment)
    payment.paid_on, payment.currency, payment.amount = day, row.currency, row.minor
    keeper.session.flush()
    keeper.session.add(EvidenceRow(payment_id=payment.id, kind=CHEQUE, source=str(row.id), position=0, document=row.document))
    row.payment_id = payment.id
    if not _agree(keeper, row, payment, policy, today):
        _cover(keeper, row, payment)
    return keeper.session.get_one(PaymentRow, row.payment_id)


def _cover(keeper: Bookkeeper, row: ChequeRow, payment: PaymentRow) -> None:
    for invoice, given in shares_of(keeper, row):
        minor = min(given, invoice.balance)
        if invoice.closed is None and minor > 0:
            keeper.session.add(
                ApplicationRow(
                    payment_id=payment.id,
                    invoice_uuid=invoice.uuid,
                    invoice_id=invoice.id,
                    currency=invoice.currency,
                    minor=minor,
                    applied=True,
                )
            )
            enter_payment(keeper, invoice, payment, minor, {"cheque": row.id})
    keeper.session.flush()


def agree_with_others(keeper: Bookkeeper, policy: Policy, today: dt.date) -> None:
    """A receipt or credit of the accounting system that has come since and tells of the same payment: the cheque goes on as that one.

    Where it pays something else a person is asked once.
    """
    identities = select(PaymentRow.id).where(PaymentRow.identity.like(f"{CHEQUE}:%"))
    for row in list(keeper.session.scalars(select(ChequeRow).where(ChequeRow.payment_id.in_(identities)).order_by(ChequeRow.id))):
        _agree(keeper, row, keeper.session.get_one(PaymentRow, row.payment_id), policy, today)


def _agree(keeper: Bookkeeper, row: ChequeRow, own: PaymentRow, policy: Policy, today: dt.date) -> bool:
    told = _told_beside(keeper, row, own, policy)
    alike = ({invoice.id: minor for invoice, minor in shares_of(keeper, row)}, parts_by_payment(keeper, [own.id])[own.id])
    same = next((each for each in told if dict(each.parts) in alike), None)
    if same is not None:
        _go_on_as(keeper, row, own, keeper.session.get_one(PaymentRow, same.id), today)
    elif told:
        ask_about_cheque(keeper, row, told[0].id, sorted({*told[0].parts, *alike[0]}), today)
    return same is not None


def _told_beside(keeper: Bookkeeper, row: ChequeRow, own: PaymentRow, policy: Policy) -> list[Told]:
    """Payments of the same customer over the same amount while the cheque was on its way, of which no other cheque is an evidence."""
    of_cheques = set(keeper.session.scalars(select(EvidenceRow.payment_id).where(EvidenceRow.kind == CHEQUE)))
    last = own.paid_on
    found = []
    for each in told_over(keeper, {Money(row.minor, row.currency)}, (), (RECEIPT, LEDGER)):
        near = keeper.calendar.between(min(each.paid_on, last), max(each.paid_on, last)) <= policy.days
        if each.id not in of_cheques and each.customer == row.customer_id and (row.received_on <= each.paid_on <= last or near):
            found.append(each)
    return found


def ask_about_cheque(keeper: Bookkeeper, row: ChequeRow, payment_id: int, invoices: list[int], today: dt.date) -> None:
    """Whether a payment that pays other invoices is this cheque; nothing where it is asked already."""
    query = select(TaskRow).where(TaskRow.name == MATCH_CHEQUE, TaskRow.customer_id == row.customer_id)
    if any(task.detail.get("cheque") == row.id for task in keeper.session.scalars(query)):
        return
    detail = {"cheque": row.id, "number": row.number, "amount": Money(row.minor, row.currency).plain(), "currency": row.currency}
    open_task(keeper, MATCH_CHEQUE, row.customer_id, "collections_analyst", today, invoices, {**detail, "beside": payment_id}, alone=True)


def _go_on_as(keeper: Bookkeeper, row: ChequeRow, own: PaymentRow, told: PaymentRow, today: dt.date) -> None:
    """All that tells of the cheque's own payment tells of the other from now on, and no balance moves."""
    pass_on(keeper, own, told)
    for line in keeper.session.scalars(select(BankLineRow).where(BankLineRow.id == row.line_id)):
        line.detail = {**(line.detail or {}), "payment": told.id}
    uncover_payment(keeper, own, today, {"retold": True, "cheque": row.id}, withdrawn=True)
    keeper.session.execute(update(EvidenceRow).where(EvidenceRow.payment_id == own.id).values(payment_id=told.id))
    row.payment_id = told.id
    keeper.session.flush()


def take_cheque_back(keeper: Bookkeeper, row: ChequeRow, today: dt.date, reason: str) -> None:
    """The money did not come: what only the cheque tells of is no payment; what a receipt tells of it waits for the money."""
    if row.payment_id is None:
        return
    payment = keeper.session.get_one(PaymentRow, row.payment_id)
    keeper.session.execute(delete(EvidenceRow).where(EvidenceRow.kind == CHEQUE, EvidenceRow.source == str(row.id)))
    others = select(EvidenceRow.id).where(EvidenceRow.payment_id == payment.id).limit(1)
    uncover_payment(keeper, payment, today, {"cheque": row.id, "comment": reason}, withdrawn=keeper.session.scalar(others) is None)
    row.payment_id = None
