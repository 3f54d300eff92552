"""An answer to a packet by mail: it is accepted, or returned with its reason, once; or nothing at all, and a person reads it.

Everything has to be beyond doubt: that the token is ours, that whoever was asked answers, that our own mail server vouches for him, and what
he says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.accounting_packets import accept, give_back
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.approval_answers import HARMLESS, own_texts
from cobranza_rules.dispatch.packet_mail import KIND, TOKEN
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.packet_words import read_packet_answer
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import AccountingPacketRow, InternalMessageRow, ReceivedRow
from cobranza_rules.workspace import Workspace

SUBJECT_TOKEN = re.compile(r"\[pkt ([0-9]{1,18}-[a-zA-Z2-7]{16})\]")


@dataclass(frozen=True, slots=True)
class AnsweredPacket:
    packet: AccountingPacketRow | None
    doubt: Sentence | None = None


def answered_packet(session: Session, workspace: Workspace, message: IncomingMessage) -> AnsweredPacket | None:
    """None where the message has nothing to do with a packet."""
    tokens = list(dict.fromkeys(SUBJECT_TOKEN.findall(message.subject)))
    if not tokens:
        named = (
            select(AccountingPacketRow)
            .join(InternalMessageRow, InternalMessageRow.id == AccountingPacketRow.message_id)
            .where(InternalMessageRow.kind == KIND, InternalMessageRow.message_id.in_(list(message.references)))
        )
        found = session.scalars(named.order_by(AccountingPacketRow.id.desc())).first()
        doubt = _("the token of the packet is not in its subject any more")
        return AnsweredPacket(None, doubt) if found is not None else None
    number = workspace.token_key.number_of(TOKEN, tokens[0]) if len(tokens) == 1 else None
    row = session.get(AccountingPacketRow, number) if number is not None else None
    return AnsweredPacket(row, None if row is not None else _("the token in its subject is not one of ours"))


def take_packet_answer(
    keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, message: IncomingMessage, answered: AnsweredPacket
) -> None:
    """In the transaction that takes the message in: a second copy of it finds everything decided."""
    doubt = answered.doubt or _about_its_author(keeper.session, row, answered.packet) or _files(message)
    if doubt is None and answered.packet is not None:
        read = read_packet_answer(message.new_text, own_texts(workspace.company))
        doubt = read.doubt
        if read.accepted is not None:
            doubt = _decide(keeper, workspace, row, answered.packet, accepted=read.accepted, reason=read.reason)
    if doubt is None:
        row.state, row.decided_by, row.doubtful = "settled", row.sender, False
    else:
        row.state, row.doubtful, row.doubts = "open", True, [doubt.as_json()]


def _decide(
    keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, packet: AccountingPacketRow, *, accepted: bool, reason: str
) -> Sentence | None:
    today = workspace.clock.today()
    try:
        if accepted:
            accept(keeper, packet.id, who=row.sender, today=today, source=row.raw)
        else:
            give_back(keeper, packet.id, who=row.sender, reason=reason, today=today, source=row.raw)
    except ProblemError as error:
        return error.problems[0].what
    row.facts = {"packet": packet.id}
    return None


def _about_its_author(session: Session, row: ReceivedRow, packet: AccountingPacketRow | None) -> Sentence | None:
    asked = session.get(InternalMessageRow, packet.message_id) if packet is not None and packet.message_id is not None else None
    if asked is None or asked.recipient.lower() != row.sender.lower():
        recipient = asked.recipient if asked is not None else "-"
        return _("it comes from {sender}, and {recipient} was asked", sender=row.sender or "-", recipient=recipient)
    return None if row.sender_authenticated else _("our mail server does not vouch for its sender")


def _files(message: IncomingMessage) -> Sentence | None:
    names = [each.name for each in message.attachments if not HARMLESS.match(each.media_type)]
    return _("it carries files, and may mean them: {names}", names=", ".join(names)) if names else None
