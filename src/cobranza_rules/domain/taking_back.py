"""What covered an invoice and covers it no longer: a payment that did not happen as it was said, a credit note that was cancelled, a discount."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import Entry

CREDITED = "credited"  # Why a discount is reversed that its credit note documents

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


def payment_reversed(state: InvoiceState, entry: Entry) -> InvoiceState:
    """One that other evidence tells instead is no setback: no money went back, and what was promised counts what remains of it.

    What the customer had claimed before it was applied is claimed again.
    """
    key = f"p{entry.data['payment']}"
    if not entry.data.get("retold") or key not in state.applied:
        return _taken_back(state, key, entry)
    claimed_on = dt.date.fromisoformat(entry.data["claimed_on"]) if entry.data.get("claimed_on") else state.claimed_on
    paid = max(state.promise_paid - state.applied[key], 0)
    return replace(_without(state, key), promise_paid=paid, claimed_on=claimed_on)


def credit_reversed(state: InvoiceState, entry: Entry) -> InvoiceState:
    return _taken_back(state, f"c{entry.data['credit_note']}", entry)


def credit_withdrawn(state: InvoiceState, entry: Entry) -> InvoiceState:
    """Other evidence says what it covers: that is no setback either."""
    return _without(state, f"c{entry.data['credit_note']}")


def discount_reversed(state: InvoiceState, entry: Entry) -> InvoiceState:
    """Where its credit note takes its place nothing is owed again, so that it is no setback."""
    key = f"d{entry.data['discount']}"
    return _without(state, key) if entry.data["because"] == CREDITED else _taken_back(state, key, entry)


def _taken_back(state: InvoiceState, key: str, entry: Entry) -> InvoiceState:
    return replace(_without(state, key), reversed_on=entry.happened_on) if key in state.applied else state


def _without(state: InvoiceState, key: str) -> InvoiceState:
    return replace(state, applied={name: minor for name, minor in state.applied.items() if name != key})
