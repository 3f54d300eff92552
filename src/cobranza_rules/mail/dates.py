"""Dates that Spanish and English replies name: a closed grammar, read from the longest form to the shortest.

Positions that a longer form has taken are not read again. Streets and the dates of documents are no dates of payment.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.mail.date_forms import FORMS
from cobranza_rules.mail.date_readers import Context
from cobranza_rules.mail.words import LONGEST_TEXT, fold

MOST_DATES = 50


@dataclass(frozen=True, slots=True)
class FoundDate:
    """`text` as written; `start` and `end` are positions in the NFC text. `vague` where it names a stretch or could be another day."""

    text: str
    date: dt.date
    start: int
    end: int
    vague: bool = False


ENGLISH = re.compile(r"\b(the|we|will|you|your|is|on|by|payment|invoice|please|be|have|for)\b")
SPANISH = re.compile(r"\b(el|la|los|de|que|se|su|en|por|para|pago|factura|con|del)\b")
STREET_BEFORE = re.compile(
    r"\b(av|ave|avenida|calle|c|col|colonia|blvd|boulevard|calz|calzada|plaza|esquina|esq|eje|fracc|circuito|cerrada|privada|street|st)\.? {0,2}$"
)
STREET_AFTER = re.compile(r"^ {0,2}(?:(?:no|num|numero|#|int|ext|esq|col)\b[. ]|#|\d{1,4}(?![\d:/.-]| ?(?:de|h|hrs|am|pm)\b))")
_DOCUMENT = r"factura|facturas|invoice|invoices|folio|cfdi|correo|mensaje|e-?mail|letter|pedido|orden de compra|oc|po|estado de cuenta|statement|recordatorio"
_DOCUMENT_NUMBER = r"(?:[^ ]{0,20}\d[^ ]{0,20}|no\.?|num\.?|numero|folio|y|and|#)"
DOCUMENT_BEFORE = re.compile(
    rf"(?:\b(?:{_DOCUMENT})(?: {{1,2}}{_DOCUMENT_NUMBER}){{0,5}},? (?:de|del|con fecha|de fecha|dated|issued|of|from)(?: el| fecha| on| dia| de){{0,2}} {{0,2}}"
    r"|\b(?:emitid[ao]s?|fechad[ao]s?|vencid[ao]s?|vencia|vencio|vencimiento(?: es)?|issued|dated|was due|due date)(?: el| del| de| on| era| es|:)? {0,2})$"
)


FREE_DAY = re.compile(
    r" {1,2}(?:es|sera|is) (?:dia |un dia |a )?(?:inhabil|festivo|feriado|puente|asueto|holiday|bank holiday|public holiday)"
)
PAYMENT_BEFORE = re.compile(r"\b(?:pago|transferencia|deposito|cheque|spei|payment|wire|transfer|check|ach)\b[^.\n]{0,40}$")


def find_dates(text: str, on: dt.date, calendar: BusinessCalendar) -> list[FoundDate]:
    """In the order of the text. `on` is the day on which it was written; only the text's head is read (words.LONGEST_TEXT)."""
    written = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    folded = fold(written)
    context = Context(on, calendar, english=len(ENGLISH.findall(folded)) > len(SPANISH.findall(folded)))
    taken: list[tuple[int, int]] = []
    found: list[FoundDate] = []
    for form, read in FORMS:
        for match in form.finditer(folded):
            if len(taken) >= MOST_DATES:
                break
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            date, vague = read(match, context)
            taken.append(match.span())
            if date is not None and not _is_elsewhere(folded, match, date, on):
                found.append(FoundDate(written[match.start() : match.end()].strip(), date, match.start(), match.end(), vague))
    return sorted(found, key=lambda one: one.start)


def _is_elsewhere(folded: str, match: re.Match[str], date: dt.date, on: dt.date) -> bool:
    """A street that bears a date, a day that is said to be a holiday, or the past date of an invoice, a message or an order."""
    before = folded[max(0, match.start() - 70) : match.start()]
    if FREE_DAY.match(folded, match.end()):
        return True
    if STREET_BEFORE.search(before):
        return True
    if re.search(r"[a-z]$", match[0]) and STREET_AFTER.search(folded[match.end() : match.end() + 12]):
        return True
    return date < on and bool(DOCUMENT_BEFORE.search(before)) and not PAYMENT_BEFORE.search(before)
