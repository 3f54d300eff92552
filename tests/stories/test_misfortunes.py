"""Every misfortune that can befall a run: nothing is lost, nothing is doubled, and what is doubtful is in a queue."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.dovecot import missing
from tests.stories.fixtures import Telling
from tests.stories.killing import make_due_folder
from tests.stories.mail_server import MailServer, running_server
from tests.stories.misfortunes import COUNT, LOOKED_FOR, MISFORTUNES, befall

SEED = 20260302


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_due_folder(tmp_path_factory.mktemp("misfortunes") / "template", COUNT)


@pytest.fixture(scope="module")
def failing_server() -> Iterator[MailServer]:
    with running_server() as started:
        yield started


@pytest.mark.parametrize("name", MISFORTUNES)
def test_nothing_is_doubled_and_nothing_lost(name: str, due: Path, tmp_path: Path, failing_server: MailServer, told: Telling) -> None:
    if name == LOOKED_FOR and missing():
        pytest.skip(missing())
    tally = befall(name, due, tmp_path / "workspace", random.Random(SEED), failing_server)
    told(name, tally)
    assert (tally.doubled, tally.lost) == ([], [])
    assert tally.faults > 0
