"""Figures of mail that comes in from a local Dovecot: what it costs beside a client that fetches the same bytes, hashes them and forgets them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.mail.dovecot import PASSWORD, Dovecot, missing
from tests.stories.folders import make_folder

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, MeasuringError, cost_of
from benchmarks.synthetic_mail import large_message, messages

TURNS = 3
SIZES = (1_000, 10_000)
LARGE_MB = 50
RUN, FLOOR = "benchmarks.mail_in_run", "raw BODY.PEEK[] and a hash"


def measure(n: int | None) -> list[Figure]:
    if missing():
        raise MeasuringError(missing())
    figures = [figure for size in ([n] if n else SIZES) for figure in measure_mailbox(messages(size), size)]
    return [*figures, *measure_large()]


def measure_large() -> list[Figure]:
    """What one attachment of 50 MB takes among twenty other messages: memory above all."""
    few = 20
    figures = measure_mailbox([*messages(few), large_message(LARGE_MB)], few + 1, turns=1)
    return [replace(figure, figure=f"{figure.figure}-{LARGE_MB}-mb") for figure in figures]


def measure_mailbox(mail: Iterable[bytes], n: int, turns: int = TURNS) -> list[Figure]:
    """`ingest` and `read` over the same mailbox. Raises MeasuringError where a side does not take all of it in."""
    costs: dict[str, list[Cost]] = {"floor": [], "ingest": [], "read": []}
    with mailbox(mail) as server, tempfile.TemporaryDirectory(prefix="cobranza-mail-in-") as name:
        for turn in range(turns):
            print(f"mail-in: {n:,} messages, turn {turn + 1} of {turns}", file=sys.stderr)
            for side, found in costs.items():
                base = connected(Path(name) / side, server)
                os.sync()  # What others have left to be written would be waited for with what is measured.
                found.append(cost_of(RUN, side, str(server.port), server.user, str(base), str(n)))
                shutil.rmtree(base)
    floor = median(cost.cpu for cost in costs["floor"])
    return [
        Figure(side, "messages", n, median(cost.cpu for cost in costs[side]), floor, FLOOR, max(cost.peak_mb for cost in costs[side]))
        for side in ("ingest", "read")
    ]


def connected(base: Path, server: Dovecot) -> Path:
    imap = f'kind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nuser = "{server.user}"\npassword_file = "secret"'
    make_folder(base, **{'kind = "maildir"\npath = "correo-recibido"': imap})
    (base / "secret").write_text(PASSWORD)
    return base


@contextmanager
def mailbox(mail: Iterable[bytes]) -> Iterator[Dovecot]:
    """A server whose only user has all the mail in the inbox, which it has looked through once."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        Path(name).chmod(0o755)
        server = Dovecot(Path(name))
        folder = server.root / "mail" / server.user / "cur"
        for each in ("cur", "new", "tmp"):
            (folder.parent / each).mkdir(parents=True)
        for number, raw in enumerate(mail):
            (folder / f"{1_772_500_000 + number}.M{number}.local:2,S").write_bytes(raw)
        server.start()
        try:
            client = server.client()
            client.select("INBOX", readonly=True)
            client.logout()
            yield server
        finally:
            server.stop()
