"""What befalls a run that sends, one named misfortune after the other, each with a mail server on loopback; and the count of what left.

A misfortune plays on a fresh workspace in which some messages are due, ends, and the program goes on until nothing is left to do.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import resource
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import select

from cobranza_rules.config_sections import ArchiveSection
from cobranza_rules.mail import smtp_sink
from cobranza_rules.mail.smtp_sink import SmtpSink
from cobranza_rules.store.tables import OutgoingRow
from cobranza_rules.tick import run_tick
from cobranza_rules.workspace import open_workspace
from tests.mail.dovecot import running_dovecot
from tests.mail_out.conftest import free_port
from tests.stories import warm
from tests.stories.archive import deliver_copies, section, with_archive
from tests.stories.hand_clock import HandClock
from tests.stories.killing import connect, looked_at, run_once
from tests.stories.mail_server import MailServer
from tests.stories.tally import Tally

LOOKED_FOR = "Uncertain, looked for in the archive"
COUNT = 8  # Messages that are due
TEN = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)  # In Mexico City, on the day on which they are
HOUR = dt.timedelta(hours=1)
PATIENCE = 0.4  # Seconds that the program waits for a server
GOOD = "250 2.0.0 queued"


@dataclass(slots=True)
class Stage:
    """A workspace with messages that are due, and the server to which they go."""

    base: Path
    server: MailServer
    draw: random.Random
    hours: int = 0
    ticks: int = 0
    archive: ArchiveSection | None = None

    def tick(self, at: dt.datetime | None = None, **wire: Any) -> None:
        """An hour after the last one; `wire` is another than the server that is there."""
        workspace = open_workspace(self.base)
        workspace.clock = HandClock(at or TEN + self.hours * HOUR)
        workspace.sink = SmtpSink(
            "127.0.0.1", wire.pop("port", self.server.port), timeout_seconds=PATIENCE, **({"security": "none"} | wire)
        )
        if self.archive is not None:
            with_archive(workspace, self.archive)
        self.hours += at is None
        self.ticks += 1
        with closing(workspace), mock.patch.object(smtp_sink, "PATIENCE_AFTER_DATA", 1):
            run_tick(workspace)

    def states(self) -> Counter[str]:
        """Of the messages."""
        workspace = open_workspace(self.base)
        with closing(workspace), workspace.database.reading() as session:
            return Counter(session.scalars(select(OutgoingRow.state)))

    def some(self, *faults: str) -> list[str]:
        """One answer a message: each of the faults once, in any order, and success."""
        answers = [*faults, *[GOOD] * (COUNT - len(faults))]
        self.draw.shuffle(answers)
        return answers

    def address(self) -> str:
        """One of the customers'."""
        number = self.draw.randint(1, COUNT)
        return f"p{number}@c{number}.example"


Play = Callable[[Stage], int]  # Gives the number of faults


@contextmanager
def bare_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that talks so on each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def refused(stage: Stage) -> int:
    stage.tick(port=free_port())
    return 1


def dropped(stage: Stage) -> int:
    """Instead of a greeting, at the sender, at a recipient, in the midst of a message, before and after it was accepted."""
    with bare_server(lambda _connection: None) as port:
        stage.tick(port=port)
    handler = stage.server.handler
    handler.mail = stage.some("drop", "drop")
    handler.rcpt = {stage.address(): "drop"}
    handler.go_ahead = stage.some("drop")
    handler.data = stage.some("drop before accepting", "drop after accepting")
    stage.tick()
    handler.rcpt = {}
    return 7


def stalling(stage: Stage) -> int:
    """Before the greeting, at the sender, and after the message was accepted."""
    with bare_server(lambda _connection: time.sleep(2 * PATIENCE)) as port:
        stage.tick(port=port)
    stage.server.handler.mail = stage.some("stall")
    stage.server.handler.data = stage.some("stall after accepting")
    stage.tick()
    return 3


def refusing(stage: Stage, sender: str, recipient: str, go_ahead: str, *data: str) -> int:
    """At each phase by another message."""
    handler = stage.server.handler
    handler.mail, handler.rcpt = stage.some(sender), {stage.address(): recipient}
    handler.go_ahead, handler.data = stage.some(go_ahead), stage.some(*data)
    stage.tick()
    handler.rcpt = {}
    return 3 + len(data)


def copies_refused(stage: Stage) -> int:
    stage.server.handler.rcpt = {"supervision@kemper.example": "550 5.1.1 no such user"}
    stage.tick()
    stage.server.handler.rcpt = {}
    return COUNT


def greylisting(stage: Stage) -> int:
    stage.server.handler.greylisting = True
    stage.tick()
    stage.tick()
    stage.server.handler.greylisting = False
    return COUNT


def without_tls(stage: Stage) -> int:
    """A server that offers none, where STARTTLS is demanded, or TLS from the first byte."""
    stage.tick(security="starttls")
    stage.tick(security="tls")
    return 2


