"""Runs that are killed at many points: every reminder leaves once, none twice, none is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.stories.fixtures import Telling
from tests.stories.killing import WIRE_FAULTS, make_due_folder, measure, play_failing_wire, play_round
from tests.stories.mail_server import MailServer
from tests.stories.tally import Tally

KILLS = 50
KILLS_ON_THE_WIRE = 20
SEED = 20260302


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, float]]:
    folder = tmp_path_factory.mktemp("killed")
    template = make_due_folder(folder / "template")
    return template, measure(template, folder)


def play(due: tuple[Path, tuple[int, float]], tmp_path: Path, kills: int, server: MailServer | None = None) -> Tally:
    template, length = due
    draw = random.Random(SEED)
    tally = Tally()
    while tally.kills < kills:
        tally += play_round(template, tmp_path / f"round-{tally.rounds}", draw, length, server)
    return tally


def test_into_a_maildir(due: tuple[Path, tuple[int, float]], tmp_path: Path, told: Telling) -> None:
    tally = play(due, tmp_path, KILLS)
    told("SIGKILL, into a Maildir", tally)
    assert (tally.doubled, tally.lost, tally.uncertain) == ([], [], 0)
    assert tally.sent == tally.messages == 20 * tally.rounds


def test_over_smtp(due: tuple[Path, tuple[int, float]], tmp_path: Path, server: MailServer, told: Telling) -> None:
    tally = play(due, tmp_path, KILLS_ON_THE_WIRE, server)
    told("SIGKILL, over SMTP", tally)
    assert tally.uncertain <= tally.kills, "a killed run leaves no more than one message in doubt"
    assert (tally.doubled, tally.lost) == ([], [])
    assert tally.sent + tally.uncertain == tally.messages == 20 * tally.rounds


def test_over_a_failing_wire(due: tuple[Path, tuple[int, float]], tmp_path: Path, server: MailServer, told: Telling) -> None:
    tally = play_failing_wire(due[0], tmp_path / "round", random.Random(SEED), server)
    told("A server that fails at random", tally)
    assert (tally.doubled, tally.lost) == ([], [])
    assert set(tally.where) == set(WIRE_FAULTS), "choose a seed that draws every fault"
    assert tally.sent + tally.uncertain + tally.refused == tally.messages == 20
    assert tally.refused == tally.where["554 5.6.0 refused"]
    assert tally.uncertain == tally.faults - tally.refused - tally.where["451 4.3.0 try again later"]
