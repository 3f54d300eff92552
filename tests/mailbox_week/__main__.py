"""A week of the samples with the daemon: files come in, customers answer into a mailbox of a real Dovecot, people act; writes docs/mailbox-week.md.

The daemon is the program's own and waits on the mailbox (IDLE); only its days are given, by the clock with which `cobranza demo` plays.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sqlalchemy import func, select

from cobranza_rules import daemon
from cobranza_rules.cli.planning import show_report
from cobranza_rules.cli.screen import Screen
from cobranza_rules.clock import Clock, FixedClock
from cobranza_rules.demo.acting import perform
from cobranza_rules.demo.playing import Play
from cobranza_rules.demo.postman import answered_message, as_answer
from cobranza_rules.demo.story import StoryDay, read_story
from cobranza_rules.pause import Pause
from cobranza_rules.starting import make_workspace, shipped
from cobranza_rules.store.documents import digest_of
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import ReceivedRow
from cobranza_rules.tick import TickReport
from cobranza_rules.warm import Warm
from cobranza_rules.workspace import Workspace, open_workspace
from tests.mail.dovecot import PASSWORD, Dovecot, running
from tests.mailbox_week.page import Page
from tests.stories.mail_server import MailServer, running_server
from tests.stories.program import Program

DAYS = 6  # Of the story: Monday to Monday
LAST = dt.date(2026, 3, 9)
OUT = 'kind = "maildir"             # cada mensaje queda como archivo; con kind = "smtp" sale por el servidor de correo\npath = "correo-enviado"'
IN = 'kind = "maildir"\npath = "correo-recibido"'
POLL_SECONDS = 30


@dataclass
class Week:
    play: Play
    dovecot: Dovecot
    page: Page
    clock: Clock
    delivered_at: float = 0.0
    waiting: int = 0  # Messages that were delivered and that no tick has told of
    slowest: float = 0.0
    messages: int = 0

    def steps(self) -> Iterator[None]:
        """What happens between two ticks."""
        for number, day in enumerate(self.play.story.days[:DAYS]):
            self.clock = self.play.workspace.clock = FixedClock(day.on, self.play.workspace.settings.timezone)
            self.page.day(day.on, day.note)
            if number == 0:
                self.play._open()
            self._files(day)
            yield
            if day.replies:
                self._answers(day)
                yield
            for act in day.acts:
                if count := perform(self.play.workspace, act, self.play.delivered):
                    self.page.happens(f"{act.role}: {act.do} ({count}){f', {act.comment}' if act.comment else ''}")
                    yield

    def _files(self, day: StoryDay) -> None:
        imported = self.play._import(day.files, None)
        taken = sum(count for (_kind, outcome), count in imported.counts.items() if outcome in ("new", "updated"))
        self.page.happens(f"files: {taken} documents are imported")
        with self.play.workspace.database.writing() as session:
            beat(session, BANK, dt.datetime.combine(day.on, dt.time(18), dt.UTC))

    def _answers(self, day: StoryDay) -> None:
        for reply in day.replies:
            answered = answered_message(self.play.workspace, reply) if reply.customer else None
            assert answered or not reply.customer, reply.file
            raw = as_answer((self.play.samples / reply.file).read_bytes(), answered, day.on).replace(b"\n", b"\r\n")
            self.dovecot.append(raw)
            self.play.delivered[reply.file] = digest_of(raw)
            self.page.happens(f"mailbox: {Path(reply.file).name}" + (f" from {reply.customer}" if reply.customer else ""))
        self.delivered_at, self.waiting = time.monotonic(), len(day.replies)
        self.messages += len(day.replies)

    def hear(self, report: TickReport) -> None:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            show_report(Screen("es"), report)
        took = time.monotonic() - self.delivered_at if report.received else None
        if took is not None:
            self.waiting -= report.received.total()
            self.slowest = max(self.slowest, took)
        self.page.tick(said.getvalue())


def make_base(base: Path, server: MailServer, dovecot: Dovecot) -> Path:
    settings = (shipped("samples") / "cobranza.toml").read_text(encoding="utf-8")
    wires = {
        OUT: f'kind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"',
        IN: f'kind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{dovecot.user}"\npassword_file = "secret"',
    }
    for old, new in wires.items():
        assert old in settings
        settings = settings.replace(old, new)
    make_workspace(base, f"{settings}\n[daemon]\npoll_seconds = {POLL_SECONDS}\n")
    (base / "secret").write_text(PASSWORD)
    return base


def play_week(base: Path, server: MailServer, dovecot: Dovecot) -> Page:
    samples = shipped("samples")
    story = read_story(samples / "historia.yaml")
    play = Play(open_workspace(base, story.days[0].on), samples, story)
    page = Page()
    week = Week(play, dovecot, page, play.workspace.clock)
    steps = week.steps()
    next(steps)

    def opened(base: Path, on: dt.date | None = None, warm: Warm | None = None) -> Workspace:
        workspace = open_workspace(base, on, warm)
        workspace.clock = week.clock
        return workspace

    def tell(report: TickReport) -> None:
        week.hear(report)
        if week.waiting:  # Another tick than that which mail has brought on
            return
        try:
            next(steps)
        except StopIteration:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            if not week.waiting:
                wake()

    def wake() -> None:
        """Whoever acts sees the next tick at once; mail is waited for."""
        pauses[0].wake()

    pauses: list[Pause] = []

    class Heard(Pause):
        def __init__(self) -> None:
            super().__init__()
            pauses.append(self)

    with mock.patch.object(daemon, "open_workspace", opened), mock.patch.object(daemon, "Pause", Heard):
        daemon.run_daemon(base, tell, lambda problems: sys.exit("\n".join(map(str, problems))))
    with play.workspace.database.reading() as session:
        counted = session.execute(select(ReceivedRow.kind, func.count()).group_by(ReceivedRow.kind).order_by(ReceivedRow.kind))
        kinds = {str(kind): int(count) for kind, count in counted}
    play.workspace.close()
    page.end(len(server.accepted), week.messages, kinds, week.slowest, POLL_SECONDS)
    return page


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cobranza-week-") as name, running() as dovecot, running_server() as server:
        base = make_base(Path(name) / "workspace", server, dovecot)
        page = play_week(base, server, dovecot)
        program = Program(base)
        for customer in ("C-001", "C-007", "C-012"):
            page.case(customer, LAST, program("case", customer, "--on", LAST.isoformat()))
        page.write()


if __name__ == "__main__":
    main()
