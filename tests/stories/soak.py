"""Kills runs by the thousand and lets a mail server fail at random, and prints what came of it: see docs/faults.md."""

from __future__ import annotations

import argparse
import functools
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.stories.killing import make_due_folder, measure, play_failing_wire, play_round
from tests.stories.mail_server import MailServer, running_server
from tests.stories.misfortunes import COUNT, MISFORTUNES, befall
from tests.stories.soak_taking import TAKING, soak_taking
from tests.stories.tally import Tally, line, table

SMTP, MAILDIR, FAILING = "SIGKILL, over SMTP", "SIGKILL, into a Maildir", "A server that fails at random"
KINDS = (MAILDIR, SMTP, FAILING, *MISFORTUNES)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of misfortune: one round of it in a folder, and when there were enough."""

    play: Callable[[Path], Tally]
    enough: Callable[[Tally], bool]


def kinds(folder: Path, server: MailServer, draw: random.Random, kills: int) -> dict[str, Kind]:
    template, few = make_due_folder(folder / "template"), make_due_folder(folder / "few", COUNT)
    length = measure(template, folder)
    found = {
        MAILDIR: Kind(lambda base: play_round(template, base, draw, length), lambda tally: tally.kills >= kills),
        SMTP: Kind(lambda base: play_round(template, base, draw, length, server), lambda tally: tally.kills >= kills // 2),
        FAILING: Kind(lambda base: play_failing_wire(template, base, draw, server), lambda tally: tally.faults >= kills // 2),
    }
    for each in MISFORTUNES:
        found[each] = Kind(functools.partial(befall, each, few, draw=draw, server=server), lambda tally: tally.faults >= kills // 50)
    return found


def until_enough(kind: Kind, folder: Path, name: str) -> tuple[Tally, bool]:
    """What the rounds came to, and whether somebody has stopped it before there were enough: the round that was being played does not count."""
    tally = Tally()
    try:
        while not kind.enough(tally):
            tally += kind.play(folder / f"round-{tally.rounds}")
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{name}: {tally.kills} kills, {tally.faults} faults\033[K")
    except KeyboardInterrupt:
        return tally, True
    return tally, False


def soak(kills: int, seed: int, only: Sequence[str], tell: Callable[[str], None]) -> bool:
    """Tells a line of the table as soon as it is known, and where kills and faults struck. True where nothing was doubled or lost.

    Whoever stops it (SIGINT, SIGTERM) gets the table of what was played until then.
    """
    with tempfile.TemporaryDirectory(prefix="cobranza-soak-") as name, running_server() as server:
        folder = Path(name)
        found = kinds(folder, server, random.Random(seed), kills)
        tell(table([]))
        tallies = []
        for each in only:
            tally, stopped = until_enough(found[each], folder, each)
            tallies.append(tally)
            tell(line(tally.row(each)))
            if stopped:
                break
    where = sum((tally.where for tally in tallies), Counter[str]())
    tell("\nWhere they struck:\n")
    for moment, times in sorted(where.items()):
        tell(f"- {moment}: {times}")
    return all(tally.sound for tally in tallies)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument(
        "--kills",
        type=int,
        default=1000,
        help="runs to kill with the Maildir; half as many with SMTP and as many faults of the server, a fiftieth of each other misfortune",
    )
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--taking", type=int, default=300, help="runs to kill while mail comes in")
    parser.add_argument("--only", action="append", default=[], choices=(*KINDS, TAKING), help="this kind alone; may be repeated")
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # One that is started in the background ignores the first.
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    sending = [each for each in chosen.only or KINDS if each != TAKING]
    sound = soak(chosen.kills, chosen.seed, sending, tell) if sending else True
    if TAKING in (chosen.only or (TAKING,)):
        sound = soak_taking(chosen.taking, chosen.seed, tell) and sound
    tell(f"\nSeed {chosen.seed}, {(time.monotonic() - began) / 60:.0f} minutes")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
