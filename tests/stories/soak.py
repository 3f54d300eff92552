"""Kills runs by the thousand and lets a mail server fail at random, and prints what came of it: see docs/faults.md."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.stories.killing import Tally, make_due_folder, measure, play_failing_wire, play_round
from tests.stories.mail_server import running_server

HEADINGS = ("Faults", "Runs", "Kills", "Wire faults", "Messages", "Sent", "Uncertain", "Refused", "Doubled", "Lost")


def row(name: str, tally: Tally) -> tuple[object, ...]:
    counts = (tally.runs, tally.kills, tally.faults, tally.messages, tally.sent, tally.uncertain, tally.refused)
    return (name, *counts, len(tally.doubled), len(tally.lost))


def table(rows: list[tuple[object, ...]]) -> str:
    lines = [HEADINGS, ("---", *("---:" for _heading in HEADINGS[1:])), *rows]
    return "\n".join(f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in line)} |" for line in lines)


def until(enough: Callable[[Tally], bool], play: Callable[[Path], Tally], folder: Path, name: str) -> Tally:
    tally = Tally()
    while not enough(tally):
        tally += play(folder / f"{name}-{tally.rounds}")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{name}: {tally.kills} kills, {tally.faults} wire faults")
    return tally


def soak(kills: int, seed: int) -> tuple[str, bool]:
    """The table, and whether nothing was doubled or lost."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="cobranza-soak-") as name, running_server() as server:
        folder = Path(name)
        template = make_due_folder(folder / "template")
        length = measure(template, folder)
        tallies = {
            "SIGKILL, into a Maildir": until(
                lambda tally: tally.kills >= kills, lambda base: play_round(template, base, draw, length), folder, "maildir"
            ),
            "SIGKILL, over SMTP": until(
                lambda tally: tally.kills >= kills // 2, lambda base: play_round(template, base, draw, length, server), folder, "smtp"
            ),
            "Server that fails": until(
                lambda tally: tally.faults >= kills // 2, lambda base: play_failing_wire(template, base, draw, server), folder, "wire"
            ),
        }
    where = sum((tally.where for tally in tallies.values()), Counter[str]())
    met = "\n".join(f"- {moment}: {times}" for moment, times in sorted(where.items()))
    sound = not any(tally.doubled or tally.lost for tally in tallies.values())
    return table([row(kind, tally) for kind, tally in tallies.items()]) + f"\n\nWhere they struck:\n\n{met}\n", sound


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=1000, help="runs to kill with the Maildir; half as many with SMTP, and as many wire faults"
    )
    parser.add_argument("--seed", type=int, default=20260302)
    chosen = parser.parse_args()
    began = time.monotonic()
    printed, sound = soak(chosen.kills, chosen.seed)
    sys.stdout.write(f"Seed {chosen.seed}, {(time.monotonic() - began) / 60:.0f} minutes\n\n{printed}")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
