"""What goes on in an invoice that takes another's place."""

from __future__ import annotations

from dataclasses import replace

from cobranza_rules.domain.invoice import InvoiceState

_FRESH = InvoiceState()
_MOVED = (
    "delivered_by",
    "acknowledged",
    "case_status",
    "promised_on",
    "claimed_on",
    "dispute_open",
    "dispute_closed_on",
    "reversed_on",
    "rungs",
    "intervention",
    "payment_plan",
)


def taken_over(old: InvoiceState, new: InvoiceState) -> InvoiceState:
    """Where the old one stood. One that has gone on by itself, because the old one comes late, stays where it is, and takes its due date."""
    if all(getattr(new, name) == getattr(_FRESH, name) for name in _MOVED):
        return old
    return replace(new, due_on=old.due_on or new.due_on, dispute_open=old.dispute_open or new.dispute_open)
