"""A message tried: what would be read in it and whose it would be. Nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cobranza_rules.domain.reply import Classification
from cobranza_rules.language import _
from cobranza_rules.mail.authentication import sender_authenticated
from cobranza_rules.mail.match import Match
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.whose import whose_message
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
        whose = whose_message(session, workspace, read)
        matched = whose.matched
        customer = session.get(CustomerRow, matched.customer_id) if matched.customer_id is not None else None
    authenticated = any(
        sender_authenticated(read.authentication_results, mailbox.authserv_id, read.sender) for mailbox in workspace.settings.mail.incoming
    )
    return Trial(whose.found, matched, customer.code if customer else "", whose.answers.kind if whose.answers else "", authenticated)
