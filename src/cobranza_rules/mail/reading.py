"""One message read whole: parsed within limits, classified, its sender looked at. The same for mail that comes in and for a trial."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cobranza_rules.domain.reply import Classification
from cobranza_rules.language import _
from cobranza_rules.mail.attachments import INSIDE
from cobranza_rules.mail.classify import classify
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage
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


def new_text_of(workspace: Workspace, digest: str) -> str:
    """What the author of a kept message wrote this time, for showing; nothing where it cannot be read."""
    (read,) = workspace.message_reader.read([workspace.archive.path_of(digest)])
    return read.new_text if isinstance(read, IncomingMessage) else ""


def write_attachments(workspace: Workspace, digest: str, attachments: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """What is attached to a kept message, as files of a folder; none that is there is overwritten. Raises ProblemError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, each in enumerate(attachments):
        target = free_name(folder, each["name"].replace(INSIDE, "-"))
        try:
            workspace.message_reader.write_attachment(workspace.archive.path_of(digest), number, target)
        except UnreadableMessage as error:
            what = _("the attachment {name} cannot be read: {reason}", name=each["name"], reason=error.reason)
            raise ProblemError([Problem(what, _("look at it in the mailbox"))]) from None
        written.append(target)
    return written


def free_name(folder: Path, name: str) -> Path:
    """`acuse.pdf`, or `acuse-2.pdf` where that is taken."""
    stem, dot, extension = name.rpartition(".")
    tries = (name if count == 1 else f"{stem or extension}-{count}{dot}{extension if stem else ''}" for count in itertools.count(1))
    return next(path for each in tries if not (path := folder / each).exists())
