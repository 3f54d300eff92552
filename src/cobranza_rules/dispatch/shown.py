"""What those who have to agree are shown: every file of a revision and the message, as a list that lies in the archive under its hash.

An approval names that list. What was agreed to is held against it twice: as it is decided the bytes have to be those that were shown, and
before the message is written everything is made once more as it was shown, and has to come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.case_packet import CASE_PACKET
from cobranza_rules.dispatch.rendering import FORM, MEMO, PDF, message_bytes, message_of, rendered, writer_of
from cobranza_rules.mail.message import OutgoingMessage
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.documents import digest_of
from cobranza_rules.store.tables import ActionRow, ApprovalRow, DocumentRow
from cobranza_rules.workspace import Workspace

DRAWN = ("letter", FORM, MEMO, CASE_PACKET)  # Kinds of documents that are drawn as PDF, or stay in the house
MESSAGE, MESSAGE_NAME, MESSAGE_TYPE = "message", "mensaje.eml", "message/rfc822"


@dataclass(frozen=True, slots=True)
class ShownFile:
    """`kind` is that of a document, or `message` for the mail itself with all that is attached to it."""

    kind: str
    name: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Shown:
    """`said` is what message and documents say, by the hash of their words; empty for what was shown before it was kept."""

    files: tuple[ShownFile, ...]
    said: str = ""


def keep_shown(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> str:
    """The hash of the list of what the present revision shows; the message is written as it would leave now, without a number."""
    documents = keeper.session.scalars(
        select(DocumentRow).where(DocumentRow.action_id == row.id, DocumentRow.revision == row.revision).order_by(DocumentRow.id)
    )
    files = [ShownFile(each.kind, each.name, each.media_type, each.digest) for each in documents]
    message = message_of(keeper, workspace, row, action, number="")
    said = _said([(each.kind, each.digest) for each in files], message)
    if message is not None:
        raw = message_bytes(message, workspace.settings.mail.largest_mb)
        files.append(ShownFile(MESSAGE, MESSAGE_NAME, MESSAGE_TYPE, workspace.archive.put(raw)))
    listed = {"files": [[each.kind, each.name, each.media_type, each.digest] for each in files], "said": said}
    return workspace.archive.put(json.dumps(listed, ensure_ascii=False, sort_keys=True).encode())


def shown_of(workspace: Workspace, shown: str) -> Shown:
    """Raises ProblemError where the archive has lost the list. Nothing was kept of what was asked for before there was one."""
    if not shown:
        return Shown(())
    listed = json.loads(workspace.archive.get(shown))
    return Shown(tuple(ShownFile(*each) for each in listed["files"]), listed["said"])


def must_be_whole(workspace: Workspace, shown: str) -> None:
    """Raises ProblemError where the archive has no longer the very bytes that were shown: nobody can agree to them."""
    for file in shown_of(workspace, shown).files:
        workspace.archive.get(file.digest)


def still_as_shown(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, gates: Sequence[ApprovalRow]) -> bool:
    """Whether all was made out of the same: made once more for the day on which it was shown, the words are the same to the letter.

    What differs afterwards is what the day of leaving puts in: number, date, count of days, and the signature of who has signed.
    """
    lists = {gate.shown for gate in gates if gate.shown}
    if not lists or row.rendered_on is None:
        return True
    action, writer = planned(row), replace(writer_of(workspace), today=row.rendered_on)
    documents = rendered(keeper, workspace, action, writer, number="", draft=True, without=(PDF,))
    again = [(each.kind, digest_of(each.content)) for each in documents]
    said = _said(again, message_of(keeper, workspace, row, action, number="", writer=writer))
    return {shown_of(workspace, each).said for each in lists} == {said}


def _said(documents: Iterable[tuple[str, str]], message: OutgoingMessage | None) -> str:
    """Of everything but what a PDF engine draws: that comes from the very fields of the Word file beside it."""
    told = [list(each) for each in documents if each[0] not in DRAWN]
    if message is not None:
        told.append([message.subject, digest_of(message.html.encode())])
    return digest_of(json.dumps(told).encode())
