"""What a document about an instalment of a payment plan says."""

from __future__ import annotations

from typing import Any

from cobranza_rules.domain.letter import AgreedPayment, InstalmentLetter
from cobranza_rules.letters.formats import in_words, long_date, money_text


def plan_fields(document: InstalmentLetter) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.INSTALMENT_FIELDS`."""
    language = document.language
    return {
        "instalment": {
            "number": str(document.position),
            "due": long_date(document.due_on, language),
            "amount": money_text(document.amount, language),
            "amount_in_words": in_words(document.amount, language),
            "late": document.late,
            "until": long_date(document.until, language),
        },
        "plan": {
            "number": str(document.plan),
            "agreed": long_date(document.agreed_on, language),
            "agreed_with": document.agreed_with,
            "kept": money_text(document.kept, language) if document.kept.minor else "",
            "invoices": ", ".join(document.invoices),
        },
        "instalments": agreed_payments(document.schedule, language),
    }


def agreed_payments(payments: tuple[AgreedPayment, ...], language: str) -> list[dict[str, str]]:
    return [
        {
            "number": str(number),
            "due": long_date(payment.due_on, language),
            "amount": money_text(payment.amount, language),
            "balance": money_text(payment.balance, language),
        }
        for number, payment in enumerate(payments, 1)
    ]
