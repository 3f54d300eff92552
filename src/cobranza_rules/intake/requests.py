"""Billing requests of Sales from a spreadsheet, a row each. Cells that cannot be read cost their row; what is missing is for the desk to refuse."""

from __future__ import annotations

from cobranza_rules.domain.billing_request import DeliveryContact, RequestRecord
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.intake.agreements import CURRENCIES, CUSTOMER_WORDS
from cobranza_rules.intake.customer_row import DELIVERIES
from cobranza_rules.intake.heading_row import Column, KnownHeadings, heading_key
from cobranza_rules.intake.row_list import RowList
from cobranza_rules.intake.sheet_row import SheetRow
from cobranza_rules.language import _
from cobranza_rules.problems import ProblemError

EXPECTED = (
    "Solicitud, Fecha de solicitud, Cliente, Contrato, Importe, Moneda, Concepto, Orden de compra, Aprobó, Fecha de aprobación, "
    "Solicitante, Correo solicitante, Entregar a, Cargo, Domicilio de entrega, Correo de entrega, Teléfono, Modo de entrega"
)
REQUIRED = {"customer": "Cliente", "amount": "Importe", "currency": "Moneda", "concept": "Concepto"}
_FIELDS = {
    "reference": "solicitud|numero de solicitud|no solicitud|num solicitud|folio de solicitud|request|request number",
    "requested_on": "fecha de solicitud|solicitado el|request date|requested on",
    "customer": CUSTOMER_WORDS,
    "agreement": "contrato|numero de contrato|no contrato|convenio|acuerdo|condiciones comerciales|agreement|agreement number|contract",
    "amount": "importe|importe total|total|monto|monto total|importe con iva|amount|total amount",
    "currency": "moneda|divisa|currency",
    "concept": "concepto|descripcion|concepto de facturacion|servicio|concept|description",
    "purchase_order": "orden de compra|oc|o c|pedido|pedido del cliente|no de orden|orden|purchase order|po|po number",
    "approver": "autorizo|autorizado por|aprobo|aprobado por|autoriza|approver|approved by",
    "approved_on": "fecha de autorizacion|fecha de aprobacion|autorizado el|aprobado el|approved on|approval date",
    "requested_by": "solicitante|solicitado por|solicita|vendedor|ejecutivo|requested by|requester|salesperson",
    "requester_email": "correo solicitante|correo del solicitante|email solicitante|correo vendedor|requester email",
    "contact_name": "entregar a|contacto|contacto de entrega|recibe|quien recibe|deliver to|contact|delivery contact",
    "contact_title": "cargo|puesto|cargo de quien recibe|title|job title",
    "contact_address": "domicilio de entrega|domicilio|direccion|direccion de entrega|delivery address|address",
    "contact_email": "correo de entrega|correo|correo electronico|correo de quien recibe|email|delivery email",
    "contact_phone": "telefono|tel|telefono de quien recibe|phone|telephone",
    "delivery": "modo de entrega|entrega|forma de entrega|medio de entrega|delivery|delivery mode",
}


def _are_enough(held: set[Column]) -> bool:
    """Other tables have customers and amounts too: an approval, or an agreement with a concept, is what makes one a list of requests."""
    return {"customer", "amount"} <= held and (not held.isdisjoint({"approver", "approved_on"}) or {"agreement", "concept"} <= held)


REQUEST_HEADINGS = KnownHeadings(
    {heading_key(word): name for name, words in _FIELDS.items() for word in words.split("|")}, _are_enough, EXPECTED
)


def request_of(row: SheetRow) -> RequestRecord:
    """Raises ProblemError with everything of the row that cannot be read. A missing agreement or approval is no matter of reading."""
    currency = row.currency("currency", CURRENCIES)
    amount = row.amount("amount", currency or "MXN")
    if amount is None and row.value("amount") is None:
        row.blame("amount", *row.empty)
    contact = DeliveryContact(
        name=row.text("contact_name", 300),
        title=row.text("contact_title", 200),
        address=row.text("contact_address", 500),
        email=row.email("contact_email"),
        phone=row.text("contact_phone", 100),
    )
    customer, concept = row.required("customer", 40), row.required("concept", 500)
    delivery = _delivery(row)
    approved_on, requested_on = row.day("approved_on"), row.day("requested_on")
    texts = {
        "agreement": row.text("agreement", 80),
        "purchase_order": row.text("purchase_order", 80),
        "approver": row.text("approver", 300),
        "requested_by": row.text("requested_by", 300),
        "requester_email": row.email("requester_email"),
        "reference": row.text("reference", 80),
    }
    if row.errors or amount is None:
        raise ProblemError(row.errors)
    return RequestRecord(
        customer=customer,
        amount=amount,
        concept=concept,
        approved_on=approved_on,
        requested_on=requested_on,
        contact=contact,
        delivery=delivery,
        **texts,
    )


def _delivery(row: SheetRow) -> DeliveryMode | None:
    """None where the cell is empty: the customer's way counts."""
    return row.choice("delivery", DELIVERIES, DeliveryMode.EMAIL) if row.value("delivery") is not None else None


read_requests = RowList(
    REQUEST_HEADINGS, REQUIRED, _("no heading row of a list of billing requests was found in the first rows"), request_of, "customer"
).read
