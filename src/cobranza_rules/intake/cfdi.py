"""CFDI 4.0 (Anexo 20, cfdv40.xsd) of types I, E and P become records; other types and versions are set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.document import CfdiRecord, CreditNoteRecord, InvoiceRecord, PaymentReceiptRecord, Relation
from cobranza_rules.intake.addenda import purchase_order
from cobranza_rules.intake.cfdi_payments import read_payments
from cobranza_rules.intake.cfdi_reading import CFDI4, LOCAL_TAXES, STAMP, CfdiReading, shown
from cobranza_rules.intake.set_aside import SetAside
from cobranza_rules.intake.xml_reader import XmlDocument, read_xml
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money
from cobranza_rules.problems import Problem, ProblemError

_OLDER = ("http://www.sat.gob.mx/cfd/3", "http://www.sat.gob.mx/cfd/2")
_NOT_OURS = {
    "T": _("it is a CFDI of type T (transfer of goods), which claims no money"),
    "N": _("it is a CFDI of type N (payroll), which is no business of collections"),
}
_RELATIONS, _ISSUER, _RECEIVER, _CONCEPTS, _TAXES, _COMPLEMENT, _ADDENDA = (
    f"{{{CFDI4}}}{name}" for name in ("CfdiRelacionados", "Emisor", "Receptor", "Conceptos", "Impuestos", "Complemento", "Addenda")
)
_STAMP, _LOCAL_TAXES = f"{{{STAMP}}}TimbreFiscalDigital", f"{{{LOCAL_TAXES}}}ImpuestosLocales"


@dataclass(frozen=True, slots=True)
class CfdiExamination:
    """A record that can be booked, and what is odd about its document. `warnings` never keep it out."""

    record: CfdiRecord
    warnings: tuple[Problem, ...]


def read_cfdi(content: bytes, file: str) -> CfdiRecord:
    """Raises ProblemError with every problem of the document, or SetAside for what is in order but not ours to book."""
    return examine_cfdi(content, file).record


def examine_cfdi(content: bytes, file: str) -> CfdiExamination:
    """As `read_cfdi`, with the warnings: sums that do not agree, a receipt that applies more than was paid."""
    document = read_xml(content, file)
    kind = _kind(document)
    reading = CfdiReading(document)
    parts = _Parts(document.root)
    record = _receipt(reading, parts) if kind == "P" else _claim(reading, parts, kind)
    if reading.errors:
        raise ProblemError([*reading.errors, *reading.warnings])
    return CfdiExamination(record, tuple(reading.warnings))


def _kind(document: XmlDocument) -> str:
    """I, E or P. What is no CFDI at all, or of no known version or type, is a problem of its own."""
    root, file = document.root, document.file
    tag = etree.QName(root)
    version = root.get("Version") or root.get("version") or "?"
    if tag.localname == "Comprobante" and tag.namespace in _OLDER:
        raise SetAside(_("it is a CFDI of version {version}; only version 4.0 is booked", version=shown(version)))
    if root.tag != f"{{{CFDI4}}}Comprobante":
        what = _("it is no CFDI: its outermost element is {element}", element=shown(tag.localname))
        raise ProblemError([Problem(what, _("give the XML file of an invoice, credit note or payment receipt"), file, document.line(root))])
    reading = CfdiReading(document)
    if version != "4.0":
        reading.blame(root, "Version", _("the CFDI version '{version}' is not known", version=shown(version)))
    kind = reading.required(root, "TipoDeComprobante", 10)
    if kind in _NOT_OURS and not reading.errors:
        raise SetAside(_NOT_OURS[kind])
    if kind and kind not in ("I", "E", "P", *_NOT_OURS):
        reading.blame(root, "TipoDeComprobante", _("the type '{kind}' is not one of I, E, P, T, N", kind=shown(kind)))
    if reading.errors:
        raise ProblemError(reading.errors)
    return kind


class _Parts:
    """The children of Comprobante, found in one pass. Only direct children count: an Addenda may hold anything, a whole CFDI too."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.relations: list[etree._Element] = []
        self.complements: list[etree._Element] = []
        self.issuer: etree._Element | None = None
        self.receiver: etree._Element | None = None
        self.taxes: etree._Element | None = None
        self.addenda: etree._Element | None = None
        self.lines = 0
        for child in root:
            tag = child.tag
            if tag == _RELATIONS:
                self.relations.append(child)
            elif tag == _COMPLEMENT:
                self.complements.extend(child)
            elif tag == _ISSUER:
                self.issuer = child
            elif tag == _RECEIVER:
                self.receiver = child
            elif tag == _TAXES:
                self.taxes = child
            elif tag == _CONCEPTS:
                self.lines = len(child)
            elif tag == _ADDENDA:
                self.addenda = child

    def complement(self, tag: str) -> Iterator[etree._Element]:
        return (element for element in self.complements if element.tag == tag)


