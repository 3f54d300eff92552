from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.fixtures import desk, make_desk
from tests.timestamps.timestamp_server import Authority, TimestampServer, make_authority, running_authority

__all__ = ["desk", "make_desk"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authorities") / "one")


@pytest.fixture
def tsa(authority: Authority) -> Iterator[TimestampServer]:
    with running_authority(authority) as started:
        yield started
