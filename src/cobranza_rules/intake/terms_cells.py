"""Payment terms from the cells of a row: credit days and from when they count, review and payment days, end of month, instalments."""

from __future__ import annotations

import re
from decimal import Decimal

from cobranza_rules.domain.terms import LONGEST_CREDIT, CountedFrom, FixedDays, Instalment, Terms, problems_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.credit_days import credit_days
from cobranza_rules.intake.fixed_days import fixed_days_of
from cobranza_rules.intake.sheet_row import SheetRow
from cobranza_rules.language import _

TERMS_FIELDS = {
    "days": "dias de credito|dias credito|credito dias|plazo|plazo dias|plazo de pago|credit days|payment terms|net days",
    "counted_from": "plazo desde|plazo a partir de|dias desde|cuenta desde|base del plazo|counted from|days from|terms from",
    "assumed_after": "sin acuse a los|dias sin acuse|si falta el acuse|acuse supuesto a los|assumed after",
    "review": "dias de revision|revision|dia de revision|review days|review",
    "payment": "dias de pago|dia de pago|pagos|payment days|pay days",
    "end_of_month": "fin de mes|a fin de mes|end of month|eom",
    "instalments": "parcialidades|pagos parciales|exhibiciones|instalments|installments",
}
COUNTED_FROM = {
    CountedFrom.ISSUE: "emision|fecha de emision|factura|fecha de factura|issue|issue date|invoice date",
    CountedFrom.DELIVERY: "entrega|fecha de entrega|envio|delivery|delivery date",
    CountedFrom.ACCEPTANCE: "aceptacion|acuse|acuse de recibo|recepcion|contrarrecibo|revision|fecha de revision|acceptance|acknowledgement|receipt|review",
}
_PART = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%? ?(?:a(?: los)? |at |in )?([0-9]{1,4})(?: ?(?:dias?|días?|days?|d))?", re.IGNORECASE)


def terms_of(row: SheetRow) -> Terms | None:
    """None where the row says nothing of terms, or something that is wrong, which is told."""
    before = len(row.errors)
    days, instalments = credit_days(row, "days"), _instalments(row)
    counted_from = row.choice("counted_from", COUNTED_FROM, CountedFrom.ISSUE)
    assumed = row.whole("assumed_after", 0, LONGEST_CREDIT)
    review, payment, end_of_month = fixed_days(row, "review"), fixed_days(row, "payment"), row.truth("end_of_month")
    if days is None and instalments:
        days = instalments[-1].days
    if days is None:
        if len(row.errors) == before and (review or payment or end_of_month or counted_from is not CountedFrom.ISSUE):
            row.blame("days", _("the terms say nothing of credit days"), _("write the days as a number, for example 30"))
        return None
    terms = Terms(
        days=days,
        counted_from=counted_from,
        assumed_after=assumed or 0,
        review=review,
        payment=payment,
        end_of_month=end_of_month,
        instalments=instalments,
    )
    row.errors += problems_of(terms, row.file, row.place("days"))
    return terms


def fixed_days(row: SheetRow, column: str) -> FixedDays:
    """`lunes y jueves`, `15 y último`: names of weekdays, and days of the month."""
    text = row.text(column, 100)
    found = fixed_days_of(text) if text else FixedDays()
    if found is None:
        what = _("'{text}' names no days", text=shown(text))
        row.blame(column, what, _("write weekdays or days of the month, for example: martes y jueves, or 15 y último"))
    return found or FixedDays()


def _instalments(row: SheetRow) -> tuple[Instalment, ...]:
    text = row.text("instalments", 500)
    found: list[Instalment] = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            what = _("'{text}' is no instalment", text=shown(part))
            row.blame("instalments", what, _("write them like '50% a 30 días; 50% a 60 días'"))
            return ()
        found.append(Instalment(days=int(match.group(2)), percent=Decimal(match.group(1))))
    return tuple(found)
