"""Runs that are killed while mail comes in from a real server: every message is read once, whatever is numbered anew or delivered again."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.mail.ingest import ingest
from cobranza_rules.store.tables import ReceivedRow, TakenRow
from cobranza_rules.workspace import open_workspace
from tests.conftest import DAY
from tests.mail.dovecot import PASSWORD, Dovecot, missing
from tests.stories import warm
from tests.stories.folders import make_folder
from tests.stories.killing import die_at

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "present")
KILLS, MESSAGES, AGAIN = 40, 60, 15
SEED = 20260303


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)
        started = Dovecot(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


def letter(number: int) -> bytes:
    head = f"From: p{number}@c{number}.example\r\nTo: cobranza@kemper.example\r\nSubject: {number}\r\nMessage-ID: <{number}@c{number}.example>\r\n"
    return f"{head}Date: Tue, 03 Mar 2026 10:00:00 -0600\r\n\r\nRecibido, gracias. {number}\r\n".encode()


def connected(base: Path, dovecot: Dovecot) -> Path:
    imap = f'kind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{dovecot.user}"\npassword_file = "secret"'
    make_folder(base, **{'kind = "maildir"\npath = "correo-recibido"': f'{imap}\nfolders = ["INBOX", "Respuestas"]'})
    (base / "secret").write_text(PASSWORD)
    return base


def poll(base: Path, point: int, log: Path) -> int:
    """Mail is taken in by a process that dies at its n-th lasting step (0: never). Its exit code; `log` says how many there were."""
    process = warm.fork(take_in, base, point, log)
    process.join(120)
    assert process.exitcode in (-signal.SIGKILL, 0)
    return process.exitcode or 0


def take_in(base: Path, point: int, log: Path) -> None:
    die_at(point, str(log))
    workspace = open_workspace(base, DAY)
    ingest(workspace)
    workspace.close()


def disturb(dovecot: Dovecot, draw: random.Random) -> None:
    """Copies are delivered again, and one folder is made anew, with other numbers and the same messages."""
    for number in draw.sample(range(MESSAGES), AGAIN):
        dovecot.append(letter(number))
    client = dovecot.client()
    client.delete("Respuestas")
    client.logout()
    fill(dovecot)


def fill(dovecot: Dovecot) -> None:
    client = dovecot.client()
    client.create("Respuestas")
    for number in range(MESSAGES // 2, MESSAGES):
        client.append("Respuestas", "", "", letter(number))
    client.logout()


def test_every_message_is_read_once(tmp_path: Path, dovecot: Dovecot) -> None:
    draw = random.Random(SEED)
    for number in range(MESSAGES // 2):
        dovecot.append(letter(number))
    fill(dovecot)
    template, log = connected(tmp_path / "template", dovecot), tmp_path / "log"
    poll(Path(shutil.copytree(template, tmp_path / "measured")), 0, log)
    points = int(log.read_text().split()[0])
    kills = rounds = 0
    while kills < KILLS:
        base = Path(shutil.copytree(template, tmp_path / f"round-{rounds}"))
        rounds += 1
        while poll(base, draw.randint(1, points), log) == -signal.SIGKILL:
            kills += 1
            if kills % 10 == 0:
                disturb(dovecot, draw)
        poll(base, 0, log)
        looked_at(base)
    assert rounds > 2


def looked_at(base: Path) -> None:
    workspace = open_workspace(base, DAY)
    with workspace.database.reading() as session:
        found = Counter(row.message_id for row in session.scalars(select(ReceivedRow)))
        raw = {row.raw for row in session.scalars(select(TakenRow))}
        states = Counter(session.scalars(select(TakenRow.state)))
        assert verify_case_file(session).intact
    assert found == {f"{number}@c{number}.example": 1 for number in range(MESSAGES)}
    assert set(states) <= {"read", "repeated"}
    assert {workspace.archive.get(digest) for digest in raw} == {letter(number) for number in range(MESSAGES)}
    workspace.close()