@dataclass(frozen=True, slots=True)
class _Head:
    uuid: str
    issuer: Party
    receiver: Party
    series: str
    folio: str
    relations: tuple[Relation, ...]


def _head(reading: CfdiReading, parts: _Parts) -> _Head:
    root = parts.root
    return _Head(
        uuid=_stamped_uuid(reading, parts),
        issuer=reading.party(root, parts.issuer, "Emisor"),
        receiver=reading.party(root, parts.receiver, "Receptor"),
        series=reading.text(root, "Serie", 25),
        folio=reading.text(root, "Folio", 40),
        relations=tuple(
            Relation(reading.required(element, "TipoRelacion", 2), tuple(reading.uuid(related, "UUID") for related in element))
            for element in parts.relations
        ),
    )


def _stamped_uuid(reading: CfdiReading, parts: _Parts) -> str:
    """The first stamp counts. A second one with the same UUID is a known fault of some issuers; with another one nobody can tell who is right."""
    stamps = [(stamp, reading.uuid(stamp, "UUID")) for stamp in parts.complement(_STAMP)]
    if not stamps:
        hint = _("it may be a draft: export the stamped XML, which has a TimbreFiscalDigital")
        reading.blame(parts.root, "", _("the CFDI is not stamped: it has no UUID"), hint)
        return ""
    for stamp, uuid in stamps[1:]:
        if uuid != stamps[0][1]:
            reading.blame(stamp, "UUID", _("a second stamp has another UUID, {uuid}", uuid=shown(uuid)))
    return stamps[0][1]


def _claim(reading: CfdiReading, parts: _Parts, kind: str) -> InvoiceRecord | CreditNoteRecord:
    root, head = parts.root, _head(reading, parts)
    issued_at, currency = reading.instant(root, "Fecha"), reading.currency(root, "Moneda")
    total = reading.money(root, "Total", currency)
    _check_sum(reading, parts, total)
    if kind == "E":
        return CreditNoteRecord(head.uuid, head.issuer, head.receiver, head.series, head.folio, issued_at, total, head.relations)
    method = reading.required(root, "MetodoPago", 10)
    if method and method not in ("PUE", "PPD"):
        reading.blame(root, "MetodoPago", _("the payment method '{method}' is neither PUE nor PPD", method=shown(method)))
    return InvoiceRecord(
        uuid=head.uuid,
        issuer=head.issuer,
        receiver=head.receiver,
        series=head.series,
        folio=head.folio,
        issued_at=issued_at,
        total=total,
        payment_method=method,
        payment_terms=reading.text(root, "CondicionesDePago", 1000),
        purchase_order=purchase_order(parts.addenda) if parts.addenda is not None else "",
        exchange_rate=reading.rate(root, "TipoCambio"),
        relations=head.relations,
    )


def _check_sum(reading: CfdiReading, parts: _Parts, total: Money) -> None:
    """SubTotal - Descuento + taxes transferred - taxes withheld = Total (Anexo 20), local taxes (complement implocal) among them.

    Issuers round each line: one minor unit a line, and two at least, is no mismatch.
    """
    root, number = parts.root, reading.number
    expected = number(root, "SubTotal") - number(root, "Descuento", needed=False)
    if parts.taxes is not None:
        expected += number(parts.taxes, "TotalImpuestosTrasladados", needed=False) - number(
            parts.taxes, "TotalImpuestosRetenidos", needed=False
        )
    for local in parts.complement(_LOCAL_TAXES):
        expected += number(local, "TotaldeTraslados", needed=False) - number(local, "TotaldeRetenciones", needed=False)
    tolerance = Decimal(max(parts.lines, 2)).scaleb(-MINOR_UNITS[total.currency])
    if not reading.errors and abs(total.amount - expected) > tolerance:
        what = _("the total is {total}, but subtotal, discount and taxes make {expected}", total=total, expected=f"{expected:,.2f}")
        reading.blame(root, "Total", what, _("ask the issuer if it looks wrong"), warning=True)


def _receipt(reading: CfdiReading, parts: _Parts) -> PaymentReceiptRecord:
    root, head = parts.root, _head(reading, parts)
    issued_at, currency = reading.instant(root, "Fecha"), reading.text(root, "Moneda", 10)
    if currency != "XXX":
        what = _("a payment receipt must have the currency XXX, this one has '{currency}'", currency=shown(currency))
        reading.blame(root, "Moneda", what, _("each payment has a currency of its own; ask the issuer if it looks wrong"), warning=True)
    return PaymentReceiptRecord(
        uuid=head.uuid,
        issuer=head.issuer,
        receiver=head.receiver,
        series=head.series,
        folio=head.folio,
        issued_at=issued_at,
        payments=read_payments(reading, root, parts.complements),
        relations=head.relations,
    )
