"""The packet of a case, and who had an invoice's case before a message that came back has moved it: read from its entries."""

from __future__ import annotations

from collections.abc import Sequence

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, after

ESCALATION_PACKET = "escalation"  # The packet of a case, as rules and the command call it
MOVES = frozenset({EntryKind.CASE_MOVED, EntryKind.CASE_RETURNED, EntryKind.INHERITED})
NOTHING_YET = InvoiceState()


def case_before(entries: Sequence[Entry], action: int, start: InvoiceState = NOTHING_YET) -> str | None:
    """The case status before `action` moved the case; None where it did not, or where somebody has moved it since. `start` is before all."""
    last = _last_move(entries)
    if last < 0 or entries[last].kind is not EntryKind.CASE_MOVED or entries[last].data.get("action") != action:
        return None
    state = start
    for entry in entries[:last]:
        state = after(state, entry)
    return state.case_status


def case_came_from(entries: Sequence[Entry]) -> int | None:
    """The invoice in whose place this one stands, where its case is still as it was handed over."""
    last = _last_move(entries)
    return int(entries[last].data["source"]) if last >= 0 and entries[last].kind is EntryKind.INHERITED else None


def _last_move(entries: Sequence[Entry]) -> int:
    return max((place for place, entry in enumerate(entries) if entry.kind in MOVES), default=-1)
