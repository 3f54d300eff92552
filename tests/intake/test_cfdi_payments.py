import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.domain.document import PaymentReceiptRecord, ReceiptApplication, ReceiptPayment
from cobranza_rules.intake.cfdi import examine_cfdi, read_cfdi
from cobranza_rules.money import MINOR_UNITS, Money

ASK = "ask the issuer for the original XML"
LOOK = "ask the issuer if it looks wrong"
BEFORE = "the balance before it less the payment is 0.00 MXN"
PAGO = "cfdi:Comprobante/cfdi:Complemento/pago20:Pagos/pago20:Pago"
DOCTO = PAGO + "/pago20:DoctoRelacionado"


def read(content: bytes) -> PaymentReceiptRecord:
    record = read_cfdi(content, "p.xml")
    assert isinstance(record, PaymentReceiptRecord)
    return record


def test_a_receipt_in_another_currency_is_read_whole(cfdi: Any) -> None:
    application = cfdi.application(
        {
            "MonedaDR": "USD",
            "EquivalenciaDR": "0.0537634408",
            "ImpSaldoAnt": "2500.00",
            "ImpPagado": "2500.00",
            "IdDocumento": cfdi.other_uuid.lower(),
        }
    )
    content = cfdi.receipt(cfdi.payment({"Monto": "46500.00", "NumOperacion": "2026090440012BMOV1"}, [application]))
    examined = examine_cfdi(content, "p.xml")
    assert examined.warnings == ()
    assert isinstance(examined.record, PaymentReceiptRecord)
    assert examined.record.payments == (
        ReceiptPayment(
            position=1,
            paid_on=dt.date(2026, 3, 20),
            amount=Money(4650000, "MXN"),
            form="03",
            operation="2026090440012BMOV1",
            applications=(
                ReceiptApplication(
                    cfdi.other_uuid, "FA", "1001", Money(250000, "USD"), 1, Money(250000, "USD"), Money(0, "USD"), Decimal("0.0537634408")
                ),
            ),
        ),
    )


def test_every_payment_of_every_complement_counts(cfdi: Any) -> None:
    half = {"ImpSaldoAnt": "1160.00", "ImpPagado": "580.00", "ImpSaldoInsoluto": "580.00"}
    payments = "".join(cfdi.payment({"Monto": "1160.00"}, [cfdi.application(half), cfdi.application(half)]) for _ in range(2))
    twice = f'<pago20:Pagos Version="2.0">{payments}</pago20:Pagos>' * 2
    record = read(cfdi.receipt(pagos=twice))
    assert [payment.position for payment in record.payments] == [1, 2, 3, 4]
    assert [len(payment.applications) for payment in record.payments] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"Monto": "-1"}, [f"p.xml:2 ({PAGO}/@Monto): the amount -1 is negative; {ASK}"]),
        ({"Monto": "0.00"}, [f"p.xml:2 ({PAGO}/@Monto): the amount must be more than zero; {ASK}"]),
        (
            {"FechaPago": "2026-03-20"},
            [f"p.xml:2 ({PAGO}/@FechaPago): '2026-03-20' is not a date and time of the form 2026-03-02T10:15:00; {ASK}"],
        ),
        ({"MonedaP": "BTC"}, [f"p.xml:2 ({PAGO}/@MonedaP): the currency 'BTC' is not known; known are {', '.join(MINOR_UNITS)}"]),
        ({"FormaDePagoP": None}, [f"p.xml:2 ({PAGO}/@FormaDePagoP): the attribute is missing or empty; {ASK}"]),
    ],
)
def test_each_wrong_attribute_of_a_payment_is_told(cfdi: Any, said: Any, changes: dict[str, str | None], problems: list[str]) -> None:
    assert said(read_cfdi, cfdi.receipt(cfdi.payment(changes)), "p.xml") == problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"ImpPagado": "-1160.00"}, f"/@ImpPagado): the amount -1160.00 is negative; {ASK}"),
        ({"ImpPagado": "0"}, f"/@ImpPagado): the amount must be more than zero; {ASK}"),
        ({"ImpSaldoInsoluto": "-0.01"}, f"/@ImpSaldoInsoluto): the amount -0.01 is negative; {ASK}"),
        ({"ImpSaldoAnt": None}, f"/@ImpSaldoAnt): the attribute is missing or empty; {ASK}"),
        ({"NumParcialidad": "0"}, f"/@NumParcialidad): '0' is not the number of an installment (1 to 999); {ASK}"),
        ({"NumParcialidad": "²"}, f"/@NumParcialidad): '²' is not the number of an installment (1 to 999); {ASK}"),
        ({"IdDocumento": "FA-1001"}, f"/@IdDocumento): 'FA-1001' is not a UUID; {ASK}"),
        ({"EquivalenciaDR": "-1"}, f"/@EquivalenciaDR): '-1' is not an exchange rate above zero; {ASK}"),
        (
            {"MonedaDR": "USD", "EquivalenciaDR": None},
            f"/@EquivalenciaDR): paid in MXN for an invoice in USD without an exchange rate; {ASK}",
        ),
    ],
)
def test_each_wrong_attribute_of_an_application_is_told(cfdi: Any, said: Any, changes: dict[str, str | None], problem: str) -> None:
    content = cfdi.receipt(cfdi.payment({}, [cfdi.application(), cfdi.application(changes)]))
    assert said(read_cfdi, content, "p.xml") == [f"p.xml:2 ({DOCTO}[2]{problem}"]


