"""The complement Pagos 2.0 of a payment receipt (Anexo 20, Pagos20.xsd): each payment and the invoices that it pays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from lxml import etree

from cobranza_rules.domain.document import ReceiptApplication, ReceiptPayment
from cobranza_rules.intake.cfdi_reading import PAGOS2, CfdiReading, shown
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money

_PAYMENTS, _PAYMENT, _APPLICATION = (f"{{{PAGOS2}}}{name}" for name in ("Pagos", "Pago", "DoctoRelacionado"))
_ONE = Decimal(1)


def read_payments(reading: CfdiReading, root: etree._Element, complements: Sequence[etree._Element]) -> tuple[ReceiptPayment, ...]:
    """Positions count through all Pagos nodes: some issuers write one for each payment."""
    nodes = [element for element in complements if element.tag == _PAYMENTS]
    found = [payment for node in nodes for payment in node if payment.tag == _PAYMENT]
    if not nodes:
        reading.blame(root, "", _("a payment receipt without the complement Pagos 2.0"))
    elif not found:
        reading.blame(nodes[0], "", _("a payment receipt without any payment"))
    return tuple(_payment(reading, element, position) for position, element in enumerate(found, 1))


def _payment(reading: CfdiReading, element: etree._Element, position: int) -> ReceiptPayment:
    paid_on, currency = reading.instant(element, "FechaPago").date(), reading.currency(element, "MonedaP")
    amount = reading.money(element, "Monto", currency, positive=True)
    applications = tuple(_application(reading, child, currency) for child in element if child.tag == _APPLICATION)
    if not applications:
        reading.blame(element, "", _("the payment names no invoice (DoctoRelacionado) that it pays"))
    elif not reading.errors:
        _check_applied(reading, element, amount, applications)
    return ReceiptPayment(
        position=position,
        paid_on=paid_on,
        amount=amount,
        form=reading.required(element, "FormaDePagoP", 2),
        operation=reading.text(element, "NumOperacion", 100),
        applications=applications,
    )


def _application(reading: CfdiReading, element: etree._Element, paid_in: str) -> ReceiptApplication:
    currency = reading.currency(element, "MonedaDR")
    equivalence = reading.rate(element, "EquivalenciaDR")
    application = ReceiptApplication(
        invoice_uuid=reading.uuid(element, "IdDocumento"),
        series=reading.text(element, "Serie", 25),
        folio=reading.text(element, "Folio", 40),
        paid=reading.money(element, "ImpPagado", currency, positive=True),
        installment=_installment(reading, element),
        balance_before=reading.money(element, "ImpSaldoAnt", currency),
        balance_after=reading.money(element, "ImpSaldoInsoluto", currency),
        equivalence=equivalence or _ONE,
    )
    if equivalence is None and currency and paid_in and currency != paid_in:
        what = _("paid in {paid_in} for an invoice in {currency} without an exchange rate", paid_in=paid_in, currency=currency)
        reading.blame(element, "EquivalenciaDR", what)
    left = application.balance_before - application.paid
    if left != application.balance_after and not reading.errors:
        what = _(
            "the balance after the payment is {after}, but the balance before it less the payment is {left}",
            after=application.balance_after,
            left=left,
        )
        reading.blame(element, "ImpSaldoInsoluto", what, _("compare the invoice's other receipts"), warning=True)
    return application


def _installment(reading: CfdiReading, element: etree._Element) -> int:
    text = reading.required(element, "NumParcialidad", 20)
    if text.isascii() and text.isdigit() and len(text) <= 3 and (installment := int(text)):
        return installment
    if text:
        reading.blame(element, "NumParcialidad", _("'{text}' is not the number of an installment (1 to 999)", text=shown(text)))
    return 0


def _check_applied(reading: CfdiReading, element: etree._Element, amount: Money, applications: tuple[ReceiptApplication, ...]) -> None:
    """EquivalenciaDR is how many units of MonedaDR one unit of MonedaP buys. Each amount may be off by one minor unit of its own currency."""
    same = all(one.equivalence == _ONE and one.paid.currency == amount.currency for one in applications)
    if same and sum(one.paid.minor for one in applications) <= amount.minor:
        return
    cent = _ONE.scaleb(-MINOR_UNITS[amount.currency])
    applied, tolerance = Decimal(0), cent
    for one in applications:
        applied += one.paid.amount / one.equivalence
        tolerance += cent + _ONE.scaleb(-MINOR_UNITS[one.paid.currency]) / one.equivalence
    if applied > amount.amount + tolerance:
        what = _(
            "the invoices get {applied}, which is more than the payment of {amount}",
            applied=f"{applied:,.2f} {amount.currency}",
            amount=amount,
        )
        reading.blame(element, "Monto", what, _("ask the issuer if it looks wrong"), warning=True)
