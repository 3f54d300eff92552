"""What a customer has promised to pay, or says to have paid, in the state of an invoice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import Entry

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


def promised(state: InvoiceState, entry: Entry) -> InvoiceState:
    return replace(
        state,
        promised_on=dt.date.fromisoformat(entry.data["pay_on"]),
        promised_minor=entry.data.get("minor", 0),
        promise_paid=0,
        promise_count=state.promise_count + 1,
    )


def promise_withdrawn(state: InvoiceState, _entry: Entry) -> InvoiceState:
    """As if it had not been made, so that the next one is the first again."""
    if state.promised_on is None:
        return state
    return replace(state, promised_on=None, promised_minor=0, promise_paid=0, promise_count=max(state.promise_count - 1, 0))


def payment_claimed(state: InvoiceState, entry: Entry) -> InvoiceState:
    return replace(state, claimed_on=entry.happened_on, claim_count=state.claim_count + 1)
