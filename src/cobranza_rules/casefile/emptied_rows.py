"""What rows say of a message goes with the content of its events: who wrote to whom, about what, and what was read in it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.timestamp_sentences import TIMESTAMPED
from cobranza_rules.store.tables import AttemptRow, CaseEventRow, OutgoingRow, ReceivedRow, TimestampRow

LEFT = frozenset({"sent", "failed"})  # States of a message that will not be touched any more


def empty_rows_of(session: Session, events: Sequence[CaseEventRow]) -> None:
    """The rows stay with their keys and hashes: what rests on them stands."""
    for row in events:
        if row.kind == "message_received" and (received := session.get(ReceivedRow, row.data.get("message"))) is not None:
            empty_received(received)
        elif row.kind in ("action_sent", "action_failed") and row.data.get("action"):
            for outgoing in session.scalars(select(OutgoingRow).where(OutgoingRow.action_id == row.data["action"])):
                if outgoing.state in LEFT:
                    _empty_outgoing(session, outgoing)
        elif row.kind == TIMESTAMPED:
            for stamped in session.scalars(select(TimestampRow).where(TimestampRow.token == row.data.get("document"))):
                stamped.name = ""


def empty_received(row: ReceivedRow) -> None:
    row.sender, row.subject, row.message_id = "", "", ""
    row.facts, row.evidence, row.doubts, row.attachments = {}, {}, [], []


def _empty_outgoing(session: Session, row: OutgoingRow) -> None:
    row.recipients, row.copies, row.subject, row.detail, row.lookup = [], [], "", "", None
    for attempt in session.scalars(select(AttemptRow).where(AttemptRow.outgoing_id == row.id)):
        attempt.recipients, attempt.answers, attempt.detail = [], {}, ""
