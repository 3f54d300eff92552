"""What only letters about invoices have: what was done before, what was agreed on, interest, and the answer that is asked for."""

from __future__ import annotations

from typing import Any

from cobranza_rules.domain.late_interest import LateInterest
from cobranza_rules.domain.letter import Letter
from cobranza_rules.letters.formats import in_words, long_date, money_text, percent_text, short_date
from cobranza_rules.letters.plan_fields import agreed_payments
from cobranza_rules.money import Money


def pursuit_fields(letter: Letter) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.FIELDS`."""
    language, agreement = letter.language, letter.agreement
    return {
        "next_contact": long_date(letter.next_contact, language),
        "history": [
            {"date": short_date(contact.on, language), "what": contact.what, "invoices": ", ".join(contact.invoices)}
            for contact in letter.history
        ],
        "agreement": agreement.number if agreement else "",
        "agreement_signed": long_date(agreement.signed_on, language) if agreement else "",
        "has_interest": letter.interest is not None,
        "interest": _interest(letter.interest, letter.total, language),
        "instalments": agreed_payments(letter.instalments, language),
        "answer_by": long_date(letter.answer_by, language),
    }


def _interest(interest: LateInterest | None, claimed: Money, language: str) -> dict[str, Any]:
    if interest is None:
        return {"agreed": False, **dict.fromkeys(("rate", "day_count", "amount", "amount_in_words", "with_total"), "")}
    return {
        "rate": percent_text(interest.annual_percent, language),
        "agreed": interest.agreed,
        "day_count": str(interest.day_count),
        "amount": money_text(interest.amount, language),
        "amount_in_words": in_words(interest.amount, language),
        "with_total": money_text(claimed + interest.amount, language),
    }
