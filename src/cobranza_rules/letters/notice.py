"""A notice to people of the company as plain texts, lists and dicts: all that its template ever sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.domain.company import Company, Person
from cobranza_rules.letters.fields import company_fields, person_fields
from cobranza_rules.letters.formats import long_date, money_text, short_date
from cobranza_rules.money import Money


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing that waits: `number` is the one that commands name it by, `workdays` are business days since `since`.

    `sender`, `subject` and `files` (the names of what is attached) are those of a customer's message; `unapplied` is what a customer
    has paid that covers no invoice.
    """

    customer: str
    customer_name: str
    about: str
    number: int | None
    invoices: tuple[str, ...]
    amount: Money | None
    since: dt.date | None
    workdays: int | None
    deadline: dt.date | None
    sender: str = ""
    subject: str = ""
    files: tuple[str, ...] = ()
    unapplied: tuple[Money, ...] = ()


def fields_of_notice(
    company: Company, person: Person, dated: dt.date, lines: Sequence[NoticeLine], language: str, *, asked_by_mail: bool = False
) -> dict[str, Any]:
    """The keys and their shapes are those of `notice_catalogue.NOTICE_FIELDS`; no value is None."""
    return {
        "language": language,
        "date": long_date(dated, language),
        "company": company_fields(company),
        "person": person_fields(person, language),
        "count": str(len(lines)),
        "asked_by_mail": asked_by_mail,
        "lines": [_line(line, language) for line in lines],
    }


def _line(line: NoticeLine, language: str) -> dict[str, str]:
    return {
        "customer": line.customer,
        "customer_name": line.customer_name,
        "about": line.about,
        "number": "" if line.number is None else str(line.number),
        "invoices": ", ".join(line.invoices),
        "amount": money_text(line.amount, language) if line.amount is not None else "",
        "since": short_date(line.since, language),
        "workdays": "" if line.workdays is None else str(line.workdays),
        "deadline": short_date(line.deadline, language),
        "sender": line.sender,
        "subject": line.subject,
        "files": ", ".join(line.files),
        "unapplied": ", ".join(money_text(amount, language) for amount in line.unapplied),
    }
