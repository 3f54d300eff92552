"""Papers that go with invoices, and the acknowledgements that come back: one page each, marked as a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sample_book.customers import Customer, bank_days_later, customers
from sample_book.invoices import Invoice
from sample_book.pdf import one_page
from sample_book.signing import MENDED_ON, REFUSED_CUSTOMER, REFUSED_ON, sent_on

ASKS_FOR_REMISSION = "C-019"  # The first of its remissions comes a day late: the letter waits for it.


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that arrives on a day; its name says of which invoice it is."""

    on: dt.date
    name: str
    content: bytes


def papers(invoices: Sequence[Invoice]) -> list[Paper]:
    return [*_of_the_refused(invoices), *_remissions(invoices)]


def _of_the_refused(invoices: Sequence[Invoice]) -> Iterator[Paper]:
    """What the letter was refused for: the purchase order; and the CFDI as it is printed."""
    for invoice in invoices:
        if invoice.customer.code == REFUSED_CUSTOMER and invoice.issued_on == REFUSED_ON:
            for kind, title in (("", "REPRESENTACION IMPRESA DEL CFDI"), (" orden de compra", "ORDEN DE COMPRA OC-1287")):
                lines = (f"{title} - PRUEBA", f"Factura {invoice.number}", invoice.customer.name)
                yield Paper(MENDED_ON, f"{invoice.number}{kind}.pdf", one_page(lines))


def _remissions(invoices: Sequence[Invoice]) -> Iterator[Paper]:
    late = 1
    for invoice in invoices:
        if invoice.customer.code == ASKS_FOR_REMISSION and invoice.plan == "new":
            lines = ("NOTA DE REMISION - PRUEBA", f"Factura {invoice.number}", invoice.customer.name)
            yield Paper(bank_days_later(invoice.issued_on, late), f"{invoice.number} remision.pdf", one_page(lines))
            late = 0


def handed_over_on(customer: Customer, invoices: Sequence[Invoice]) -> list[dt.date]:
    """What goes by hand or to a portal is delivered on the second bank day after its letter was signed."""
    arrived = [invoice for invoice in invoices if invoice.customer == customer and invoice.plan == "new"]
    return sorted({bank_days_later(sent_on(invoice), 2) for invoice in arrived}) if customer.delivery != "correo" else []


def scan_of(customer: Customer, day: dt.date) -> str:
    return f"soporte/acuses/{customer.code}-{day}.pdf"


def scans(invoices: Sequence[Invoice]) -> dict[str, bytes]:
    """The forms that customers have stamped, by their path."""
    found = {}
    for customer in customers():
        for day in handed_over_on(customer, invoices) if customer.delivery == "en persona" else []:
            lines = ("ACUSE DE RECIBO - PRUEBA", f"RECIBIDO {day:%d/%m/%Y}", customer.person(0), "Recepcion de facturas", customer.name)
            found[scan_of(customer, day)] = one_page(lines)
    return found
