"""The mail that asks a colleague to intervene, as plain texts, lists and dicts: all that its template ever sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.domain.company import Company, Person
from cobranza_rules.language import N_
from cobranza_rules.letters.field_catalogue import COMPANY, PERSON
from cobranza_rules.letters.fields import company_fields, person_fields
from cobranza_rules.letters.formats import long_date, money_text, short_date
from cobranza_rules.letters.template_field import FieldKind, TemplateField, text_field
from cobranza_rules.money import Money, total

INTERVENTION_NOTICES = frozenset({"intervention-asked"})
_INVOICE = (
    text_field("number", N_("series and folio of the invoice")),
    text_field("due", N_("the due date; empty if it is not known")),
    text_field("balance", N_("what is still owed of it")),
)
INTERVENTION_FIELDS = (
    text_field("language", N_("es or en")),
    text_field("date", N_("the day, in words")),
    text_field("task", N_("the number of the task")),
    text_field("token", N_("the token by which an answer is known")),
    text_field("customer", N_("the customer's code")),
    text_field("customer_name", N_("the customer's legal name")),
    text_field("deadline", N_("until when it has to be done; empty where nothing is said")),
    text_field("total", N_("what they come to; empty where they are in several currencies")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    TemplateField("person", FieldKind.GROUP, N_("who is asked"), PERSON),
    TemplateField("invoices", FieldKind.LIST, N_("the invoices, one each line"), _INVOICE),
)
INTERVENTION_BY_NAME = {field.name: field for field in INTERVENTION_FIELDS}


@dataclass(frozen=True, slots=True)
class InterventionAsked:
    """`invoices` with number, due date and balance."""

    task: int
    token: str
    customer: str
    customer_name: str
    deadline: dt.date | None
    invoices: Sequence[tuple[str, dt.date | None, Money]]


def fields_of_intervention(company: Company, person: Person, dated: dt.date, asked: InterventionAsked, language: str) -> dict[str, Any]:
    """The keys and their shapes are those of INTERVENTION_FIELDS; no value is None."""
    currencies = {balance.currency for _number, _due, balance in asked.invoices}
    owed = total([balance for _number, _due, balance in asked.invoices], currencies.pop()) if len(currencies) == 1 else None
    return {
        "language": language,
        "date": long_date(dated, language),
        "task": str(asked.task),
        "token": asked.token,
        "customer": asked.customer,
        "customer_name": asked.customer_name,
        "deadline": long_date(asked.deadline, language),
        "total": money_text(owed, language) if owed is not None else "",
        "company": company_fields(company),
        "person": person_fields(person, language),
        "invoices": [
            {"number": number, "due": short_date(due, language), "balance": money_text(balance, language)}
            for number, due, balance in asked.invoices
        ],
    }
