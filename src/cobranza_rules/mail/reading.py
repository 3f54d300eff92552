"""One message read whole: parsed within limits, classified, its sender looked at. The same for mail that comes in and for a trial."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from cobranza_rules.domain.reply import Classification
from cobranza_rules.language import _
from cobranza_rules.mail.classify import classify
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.workspace import Workspace


def written_on(message: IncomingMessage, workspace: Workspace) -> dt.date:
    """The day on which "tomorrow" was said. A message that claims to come from the future was written today."""
    today = workspace.clock.today()
    if message.dated is None:
        return today
    return min(message.dated.astimezone(ZoneInfo(workspace.settings.timezone)).date(), today)


def read_classified(workspace: Workspace, message: IncomingMessage, currency: str = "MXN") -> Classification:
    return classify(
        message,
        workspace.patterns,
        on=written_on(message, workspace),
        own_address=workspace.settings.mail.address,
        calendar=workspace.rules.calendar,
        currency=currency,
    )


def try_message(workspace: Workspace, raw: bytes) -> Classification:
    """For `inbox try`: nothing is recorded. Raises ProblemError where it is no message."""
    try:
        return read_classified(workspace, parse_message(raw))
    except UnreadableMessage as error:
        raise ProblemError(
            [Problem(_("the message cannot be read: {reason}", reason=error.reason), _("check that the file is an e-mail (.eml)"))]
        ) from None


def new_text_of(raw: bytes) -> str:
    """What the author wrote this time, for showing; nothing where the message cannot be read."""
    try:
        return parse_message(raw).new_text
    except UnreadableMessage:
        return ""
