"""What the mails about billing requests may name, and their fields as plain texts, lists and dicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.domain.company import Company
from cobranza_rules.language import N_
from cobranza_rules.letters.field_catalogue import COMPANY
from cobranza_rules.letters.fields import company_fields
from cobranza_rules.letters.formats import long_date, money_text, short_date
from cobranza_rules.letters.template_field import FieldKind, TemplateField, text_field
from cobranza_rules.money import Money

REQUEST_NOTICES = frozenset({"request-accepted", "request-refused"})

_LINE = (
    text_field("number", N_("the request's number, as 'cobranza request show' names it")),
    text_field("reference", N_("the number that Sales gave it; empty where it has none")),
    text_field("customer", N_("the customer's code")),
    text_field("customer_name", N_("the customer's legal name")),
    text_field("agreement", N_("the agreement under which it is invoiced")),
    text_field("amount", N_("its amount, with taxes")),
    text_field("concept", N_("what is invoiced")),
    text_field("purchase_order", N_("the customer's purchase order")),
    text_field("approver", N_("who approved it")),
    text_field("approved", N_("the day on which it was approved")),
    text_field("requested_by", N_("who asks for it")),
    text_field("contact", N_("who receives the invoice at the customer, with post, e-mail address and telephone")),
    text_field("address", N_("where it is handed over")),
    text_field("delivery", N_("how it is delivered")),
    text_field("credit", N_("what the customer owes beside its credit limit; empty where there is no limit")),
    text_field("reasons", N_("why it is refused")),
)
REQUEST_FIELDS = (
    text_field("language", N_("es or en")),
    text_field("date", N_("the day, in words")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    text_field("count", N_("how many lines there are")),
    TemplateField("lines", FieldKind.LIST, N_("the requests, one line each"), _LINE),
)
REQUEST_BY_NAME = {field.name: field for field in REQUEST_FIELDS}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request; texts are in the reader's language."""

    number: int
    reference: str
    customer: str
    customer_name: str
    agreement: str
    amount: Money
    concept: str
    purchase_order: str
    approver: str
    approved_on: dt.date | None
    requested_by: str
    contact: str
    address: str
    delivery: str
    credit: str
    reasons: str


def fields_of_requests(company: Company, dated: dt.date, lines: Sequence[RequestLine], language: str) -> dict[str, Any]:
    """The keys and their shapes are those of REQUEST_FIELDS; no value is None."""
    return {
        "language": language,
        "date": long_date(dated, language),
        "company": company_fields(company),
        "count": str(len(lines)),
        "lines": [_line(line, language) for line in lines],
    }


def _line(line: RequestLine, language: str) -> dict[str, str]:
    return {
        "number": str(line.number),
        "reference": line.reference,
        "customer": line.customer,
        "customer_name": line.customer_name,
        "agreement": line.agreement,
        "amount": money_text(line.amount, language),
        "concept": line.concept,
        "purchase_order": line.purchase_order,
        "approver": line.approver,
        "approved": short_date(line.approved_on, language),
        "requested_by": line.requested_by,
        "contact": line.contact,
        "address": line.address,
        "delivery": line.delivery,
        "credit": line.credit,
        "reasons": line.reasons,
    }
