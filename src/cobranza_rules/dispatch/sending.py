"""One message to the wire: intent is on the disk before, the outcome after, and what is uncertain is never tried again by itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.agreed_bytes import bytes_agreed_to
from cobranza_rules.dispatch.steps import go_on, steps_of
from cobranza_rules.language import _, word
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import move, planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, BillingRequestRow, ContactRow, OutgoingRow
from cobranza_rules.workspace import Workspace

REFUSED_MESSAGE = "message-refused"
POLICY = re.compile(r"5\d\d[ -]5\.7\.")


def send(workspace: Workspace, action_id: int, position: int) -> Delivery:
    """Raises ProblemError where the sink is not fit or the archive has lost the bytes; then nothing is marked as being sent."""
    sink = workspace.sink
    intended = _intend(workspace, action_id)
    if intended is None:
        return Delivery.POSTPONED
    if isinstance(intended, Problem):
        raise ProblemError([intended])
    outgoing, raw = intended
    recipients = [*outgoing.recipients, *outgoing.copies]
    report = sink.deliver(raw, workspace.settings.mail.address, recipients, outgoing.recipients)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        note_outcome(keeper, workspace, action_id, position, report)
    return report.outcome


def _intend(workspace: Workspace, action_id: int) -> tuple[OutgoingRow, bytes] | Problem | None:
    """Marks the message as being sent and gives its bytes; None where somebody else has done so in the meantime.

    A problem where its bytes are not those that everybody has agreed to: then they are asked again.
    """
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = session.get_one(ActionRow, action_id)
        outgoing = session.scalar(select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.revision == row.revision))
        if row.state != State.APPROVED or outgoing is None or outgoing.state != "approved":
            return None
        raw = bytes_agreed_to(keeper, workspace, row, outgoing)
        if isinstance(raw, Problem):
            return raw
        outgoing.state = "sending"
        outgoing.attempts += 1
        outgoing.changed_at = keeper.known_at
        move(
            keeper,
            row,
            State.SENDING,
            workspace.clock.today(),
            _("handed to the mail server as {message_id}", message_id=outgoing.message_id),
        )
        return outgoing, raw


def note_outcome(keeper: Bookkeeper, workspace: Workspace, action_id: int, position: int, report: DeliveryReport) -> None:
    row = keeper.session.get_one(ActionRow, action_id)
    outgoing = keeper.session.scalar(select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.revision == row.revision))
    assert outgoing is not None
    outgoing.phase, outgoing.detail, outgoing.changed_at = report.phase, report.detail, keeper.known_at
    today = workspace.clock.today()
    if report.outcome is Delivery.SENT:
        outgoing.state = "sent"
        steps_of(keeper, row)[position].confirmed_at = keeper.known_at
        go_on(keeper, workspace, row, _("accepted for {recipients}", recipients=", ".join(outgoing.recipients)))
        mark_addresses(keeper, row.customer_id, _permanent(report), today)
    elif report.outcome is Delivery.POSTPONED:
        outgoing.state = "approved"
        move(keeper, row, State.APPROVED, today, _("not sent yet ({phase}): {detail}", phase=word(report.phase), detail=report.detail))
    elif report.outcome is Delivery.UNCERTAIN:
        outgoing.state = "uncertain"
        move(keeper, row, State.UNCERTAIN, today, _("it may have left ({phase}): {detail}", phase=word(report.phase), detail=report.detail))
    else:
        outgoing.state = "failed"
        _refused(keeper, row, report, today)


def _permanent(report: DeliveryReport) -> list[str]:
    """Addresses that do not exist; a refusal for reasons of policy (RFC 3463: X.7.X) says nothing about the address."""
    return [address for address, answer in report.refused if answer.startswith("5") and not POLICY.match(answer)]


def _refused(keeper: Bookkeeper, row: ActionRow, report: DeliveryReport, today: dt.date) -> None:
    """Refused addresses are marked, and the same is planned again to the fallback; a refusal of the message itself needs a person."""
    marked = mark_addresses(keeper, row.customer_id, _permanent(report), today)
    another_way = marked > 0 and report.phase == "envelope"
    detail = "; ".join(f"{address}: {answer}" for address, answer in report.refused) if report.phase == "envelope" else ""
    detail = detail or report.detail
    reason = _("refused ({phase}): {detail}", phase=word(report.phase), detail=detail)
    move(keeper, row, State.FAILED, today, reason, keep_claims=not another_way)
    if not another_way:
        ids = planned(row).invoice_ids
        open_task(keeper, REFUSED_MESSAGE, row.customer_id, "collections_analyst", today, ids, {"detail": detail}, action_id=row.id)


def mark_addresses(keeper: Bookkeeper, customer_id: int, addresses: Sequence[str], today: dt.date) -> int:
    """How many of the customer's contacts were marked by it, those that its billing requests name included."""
    contacts = select(ContactRow).where(
        ContactRow.customer_id == customer_id, ContactRow.email.in_(addresses), ContactRow.bounced_on.is_(None)
    )
    found = list(keeper.session.scalars(contacts))
    for contact in found:
        contact.bounced_on = today
    named = select(BillingRequestRow).where(
        BillingRequestRow.customer_id == customer_id,
        BillingRequestRow.contact_email.in_(addresses),
        BillingRequestRow.contact_bounced_on.is_(None),
    )
    requests = list(keeper.session.scalars(named))
    for request in requests:
        request.contact_bounced_on = today
    for address in dict.fromkeys([*(contact.email for contact in found), *(request.contact_email for request in requests)]):
        keeper.note(customer_id, "address_marked", today, {"address": address})
    return len(found) + len(requests)
