"""Messages to people of the company: each at most once for its kind, key and recipient, whatever breaks off in between.

The promise is that of messages to customers: the bytes are in the archive and the intent in the database before the wire is touched, the
outcome is written after it, and what is uncertain is never repeated by the program. No approval is asked for, and `shadow` sends them, too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.composing import composed, own_message_id
from cobranza_rules.domain.reply import Bounce
from cobranza_rules.language import _
from cobranza_rules.mail.message import Attachment, Delivery, DeliveryReport, OutgoingMessage
from cobranza_rules.store.tables import InternalMessageRow
from cobranza_rules.workspace import Workspace

READY, SENDING, SENT, FAILED, UNCERTAIN, RETURNED = "ready", "sending", "sent", "failed", "uncertain", "returned"
STATE_AFTER = {Delivery.SENT: SENT, Delivery.REFUSED: FAILED, Delivery.POSTPONED: READY, Delivery.UNCERTAIN: UNCERTAIN}


@dataclass(frozen=True, slots=True)
class Written:
    """What a message says: its subject, and the same text twice. `references` are message ids of ours that it goes on from, oldest first.

    `reply_to` is where answers go, if not to our own address.
    """

    subject: str
    text: str
    html: str
    references: tuple[str, ...] = ()
    reply_to: str = ""


def send_internal(workspace: Workspace, kind: str, key: str, to: str, written: Written) -> str:
    """The state of the message for `kind`, `key` and `to` after this call: sent now, or whatever became of it before.

    `key` names what it is about: the day of a digest. A message that has not left yet leaves with the bytes that it was first written with;
    `written` counts only where there is none. Raises ProblemError where the sink is not fit or the message cannot be composed: then nothing
    is marked as being sent.
    """
    with workspace.database.writing() as session:
        message_id = write_internal(session, workspace, kind, key, to, (), written)
    return deliver_internal(workspace, message_id)


def write_internal(
    session: Session,
    workspace: Workspace,
    kind: str,
    key: str,
    to: str,
    copies: Sequence[str],
    written: Written,
    attachments: tuple[Attachment, ...] = (),
) -> int:
    """The id of the message, which is ready to leave; the one that there is, if it was written before. Raises ProblemError."""
    known = select(InternalMessageRow.id).where(
        InternalMessageRow.kind == kind, InternalMessageRow.key == key, InternalMessageRow.recipient == to
    )
    if (found := session.scalar(known)) is not None:
        return found
    message = replace(_message(workspace, kind, key, to, copies, written), attachments=attachments)
    row = InternalMessageRow(
        kind=kind,
        key=key,
        recipient=to,
        copies=list(copies),
        message_id=message.message_id,
        raw=workspace.archive.put(composed(message, _("look at the addresses of people in cobranza.toml"))),
        subject=message.subject,
        state=READY,
        phase="",
        detail="",
        attempts=0,
        changed_at=workspace.clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def deliver_internal(workspace: Workspace, message_id: int) -> str:
    """The state in which the message is left; one that has left, or may have, is not touched. Raises ProblemError where the sink is not fit."""
    sink = workspace.sink
    intended = _intend(workspace, message_id)
    if isinstance(intended, str):
        return intended
    to, copies, raw = intended
    report = sink.deliver(raw, workspace.settings.mail.address, [to, *copies], [to])
    return _note_outcome(workspace, message_id, report)


def state_of_internal(session: Session, kind: str, key: str, to: str) -> str | None:
    """What became of a message so far; None where nobody has written it."""
    return session.scalar(
        select(InternalMessageRow.state).where(
            InternalMessageRow.kind == kind, InternalMessageRow.key == key, InternalMessageRow.recipient == to
        )
    )


def _intend(workspace: Workspace, message_id: int) -> tuple[str, list[str], bytes] | str:
    """Marks the message as being sent, and gives its recipient, copies and bytes; or the state that forbids it."""
    with workspace.database.writing() as session:
        row = session.get_one(InternalMessageRow, message_id)
        if row.state != READY:
            return row.state
        raw = workspace.archive.get(row.raw)
        row.state, row.changed_at = SENDING, workspace.clock.now()
        row.attempts += 1
        return row.recipient, list(row.copies), raw


def _message(workspace: Workspace, kind: str, key: str, to: str, copies: Sequence[str], written: Written) -> OutgoingMessage:
    mail = workspace.settings.mail
    named = json.dumps([workspace.company.rfc, "internal", kind, key, to])
    return OutgoingMessage(
        message_id=own_message_id(workspace, named),
        sender=mail.address,
        sender_name=mail.display_name or workspace.company.name,
        to=(to,),
        cc=tuple(copies),
        subject=written.subject,
        text=written.text,
        html=written.html,
        dated=workspace.clock.now(),
        references=written.references,
        reply_to=written.reply_to,
    )


def _note_outcome(workspace: Workspace, row_id: int, report: DeliveryReport) -> str:
    with workspace.database.writing() as session:
        row = session.get_one(InternalMessageRow, row_id)
        row.state, row.phase, row.changed_at = STATE_AFTER[report.outcome], report.phase, workspace.clock.now()
        copies = [] if report.phase == "envelope" else [f"{address}: {answer}" for address, answer in report.refused]
        row.detail = "; ".join(filter(None, (report.said, *copies)))
        return row.state


def settle_interrupted_internal(workspace: Workspace) -> int:
    """What stood at `sending` when the program was stopped: looked up where the sink can tell, else uncertain. Returns how many there were.

    Runs under the lock of the only run, so nothing that it finds is still being sent.
    """
    query = select(InternalMessageRow.id, InternalMessageRow.message_id).where(InternalMessageRow.state == SENDING)
    with workspace.database.reading() as session:
        found = list(session.execute(query))
    for row_id, message_id in found:
        outcome = {True: Delivery.SENT, False: Delivery.POSTPONED, None: Delivery.UNCERTAIN}[workspace.sink.was_delivered(message_id)]
        _note_outcome(
            workspace, row_id, DeliveryReport(outcome, "interrupted", "the program was stopped while the message was on the wire")
        )
    return len(found)


def note_returned(keeper: Bookkeeper, named: Sequence[str], bounce: Bounce) -> bool:
    """Whether one of our own internal messages came back, by the message ids that a report names: then no customer is concerned."""
    query = select(InternalMessageRow).where(InternalMessageRow.message_id.in_(list(named)))
    returned = list(keeper.session.scalars(query))
    for row in returned:
        if bounce.permanent:
            row.state, row.detail, row.changed_at = RETURNED, bounce.status, keeper.known_at
    return bool(returned)
