"""The customer who goes all the way: the contract on which its debt stands, what it ordered, what it stamped, and the originals on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sample_book.customers import START, Customer, bank_days_later, customers
from sample_book.invoices import Invoice
from sample_book.pdf import one_page
from sample_book.support import Paper
from sample_book.workbook import workbook

CODE = "C-018"
CONTRACT = "CT-2025-018"
SIGNED_ON = dt.date(2025, 6, 2)
HANDED_OVER_ON = dt.date(2026, 3, 18)  # The day after the case has gone to Administration
RECEIVED_ON = dt.date(2026, 3, 20)
CONTRACT_FILE = f"contratos/{CODE} {CONTRACT}.pdf"
NOTE_FILE = f"contratos/{CODE} pagare.pdf"
RECEIPT_FILE = f"contratos/{CODE} recibo de originales.pdf"
CONTRACT_PAPER, NOTE_PAPER, STAMPED = f"Contrato {CONTRACT}", f"Pagaré de {CONTRACT}", "Contra-recibos sellados"
HEADINGS = (
    "Cliente",
    "Contrato",
    "Tipo",
    "Moneda",
    "Vigencia desde",
    "Fecha de firma",
    "Días de crédito",
    "Plazo desde",
    "Interés anual %",
    "Base de interés",
    "Garantías",
)
ROW = (CODE, CONTRACT, "Contrato", "MXN", "2025-06-02", "2025-06-02", 30, "emisión", 18, 360, "Pagaré firmado por el representante legal")


def claimed_customer() -> Customer:
    return next(customer for customer in customers() if customer.code == CODE)


def owed_at_start(invoices: Sequence[Invoice]) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.customer.code == CODE and invoice.overdue_at_start]


def stamped_on(invoice: Invoice) -> dt.date:
    return bank_days_later(invoice.issued_on, 3)


def stamp_of(invoice: Invoice) -> str:
    return f"soporte/acuses/{CODE}-{invoice.number}.pdf"


def orders(invoices: Sequence[Invoice]) -> list[Paper]:
    """The customer's purchase orders, which the desk keeps from the first day on."""
    return [
        Paper(START, f"{invoice.number} orden de compra.pdf", one_page(_order(invoice, place)))
        for place, invoice in enumerate(owed_at_start(invoices), 1)
    ]


def claim_files(invoices: Sequence[Invoice]) -> dict[str, bytes]:
    """The contract and what was signed or stamped, by path."""
    customer, owed = claimed_customer(), owed_at_start(invoices)
    title = "ESCUELA KEMPER URGATE - Contratos (datos de prueba)"
    numbers = ", ".join(invoice.number for invoice in owed)
    return {
        "contratos.xlsx": workbook("Contratos", title, HEADINGS, [ROW]),
        CONTRACT_FILE: one_page(_contract(customer)),
        NOTE_FILE: one_page(_note(customer)),
        RECEIPT_FILE: one_page(_receipt(numbers)),
        **{stamp_of(invoice): one_page(_stamp(customer, invoice)) for invoice in owed},
    }


def claim_acts(day: dt.date, invoices: Sequence[Invoice]) -> Iterator[Mapping[str, Any]]:
    """What people do with those papers on a day of the story."""
    sales, analyst, administration = "sales_manager", "collections_analyst", "administration_manager"
    if day == START:
        yield {"as": sales, "do": "keep_agreement", "customer": CODE, "agreement": CONTRACT, "file": CONTRACT_FILE}
        for invoice in owed_at_start(invoices):
            yield _acknowledged(invoice)
        for role, kind, name, file in (
            (sales, "contract", CONTRACT_PAPER, CONTRACT_FILE),
            (sales, "promissory_note", NOTE_PAPER, NOTE_FILE),
            (analyst, "acknowledgement", STAMPED, ""),
        ):
            yield {"as": role, "do": "original", "customer": CODE, "kind": kind, "name": name} | ({"file": file} if file else {})
    if day == HANDED_OVER_ON:
        yield from ({"as": role, "do": "hand_over", "customer": CODE, "to": administration} for role in (sales, analyst))
    if day == RECEIVED_ON:
        yield {"as": administration, "do": "receive", "customer": CODE, "file": RECEIPT_FILE}


def _acknowledged(invoice: Invoice) -> Mapping[str, Any]:
    who = {"person": claimed_customer().person(0), "title": "Recepción de facturas", "phone": "55 0000 1801"}
    return {
        "as": "collections_analyst",
        "do": "acknowledge",
        "customer": CODE,
        "invoices": [invoice.number],
        "at": stamped_on(invoice),
        "kind": "stamp",
        **who,
        "file": stamp_of(invoice),
    }


def _contract(customer: Customer) -> tuple[str, ...]:
    return (
        f"CONTRATO DE PRESTACIÓN DE SERVICIOS {CONTRACT} - PRUEBA",
        "",
        "Prestador: ESCUELA KEMPER URGATE",
        f"Cliente: {customer.name}, RFC {customer.rfc}",
        "",
        "PRIMERA. El prestador da cursos, talleres y materiales conforme a las",
        "órdenes de compra del cliente.",
        "SEGUNDA. El cliente paga cada factura a los 30 días de su emisión.",
        "TERCERA. Lo que no se paga a su vencimiento causa un interés moratorio",
        "del 18% anual, sobre 360 días.",
        "CUARTA. En garantía el representante legal del cliente suscribe un pagaré.",
        "QUINTA. Vigencia: desde la firma y por tiempo indefinido.",
        "",
        f"Firmado el {SIGNED_ON:%d/%m/%Y}",
    )


def _note(customer: Customer) -> tuple[str, ...]:
    return (
        "PAGARÉ - PRUEBA",
        "",
        f"En garantía del contrato {CONTRACT}",
        f"Suscriptor: {customer.name}",
        f"Suscrito el {SIGNED_ON:%d/%m/%Y}",
    )


def _order(invoice: Invoice, place: int) -> tuple[str, ...]:
    lines = (f"{line.quantity} x {line.description}" for line in invoice.lines)
    return (
        f"ORDEN DE COMPRA OC-18-{place:02d} - PRUEBA",
        f"Contrato {CONTRACT}",
        f"Factura {invoice.number}",
        invoice.customer.name,
        "",
        *lines,
    )


def _stamp(customer: Customer, invoice: Invoice) -> tuple[str, ...]:
    return (
        "ACUSE DE RECIBO - PRUEBA",
        f"Factura {invoice.number}",
        f"RECIBIDO {stamped_on(invoice):%d/%m/%Y}",
        customer.person(0),
        "Recepción de facturas",
        customer.name,
    )


def _receipt(numbers: str) -> tuple[str, ...]:
    return (
        "RECIBO DE ORIGINALES - PRUEBA",
        f"Cliente {CODE}",
        f"1. Contrato {CONTRACT}",
        f"2. Pagaré de {CONTRACT}",
        f"3. Contra-recibos sellados de {numbers}",
        f"Recibe Administración el {RECEIVED_ON:%d/%m/%Y}",
    )
