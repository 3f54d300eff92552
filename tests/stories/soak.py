"""Kills runs by the thousand and lets a mail server fail at random, and prints what came of it: see docs/faults.md."""

from __future__ import annotations

import argparse
import functools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.mail.dovecot import running
from tests.stories import taking_rounds
from tests.stories.cutting_proxy import cutting
from tests.stories.killing import make_due_folder, measure, play_failing_wire, play_round
from tests.stories.mail_server import running_server
from tests.stories.misfortunes import COUNT, MISFORTUNES, befall
from tests.stories.taking_rounds import TakingTally, taking_table
from tests.stories.tally import Tally, table


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
        few = make_due_folder(folder / "few", COUNT)
        tallies = {
            "SIGKILL, into a Maildir": until(
                lambda tally: tally.kills >= kills, lambda base: play_round(template, base, draw, length), folder, "maildir"
            ),
            "SIGKILL, over SMTP": until(
                lambda tally: tally.kills >= kills // 2, lambda base: play_round(template, base, draw, length, server), folder, "smtp"
            ),
            "A server that fails at random": until(
                lambda tally: tally.faults >= kills // 2, lambda base: play_failing_wire(template, base, draw, server), folder, "wire"
            ),
        }
        for each in MISFORTUNES:
            play = functools.partial(befall, each, few, draw=draw, server=server)
            tallies[each] = until(lambda tally: tally.faults >= kills // 20, play, folder, "".join(filter(str.isalnum, each)))
    where = sum((tally.where for tally in tallies.values()), Counter[str]())
    sound = all(tally.sound for tally in tallies.values())
    return table([tally.row(kind) for kind, tally in tallies.items()]) + _met(where), sound


def soak_taking(kills: int, seed: int) -> tuple[str, bool]:
    """The same of runs that are killed while mail comes in."""
    draw, tally = random.Random(seed), TakingTally()
    with tempfile.TemporaryDirectory(prefix="cobranza-soak-") as name, running() as dovecot, cutting(dovecot.port) as proxy:
        folder = Path(name)
        template = taking_rounds.make_template(folder / "template")
        length = taking_rounds.measure(template, folder / "measured", dovecot)
        while tally.kills < kills:
            tally += taking_rounds.play_round(template, folder / f"round-{tally.rounds}", draw, dovecot, proxy, length)
            if sys.stderr.isatty():
                sys.stderr.write(f"\rtaking: {tally.kills} kills, {tally.cuts} cut wires")
    return taking_table([tally]) + _met(tally.where), tally.sound


def _met(where: Counter[str]) -> str:
    met = "\n".join(f"- {moment}: {times}" for moment, times in sorted(where.items()))
    return f"\n\nWhere they struck:\n\n{met}\n"


PARTS = {"sending": soak, "taking": soak_taking}


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument(
        "--kills",
        type=int,
        default=1000,
        help="runs to kill with the Maildir; half as many with SMTP and as many faults of the server, a twentieth of each other misfortune",
    )
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--taking", type=int, default=300, help="runs to kill while mail comes in")
    parser.add_argument("--only", choices=PARTS, help="this part alone")
    chosen = parser.parse_args()
    kills, sound = {"sending": chosen.kills, "taking": chosen.taking}, True
    for part in [chosen.only] if chosen.only else PARTS:
        began = time.monotonic()
        printed, well = PARTS[part](kills[part], chosen.seed)
        sys.stdout.write(f"{part}: seed {chosen.seed}, {(time.monotonic() - began) / 60:.0f} minutes\n\n{printed}\n")
        sound = sound and well
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
