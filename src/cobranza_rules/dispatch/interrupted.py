"""Messages that were on the wire when the program was stopped: looked up where that can be done, else uncertain until a person settles it."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.chains import read_chain
from cobranza_rules.dispatch.sending import note_outcomes
from cobranza_rules.dispatch.wire_journal import Attempt, read_journal
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.store.tables import OutgoingRow
from cobranza_rules.workspace import Workspace


def settle_interrupted(workspace: Workspace) -> int:
    """Returns how many there were. Runs under the lock of the only run, so nothing that it finds is still being sent."""
    query = select(OutgoingRow.action_id, OutgoingRow.message_id, OutgoingRow.attempts).where(OutgoingRow.state == "sending")
    with workspace.database.reading() as session:
        found = list(session.execute(query))
    journal = read_journal(workspace.base) if found else {}
    for action_id, message_id, attempts in found:
        report = journal.get(Attempt(message_id, attempts)) or _looked_up(workspace, message_id)
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            note_outcomes(keeper, workspace, [(read_chain(keeper, action_id), report)])
    return len(found)


def _looked_up(workspace: Workspace, message_id: str) -> DeliveryReport:
    delivered = workspace.sink.was_delivered(message_id)
    if delivered is None:
        return DeliveryReport(Delivery.UNCERTAIN, "interrupted", "the program was stopped while the message was on the wire")
    outcome = Delivery.SENT if delivered else Delivery.POSTPONED
    return DeliveryReport(outcome, "interrupted", "looked up after an interruption")
