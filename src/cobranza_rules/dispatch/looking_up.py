"""Uncertain messages are looked up in the archive mailbox: one that is there has left; one that is not stays a person's, and is never sent again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.clock import shifted
from cobranza_rules.config_sections import MailSection
from cobranza_rules.dispatch.pacing import wait_after
from cobranza_rules.dispatch.settling import found_to_have_left
from cobranza_rules.language import _
from cobranza_rules.mail.mailbox import MailboxUnavailable
from cobranza_rules.problems import Problem
from cobranza_rules.store.attempts import decide_uncertain
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace

MOST = 200  # Messages that one run looks for; the others are looked for by the next.
NOT_FOUND, FOUND, UNAVAILABLE = "not_found", "found", "unavailable"


def grace_of(mail: MailSection) -> dt.timedelta | None:
    """How long an uncertain message is looked for before a person is asked; None where there is no archive."""
    return dt.timedelta(minutes=mail.archive.grace_minutes) if mail.archive is not None else None


def look_up_uncertain(workspace: Workspace) -> list[Problem]:
    """What keeps the archive from being searched. Raises ProblemError where its settings are wrong."""
    archive, now = workspace.archive_mailbox, workspace.clock.now()
    if archive is None:
        return []
    query = select(OutgoingRow.message_id, OutgoingRow.id).where(OutgoingRow.state == "uncertain")
    query = query.where((OutgoingRow.next_try_at.is_(None)) | (OutgoingRow.next_try_at <= now)).order_by(
        OutgoingRow.looked_up_at, OutgoingRow.id
    )
    with workspace.database.reading() as session:
        wanted = {row.message_id: row.id for row in session.execute(query.limit(MOST))}
    if not wanted:
        return []
    problems: list[Problem] = []
    there: set[str] = set()
    try:
        there, outcome = archive.which_are_there(wanted), NOT_FOUND
    except MailboxUnavailable as error:
        problems, outcome = list(error.problems), UNAVAILABLE
    for message_id, outgoing_id in wanted.items():
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            _note(keeper, workspace, outgoing_id, FOUND if message_id in there else outcome)
    return problems


def _note(keeper: Bookkeeper, workspace: Workspace, outgoing_id: int, outcome: str) -> None:
    outgoing = keeper.session.get_one(OutgoingRow, outgoing_id)
    if outgoing.state != "uncertain":
        return  # A person has settled it meanwhile.
    row = keeper.session.get_one(ActionRow, outgoing.action_id)
    known = outgoing.lookup or {}
    outgoing.looked_up_at, outgoing.lookup = keeper.known_at, {**known, "outcome": outcome, "times": known.get("times", 0) + 1}
    if outcome == FOUND:
        decide_uncertain(keeper.session, outgoing.id, "sent")
        outgoing.changed_at = keeper.known_at
        found_to_have_left(keeper, workspace, row, outgoing, _("a copy of it is in the archive mailbox"))
        return
    grace = grace_of(workspace.settings.mail)
    assert grace is not None
    if outgoing.changed_at <= keeper.known_at < shifted(outgoing.changed_at, grace):
        return
    later = known.get("later", 0) + 1
    outgoing.lookup = {**outgoing.lookup, "later": later}
    outgoing.next_try_at = shifted(keeper.known_at, wait_after(later, workspace.settings.mail.out.retry_minutes))
    if outcome == NOT_FOUND and not known.get("told"):
        outgoing.lookup = {**outgoing.lookup, "told": True}
        keeper.note(row.customer_id, "not_in_archive", workspace.clock.today(), {"action": row.id, "rule": row.rule_id})