def test_a_payment_that_names_no_invoice_is_told(cfdi: Any, said: Any) -> None:
    content = cfdi.receipt(cfdi.payment(), cfdi.payment({}, []))
    assert said(read_cfdi, content, "p.xml") == [
        f"p.xml:2 ({PAGO}[2]): the payment names no invoice (DoctoRelacionado) that it pays; {ASK}"
    ]


def test_a_receipt_without_payments_or_complement_is_told(cfdi: Any, said: Any) -> None:
    assert said(read_cfdi, cfdi.receipt(pagos='<pago20:Pagos Version="2.0"/>'), "p.xml") == [
        f"p.xml:2 ({PAGO.removesuffix('/pago20:Pago')}): a payment receipt without any payment; {ASK}"
    ]
    assert said(read_cfdi, cfdi.receipt(pagos=""), "p.xml") == [
        f"p.xml:2 (cfdi:Comprobante): a payment receipt without the complement Pagos 2.0; {ASK}"
    ]


@pytest.mark.parametrize(
    ("payment", "application", "head", "warning"),
    [
        (
            {"Monto": "1000.00"},
            {},
            {},
            f"({PAGO}/@Monto): the invoices get 1,160.00 MXN, which is more than the payment of 1,000.00 MXN; {LOOK}",
        ),
        (
            {},
            {"EquivalenciaDR": "0.0000000001", "MonedaDR": "JPY", "ImpPagado": "9000000000000", "ImpSaldoAnt": "9000000000000"},
            {},
            f"({PAGO}/@Monto): the invoices get 90,000,000,000,000,000,000,000.00 MXN, which is more than the payment of 1,160.00 MXN; {LOOK}",
        ),
        (
            {},
            {"ImpSaldoInsoluto": "1.00"},
            {},
            f"({DOCTO}/@ImpSaldoInsoluto): the balance after the payment is 1.00 MXN, but {BEFORE}; compare the invoice's other receipts",
        ),
        (
            {},
            {},
            {"Moneda": "MXN"},
            f"(cfdi:Comprobante/@Moneda): a payment receipt must have the currency XXX, this one has 'MXN'; each payment has a currency of its own; {LOOK}",
        ),
    ],
)
def test_oddities_are_warnings_and_the_receipt_is_read(
    cfdi: Any, payment: dict[str, str], application: dict[str, str], head: dict[str, str], warning: str
) -> None:
    examined = examine_cfdi(cfdi.receipt(cfdi.payment(payment, [cfdi.application(application)]), head=head), "p.xml")
    assert [problem.text() for problem in examined.warnings] == [f"p.xml:2 {warning}"]
    assert all(problem.warning for problem in examined.warnings)


PARTS = st.tuples(st.uuids().map(str), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 999))


@settings(max_examples=100)
@given(st.lists(st.lists(PARTS, min_size=1, max_size=4), min_size=1, max_size=3), st.sampled_from(["MXN", "USD", "JPY"]))
def test_what_is_written_is_read_back(cfdi: Any, payments: list[list[tuple[str, int, int, int]]], currency: str) -> None:
    def plain(minor: int) -> str:
        return Money(minor, currency).plain()

    told = [
        cfdi.payment(
            {"MonedaP": currency, "Monto": plain(sum(paid for _, paid, _, _ in parts))},
            [
                cfdi.application(
                    {
                        "IdDocumento": uuid,
                        "MonedaDR": currency,
                        "ImpPagado": plain(paid),
                        "ImpSaldoAnt": plain(paid + left),
                        "ImpSaldoInsoluto": plain(left),
                        "NumParcialidad": str(installment),
                    }
                )
                for uuid, paid, left, installment in parts
            ],
        )
        for parts in payments
    ]
    examined = examine_cfdi(cfdi.receipt(*told), "p.xml")
    assert examined.warnings == ()
    assert isinstance(examined.record, PaymentReceiptRecord)
    back = [
        [(one.invoice_uuid, one.paid.minor, one.balance_after.minor, one.installment) for one in payment.applications]
        for payment in examined.record.payments
    ]
    assert back == [[(uuid.upper(), paid, left, installment) for uuid, paid, left, installment in parts] for parts in payments]
    assert [payment.amount for payment in examined.record.payments] == [
        Money(sum(paid for _, paid, _, _ in parts), currency) for parts in payments
    ]
