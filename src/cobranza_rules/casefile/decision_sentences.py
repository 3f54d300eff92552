"""What the case file says of interventions and of what Administration decided."""

from __future__ import annotations

from cobranza_rules.language import N_

DECISION_SENTENCES = {
    "intervention_opened": N_("intervention asked for {invoice}, until {due_on}"),
    "intervention_answered": N_("intervention for {invoice} answered: {answer}"),
    "case_returned": N_("{invoice}: case is back in collections"),
    "case_moved": N_("{invoice}: case is now {case_status}"),
    "credit_stopped": N_("credit stopped by {who}{said}"),
    "credit_stop_lifted": N_("credit stop lifted by {who}{said}"),
    "task_called_off": N_("task {name} called off by {who}: it is not wanted any more"),
}
