"""What an intervention of Sales, and the payment plan that may come of it, make of an invoice's state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import Entry, day_in

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


def intervention_opened(state: InvoiceState, entry: Entry) -> InvoiceState:
    return replace(state, intervention="open", intervention_due=day_in(entry.data, "due_on"), intervention_task=entry.data["task"])


def intervention_answered(state: InvoiceState, entry: Entry) -> InvoiceState:
    if state.intervention_task != entry.data["task"]:
        return state
    return replace(state, intervention=entry.data["answer"], intervention_due=None)


def case_returned(state: InvoiceState, entry: Entry) -> InvoiceState:
    """Back to collections, as if the named rung had not been sent yet; without a name, the one before that which moved the case.

    `answer` is what a late answer to the intervention `task` has brought: it stands as if it had come in time.
    """
    names = [rung.rung for rung in state.rungs]
    named = entry.data["rung"]
    again = len(names) - 1 - names[::-1].index(named) if named in names else max(len(names) - 2, 0)
    answer = entry.data.get("answer")
    return replace(
        state,
        case_status="collections",
        rungs=state.rungs[:again],
        intervention=answer or "none",
        intervention_due=None,
        intervention_task=entry.data["task"] if answer else None,
    )


def plan_stated(state: InvoiceState, entry: Entry) -> InvoiceState:
    data = entry.data
    return replace(
        state,
        payment_plan=data.get("plan"),
        instalment_on=day_in(data, "on"),
        instalment_until=day_in(data, "until"),
        instalment_minor=data.get("minor", 0),
        plan_percent=data.get("percent", 0),
    )
