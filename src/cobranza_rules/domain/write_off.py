"""What the income tax law asks of a debt that is written off as a loss (LISR, art. 27, fracción XV), point by point: a checklist, no verdict.

The text is that of the reform of 12 November 2021. a) Principal of up to 30,000 UDIS on the day when it was due, all debts of one debtor added up: a
year overdue without being collected. Where the debtor is in business, it is told in writing that the loss will be deducted, and what was deducted in a
year is told by 15 February of the next. Debts of the general public between 5,000 pesos and that amount are reported to a credit bureau. b) Above it: a
final decision of the authority which shows that the means to collect are exhausted, or that a favourable one could not be enforced, and both
notices of a). c) The debtor was declared in concurso; or bankrupt, and a decision has ended the bankruptcy by payment or for want of assets. Of a
receivable secured by a mortgage half is deducted in the case of b). In any case the loss is realised in the month in which the debt is prescribed
(Código de Comercio, art. 1047: ten years, where no shorter time is set, as for what is sold retail, art. 1043, or for a promissory note, LGTOC, art. 165).
A formal demand is asked for by none of these; it shows the attempts to collect that b) speaks of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cobranza_rules.calendar import days_after
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.money import Money

PESOS = "MXN"


class Point(StrEnum):
    AMOUNT = "amount"
    ONE_YEAR = "one_year"
    PRESCRIPTION = "prescription"
    DEMAND = "demand"
    CREDIT_BUREAU = "credit_bureau"
    LAWSUIT = "lawsuit"
    BANKRUPTCY = "bankruptcy"
    DEBTOR_TOLD = "debtor_told"
    SAT_TOLD = "sat_told"


# Of which somebody says that there is evidence; the others follow from the book.
BY_HAND = (Point.CREDIT_BUREAU, Point.LAWSUIT, Point.BANKRUPTCY, Point.DEBTOR_TOLD, Point.SAT_TOLD)
ASKED = {
    Point.AMOUNT: N_("principal of all debts against the limit of 30,000 UDIS (inciso a)"),
    Point.ONE_YEAR: N_("a year overdue (inciso a)"),
    Point.PRESCRIPTION: N_(
        "prescribed (Código de Comercio, art. 1047); who demands in court or recognises the debt begins it anew (art. 1041)"
    ),
    Point.DEMAND: N_("payment was formally demanded (no condition of its own: it shows the attempts to collect)"),
    Point.CREDIT_BUREAU: N_("reported to a credit bureau (debts of the general public from 5,000 pesos up to the limit, inciso a)"),
    Point.LAWSUIT: N_("final decision that the means to collect are exhausted, or could not be enforced (above the limit, inciso b)"),
    Point.BANKRUPTCY: N_("debtor in concurso; or bankrupt, with the decision that ends the bankruptcy (inciso c)"),
    Point.DEBTOR_TOLD: N_("debtor told in writing that the loss will be deducted (debtors in business, and all above the limit)"),
    Point.SAT_TOLD: N_("SAT told by 15 February of the year after the deduction (likewise)"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """`udi` is the value of a UDI in pesos on the day when the debt was due, None where nobody has given it."""

    udi: Decimal | None = None
    udis: int = 30_000
    years_overdue: int = 1
    prescription_years: int = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody has noted: when, who, and the hash of the paper, "" where there is none."""

    on: dt.date
    who: str
    comment: str
    document: str


@dataclass(frozen=True, slots=True)
class Debts:
    """`principal` by currency, `newest_due` the due date of the newest of them, `demanded` the days of formal demands that were sent."""

    principal: tuple[Money, ...]
    newest_due: dt.date | None
    demanded: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """`there` says whether the point is met by what is on file; None where that cannot be told. `said` is the evidence, or what is missing."""

    point: Point
    there: bool | None
    said: Sentence


def checklist(debts: Debts, noted: Mapping[Point, Evidence], limits: Limits, today: dt.date) -> tuple[Finding, ...]:
    """Every point, in the order of the law; whether the debt is written off is for people to say."""
    found = {
        Point.AMOUNT: _amount(debts, limits),
        Point.ONE_YEAR: _years(debts, limits.years_overdue, today),
        Point.PRESCRIPTION: _years(debts, limits.prescription_years, today),
        Point.DEMAND: _demand(debts),
    }
    return tuple(Finding(point, *(found[point] if point in found else _by_hand(noted.get(point)))) for point in Point)


def _amount(debts: Debts, limits: Limits) -> tuple[bool | None, Sentence]:
    foreign = [each for each in debts.principal if each.currency != PESOS]
    if foreign:
        return None, _("{amount} has first to be turned into pesos", amount=foreign[0])
    if limits.udi is None:
        return None, _("the value of the UDI is not given: write_off.udi in cobranza.toml")
    owed = sum(each.minor for each in debts.principal)
    most = Money(int(limits.udi * limits.udis * 100), PESOS)
    said = _("{owed} against {limit}", owed=Money(owed, PESOS), limit=most)
    return owed <= most.minor, said


def _years(debts: Debts, years: int, today: dt.date) -> tuple[bool | None, Sentence]:
    if debts.newest_due is None:
        return None, _("no due date is known")
    after = _years_after(debts.newest_due, years)
    return today >= after, _("from {day} on", day=str(after))


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day years later; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return days_after(day.replace(year=day.year + years, day=28), 1) or dt.date.max


def _demand(debts: Debts) -> tuple[bool, Sentence]:
    if not debts.demanded:
        return False, _("no formal demand was sent")
    return True, _("sent on {days}", days=", ".join(map(str, debts.demanded)))


def _by_hand(noted: Evidence | None) -> tuple[bool, Sentence]:
    if noted is None:
        return False, _("nothing is on file")
    said = _("{day}, {who}: {comment}", day=str(noted.on), who=noted.who, comment=noted.comment)
    return True, _("{said}; document with SHA-256 {document}", said=said, document=noted.document) if noted.document else said
