"""A message tried: what would be read in it and whose it would be. Nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cobranza_rules.domain.reply import Classification
from cobranza_rules.language import _
from cobranza_rules.mail.authentication import sender_authenticated
from cobranza_rules.mail.ingest import _contacts, _currency, _own_messages
from cobranza_rules.mail.match import Match, match, named_ids
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.reading import read_classified
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Trial:
    """`customer` is the code of whose message it is, `answers` the rule or rung of the message that it answers; empty where nobody can tell.

    `authenticated` where our own server vouches for the sender in one of the mailboxes.
    """

    found: Classification
    matched: Match
    customer: str
    answers: str
    authenticated: bool

    @property
    def doubtful(self) -> bool:
        return self.found.doubtful or self.matched.doubtful


def try_message(workspace: Workspace, file: Path) -> Trial:
    """Raises ProblemError where it is no message."""
    (read,) = workspace.message_reader.read([file])
    if not isinstance(read, IncomingMessage):
        raise ProblemError([Problem(_("the message cannot be read: {reason}", reason=read), _("check that the file is an e-mail (.eml)"))])
    with workspace.database.reading() as session:
        contacts = _contacts(session, [read.sender])
        found = read_classified(workspace, read, _currency(session, contacts.get(read.sender, frozenset())))
        if found.bounce is not None:
            contacts = _contacts(session, [read.sender, *found.bounce.recipients])
        own = _own_messages(session, named_ids(read))
        matched = match(read, own_messages=own, contacts=contacts, bounced=found.bounce)
        customer = session.get(CustomerRow, matched.customer_id) if matched.customer_id is not None else None
    answered = next((message for message in own.values() if message.action_id == matched.action_id), None)
    authenticated = any(
        sender_authenticated(read.authentication_results, mailbox.authserv_id, read.sender) for mailbox in workspace.settings.mail.incoming
    )
    return Trial(found, matched, customer.code if customer else "", answered.kind if answered else "", authenticated)
