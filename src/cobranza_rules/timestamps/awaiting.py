"""Which documents are to have a timestamp: entered in the transaction that says that they were made or have left, and asked for later.

So an authority that is away keeps nothing from being made or sent, and a crash in between forgets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.config_evidence import TimestampSection
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, OutgoingRow, TimestampRow

PACKET, DEMAND, DOCUMENT = "foliated_packet", "demand", "document"
DEMANDING = "formal-demand"  # The letter that makes a message a formal demand


@dataclass(frozen=True, slots=True)
class Stampable:
    """`digest` is the SHA-256 of its bytes, `name` what people call it by."""

    customer_id: int
    kind: str
    name: str
    digest: str


def await_packet(keeper: Bookkeeper, settings: TimestampSection | None, customer_id: int, name: str, digest: str) -> None:
    """A packet that is no draft."""
    if settings is not None and "packets" in settings.documents:
        await_timestamp(keeper, settings, Stampable(customer_id, PACKET, name, digest))


def await_demand(keeper: Bookkeeper, settings: TimestampSection | None, row: ActionRow, action: PlannedAction) -> None:
    """A formal demand that has left: the message byte for byte, with all that was attached. Nothing where the action is another."""
    if settings is None or "demands" not in settings.documents or not any(step.name == DEMANDING for step in action.steps):
        return
    left = select(OutgoingRow.subject, OutgoingRow.raw).where(OutgoingRow.action_id == row.id, OutgoingRow.revision == row.revision)
    for subject, raw in keeper.session.execute(left):
        await_timestamp(keeper, settings, Stampable(row.customer_id, DEMAND, subject, raw))


def await_timestamp(keeper: Bookkeeper, settings: TimestampSection, asked: Stampable) -> TimestampRow:
    """The row that waits for it, or has it from this authority already: what is asked for twice is stamped once."""
    same = select(TimestampRow).where(TimestampRow.document == asked.digest, TimestampRow.authority.in_(("", settings.url)))
    found = keeper.session.scalars(same.order_by(TimestampRow.id)).first()
    if found is not None:
        return found
    row = TimestampRow(
        customer_id=asked.customer_id, kind=asked.kind, name=asked.name, document=asked.digest, wanted_at=keeper.known_at, asked_at=None
    )
    keeper.session.add(row)
    keeper.session.flush()
    return row
