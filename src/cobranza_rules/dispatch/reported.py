"""What was reported of a message that left is kept with it and in the case file, as what it is: no acknowledgement of receipt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.mail.message_reports import MessageReport
from cobranza_rules.store.tables import ActionRow, MessageReportRow, OutgoingRow, ReceivedRow
from cobranza_rules.workspace import Workspace


def note_reports(keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, action_id: int, reports: Sequence[MessageReport]) -> None:
    sent = select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.state != "approved").order_by(OutgoingRow.id.desc())
    outgoing = keeper.session.scalar(sent.limit(1))
    if outgoing is None:
        return
    action = keeper.session.get_one(ActionRow, action_id)
    for report in reports:
        keeper.session.add(MessageReportRow(outgoing_id=outgoing.id, received_id=row.id, recipient=report.recipient, what=report.what))
        told = {"action": action.id, "rule": action.rule_id, "what": report.what, "recipient": report.recipient or row.sender}
        keeper.note(action.customer_id, "message_reported", workspace.clock.today(), told)
