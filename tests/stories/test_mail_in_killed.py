"""Runs that are killed while mail comes in from a real server: every message is read once, whatever is numbered anew, delivered again or cut off."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.mail.dovecot import missing, running
from tests.stories.cutting_proxy import cutting
from tests.stories.taking_rounds import TakingTally, make_template, measure, play_round

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "present")
KILLS = 40
SEED = 20260303


def test_every_message_is_read_once(tmp_path: Path) -> None:
    draw, tally = random.Random(SEED), TakingTally()
    template = make_template(tmp_path / "template")
    with running() as dovecot, cutting(dovecot.port) as proxy:
        length = measure(template, tmp_path / "measured", dovecot)
        while tally.kills < KILLS:
            tally += play_round(template, tmp_path / f"round-{tally.rounds}", draw, dovecot, proxy, length)
    assert (tally.doubled, tally.lost, tally.read) == ([], [], tally.messages)
    assert min(tally.rounds, tally.resets, tally.cuts) > 0, tally
