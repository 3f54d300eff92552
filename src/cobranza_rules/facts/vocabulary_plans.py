"""The facts of payment plans: what an invoice says of the one by which it is paid, and of their instalments."""

from __future__ import annotations

from cobranza_rules.domain.payment_plans import InstalmentState
from cobranza_rules.facts.fact import A, B, D, N, T, fact
from cobranza_rules.language import N_

_STATES = tuple(state.value for state in InstalmentState if state is not InstalmentState.KEPT)
_PERCENT = fact(
    "plan_percent_kept",
    N,
    N_("what was paid in a hundred of the payment plan; 0 without one"),
    "plan_percent_kept >= 50",
    unit="percent",
    neutral=0,
)

# Of an invoice
PLAN_FACTS = (
    fact("plan_open", B, N_("it is paid by a payment plan that is neither kept nor broken"), "plan_open", neutral=False),
    fact(
        "plan_broken",
        B,
        N_("it is paid by a payment plan of which an instalment was not paid when its grace was over"),
        "plan_broken",
        neutral=False,
    ),
    fact(
        "instalment_on",
        D,
        N_("the day of the oldest instalment of its payment plan that is not paid"),
        "instalment_on is known",
        may_be_unknown=True,
    ),
    fact("instalment_amount", A, N_("what is left to pay of that"), "instalment_amount > 0", currency_fact="currency", neutral=0),
    fact(
        "instalment_workdays_late",
        N,
        N_("business days since that day, or since the business day after a day off; 0 before"),
        "instalment_workdays_late >= 1",
        unit="business days",
        neutral=0,
    ),
    _PERCENT,
)

# Of an instalment
INSTALMENT_FACTS = (
    fact("payment_plan", N, N_("the number of its payment plan"), "payment_plan is known", unit="number"),
    fact("amount", A, N_("what is left to pay of it"), "amount > 10000.00 MXN", currency_fact="currency"),
    fact("planned_amount", A, N_("what was agreed on"), "planned_amount > 10000.00 MXN", currency_fact="currency"),
    fact("currency", T, N_("the currency of that"), 'currency == "USD"'),
    fact("instalment_on", D, N_("the day by which it is to be paid"), "instalment_on >= 2026-01-01"),
    fact(
        "instalment_state",
        T,
        N_("how far it is kept: pending, kept in part, late, or broken once its grace is over"),
        'instalment_state == "late"',
        choices=_STATES,
        neutral="pending",
    ),
    fact(
        "instalment_workdays_ahead",
        N,
        N_("business days until its day; 0 on that day and after it"),
        "instalment_workdays_ahead <= 3",
        unit="business days",
        neutral=0,
    ),
    fact(
        "instalment_workdays_late",
        N,
        N_("business days since that day, or since the business day after a day off; 0 before"),
        "instalment_workdays_late >= 1",
        unit="business days",
        neutral=0,
    ),
    fact("first_unpaid", B, N_("it is the oldest of its plan that is not paid"), "first_unpaid", neutral=True),
    fact("plan_broken", B, N_("an instalment of its plan was not paid when its grace was over"), "not plan_broken", neutral=False),
    _PERCENT,
)
