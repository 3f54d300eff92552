"""What is taken off an invoice beside payments: why, how far it has come, and whether the agreement grants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.agreement import PromptPayment
from cobranza_rules.domain.prompt_discount import agreed_discount
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money


class DiscountKind(StrEnum):
    PROMPT_PAYMENT = "prompt_payment"
    VOLUME = "volume"
    RETURN = "return"
    PRICE_DIFFERENCE = "price_difference"
    WITHHELD_TAX = "withheld_tax"
    SHORT_PAYMENT = "short_payment"
    PAYMENT_PLAN = "payment_plan"


class DiscountState(StrEnum):
    WAITING = "waiting"  # for a person who approves it; the invoice still owes it
    APPLIED = "applied"
    REQUESTED = "requested"  # applied, and Accounting is asked for its credit note
    CREDITED = "credited"  # its credit note came, and counts in its place
    REVERSED = "reversed"
    REFUSED = "refused"


class Doubt(StrEnum):
    """Why a person has to approve a discount, whatever it is over."""

    NONE = ""
    ABOVE_LIMIT = "above_limit"
    OUTSIDE_TERMS = "outside_terms"  # The agreement does not grant it
    OTHER_CREDIT = "other_credit"  # A credit note over another amount may document it already


UNCREDITED = (DiscountState.APPLIED, DiscountState.REQUESTED)  # These stand in the balance of their invoice.
STANDING = (*UNCREDITED, DiscountState.CREDITED)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be taken off an invoice in all without an approval, minor units by currency: nothing of one that is not named.

    `role` approves what is above it, and what an agreement does not grant.
    """

    minor: Mapping[str, int] = field(default_factory=dict)
    role: str = "administration_manager"


@dataclass(frozen=True, slots=True)
class PaidInTime:
    """What a discount for prompt payment is judged by.

    `paid_on` is the day of the payment, None where there is none; `taken` what was taken off for prompt payment before. `agreed` is None
    where no agreement covers the invoice, or it grants nothing.
    """

    total: Money
    issued_on: dt.date
    paid_on: dt.date | None
    agreed: PromptPayment | None
    taken: Money


def outside_terms(amount: Money, known: PaidInTime) -> Sentence | None:
    """Why the agreement does not grant a discount for prompt payment; None where it does."""
    if known.agreed is None:
        return _("no agreement grants a discount for prompt payment of this invoice")
    if known.paid_on is None:
        return _("no payment of this invoice is known, so none came in time")
    last = days_after(known.issued_on, known.agreed.days)
    if known.paid_on > last:
        return _("the payment came on {day}; the discount ended on {last}", day=known.paid_on, last=last)
    left = agreed_discount(known.total, known.agreed) - known.taken
    if left < amount:
        return _("{amount} is more than the {left} that the agreement still grants", amount=amount, left=left)
    return None
