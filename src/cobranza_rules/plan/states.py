"""How far an action has come, and which steps from state to state there are."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    PLANNED = "planned"
    AWAITING_SIGNATURE = "awaiting_signature"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


ALLOWED: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.AWAITING_SIGNATURE, State.APPROVED, State.CANCELLED}),
    State.AWAITING_SIGNATURE: frozenset({State.PLANNED, State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.PLANNED, State.SENDING, State.SENT, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.FAILED, State.UNCERTAIN, State.APPROVED}),
    State.UNCERTAIN: frozenset({State.SENT, State.FAILED}),
    State.SENT: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}

LIVE = (State.PLANNED, State.AWAITING_SIGNATURE, State.APPROVED, State.SENDING)
GIVES_UP_CLAIMS = frozenset({State.FAILED, State.CANCELLED})


class ForbiddenStepError(Exception):
    """A bug: the ledger was asked for a step that there is not."""
