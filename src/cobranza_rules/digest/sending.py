"""The digest goes out once a business day, to each of those whom the settings name, with the first run at or after its time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from cobranza_rules.catalogue import translator
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.page import written_digest
from cobranza_rules.dispatch.internal_mail import READY, send_internal, state_of_internal
from cobranza_rules.people import person_named
from cobranza_rules.workspace import Workspace

KIND = "digest"


def send_digest(workspace: Workspace) -> dict[str, str]:
    """Addresses to the state in which their digest of today is left; empty where none is due.

    Raises ProblemError where the sink is not fit.
    """
    due = recipients_due(workspace)
    if not due:
        return {}
    settings = workspace.settings
    digest = gather_digest(workspace)
    written = written_digest(digest, workspace.company.name, settings.language, translator(settings.language))
    return {address: send_internal(workspace, KIND, digest.on.isoformat(), address, written) for address in due}


def recipients_due(workspace: Workspace) -> list[str]:
    """Addresses whose digest of today has not left, each once, where its hour has come on a business day."""
    settings, today = workspace.settings, workspace.clock.today()
    if not settings.digest.to or not workspace.rules.calendar.is_workday(today):
        return []
    time = workspace.clock.now().astimezone(ZoneInfo(settings.timezone)).time()
    if time < dt.time.fromisoformat(settings.digest.at):
        return []
    addresses = dict.fromkeys(person_named(workspace.company, role).email for role in settings.digest.to)
    with workspace.database.reading() as session:
        return [address for address in addresses if state_of_internal(session, KIND, today.isoformat(), address) in (None, READY)]
