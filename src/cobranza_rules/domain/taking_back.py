"""What covered an invoice and covers it no longer: a payment that did not happen as it was said, a credit note that was cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import Entry

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


def payment_reversed(state: InvoiceState, entry: Entry) -> InvoiceState:
    return _taken_back(state, f"p{entry.data['payment']}", entry)


def credit_reversed(state: InvoiceState, entry: Entry) -> InvoiceState:
    return _taken_back(state, f"c{entry.data['credit_note']}", entry)


def _taken_back(state: InvoiceState, key: str, entry: Entry) -> InvoiceState:
    if key not in state.applied:
        return state
    return replace(state, applied={name: minor for name, minor in state.applied.items() if name != key}, reversed_on=entry.happened_on)
