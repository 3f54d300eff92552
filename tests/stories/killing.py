"""Runs that are killed (SIGKILL) and started again until all is done, and the count of what left.

Half of the deaths come at a moment that is drawn from the run's length. The other half come right before or right after one of the steps after
which something lasts: a commit, a sync, a link or renaming in a Maildir, a sending on the wire. There the windows are narrow and matter most.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import random
import re
import shutil
import signal
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.plan.ledger import planned
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import ActionRow, ClaimRow, OutgoingRow
from cobranza_rules.workspace import Workspace, open_workspace
from tests.cfdi_files import invoice
from tests.stories import warm
from tests.stories.desk import customer_list, read_mail, text_of
from tests.stories.folders import make_folder
from tests.stories.mail_server import MailServer
from tests.stories.tally import Tally

DAY = dt.date(2026, 3, 2)
ABROAD = "XEXX010101000"  # The generic RFC of customers abroad, whom their names tell apart.
RUN = ("run", "--on", DAY.isoformat())
PATIENCE = 120
WIRE_FAULTS = ("451 4.3.0 try again later", "drop before accepting", "drop after accepting", "garbage after accepting", "554 5.6.0 refused")


def make_due_folder(base: Path, count: int = 20) -> Path:
    """A workspace in automatic mode in which `count` reminders are due, each to a customer of its own; without letters, for these cost much time."""
    make_folder(base, **{'mode = "supervised"': 'mode = "automatic"'})
    rules = base / "rules" / "collections.yaml"
    text = rules.read_text(encoding="utf-8")
    text = re.sub(r"\n +- letter: \w+-reminder\n +rubric: collections_analyst", "", text).replace(
        "attach: [letter, statement]", "attach: [statement]"
    )
    rules.write_text(text, encoding="utf-8")
    workspace = open_workspace(base, DAY)
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, DAY)
    names = [f"SAMPLE CUSTOMER {number} LLC" for number in range(1, count + 1)]
    rows = [f"C-{n},{name},{ABROAD},extranjero,en,30,correo,f{n}@c{n}.example,p{n}@c{n}.example," for n, name in enumerate(names, 1)]
    invoices = [invoice(f"FA-{n}", f"{1000 + n}.00", receiver=(ABROAD, name)) for n, name in enumerate(names, 1)]
    report = importing.take(SourceFile(f"file-{n}", content) for n, content in enumerate([customer_list(*rows), *invoices]))
    assert not report.problems
    with workspace.database.writing() as session:
        beat(session, BANK, workspace.clock.now())
    workspace.close()
    return base


def die_at(point: int, log: str) -> None:
    """In a process that is about to call the program: it is killed at its n-th lasting step. The log says how many there were."""
    counted = 0
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def pass_point(name: str) -> None:
        nonlocal counted
        counted += 1
        os.pwrite(file, f"{counted} {name}\n".encode().ljust(60), 0)
        if counted == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(real)
        def call(*arguments: Any, **named: Any) -> Any:
            pass_point(f"before {name}")
            done = real(*arguments, **named)
            pass_point(f"after {name}")
            return done

        return call

    from sqlalchemy import Engine, event
    from sqlalchemy.orm import Session

    for name in ("fsync", "link", "replace", "write"):
        setattr(os, name, watched(getattr(os, name), name))
    socket.socket.sendall = watched(socket.socket.sendall, "sendall")  # type: ignore[method-assign]  # (only in the process that dies)
    event.listen(Engine, "commit", lambda _connection: pass_point("before commit"))
    event.listen(Session, "after_commit", lambda _session: pass_point("after commit"))


def run_once(
    base: Path, point: int | None = None, seconds: float | None = None, prepare: Callable[[], None] | None = None
) -> tuple[int, int, str]:
    """Exit code (-9 for a killed one), the number of lasting steps that were passed, and the last of them.

    What `prepare` brings upon the run may end it with 1, and with a sentence.
    """
    with tempfile.TemporaryDirectory() as folder:
        log, complained = Path(folder) / "log", Path(folder) / "complained"
        misfortune = prepare or functools.partial(die_at, point or 0, str(log))
        process = warm.start(base, RUN, Path(folder) / "said", complained, misfortune)
        if seconds is not None:
            process.join(seconds)
            process.kill()
        process.join(PATIENCE)
        assert process.exitcode is not None, "the run hangs"
        told = complained.read_text(encoding="utf-8") if complained.exists() else ""  # One that dies at once has not begun to speak.
        assert process.exitcode in ((0, 1, 3) if prepare else (-signal.SIGKILL, 0, 3)), told
        assert "Traceback" not in told, told
        passed = log.read_text().split(maxsplit=1) if log.exists() else []
    return process.exitcode, int(passed[0]) if passed else 0, passed[1].strip() if len(passed) > 1 else "the start"


def measure(template: Path, folder: Path) -> tuple[int, float]:
    """Lasting steps and seconds of a whole run."""
    base = Path(shutil.copytree(template, folder / "measured"))
    run_once(base)  # Warms the fork server up.
    shutil.rmtree(base)
    shutil.copytree(template, base)
    began = time.monotonic()
    code, points, _last = run_once(base)
    assert code == 0
    return points, time.monotonic() - began


def play_round(template: Path, base: Path, draw: random.Random, length: tuple[int, float], server: MailServer | None = None) -> Tally:
    """Kills runs on a fresh copy until one comes through, then looks at what left."""
    shutil.copytree(template, base)
    if server is not None:
        server.reset()
        connect(base, server)
    points, seconds = length
    tally = Tally(rounds=1)
    while True:
        if draw.random() < 0.5:
            code, _passed, last = run_once(base, point=draw.randint(1, max(2, points // 6)))
        else:
            code, _passed, last = run_once(base, seconds=draw.uniform(0.02, 0.3) * seconds)
        tally.runs += 1
        if code != -signal.SIGKILL:
            return tally + looked_at(base, server)
        tally.kills += 1
        tally.where[last] += 1


def play_failing_wire(template: Path, base: Path, draw: random.Random, server: MailServer, count: int = 20) -> Tally:
    """Lets the server fail at random while the messages of a fresh copy are sent, run after run."""
    shutil.copytree(template, base)
    server.reset()
    connect(base, server)
    tally = Tally(rounds=1)
    answers = [draw.choice(WIRE_FAULTS) if draw.random() < 0.4 else "250 2.0.0 queued" for _message in range(count)]
    server.handler.data = list(answers)
    tally.where = Counter(answer for answer in answers if answer in WIRE_FAULTS)
    tally.faults = tally.where.total()
    for _again in range(
        9
    ):  # What was postponed leaves with one of the next runs, and so does what a server that did not answer kept waiting.
        run_once(base)
        tally.runs += 1
        if not _ready(base):
            break
    return tally + looked_at(base, server)


def _ready(base: Path) -> int:
    """Messages that wait for another try."""
    workspace = open_workspace(base, DAY)
    try:
        with workspace.database.reading() as session:
            return session.scalars(select(func.count()).select_from(OutgoingRow).where(OutgoingRow.state == "approved")).one()
    finally:
        workspace.close()


def connect(base: Path, server: MailServer) -> None:
    """Lets the workspace send to this server."""
    settings = base / "cobranza.toml"
    wire = f'[mail.out]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\ntimeout_seconds = 10\nretry_minutes = [0]\n'
    head, _out, rest = settings.read_text(encoding="utf-8").partition("[mail.out]\n")
    settings.write_text(head + wire + rest[rest.index("\n[mail.incoming]") :], encoding="utf-8")


def looked_at(base: Path, server: MailServer | None) -> Tally:
    """Every claim has one message that left, none has two; where nobody can know, a person who asks the server settles it."""
    workspace = open_workspace(base, DAY)
    try:
        left = _left(base) if server is None else _accepted(server)
        with workspace.database.reading() as session:
            assert verify_case_file(session).intact
            states = dict(session.execute(select(OutgoingRow.action_id, OutgoingRow.state)).all())
            attempts = sum(session.scalars(select(OutgoingRow.attempts)))
            subjects = {row.id: planned(row).invoices[0] for row in session.scalars(select(ActionRow))}
            claims = list(session.scalars(select(ClaimRow).where(ClaimRow.live)))
        uncertain = [subjects[action] for action, state in states.items() if state == "uncertain"]
        refused = [subjects[action] for action, state in states.items() if state == "failed"]
        confirmed = [subjects[claim.action_id] for claim in claims if claim.sent_on is not None]
        tally = Tally(attempts=attempts, messages=len(subjects), sent=len(confirmed), uncertain=len(uncertain), refused=len(refused))
        tally.doubled = [number for number, times in left.items() if times > 1]
        tally.doubled += [number for number, times in Counter(subjects[claim.action_id] for claim in claims).items() if times > 1]
        known = {*confirmed, *uncertain, *refused}
        tally.lost = [number for number in subjects.values() if number not in known]  # Neither sent nor anybody's question
        tally.lost += [number for number in confirmed if left[number] != 1]  # Said to have left, and nobody has it
        if uncertain and server is not None:
            _settle(workspace, server)
            after = Counter(_accepted(server))
            tally.doubled += [number for number, times in after.items() if times > 1]
            tally.lost += [number for number in subjects.values() if after[number] != 1 and number not in refused]
    finally:
        workspace.close()
    shutil.rmtree(base)
    return tally


def _settle(workspace: Workspace, server: MailServer) -> None:
    """A person asks the server which of the uncertain ones it has; what it has not got leaves with the next run."""
    arrived = {str(mail["Message-ID"]).strip("<>") for mail in server.accepted}
    with workspace.database.writing() as session:
        for row in list(session.scalars(select(OutgoingRow).where(OutgoingRow.state == "uncertain"))):
            keeper = Bookkeeper(session, workspace.clock.now())
            settle_uncertain(keeper, workspace, row.id, left=row.message_id in arrived, who="analista@kemper.example")
    code, _points, _last = run_once(workspace.base)
    assert code == 0


def _numbers(texts: Sequence[str]) -> Counter[str]:
    """Which invoice each message is about."""
    return Counter(number for text in texts for number in _numbers_in(text))


def _numbers_in(text: str) -> set[str]:
    return set(re.findall(r"FA-\d+", text))


def _left(base: Path) -> Counter[str]:
    return _numbers([text_of(read_mail(file)) for file in (base / "correo-enviado" / "new").glob("*.eml")])


def _accepted(server: MailServer) -> Counter[str]:
    """By invoice how often the same recipient got it at most: who could not take a message yet gets it later, alone."""
    got = Counter(
        (number, recipient)
        for mail, recipients in zip(server.accepted, server.recipients, strict=True)
        for number in _numbers_in(text_of(mail))
        for recipient in recipients
    )
    return Counter({number: max(times for (other, _who), times in got.items() if other == number) for number, _recipient in got})
