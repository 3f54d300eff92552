"""What only the papers for Accounting have: collections with their discounts and control totals, and the credit notes that are asked for."""

from __future__ import annotations

from typing import Any

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.letter import CollectionsRelation, CreditNoteRequest
from cobranza_rules.language import _
from cobranza_rules.letters.formats import in_words, long_date, money_text, short_date
from cobranza_rules.money import Money, total


def collections_fields(relation: CollectionsRelation) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.COLLECTIONS_FIELDS`."""
    language = relation.language
    return {
        "currency": relation.currency,
        "day": _days(relation),
        "collected": [
            {
                "customer": line.customer,
                "customer_name": line.customer_name,
                "paid": short_date(line.paid_on, language),
                "operation": line.operation,
                "number": line.number,
                "uuid": line.uuid,
                "amount": money_text(line.amount, language),
                "discount": _unless_zero(line.discount, language),
                "reason": line.reason,
                "credit_note": line.credit_note,
                "balance": money_text(line.balance, language),
            }
            for line in relation.collected
        ],
        "control": _control(relation),
    }


def _days(relation: CollectionsRelation) -> str:
    since, until = (long_date(day, relation.language) for day in (relation.since, relation.day))
    if relation.since == relation.day:
        return until
    return _("{since} to {until}", since=since, until=until).text(translator(relation.language))


def _control(relation: CollectionsRelation) -> dict[str, str]:
    language, lines = relation.language, relation.collected
    applied = total([line.amount for line in lines], relation.currency)
    discounts = total([line.discount for line in lines], relation.currency)
    undocumented = total([line.discount for line in lines if not line.credit_note], relation.currency)
    return {
        "payments": str(relation.payments),
        "received": money_text(relation.received, language),
        "received_in_words": in_words(relation.received, language),
        "invoices": str(len({line.uuid or line.number for line in lines if line.amount})),
        "applied": money_text(applied, language),
        "unapplied": money_text(relation.unapplied, language),
        "discounts": money_text(discounts, language),
        "without_credit_note": money_text(undocumented, language),
        "settled": money_text(applied + discounts, language),
    }


def request_fields(document: CreditNoteRequest) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.CREDIT_NOTE_FIELDS`."""
    language = document.language
    asked = total([request.amount for request in document.requests], document.currency)
    return {
        "currency": document.currency,
        "requests": [
            {
                "customer": request.customer,
                "customer_name": request.customer_name,
                "rfc": request.rfc,
                "number": request.number,
                "uuid": request.uuid,
                "issued": short_date(request.issued_on, language),
                "total": money_text(request.total, language),
                "amount": money_text(request.amount, language),
                "reason": request.reason,
                "relation": request.relation,
            }
            for request in document.requests
        ],
        "request_count": str(len(document.requests)),
        "total": money_text(asked, language),
        "total_in_words": in_words(asked, language),
        "answer_by": long_date(document.answer_by, language),
    }


def _unless_zero(amount: Money, language: str) -> str:
    return money_text(amount, language) if amount else ""
