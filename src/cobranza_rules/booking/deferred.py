"""Lists that speak of customers, agreements and invoices which may stand in any of an import's files: agreements, billing requests, reminders."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from cobranza_rules.booking.agreements import book_agreement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.request_ties import tie_request
from cobranza_rules.booking.requests import Outcome, book_request, fingerprint_of, reasons_of
from cobranza_rules.intake.agreements import read_agreements
from cobranza_rules.intake.requests import read_requests
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BillingRequestRow


@dataclass(slots=True)
class ListTaken:
    """What came of one list: `problems` cost a row each, `refused` are requests that were booked as refused, `warnings` cost nothing."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def sort(self, problems: list[Problem]) -> None:
        for problem in problems:
            (self.warnings if problem.warning else self.problems).append(problem)


def take_agreements(keeper: Bookkeeper, content: bytes, file: str, today: dt.date) -> ListTaken:
    records, problems = read_agreements(content, file)
    taken = ListTaken()
    taken.sort(problems)
    for record, place in records:
        try:
            with keeper.attempt():
                taken.counts[book_agreement(keeper, record, today, file, place)] += 1
        except ProblemError as error:
            taken.problems += error.problems
    return taken


def take_requests(keeper: Bookkeeper, content: bytes, file: str, today: dt.date) -> ListTaken:
    records, problems = read_requests(content, file)
    taken = ListTaken()
    taken.sort(problems)
    accepted: list[BillingRequestRow] = []
    cells: dict[str, str] = {}  # Of the rows before, by what they say
    for record, place in records:
        if (first := cells.setdefault(fingerprint_of(record), place)) != place:
            what = _("the same request stands already in cell {first}", first=first)
            taken.problems.append(Problem(what, _("if both are meant, number them in the column 'Solicitud'"), file, place=place))
            continue
        try:
            with keeper.attempt():
                row, outcome = book_request(keeper, record, today, file, place)
        except ProblemError as error:
            taken.problems += error.problems
            continue
        taken.counts[outcome] += 1
        if outcome is Outcome.NEW:
            accepted.append(row)
        if outcome is Outcome.REFUSED:
            what = _("request {number} is refused: {reasons}", number=row.id, reasons=reasons_of(row))
            taken.refused.append(Problem(what, _("complete the request and import it again"), file, place=place))
    for row in accepted:
        tie_request(keeper, row, today)
    return taken
