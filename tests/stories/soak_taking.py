"""Kills runs while mail comes in from a real Dovecot, behind a proxy that cuts the wire: the part of the soak for the mailbox."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.mail.dovecot import running
from tests.stories import taking_rounds
from tests.stories.cutting_proxy import cutting
from tests.stories.taking_rounds import TakingTally, taking_table

TAKING = "SIGKILL, while mail comes in"


def soak_taking(kills: int, seed: int, tell: Callable[[str], None]) -> bool:
    """Tells the table and where kills struck. True where nothing was doubled or lost."""
    draw, tally = random.Random(seed), TakingTally()
    with tempfile.TemporaryDirectory(prefix="cobranza-soak-") as name, running() as dovecot, cutting(dovecot.port) as proxy:
        folder = Path(name)
        template = taking_rounds.make_template(folder / "template")
        length = taking_rounds.measure(template, folder / "measured", dovecot)
        while tally.kills < kills:
            tally += taking_rounds.play_round(template, folder / f"round-{tally.rounds}", draw, dovecot, proxy, length)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{TAKING}: {tally.kills} kills, {tally.cuts} cut wires\033[K")
    tell(taking_table([tally]))
    tell("\nWhere they struck:\n")
    for moment, times in sorted(tally.where.items()):
        tell(f"- {moment}: {times}")
    return tally.sound
