"""The headings of a customers spreadsheet, in Spanish or English."""

from __future__ import annotations

from cobranza_rules.domain.customer import ContactRole
from cobranza_rules.intake.heading_row import Column, KnownHeadings, heading_key

REQUIRED = {"code": "Clave", "name": "Razón social", "rfc": "RFC"}
EXPECTED = (
    "Clave, Razón social, RFC, Tipo, Idioma, Días de crédito, Entrega, NumRegIdTrib, Domicilio, "
    "Contacto facturas, Correo facturas, Cargo facturas, Teléfono facturas, Domicilio facturas, "
    "Contacto cobranza, Correo cobranza, Cargo cobranza, Teléfono cobranza, Contacto alterno, Correo alterno, Segmento, "
    "Base de los días, Días sin acuse, Días de revisión, Días de pago, Fin de mes, Días hábiles, Día inhábil, Soporte, Portal"
)

_FIELDS = {
    "code": "clave|clave cliente|codigo|codigo cliente|numero de cliente|no cliente|num cliente|code|customer code|customer number|customer id|id cliente",
    "name": "razon social|nombre|nombre o razon social|nombre del cliente|cliente|name|customer|customer name|company|company name|legal name",
    "rfc": "rfc|r f c|rfc cliente",
    "kind": "tipo|tipo de cliente|nacional extranjero|type|kind|customer type|domestic or foreign",
    "language": "idioma|lengua|language",
    "credit_days": "dias de credito|dias credito|credito dias|plazo|plazo dias|plazo de pago|credito|credit days|payment terms|terms|net days",
    "delivery": "entrega|modo de entrega|forma de entrega|medio de entrega|delivery|delivery mode|delivery method",
    "segment": "segmento|segmento de cliente|clasificacion|clasificacion de cliente|grupo|segment|customer segment|customer class|customer group",
    "counted_from": "base de los dias|base del plazo|base|plazo a partir de|credito a partir de|dias a partir de|counted from|days counted from|terms from",
    "assumed_after": "dias sin acuse|dias sin acuse de recibo|espera de acuse|days without acknowledgement|acknowledgement wait",
    "review": "dias de revision|dia de revision|revision|dias de recepcion|dia de recepcion|review days|review day",
    "payment": "dias de pago|dia de pago|payment days|payment day|pay days|pay day",
    "end_of_month": "fin de mes|a fin de mes|desde fin de mes|end of month|eom",
    "business_days": "dias habiles|en dias habiles|business days|working days",
    "adjustment": "dia inhabil|si es inhabil|vencimiento en dia inhabil|day off|non business day|business day adjustment",
    "support_required": "soporte|soporte requerido|documentos requeridos|requisitos de entrega|support|support required|required documents",
    "portal": "portal|portal de proveedores|nombre del portal|direccion del portal|url del portal|supplier portal|portal address|portal url",
    "tax_id": "numregidtrib|num reg id trib|numero de registro de identidad tributaria|registro tributario|identificacion fiscal|tax id|foreign tax id|tin|vat number",
    "address": "domicilio|direccion|domicilio fiscal|address|street address",
}
_ROLES = {
    ContactRole.INVOICE: "facturas|factura|facturacion|recepcion de facturas|invoices|invoice|invoicing|billing",
    ContactRole.COLLECTIONS: "cobranza|cobros|pagos|cuentas por pagar|cxp|collections|collection|payments|accounts payable|ap",
    ContactRole.FALLBACK: "alterno|alternativo|alterna|suplente|respaldo|secundario|fallback|backup|alternate|alternative|secondary",
}
_PARTS = {
    "name": "contacto|nombre|nombre contacto|contacto nombre|nombre del contacto|contact|name|contact name",
    "email": "correo|correo electronico|email|e mail|mail|contacto correo|contact email",
    "title": "cargo|puesto|title|job title|position|contacto cargo|contacto puesto",
    "phone": "telefono|tel|phone|telephone|contacto telefono",
    "address": "domicilio|direccion|address|contacto domicilio|domicilio de entrega",
}

_PLAIN_PARTS = {
    "name": "contacto|nombre del contacto|contact|contact name",
    "email": "correo|correo electronico|email|e mail|mail",
    "title": "cargo|puesto|job title",
    "phone": "telefono|tel|phone|telephone",
}


def _aliases() -> dict[str, Column]:
    known: dict[str, Column] = {heading_key(word): (None, part) for part, words in _PLAIN_PARTS.items() for word in words.split("|")}
    for role, roles in _ROLES.items():
        for part, parts in _PARTS.items():
            for role_word in roles.split("|"):
                known |= {heading_key(f"{role_word} {word}"): (role, part) for word in parts.split("|")}
                known |= {
                    heading_key(f"{head} {role_word} {word}"): (role, part) for word in parts.split("|") for head in ("contacto", "contact")
                }
    return known | {heading_key(word): field for field, words in _FIELDS.items() for word in words.split("|")}


def _are_enough(held: set[Column]) -> bool:
    """A name and an RFC or a code."""
    return "name" in held and not held.isdisjoint({"rfc", "code"})


CUSTOMER_HEADINGS = KnownHeadings(_aliases(), _are_enough, EXPECTED)
