"""Which message of the customer has opened the dispute over an invoice: read from its entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.reply import ReplyKind

# What is recorded as a dispute: besides the dispute itself, what the customer wants to have corrected or completed before it pays
DISPUTING = (ReplyKind.DISPUTE, ReplyKind.INVOICE_CORRECTION, ReplyKind.MISSING_REQUIREMENT)


def opened_by(invoice_id: int, entries_of: Callable[[int], Sequence[Entry]]) -> int | None:
    """The message's id, be it about the invoice in whose place this one stands; None where a person opened it, or none is open."""
    is_open, message = False, None
    for entry in entries_of(invoice_id):
        if entry.kind is EntryKind.SUBSTITUTED:  # What comes after says nothing of the one in its place.
            break
        if entry.kind is EntryKind.DISPUTE_CLOSED:
            is_open, message = False, None
        elif entry.kind is EntryKind.DISPUTE_OPENED and not is_open:
            is_open, message = True, entry.data.get("message")
        elif entry.kind is EntryKind.INHERITED:
            is_open = bool(entry.data["dispute_open"])
            message = opened_by(int(entry.data["source"]), entries_of) if is_open else None
    return message
