"""One side of the figures of mail that comes in: `python -m benchmarks.mail_in_run SIDE PORT USER WORKSPACE N`.

SIDE is `floor` (raw bytes and a hash), `ingest` (safe in archive and database) or `read` (parsed, classified and matched as well). What counts is
the time that passes: the server and the disk are what is waited for. N is how many messages it must be.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from imap_tools import MailBoxUnencrypted
from sqlalchemy import func, select
from tests.mail.dovecot import PASSWORD

from benchmarks.measuring import Cost, peak_mb
from benchmarks.workdays import TODAY
from cobranza_rules.mail.ingest import read_waiting
from cobranza_rules.mail.taking import take_new
from cobranza_rules.store.tables import TakenRow
from cobranza_rules.workspace import Workspace, open_workspace

AT_ONCE = 100


def floor(port: int, user: str) -> int:
    digests = []
    with MailBoxUnencrypted("127.0.0.1", port, timeout=60).login(user, PASSWORD) as box:
        box.folder.set("INBOX", readonly=True)
        uids = box.uids("ALL", charset=None)
        for start in range(0, len(uids), AT_ONCE):
            _kind, data = box.client.uid("FETCH", ",".join(uids[start : start + AT_ONCE]), "(UID BODY.PEEK[])")
            digests += [hashlib.sha256(item[1]).hexdigest() for item in data if isinstance(item, tuple)]
    return len(set(digests))


def ingest(workspace: Workspace) -> int:
    assert take_new(workspace) == []
    with workspace.database.reading() as session:
        return session.scalar(select(func.count(TakenRow.raw.distinct()))) or 0


def read(workspace: Workspace) -> int:
    assert take_new(workspace) == []
    counted: Counter[str] = Counter()
    read_waiting(workspace, counted)
    return counted.total()


SIDES: Mapping[str, Callable[[Workspace], int]] = {"ingest": ingest, "read": read}


def main() -> None:
    side, port, user, base, n = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), int(sys.argv[5])
    memory = 0.0
    if side == "floor":
        start = time.perf_counter()
        found = floor(port, user)
        used = time.perf_counter() - start
    else:
        workspace = open_workspace(base, TODAY)
        workspace.database, workspace.rules, workspace.patterns, workspace.mailboxes  # noqa: B018 (opened before the clock starts)
        start = time.perf_counter()
        found = SIDES[side](workspace)
        used = time.perf_counter() - start
        child = workspace.message_reader.pid
        memory = peak_mb() + (peak_mb(child) if child else 0.0)
        workspace.close()
    assert found == n, f"{found} were taken in, not {n}"
    print(json.dumps(asdict(Cost(used, memory or peak_mb()))))


if __name__ == "__main__":
    main()
