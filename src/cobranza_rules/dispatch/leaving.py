"""Whether a message that is ready may be handed to the server now, and if not, what it waits for."""

from __future__ import annotations

import datetime as dt
from collections import deque
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cobranza_rules.clock import shifted
from cobranza_rules.dispatch.pacing import HOUR, Past, longest_wait, rests_until, room_from
from cobranza_rules.dispatch.pausing import pause_in_words, pause_on
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.mail.message import DeliveryReport
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.contact_hours import is_contact_time, may_write_at
from cobranza_rules.store import attempts
from cobranza_rules.store.tables import OutgoingRow
from cobranza_rules.workspace import Workspace


class KeptBack(StrEnum):
    """What a ready message waits for."""

    PAUSED = "paused"
    AFTER_HOURS = "after_hours"
    REAL_HOURS = "real_hours"
    PUT_OFF = "put_off"
    SERVER_AWAY = "server_away"
    HOUR_FULL = "hour_full"


NOT_YET = {
    KeptBack.PAUSED: _("not sent yet: sending is paused"),
    KeptBack.AFTER_HOURS: _("not sent yet: the contact hours are over"),
    KeptBack.REAL_HOURS: _("not sent yet: by the real clock the contact hours of a business day are over"),
    KeptBack.SERVER_AWAY: _("not sent yet: the mail server is away"),
    KeptBack.HOUR_FULL: _("not sent yet: the limit of an hour is reached"),
}
SAID = {
    KeptBack.PAUSED: N_("Ready, and sending is paused: {count}"),
    KeptBack.AFTER_HOURS: N_("Ready, and waiting for the contact hours: {count}"),
    KeptBack.REAL_HOURS: N_(
        "Ready, and waiting for the contact hours of a business day by the real clock, whatever day was given: {count}"
    ),
    KeptBack.PUT_OFF: N_("Put off by the mail server, and waiting to be tried again: {count}"),
    KeptBack.SERVER_AWAY: N_("Ready, and waiting for the mail server: {count}"),
    KeptBack.HOUR_FULL: N_("Ready, and waiting for room below the limit of an hour: {count}"),
}


def keeping_all_back(session: Session, workspace: Workspace) -> list[Sentence]:
    """What every message waits for now, whatever else it waits for itself. Nothing is written."""
    out, now, zone = workspace.settings.mail.out, workspace.clock.now(), ZoneInfo(workspace.settings.timezone)
    found = []
    if (paused := pause_in_words(session, workspace.clock.today())) is not None:
        found.append(_("Nothing leaves: {reason}", reason=paused))
    rest = rests_until([Past(row.outcome, row.phase, row.counted_at) for row in attempts.latest(session)], out.retry_minutes)
    if rest is not None and rest > now:
        found.append(_("The mail server is left alone until {at}: it was not there, or did not answer.", at=_clock_time(rest, zone)))
    if out.per_hour and (room := room_from(attempts.handed_over_since(session, shifted(now, -HOUR)), out.per_hour, now)) is not None:
        found.append(_("The limit of {count} messages an hour is reached until {at}.", count=out.per_hour, at=_clock_time(room, zone)))
    return found


def _clock_time(instant: dt.datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


class Leaving:
    """For one run, which is the only one: it reads what earlier attempts came to once, and is told of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._out = workspace, workspace.settings.mail.out
        now = workspace.clock.now()
        with workspace.database.writing() as session:
            attempts.bring_to_the_present(session, now, longest_wait(self._out.retry_minutes))
            before = (Past(row.outcome, row.phase, row.counted_at) for row in attempts.latest(session))
            self._latest = deque(before, maxlen=attempts.LATEST)  # However many leave, no more are looked back at.
            self._handed_over = attempts.handed_over_since(session, shifted(now, -HOUR)) if self._out.per_hour else []
        self._stopped = False
        self.problems: list[Problem] = []

    def paused(self, session: Session) -> bool:
        """A pause counts at once, in the middle of a run too."""
        return pause_on(session, self._workspace.clock.today()) is not None

    def kept_back(self, outgoing: OutgoingRow, *, paused: bool) -> KeptBack | None:
        """None where it may leave now."""
        now, asked = self._workspace.clock.now(), outgoing.retry_asked
        if (kept := self._all_kept_back(now, paused=paused, asked=asked)) is not None:
            return kept
        if not asked and outgoing.next_try_at is not None and outgoing.next_try_at > now:
            return KeptBack.PUT_OFF
        return self._hour_full(now)

    def stopped_by(self, session: Session, *, asked: bool) -> KeptBack | None:
        """The same right before the wire, for one that was let go shortly before. None where it may still leave."""
        now = self._workspace.clock.now()
        return self._all_kept_back(now, paused=self.paused(session), asked=asked) or self._hour_full(now)

    def _all_kept_back(self, now: dt.datetime, *, paused: bool, asked: bool) -> KeptBack | None:
        if paused:
            return KeptBack.PAUSED
        if not may_write_at(self._workspace.rules, now):
            return KeptBack.AFTER_HOURS
        if self._out.kind == "smtp" and not is_contact_time(self._workspace.rules, self._workspace.clock.wall()):
            return KeptBack.REAL_HOURS
        return KeptBack.SERVER_AWAY if self._server_rests(now, asked=asked) else None

    def _hour_full(self, now: dt.datetime) -> KeptBack | None:
        self._handed_over = [min(instant, now) for instant in self._handed_over]  # The clock may be set back while a long run sends.
        return KeptBack.HOUR_FULL if room_from(self._handed_over, self._out.per_hour, now) is not None else None

    def _server_rests(self, now: dt.datetime, *, asked: bool) -> bool:
        if self._stopped:
            return True
        until = None if asked else rests_until(self._latest, self._out.retry_minutes)
        return until is not None and min(until, shifted(now, longest_wait(self._out.retry_minutes))) > now

    def note(self, report: DeliveryReport) -> None:
        """What came of an attempt of this run. Where the server cannot be reached, the run sends nothing more, and says so once."""
        now = self._workspace.clock.now()
        past = Past(report.outcome.value, report.phase, now)
        self._latest.appendleft(past)
        if self._out.per_hour and not past.unreached:
            self._handed_over.append(now)
        archive = self._out.archive
        if archive and (answer := dict(report.refused).get(archive)):
            what = _("the archive {address} did not take a message: {detail}", address=archive, detail=answer)
            self._tell(what, _("correct mail.out.archive; without the copy nobody can look up whether an uncertain message left"))
        if past.unreached:
            self._stopped = True
            what = _("the mail server does not take our messages: {detail}", detail=word(report.detail))
            self._tell(what, _("look at mail.out in cobranza.toml and at the server; what waits leaves by itself once it does"))
        elif past.unanswered and rests_until(self._latest, self._out.retry_minutes) is not None:
            self._stopped = True
            what = _("the mail server has left several messages in a row unanswered: {detail}", detail=word(report.detail))
            self._tell(what, _("find out why; 'cobranza outbox list' shows them, and only a person can tell whether they left"))

    def must_be_possible(self) -> None:
        """Raises ProblemError where what sends cannot even be opened; then no other message of the run is tried."""
        try:
            self._workspace.sink  # noqa: B018 (opening it is the look)
        except ProblemError:
            self._stopped = True
            raise

    def _tell(self, what: Sentence, hint: Sentence) -> None:
        problem = Problem(what, hint)
        if problem not in self.problems:
            self.problems.append(problem)
