"""Messages that were on the wire when the program was stopped: looked up where that can be done, else uncertain until a person settles it."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.sending import note_outcome
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace


def settle_interrupted(workspace: Workspace) -> int:
    """Returns how many there were. Runs under the lock of the only run, so nothing that it finds is still being sent."""
    with workspace.database.reading() as session:
        found = list(session.execute(select(OutgoingRow.action_id, OutgoingRow.message_id).where(OutgoingRow.state == "sending")))
    for action_id, message_id in found:
        delivered = workspace.sink.was_delivered(message_id)
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            step = message_step(planned(session.get_one(ActionRow, action_id)))
            assert step is not None
            note_outcome(keeper, workspace, action_id, step[0], _report(delivered))
    return len(found)


def _report(delivered: bool | None) -> DeliveryReport:
    if delivered is None:
        return DeliveryReport(Delivery.UNCERTAIN, "interrupted", "the program was stopped while the message was on the wire")
    outcome = Delivery.SENT if delivered else Delivery.POSTPONED
    return DeliveryReport(outcome, "interrupted", "looked up after an interruption")
