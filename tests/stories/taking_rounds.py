"""Runs that are killed while mail comes in from a real server, between copies that are delivered again, folders that are made anew and wires that are cut.

A round plays on a mailbox and a workspace of its own until a run comes through, and counts what was read.
"""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from imaplib import IMAP4
from pathlib import Path

from sqlalchemy import select

from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.mail import ingest, taking
from cobranza_rules.mail.mailbag import bags_in
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.mail.raw_message import open_message
from cobranza_rules.store.tables import ReceivedRow, TakenRow
from cobranza_rules.workspace import open_workspace
from tests.conftest import DAY
from tests.mail.dovecot import PASSWORD, Dovecot
from tests.stories import warm
from tests.stories.cutting_proxy import CuttingProxy
from tests.stories.folders import make_folder
from tests.stories.killing import die_at
from tests.stories.shipped_files import shipped_patterns, shipped_rules
from tests.stories.tally import Row

MESSAGES, AGAIN = 16, 4
TOGETHER = 5  # So many messages are taken, and read, together: fewer than usual, so that a short run has many moments to die at.
PATIENCE = 120
HEADINGS = ("Runs", "Kills", "Cut wires", "Folders made anew", "Copies delivered again", "Messages", "Read once", "Doubled", "Lost")


@dataclass
class TakingTally:
    """`doubled` and `lost` have to be zero."""

    rounds: int = 0
    runs: int = 0
    kills: int = 0
    cuts: int = 0
    resets: int = 0
    copies: int = 0
    messages: int = 0
    read: int = 0
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    where: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: TakingTally) -> TakingTally:
        return TakingTally(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def sound(self) -> bool:
        return not self.doubled and not self.lost

    def row(self) -> Row:
        """Under `HEADINGS`."""
        met = (self.kills, self.cuts, self.resets, self.copies)
        return (self.runs, *met, self.messages, self.read, len(self.doubled), len(self.lost))


def letter(number: int) -> bytes:
    head = f"From: p{number}@c{number}.example\r\nTo: cobranza@kemper.example\r\nSubject: {number}\r\nMessage-ID: <{number}@c{number}.example>\r\n"
    return f"{head}Date: Tue, 03 Mar 2026 10:00:00 -0600\r\n\r\nRecibido, gracias. {number}\r\n".encode()


def make_template(base: Path) -> Path:
    """A workspace whose mailbox has no address yet; `connect` gives it one."""
    imap = 'kind = "imap"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nuser = "nobody"\npassword_file = "secret"\ntimeout_seconds = 10'
    make_folder(base, **{'kind = "maildir"\npath = "correo-recibido"': f'{imap}\nfolders = ["INBOX", "Respuestas"]'})
    (base / "secret").write_text(PASSWORD)
    workspace = open_workspace(base, DAY)
    assert workspace.database is not None  # Made now, so that no round has to.
    workspace.close()
    return base


def connect(base: Path, port: int, user: str) -> None:
    settings = base / "cobranza.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("port = 1\n", f"port = {port}\n").replace('user = "nobody"', f'user = "{user}"')
    settings.write_text(text, encoding="utf-8")


class ReadHere:
    """In the process that dies, for nothing of parsing lasts; to start another one for it takes longer than all the rest."""

    def read(self, paths: Sequence[Path]) -> Iterator[IncomingMessage]:
        for path in paths:
            with open_message(path) as raw:
                yield parse_message(raw)

    def close(self) -> None:
        """There is nothing to close."""


def take_in(base: Path, point: int, log: Path) -> None:
    die_at(point, str(log))
    ingest.READ_TOGETHER = taking.GROUP = TOGETHER
    ingest.MOST_TRIES = 1000  # That the program dies is not the messages' fault here: none is to be set aside for it.
    workspace = open_workspace(base, DAY)
    workspace.__dict__ |= {"patterns": shipped_patterns(), "rules": shipped_rules(), "message_reader": ReadHere()}
    ingest.ingest(workspace)
    workspace.close()


def run_once(base: Path, point: int, log: Path) -> tuple[bool, int, str]:
    """Mail is taken in by a process that dies at its n-th lasting step (0: never): whether it was killed, how many steps it passed, and the last of them."""
    process = warm.fork(take_in, base, point, log)
    process.join(PATIENCE)
    assert process.exitcode in (-signal.SIGKILL, 0), process.exitcode
    passed = log.read_text().split(maxsplit=1)
    return process.exitcode != 0, int(passed[0]), passed[1].strip()


def fill(dovecot: Dovecot) -> None:
    client = dovecot.client()
    _append(client, "INBOX", range(MESSAGES // 2))
    _make_replies(client)
    client.logout()


def _append(client: IMAP4, folder: str, numbers: Iterable[int]) -> None:
    for number in numbers:
        kind, said = client.append(folder, "", "", letter(number))
        assert kind == "OK", said


def _make_replies(client: IMAP4) -> None:
    client.create("Respuestas")
    _append(client, "Respuestas", range(MESSAGES // 2, MESSAGES))


def _disturb(dovecot: Dovecot, draw: random.Random) -> TakingTally:
    """Copies are delivered again, and one folder is made anew, with other numbers and the same messages."""
    client = dovecot.client()
    _append(client, "INBOX", draw.sample(range(MESSAGES), AGAIN))
    client.delete("Respuestas")
    _make_replies(client)
    client.logout()
    return TakingTally(resets=1, copies=AGAIN)


def measure(template: Path, base: Path, dovecot: Dovecot) -> tuple[int, int]:
    """Lasting steps of a whole run, and bytes that come over the wire, roughly."""
    shutil.copytree(template, base)
    dovecot.next_user()
    fill(dovecot)
    connect(base, dovecot.port, dovecot.user)
    _killed, points, _last = run_once(base, 0, base / "log")
    return points, MESSAGES * 400


def play_round(
    template: Path, base: Path, draw: random.Random, dovecot: Dovecot, proxy: CuttingProxy, length: tuple[int, int]
) -> TakingTally:
    shutil.copytree(template, base)
    dovecot.next_user()
    fill(dovecot)
    connect(base, proxy.port, dovecot.user)
    points, bytes_taken = length
    tally, cut = TakingTally(rounds=1), proxy.cuts
    while True:
        proxy.left = draw.randint(100, bytes_taken) if draw.random() < 0.15 else None
        before = proxy.cuts
        killed, _passed, last = run_once(base, draw.randint(1, points * 2 // 3), base / "log")
        tally.runs += 1
        proxy.left = None
        if killed:
            tally.kills += 1
            tally.where[last] += 1
        elif proxy.cuts == before:
            break
        if draw.random() < 0.2:
            tally += _disturb(dovecot, draw)
    tally.cuts = proxy.cuts - cut
    return tally + looked_at(base)


def looked_at(base: Path) -> TakingTally:
    """Each message was read once, its bytes are in the archive, and nothing is left beside it."""
    workspace = open_workspace(base, DAY)
    with workspace.database.reading() as session:
        found = Counter(row.message_id for row in session.scalars(select(ReceivedRow)))
        raw = {row.raw for row in session.scalars(select(TakenRow))}
        states = Counter(session.scalars(select(TakenRow.state)))
        assert verify_case_file(session).intact
    kept = {workspace.archive.get(digest) for digest in raw}
    assert set(states) <= {"read", "repeated"}, states
    assert not [*bags_in(workspace.archive.root), *workspace.archive.root.glob(".incoming-*")]
    workspace.close()
    wanted = {f"{number}@c{number}.example": letter(number) for number in range(MESSAGES)}
    return TakingTally(
        messages=MESSAGES,
        read=sum(found[each] == 1 for each in wanted),
        doubled=[each for each, times in found.items() if times > 1],
        lost=[each for each, content in wanted.items() if not found[each] or content not in kept],
    )


def taking_table(tallies: Sequence[TakingTally]) -> str:
    """In Markdown."""
    lines: list[Row] = [HEADINGS, ["---:"] * len(HEADINGS), *(tally.row() for tally in tallies)]
    return "\n".join(f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in line)} |" for line in lines)
