"""Finds the heading row of a customers spreadsheet below its title rows, and which column holds what, in Spanish or English."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass

from cobranza_rules.domain.customer import ContactRole
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.table import Table
from cobranza_rules.language import _
from cobranza_rules.problems import Problem

DEEPEST_HEADING = 30  # Title rows before the heading row: a logo, a date, the company's name.
REQUIRED = {"code": "Clave", "name": "Razón social", "rfc": "RFC"}
EXPECTED = (
    "Clave, Razón social, RFC, Tipo, Idioma, Días de crédito, Entrega, NumRegIdTrib, Domicilio, "
    "Contacto facturas, Correo facturas, Cargo facturas, Teléfono facturas, Domicilio facturas, "
    "Contacto cobranza, Correo cobranza, Cargo cobranza, Teléfono cobranza, Contacto alterno, Correo alterno, Segmento"
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

# A contact's column names its role and part; without a role it stands for invoices and collections alike.
Column = str | tuple[ContactRole | None, str]
_LINKS = re.compile(r"\b(?:de|del|para|for|of|the|la|las|los|el)\b")


def folded(text: object) -> str:
    """Lower case, without accents and doubled spaces."""
    letters = unicodedata.normalize("NFKD", str(text)).casefold()
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def plain(text: object) -> str:
    """Folded, and without punctuation: `Días de crédito:` and `DIAS DE CREDITO` are one heading."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded(text)).split())


def _key(text: object) -> str:
    """Words in alphabetical order and without `de`, `para` ...: `Contacto para facturas: correo` and `Correo contacto facturas` are one."""
    return " ".join(sorted(_LINKS.sub(" ", plain(text)).split()))


def _aliases() -> dict[str, Column]:
    known: dict[str, Column] = {_key(word): (None, part) for part, words in _PLAIN_PARTS.items() for word in words.split("|")}
    for role, roles in _ROLES.items():
        for part, parts in _PARTS.items():
            for role_word in roles.split("|"):
                known |= {_key(f"{role_word} {word}"): (role, part) for word in parts.split("|")}
                known |= {_key(f"{head} {role_word} {word}"): (role, part) for word in parts.split("|") for head in ("contacto", "contact")}
    return known | {_key(word): field for field, words in _FIELDS.items() for word in words.split("|")}


ALIASES = _aliases()


@dataclass(frozen=True, slots=True)
class Headings:
    """`row` counts from 0; `columns` maps a column number to what it holds."""

    table: Table
    row: int
    columns: dict[int, Column]
    problems: tuple[Problem, ...] = ()

    def column(self, wanted: Column) -> int | None:
        return next((number for number, holds in self.columns.items() if holds == wanted), None)


def find_headings(tables: list[Table], file: str) -> Headings | None:
    """The row with the most known headings of all sheets, if a name and an RFC or a code are among them; None where there is none."""
    best: tuple[int, Table, int] | None = None
    for table in tables:
        for row in range(min(len(table.rows), DEEPEST_HEADING)):
            held = set(_columns(table, row).values())
            if "name" in held and held & {"rfc", "code"} and (best is None or len(held) > best[0]):
                best = (len(held), table, row)
    return None if best is None else _headings(best[1], best[2], file)


def _columns(table: Table, row: int) -> dict[int, Column]:
    """With a heading above that is merged over several columns (`Contacto facturas` over `Nombre`, `Correo`), both are read together."""
    columns: dict[int, Column] = {}
    for number, cell in enumerate(table.rows[row]):
        if not isinstance(cell, str):
            continue
        above = next((table.value(row - 1, first) for at, first, last in table.merged if at == row - 1 and first <= number <= last), None)
        holds = (ALIASES.get(_key(f"{above} {cell}")) if above else None) or ALIASES.get(_key(cell))
        if holds is not None:
            columns[number] = holds
    return columns


def _headings(table: Table, row: int, file: str) -> Headings:
    columns, problems = _columns(table, row), []
    seen: dict[Column, int] = {}
    for number, cell in enumerate(table.rows[row]):
        place = table.place(row, number)
        if cell is not None and number not in columns:
            problems.append(_unknown(str(cell), file, place))
        elif (holds := columns.get(number)) in seen:
            del columns[number]
            what = _(
                "the heading '{heading}' means the same as that of cell {other}",
                heading=shown(str(cell)),
                other=table.place(row, seen[holds]),
            )
            problems.append(Problem(what, _("the second column was not read; remove one of them"), file, place=place, warning=True))
        elif holds is not None:
            seen[holds] = number
    return Headings(table, row, columns, tuple(problems))


def _unknown(heading: str, file: str, place: str) -> Problem:
    near = difflib.get_close_matches(_key(heading), ALIASES, 1, 0.8)
    what = _("the heading '{heading}' is not known, its column was not read", heading=shown(heading))
    hint = _("it looks like one of: {expected}", expected=EXPECTED) if near else _("nothing to do if the column is not for this program")
    return Problem(what, hint, file, place=place, warning=True)
