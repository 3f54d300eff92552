"""One side of the figure of sending: `python -m benchmarks.mail_out_run SIDE FOLDER N PORT`. SIDE is `send` or `smtplib`.

FOLDER was made by `waiting_messages`. The clock runs from the first message on until all are sent and written down; on the program's side the plan
has been made before, in another process: the memory is that of sending alone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import smtplib
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks import waiting_messages
from benchmarks.measuring import Cost, peak_mb
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.dispatch.carry_out import carry_out
from cobranza_rules.workspace import open_workspace


class Noon:
    """Stands still, so that however many messages leave within the contact hours."""

    def today(self) -> dt.date:
        return TODAY

    def now(self) -> dt.datetime:
        return NOW

    def wall(self) -> dt.datetime:
        return NOW


def send(base: Path, n: int, port: int) -> float:
    """As a run does it: last look, intent, wire, outcome."""
    waiting_messages.restore(base)
    waiting_messages.connect(base, port)
    workspace = open_workspace(base, TODAY)
    workspace.clock = Noon()
    os.sync()
    start = time.perf_counter()
    done = carry_out(workspace)
    workspace.sink.close()
    took = time.perf_counter() - start
    assert done.states == {"sent": n}, f"{done.states}, not {n} sent; {[str(problem) for problem in done.problems]}"
    workspace.close()
    return took


def bare_loop(base: Path, _n: int, port: int) -> float:
    """`smtplib` on one connection, as its manual shows it; nothing is written down."""
    lines = (base / waiting_messages.LIST).read_text(encoding="utf-8").splitlines()
    messages = [(sender, recipients, base / file) for sender, recipients, file in map(json.loads, lines)]
    os.sync()
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for sender, recipients, file in messages:
            assert not server.sendmail(sender, recipients, file.read_bytes())
    return time.perf_counter() - start


SIDES: Mapping[str, Callable[[Path, int, int], float]] = {"send": send, "smtplib": bare_loop}


def main() -> None:
    side, base, n, port = SIDES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    print(json.dumps(asdict(Cost(side(base, n, port), peak_mb()))))


if __name__ == "__main__":
    main()
