"""The customers' side of the mail: a reply from the samples is made an answer to the message that really left, and delivered."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib

from sqlalchemy import select

from cobranza_rules.demo.story import Reply
from cobranza_rules.plan.ledger import planned
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace

PLACEHOLDER = b"@MESSAGE-ID@"


def answered_message(workspace: Workspace, reply: Reply) -> str | None:
    """The message id of the last message of that template to that customer; None where there is none yet."""
    query = select(OutgoingRow.message_id, ActionRow).join(ActionRow, ActionRow.id == OutgoingRow.action_id)
    with workspace.database.reading() as session:
        for message_id, action in session.execute(query.where(OutgoingRow.state == "sent").order_by(OutgoingRow.id.desc())):
            plan = planned(action)
            if plan.customer == reply.customer and reply.template in (plan.rule_id, *(step.name for step in plan.steps)):
                return str(message_id)
    return None


def as_answer(raw: bytes, message_id: str | None, day: dt.date) -> bytes:
    """The sample's own bytes with Date and, for an answer, In-Reply-To and References put at the end of its header."""
    head, separator, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    stamp = dt.datetime.combine(day, dt.time(15, 30), dt.UTC)
    lines = [f"Date: {email.utils.format_datetime(stamp)}"]
    if message_id is not None:
        if PLACEHOLDER not in raw:
            lines += [f"In-Reply-To: <{message_id}>", f"References: <{message_id}>"]
        body = body.replace(PLACEHOLDER, message_id.encode())
    return head + b"\n" + "\n".join(lines).encode() + separator + body


def deliver(workspace: Workspace, raw: bytes, day: dt.date) -> None:
    """Into the Maildir that the workspace reads, as a mail server would: written aside, then moved into `new`."""
    maildir = workspace.base / workspace.settings.mail.incoming[0].path
    name = f"{day.strftime('%Y%m%d')}.{hashlib.sha256(raw).hexdigest()[:16]}.ejemplo"
    (maildir / "tmp" / name).write_bytes(raw)
    (maildir / "tmp" / name).replace(maildir / "new" / name)
