"""The facts of the bank's deposits that are not applied, and of what customers have paid that covers no invoice."""

from __future__ import annotations

from cobranza_rules.domain.bank import LineKind, LineState
from cobranza_rules.facts.fact import A, B, D, N, T, fact
from cobranza_rules.language import N_

# Only rules and holds about the customer itself ask for them.
ON_ACCOUNT_FACTS = (
    fact(
        "workdays_since_unapplied",
        N,
        N_("business days since it has paid what covers no invoice yet; unknown where nothing of the kind is left"),
        "workdays_since_unapplied >= 5",
        unit="business days",
        may_be_unknown=True,
    ),
    fact(
        "unapplied_covers_overdue",
        B,
        N_("what it has paid and what covers no invoice yet comes to all that is overdue, in each currency in which something is"),
        "unapplied_covers_overdue",
        neutral=False,
    ),
)

DEPOSIT_FACTS = (
    fact("account", T, N_("the number of our account"), 'account == "00012345678"'),
    fact("amount", A, N_("what came in"), "amount > 1000.00 MXN", currency_fact="currency"),
    fact("unapplied_amount", A, N_("what of it covers no invoice yet"), "unapplied_amount > 1000.00 MXN", currency_fact="currency"),
    fact("currency", T, N_("the currency in which it came in"), 'currency == "USD"'),
    fact("booked_on", D, N_("the day on which the bank has booked it"), "booked_on >= 2026-01-01"),
    fact(
        "deposit_state",
        T,
        N_("how far it is applied"),
        'deposit_state == "open"',
        choices=(LineState.OPEN.value, LineState.PART_APPLIED.value),
        neutral="open",
    ),
    fact(
        "deposit_kind",
        T,
        N_("what moved the money, as far as the bank's words tell"),
        'deposit_kind == "cash"',
        choices=tuple(kind.value for kind in LineKind),
        may_be_unknown=True,
    ),
    fact(
        "workdays_since_deposit",
        N,
        N_("business days since that day"),
        "workdays_since_deposit >= 3",
        unit="business days",
        neutral=0,
    ),
)
