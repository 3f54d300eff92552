"""What an answer to an intervention says: `acuerdo: 50,000 el 15 de marzo y el resto el 31 de marzo`, or `sin acuerdo: motivo`.

A closed grammar over everything that is said, or nothing at all: whatever else is said might limit the rest, and a person reads it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.amounts import NUMBER, find_amounts
from cobranza_rules.mail.approval_words import LONGEST_ANSWER, LONGEST_REASON, MANNERS, MOST_LINES, NOBODY, OwnTexts
from cobranza_rules.mail.dates import find_dates
from cobranza_rules.mail.words import fold
from cobranza_rules.money import Money

MOST_PARTS = 36
REST = "rest"
_REASON = r"\s*(?:[:,;.\-]|\s(?:porque|por|because)\b)?(?P<reason>.*)"
REFUSES = re.compile(rf"(?:sin acuerdo|no hay acuerdo|no hubo acuerdo|no se llego a (?:un )?acuerdo|no agreement){_REASON}", re.DOTALL)
AGREES = re.compile(r"(?:acuerdo|convenio|agreement|agreed)\s*:\s*(?P<terms>.+)", re.DOTALL)
# Between the parts of an agreement: a comma inside of an amount has no space behind it.
_BETWEEN = re.compile(r"\s*[;\n]\s*|\s*,?\s+(?:y|e|and)\s+(?=\$|\d|el resto|resto|the rest|con |with |descuento|discount)|\s*,\s+")
_SIGN = r"(?:mxn|m\.n\.|pesos|usd|us\$|dolares|dollars|eur|euros)"
_AMOUNT = rf"(?:\$\s?)?(?P<amount>{NUMBER}|el resto|resto|the rest|rest)(?:\s?(?P<sign>{_SIGN}))?"
_PART = re.compile(rf"{_AMOUNT}\s+(?:a mas tardar |para |by |on )?(?:el |the )?(?P<date>\S.*)", re.DOTALL)
_DISCOUNT = re.compile(rf"(?:con |with )?(?:un |a )?(?:descuento|discount)(?: de| of)? {_AMOUNT}")
_WITH = re.compile(r"(?:con|with) (?P<whom>\S.{1,118})")
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "of"})
PLACEHOLDERS = frozenset({"motivo", "el motivo", "reason", "the reason"})


@dataclass(frozen=True, slots=True)
class SaidOfIntervention:
    """`agreed` is None where nothing is decided; `doubt` says why. Amounts are plain, "rest" for what is left; "" where nothing was said."""

    agreed: bool | None
    instalments: tuple[tuple[dt.date, str], ...] = ()
    discount: str = ""
    agreed_with: str = ""
    reason: str = ""
    doubt: Sentence | None = None


def read_intervention(said: str, currency: str, on: dt.date, calendar: BusinessCalendar, own: OwnTexts = NOBODY) -> SaidOfIntervention:
    """`said` is what the author wrote on the day `on`, quotes and signature cut; amounts without a currency are in `currency`."""
    if len(said) > LONGEST_ANSWER or said.count("\n") > MOST_LINES:
        return _doubt(_("it is longer than an answer to an intervention"))
    telling = [line.strip() for line in said.splitlines() if line.strip() and not _says_nothing(line.strip(), own)]
    first = fold(telling[0]) if telling else ""
    if (refuses := REFUSES.fullmatch(first)) is not None:
        written = telling[0][refuses.start("reason") :] if len(first) == len(telling[0]) else refuses["reason"]
        reason = " ".join([written.strip(" :,;.-"), *telling[1:]]).strip()[:LONGEST_REASON]
        if not reason or fold(reason) in PLACEHOLDERS:
            return _doubt(_("it says that there is no agreement, and not why"))
        return SaidOfIntervention(agreed=False, reason=reason)
    if AGREES.match(first) is None:
        return _doubt(_("it says neither 'agreement' with its days and amounts nor 'no agreement'"))
    text = "; ".join(telling)
    folded = fold(text)
    if len(folded) != len(text):
        text = folded
    terms = AGREES.fullmatch(folded)
    assert terms is not None
    return _agreement(text[terms.start("terms") :], currency, on, calendar)


def _agreement(terms: str, currency: str, on: dt.date, calendar: BusinessCalendar) -> SaidOfIntervention:
    instalments: list[tuple[dt.date, str]] = []
    discount = whom = ""
    pieces = [piece.strip(" .") for piece in _split(terms)]
    for piece in [each for each in pieces if each]:
        folded = fold(piece)
        if (part := _PART.fullmatch(folded)) is not None:
            amount, day = _amount(part, currency), _day(part["date"], on, calendar)
            if amount is None or day is None:
                return _doubt(_("it is not clear how much is to be paid when: '{text}'", text=piece[:120]))
            instalments.append((day, amount))
        elif (off := _DISCOUNT.fullmatch(folded)) is not None and not discount:
            discount = _amount(off, currency) or ""
            if discount in ("", REST):
                return _doubt(_("it is not clear how much is taken off: '{text}'", text=piece[:120]))
        elif (agreed := _WITH.fullmatch(folded)) is not None and not whom and _is_name(piece[agreed.start("whom") :]):
            whom = piece[agreed.start("whom") :].strip()
        else:
            return _doubt(_("it says more than an agreement: '{text}'", text=piece[:120]))
    if not instalments or len(instalments) > MOST_PARTS:
        return _doubt(_("it names no day with its amount, or too many"))
    return SaidOfIntervention(agreed=True, instalments=tuple(instalments), discount=discount, agreed_with=whom)


def _split(terms: str) -> list[str]:
    """By the folded text, so that the pieces keep how they were written."""
    folded, pieces, start = fold(terms), [], 0
    if len(folded) != len(terms):
        terms = folded
    for cut in _BETWEEN.finditer(folded):
        pieces.append(terms[start : cut.start()])
        start = cut.end()
    return [*pieces, terms[start:]]


def _amount(match: re.Match[str], currency: str) -> str | None:
    """Plain, in `currency`; None where it can be read in two ways, or is in another one."""
    if "rest" in match["amount"]:
        return REST
    found = find_amounts(f"${match['amount']} {match['sign'] or ''}".strip(), currency)
    if len(found) != 1 or found[0].vague or found[0].amount.currency != currency or not found[0].amount > Money(0, currency):
        return None
    return found[0].amount.plain()


def _day(text: str, on: dt.date, calendar: BusinessCalendar) -> dt.date | None:
    """Of a text that is one day and nothing else."""
    found = find_dates(text, on, calendar)
    whole = len(found) == 1 and not found[0].vague and (found[0].start, found[0].end) == (0, len(text))
    return found[0].date if whole else None


def _is_name(text: str) -> bool:
    """Words with capitals, lest a condition is taken for a person."""
    words = text.split()
    return words[0][:1].isupper() and all(word[:1].isupper() or word in _PARTICLES for word in words) and not any(map(str.isdigit, text))


def _says_nothing(line: str, own: OwnTexts) -> bool:
    folded = fold(line)
    return own.say(folded) or not MANNERS.sub("", folded).strip(" ,.;:!-")


def _doubt(why: Sentence) -> SaidOfIntervention:
    return SaidOfIntervention(None, doubt=why)
