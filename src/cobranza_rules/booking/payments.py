"""Payments: one payment, many evidences. An evidence that is known, or that speaks of a known payment, never moves a balance again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import select

from cobranza_rules.booking.applications import cover, parts_of, uncover
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cancellation import ask_about_money, hold_unproven
from cobranza_rules.booking.customers import customer_of
from cobranza_rules.booking.identity import payment_identity
from cobranza_rules.booking.ledger_credits import settle_invoices
from cobranza_rules.booking.ledger_payments import adopted_by
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.substitution import hold_for_review, present_of
from cobranza_rules.domain.document import PaymentReceiptRecord, ReceiptPayment, RelationKind
from cobranza_rules.domain.exchange import worth
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_columns import RECEIPT, stands
from cobranza_rules.store.tables import ApplicationRow, EvidenceRow, InvoiceRow, PaymentRow, RelationRow


def receipt_is_known(keeper: Bookkeeper, uuid: str) -> str | None:
    """The digest of the document under which a payment receipt is on file."""
    return keeper.session.scalar(select(EvidenceRow.document).where(EvidenceRow.kind == RECEIPT, EvidenceRow.source == uuid).limit(1))


def book_receipt(keeper: Bookkeeper, record: PaymentReceiptRecord, digest: str, file: str, today: dt.date) -> Taken:
    """Raises ProblemError, and writes nothing, where an amount is in another currency than the invoice."""
    parts = {payment.position: _parts(payment) for payment in record.payments}
    _check_currencies(keeper, parts, file)
    customer_id = customer_of(keeper, record.receiver, today).id
    for payment in record.payments:
        _book_payment(keeper, record, payment, parts[payment.position], digest, customer_id, today)
    changed = _withdraw_replaced(keeper, record, today)
    named = {uuid for covered in parts.values() for uuid in covered}
    changed.update(keeper.session.scalars(select(InvoiceRow.id).where(InvoiceRow.uuid.in_(named))))
    settle_invoices(keeper, changed, today)
    return Taken.NEW


def _parts(payment: ReceiptPayment) -> dict[str, Money]:
    """What a payment covers of each invoice: two instalments of one invoice in one payment are one part."""
    parts: dict[str, Money] = {}
    for application in payment.applications:
        known = parts.get(application.invoice_uuid)
        parts[application.invoice_uuid] = known + application.paid if known else application.paid
    return parts


def _paid(payment: ReceiptPayment, uuid: str) -> int | None:
    """What an invoice in another currency took of the payment: EquivalenciaDR is how many units of its currency one of the payment's buys."""
    currency = payment.amount.currency
    taken = [each for each in payment.applications if each.invoice_uuid == uuid and each.paid.currency != currency]
    return sum(worth(each.paid, 1 / each.equivalence, currency).minor for each in taken) if taken else None


def _check_currencies(keeper: Bookkeeper, parts: dict[int, dict[str, Money]], file: str) -> None:
    uuids = {uuid for covered in parts.values() for uuid in covered}
    invoices = {row.uuid: row for row in keeper.session.scalars(select(InvoiceRow).where(InvoiceRow.uuid.in_(uuids)))}
    problems = [
        Problem(
            _(
                "the receipt pays invoice {number} in {paid}, but it was issued in {issued}",
                number=row.number,
                paid=paid.currency,
                issued=row.currency,
            ),
            _("ask for a corrected payment receipt (MonedaDR must be the invoice's currency)"),
            file,
            place=f"pago20:Pago[{position}]/pago20:DoctoRelacionado/@MonedaDR",
        )
        for position, covered in parts.items()
        for uuid, paid in covered.items()
        if (row := invoices.get(uuid)) is not None and row.currency != paid.currency
    ]
    if problems:
        raise ProblemError(problems)


def _book_payment(
    keeper: Bookkeeper,
    record: PaymentReceiptRecord,
    payment: ReceiptPayment,
    parts: dict[str, Money],
    digest: str,
    customer_id: int,
    today: dt.date,
) -> None:
    identity = payment_identity(customer_id, payment, record.uuid)
    row = keeper.session.scalar(select(PaymentRow).where(PaymentRow.identity == identity))
    if row is not None and not _fits(keeper, row, parts):
        identity = f"{identity}|{record.uuid}:{payment.position}"
        row = None
    if row is None and (row := adopted_by(keeper, payment, parts, record.uuid)) is not None:
        row.identity, row.operation = identity, payment.operation or row.operation
    if row is None:
        row = PaymentRow(
            customer_id=customer_id,
            identity=identity,
            paid_on=payment.paid_on,
            currency=payment.amount.currency,
            amount=payment.amount.minor,
            operation=payment.operation,
        )
        keeper.session.add(row)
        keeper.session.flush()
    keeper.session.add(EvidenceRow(payment_id=row.id, kind=RECEIPT, source=record.uuid, position=payment.position, document=digest))
    told = {"uuid": record.uuid, "payment": row.id, "minor": row.amount, "currency": row.currency, "document": digest}
    keeper.note(row.customer_id, "payment_receipt", payment.paid_on, told)
    for uuid, part in parts.items():
        _apply(keeper, row, uuid, part, _paid(payment, uuid), today)
    keeper.session.flush()