def nonsense(stage: Stage) -> int:
    """What is no answer, after the message was taken."""
    stage.server.handler.data = stage.some("garbage after accepting")
    stage.tick()
    return 1


def full_disk(stage: Stage, times: int = 3) -> int:
    """No file may grow beyond a size that is drawn (RLIMIT_FSIZE): the database's, its log, the archive's, the journal of the wire."""
    connect(stage.base, stage.server)
    met = 0
    for _time in range(times):
        code, _points, _last = run_once(stage.base, prepare=functools.partial(_no_file_beyond, int(10 ** stage.draw.uniform(1, 6))))
        stage.ticks += 1
        met += code == 1
    return met


def _no_file_beyond(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def locked(stage: Stage, times: int = 3) -> int:
    """Another program holds the database for longer than this one waits, from a moment on that is drawn."""
    connect(stage.base, stage.server)
    met = 0
    for _time in range(times):
        with closing(sqlite3.connect(stage.base / "cobranza.db", isolation_level=None, check_same_thread=False)) as other:
            holding = threading.Timer(stage.draw.uniform(0, 0.5), lambda: other.execute("BEGIN IMMEDIATE"))
            holding.start()
            code, _points, _last = run_once(stage.base, prepare=_impatient)
            holding.join()
        stage.ticks += 1
        met += code == 1
    return met


def _impatient() -> None:
    from cobranza_rules.store import database

    database.BUSY_SECONDS = 0


def two_daemons(stage: Stage) -> int:
    """Started at the same moment, both on the day on which the messages are due."""
    connect(stage.base, stage.server)
    with tempfile.TemporaryDirectory() as folder:
        files = [(Path(folder) / f"said-{number}", Path(folder) / f"complained-{number}") for number in range(2)]
        daemons = [warm.start(stage.base, ["daemon"], *pair, _at_ten) for pair in files]
        end = time.monotonic() + 30
        while len(stage.server.handler.accepted) < COUNT and time.monotonic() < end:
            time.sleep(0.02)
        for daemon in daemons:
            if daemon.is_alive() and daemon.pid is not None:
                daemon.terminate()
            daemon.join(30)
        told = [complained.read_text(encoding="utf-8") for _said, complained in files]
    assert all(daemon.exitcode in (0, 1) for daemon in daemons), told
    assert not any("Traceback" in text for text in told), told
    stage.ticks += 2
    return 1


def _at_ten() -> None:
    from cobranza_rules import workspace

    class Here(HandClock):
        def __init__(self, _timezone: str) -> None:
            super().__init__(TEN)

    workspace.SystemClock = Here  # type: ignore[attr-defined, assignment]  # (only in the process of the daemon)


def clock_set_back(stage: Stage) -> int:
    """By an hour, by a day on which nobody works, and by a week, while some messages wait for another try."""
    stage.server.handler.data = stage.some("451 4.3.0 later", "451 4.3.0 later", "drop after accepting")
    stage.tick()
    for back in (HOUR, 24 * HOUR, 7 * 24 * HOUR):
        stage.tick(at=TEN - back)
    return 3


def looked_for(stage: Stage) -> int:
    """Of two messages nobody knows whether they left: a copy of the one arrives in the archive mailbox, of the other none ever does."""
    with running_dovecot() as dovecot:
        stage.archive = section(dovecot)
        stage.server.handler.data = stage.some("drop after accepting", "drop before accepting")
        stage.tick()
        assert stage.states() == {"sent": COUNT - 2, "uncertain": 2}
        deliver_copies(stage.server, dovecot)
        stage.tick()
        assert stage.states() == {"sent": COUNT - 1, "uncertain": 1}
    stage.archive = None
    return 2


MISFORTUNES: dict[str, Play] = {
    "Connection refused": refused,
    "Dropped in each phase": dropped,
    "Stalls": stalling,
    "4xx": lambda stage: refusing(stage, "421 4.3.2 going down", "450 4.2.1 mailbox busy", "451 4.3.0 later", "452 4.3.1 no room"),
    "5xx": lambda stage: refusing(stage, "550 5.7.1 not from you", "550 5.1.1 no such user", "554 5.5.1 no", "554 5.6.0 refused"),
    "No answer that SMTP knows": nonsense,
    "Copies refused": copies_refused,
    "Greylisting": greylisting,
    "TLS failure": without_tls,
    "Full disk": full_disk,
    "Database locked": locked,
    "Two daemons at once": two_daemons,
    "Clock set back": clock_set_back,
    LOOKED_FOR: looked_for,
}


def befall(name: str, template: Path, base: Path, draw: random.Random, server: MailServer) -> Tally:
    """One misfortune on a fresh copy; afterwards the program goes on while anything may still leave."""
    shutil.copytree(template, base)
    server.reset()
    stage = Stage(base, server, draw)
    tally = Tally(rounds=1, faults=MISFORTUNES[name](stage))
    for _again in range(2):
        stage.tick()
    connect(base, server)
    tally.runs = stage.ticks
    return tally + looked_at(base, server)
