"""Files that must be refused or set aside, each for one reason, and never take good ones with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sample_book.cfdi import invoice_xml, receipt_xml
from sample_book.customer_list import customer_list_without_headings
from sample_book.invoices import Invoice, make_uuid
from sample_book.money_in import Receipt

RULES = """\
version: 1

calendar:
  timezone: America/Mexico_City
  workdays: [mon, tue, wed, thu, fri]
  holidays: MX

ladders:
  - id: collection
    when: days_overdu >= 1
    group_by: [customer, currency]
    rungs:
      - id: first-reminder
        step: 8
        do:
          - email: first-reminder
            to: collections_contact
"""
ABOUT = """\
# Bad input, one reason a file

| file | what is wrong | what becomes of it |
|---|---|---|
| cfdi-truncado.xml | a payment receipt that ends in the middle | quarantine |
| cfdi-con-dtd.xml | a document type with an external entity | quarantine, nothing is read or fetched |
| bomba-de-entidades.xml | entities that unfold to gigabytes | quarantine, nothing unfolds |
| codificacion-equivocada.xml | says UTF-8 and is Latin-1 | quarantine |
| sin-uuid.xml | has no timbre | quarantine: not stamped |
| uuid-conocido-otro-contenido.xml | the UUID of an invoice that is on file, with another total | quarantine, the invoice on file stays as it is |
| importe-negativo.xml, importe-absurdo.xml | a total below zero, a total of quadrillions | quarantine |
| moneda-desconocida.xml | a currency that no catalogue has | quarantine |
| factura-de-otra-empresa.xml | a supplier's invoice to the company | set aside |
| vacio.xml | an empty file | quarantine |
| clientes-sin-encabezado.xlsx | a customers spreadsheet without its headings | a problem that lists the headings |
| reglas-con-dato-desconocido.yaml | a rule names a fact that does not exist | a problem with line and column |
"""


def bad_input(invoices: Sequence[Invoice], receipts: Sequence[Receipt]) -> dict[str, bytes]:
    """File name to bytes. Each is a good document of the samples with one thing wrong, and a UUID of its own unless that is the point."""
    known = next(invoice for invoice in invoices if invoice.overdue_at_start and invoice.number.startswith("FA"))
    several = next(receipt for receipt in receipts if len(receipt.applied) > 1)
    whole = receipt_xml(several)
    variants = {
        "cfdi-truncado.xml": whole[: whole.rindex("<pago20:DoctoRelacionado") + 60],
        "cfdi-con-dtd.xml": _before_root(
            _other(known, "dtd"), '<!DOCTYPE cfdi:Comprobante [<!ENTITY secreto SYSTEM "file:///etc/hostname">]>', "&secreto;"
        ),
        "bomba-de-entidades.xml": _before_root(_other(known, "bomba"), _laughs(), "&e9;"),
        "sin-uuid.xml": re.sub(r"<cfdi:Complemento>.*</cfdi:Complemento>", "", _other(known, "sin-uuid")),
        "uuid-conocido-otro-contenido.xml": _with_total(invoice_xml(known), str(known.total + 1000)),
        "importe-negativo.xml": _with_total(_other(known, "negativo"), "-1160.00"),
        "importe-absurdo.xml": _with_total(_other(known, "absurdo"), "99999999999999999.99"),
        "moneda-desconocida.xml": _other(known, "moneda").replace('Moneda="MXN"', 'Moneda="ZZW"'),
        "factura-de-otra-empresa.xml": _swapped(_other(known, "otra-empresa")),
        "vacio.xml": "",
        "reglas-con-dato-desconocido.yaml": RULES,
        "README.md": ABOUT,
    }
    files = {name: text.encode() for name, text in variants.items()}
    files["codificacion-equivocada.xml"] = _other(known, "codificacion").encode("latin-1")
    files["clientes-sin-encabezado.xlsx"] = customer_list_without_headings()
    return files


def _other(invoice: Invoice, label: str) -> str:
    return invoice_xml(invoice).replace(invoice.uuid, make_uuid(f"malo-{label}"))


def _with_total(xml: str, total: str) -> str:
    return re.sub(r' Total="[^"]*"', f' Total="{total}"', xml, count=1)


def _before_root(xml: str, doctype: str, reference: str) -> str:
    """The document type before the root, and a reference to its entity in a description."""
    xml = re.sub(r'Descripcion="[^"]*"', f'Descripcion="{reference}"', xml, count=1)
    return xml.replace("?>\n", f"?>\n{doctype}\n", 1)


def _laughs() -> str:
    """Ten levels of ten: 10**10 letters from less than a kilobyte."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE cfdi:Comprobante [<!ENTITY e0 "jajajajaja">{levels}]>'


def _swapped(xml: str) -> str:
    """The university invoices the company: a supplier's invoice that lies in the same folder."""
    issuer = '<cfdi:Emisor Rfc="URE180429TM6" Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA" RegimenFiscal="603"/>'
    receiver = (
        '<cfdi:Receptor Rfc="EKU9003173C9" Nombre="ESCUELA KEMPER URGATE" DomicilioFiscalReceptor="06000" '
        'RegimenFiscalReceptor="601" UsoCFDI="G03"/>'
    )
    return re.sub(r"<cfdi:Receptor [^>]*/>", receiver, re.sub(r"<cfdi:Emisor [^>]*/>", issuer, xml))