def _fits(keeper: Bookkeeper, row: PaymentRow, parts: dict[str, Money]) -> bool:
    """The same payment seen twice covers the same invoices with the same amounts; anything else is another payment, not more of this one."""
    known = _covered(keeper, row.id)
    return known == {uuid: part.minor for uuid, part in parts.items()}


def _covered(keeper: Bookkeeper, payment_id: int) -> dict[str, int]:
    query = select(ApplicationRow.invoice_uuid, ApplicationRow.minor).where(ApplicationRow.payment_id == payment_id)
    return {uuid or "": minor for uuid, minor in keeper.session.execute(query)}


def _apply(keeper: Bookkeeper, payment: PaymentRow, uuid: str, part: Money, paid: int | None, today: dt.date) -> None:
    known = select(ApplicationRow).where(ApplicationRow.payment_id == payment.id, ApplicationRow.invoice_uuid == uuid)
    if (before := keeper.session.scalar(known)) is not None:
        before.paid = paid  # What the receipt says counts before a rate that was computed.
        return
    application = ApplicationRow(
        payment_id=payment.id, invoice_uuid=uuid, currency=part.currency, minor=part.minor, paid=paid, applied=False
    )
    keeper.session.add(application)
    keeper.session.flush()
    invoice = keeper.session.scalar(select(InvoiceRow).where(InvoiceRow.uuid == uuid))
    if invoice is not None:
        _cover_or_ask(keeper, invoice, application, today)


def _cover_or_ask(keeper: Bookkeeper, invoice: InvoiceRow, application: ApplicationRow, today: dt.date) -> None:
    """What was paid for a cancelled CFDI covers nothing. For a substituted one, the one in its place is held until a person has looked."""
    if invoice.status == InvoiceStatus.CANCELLED:
        ask_about_money(keeper, invoice, today)
        return
    cover(keeper, invoice, application)
    if (present := present_of(keeper, invoice)) is not invoice:
        hold_for_review(keeper, invoice, present, today)


def apply_waiting_payments(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """Payments whose receipt came before the invoice."""
    for application in parts_of(keeper, invoice, applied=False):
        _cover_or_ask(keeper, invoice, application, today)


def _withdraw_replaced(keeper: Bookkeeper, record: PaymentReceiptRecord, today: dt.date) -> set[int]:
    """A receipt that substitutes another (relation 04): payments that only the old one spoke of did not happen as it said.

    Gives the ids of the invoices that they had covered. Whichever of the two comes first: the record may itself be the old one.
    """
    replaced = {uuid for relation in record.relations if relation.kind == RelationKind.SUBSTITUTION for uuid in relation.uuids}
    newer = select(RelationRow.source).where(RelationRow.target == record.uuid, RelationRow.kind == RelationKind.SUBSTITUTION.value)
    if any(receipt_is_known(keeper, uuid) for uuid in keeper.session.scalars(newer)):
        replaced.add(record.uuid)
    if not replaced:
        return set()
    sources: dict[int, set[str]] = defaultdict(set)
    of_receipts = EvidenceRow.kind == RECEIPT
    affected = select(EvidenceRow.payment_id).where(of_receipts, EvidenceRow.source.in_(replaced))
    told = select(EvidenceRow.payment_id, EvidenceRow.source).where(of_receipts, EvidenceRow.payment_id.in_(affected))
    for payment_id, source in keeper.session.execute(told):
        sources[payment_id].add(source)
    gone = sorted(payment_id for payment_id, named in sources.items() if named <= replaced)
    return {invoice.id for payment_id in gone for invoice in _withdraw(keeper, payment_id, today)}


def _withdraw(keeper: Bookkeeper, payment_id: int, today: dt.date) -> list[InvoiceRow]:
    """Gives the invoices that it had covered."""
    uncovered = []
    for application in list(keeper.session.scalars(select(ApplicationRow).where(ApplicationRow.payment_id == payment_id))):
        if application.applied:
            invoice = keeper.session.get_one(InvoiceRow, application.invoice_id)
            uncover(keeper, invoice, application, today)
            uncovered.append(invoice)
        keeper.session.delete(application)
    keeper.session.flush()
    return uncovered


def withdraw_cancelled(keeper: Bookkeeper, uuid: str, today: dt.date) -> bool:
    """What only a cancelled receipt speaks of: whether it was paid a person says, and until then nobody is asked to pay it again.

    False where there is nothing to take back.
    """
    keeper.session.flush()
    named = select(EvidenceRow.payment_id).where(EvidenceRow.kind == RECEIPT, EvidenceRow.source == uuid)
    unfounded = list(keeper.session.scalars(select(PaymentRow.id).where(PaymentRow.id.in_(named), ~stands()).order_by(PaymentRow.id)))
    uncovered = [invoice for payment_id in unfounded for invoice in _withdraw(keeper, payment_id, today)]
    hold_unproven(keeper, uuid, uncovered, today)
    return bool(uncovered)
