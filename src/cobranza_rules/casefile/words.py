"""Identifiers of escalated cases that people are shown: each needs its words in the catalogue."""

from cobranza_rules.language import N_

DECISIONS = (N_("credit_stop"),)
TASKS = (N_("stop-credit"), N_("give-credit"), N_("hand-over-originals"))
RULES = (N_("credit-stop-told"), N_("formal-demand"), N_("credit-given-told"), N_("originals-told"))
ORIGINALS = (N_("originals"),)
POINTS = (
    N_("amount"),
    N_("one_year"),
    N_("prescription"),
    N_("demand"),
    N_("credit_bureau"),
    N_("lawsuit"),
    N_("bankruptcy"),
    N_("debtor_told"),
    N_("sat_told"),
)
