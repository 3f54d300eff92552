"""What is said of files that are nothing that can be imported."""

from __future__ import annotations

from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError


def no_list(content: bytes, name: str) -> tuple[Problem, ...]:
    """What is wrong with a table of which no headings are known, or which cannot be read."""
    try:
        tables = read_tables(content, name)
    except ProblemError as error:
        return error.problems
    what = _(
        "no known headings stand in the first rows: neither of a report of AdminPAQ, nor of a bank statement, nor of a list of customers, agreements, billing requests, "
        "reminders or statuses of CFDI"
    )
    hint = _("samples/plantillas has an empty list of each kind; 'cobranza columns' shows what is recognised of a report")
    return (Problem(what, hint, name, place=tables[0].name if tables else ""),)


def nothing_known(name: str) -> Problem:
    return Problem(
        _(
            "not a CFDI, no report or table of AdminPAQ, no bank statement, and no list of customers, agreements, billing requests, reminders or statuses of CFDI"
        ),
        _("see docs/import.md for what can be imported"),
        name,
    )
