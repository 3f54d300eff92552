"""clientes.xlsx: the customers with their contacts, under the headings that a Mexican desk uses."""

from __future__ import annotations

from sample_book.customers import Customer, customers
from sample_book.support import ASKS_FOR_REMISSION
from sample_book.workbook import workbook

KEY_ACCOUNTS = ("C-003", "C-005", "C-008")
HEADINGS = (
    "Clave",
    "Razón social",
    "RFC",
    "Tipo",
    "Idioma",
    "Días de crédito",
    "Entrega",
    "NumRegIdTrib",
    "Domicilio",
    "Contacto facturas",
    "Correo facturas",
    "Cargo facturas",
    "Teléfono facturas",
    "Domicilio facturas",
    "Contacto cobranza",
    "Correo cobranza",
    "Cargo cobranza",
    "Teléfono cobranza",
    "Contacto alterno",
    "Correo alterno",
    "Segmento",
    "Soporte",
    "Portal",
)


def customer_list() -> bytes:
    return workbook(
        "Clientes", "ESCUELA KEMPER URGATE - Cartera de clientes (datos de prueba)", HEADINGS, [_row(one) for one in customers()]
    )


def _row(customer: Customer) -> list[str | int]:
    number = customer.position
    if customer.foreign:
        address = f"{number} Sample Street, Exampletown, TX 00000, USA"
        titles = ("Accounts Payable Clerk", "Accounts Payable Manager")
    else:
        address = f"Calle de Prueba {number}, Colonia Ejemplo, {customer.postcode}, México"
        titles = ("Recepción de facturas", "Jefatura de Cuentas por Pagar")
    # One customer has two addresses for its invoices in one cell, as such lists do.
    invoices = customer.address(0) + (f"; archivo@{customer.domain}" if customer.code == "C-003" else "")
    return [
        customer.code,
        customer.name,
        customer.rfc,
        "Extranjero" if customer.foreign else "Nacional",
        "Inglés" if customer.foreign else "Español",
        customer.credit_days,
        customer.delivery.capitalize(),
        customer.tax_id,
        address,
        customer.person(0),
        invoices,
        titles[0],
        f"55 0000 {number:02d}01",
        f"{address}, ventanilla 1" if customer.delivery == "en persona" else address,
        customer.person(1),
        customer.address(1),
        titles[1],
        f"55 0000 {number:02d}02",
        customer.person(2),
        customer.address(2),
        "clave" if customer.code in KEY_ACCOUNTS else "",
        "remisión" if customer.code == ASKS_FOR_REMISSION else "",
        f"https://proveedores.{customer.domain}" if customer.delivery == "portal" else "",
    ]


def customer_list_without_headings() -> bytes:
    """What a desk sends when it copies the rows and leaves the headings behind."""
    first, *rest = [_row(one) for one in customers()[:3]]
    return workbook("Hoja1", "", [str(value) for value in first], rest)
