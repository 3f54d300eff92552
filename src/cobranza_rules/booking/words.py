"""Words of payment plans and interventions that are kept as identifiers and shown as words; the others are marked in `cobranza_rules.words`."""

from cobranza_rules.language import N_

PAYMENT_PLANS = (
    N_("payment_plan"),
    N_("payment-plan"),
    N_("instalment"),
    N_("kept_in_part"),
    N_("late"),
    N_("broken"),
    N_("instalment-due"),
    N_("instalment-late"),
    N_("plan-broken"),
)
# States of plans and of instalments, as `domain.payment_plans` has them behind the first word
PLAN_STATES = (N_("plan_open"), N_("plan_kept"), N_("plan_broken"), N_("plan_cancelled"), N_("plan_replaced"))
INSTALMENT_STATES = (
    N_("instalment_pending"),
    N_("instalment_kept"),
    N_("instalment_kept_in_part"),
    N_("instalment_late"),
    N_("instalment_broken"),
)
INTERVENTIONS = (N_("intervention-asked"), N_("late-agreement"))
