"""Which tests run in the same process, where there are several: those that share what is made once for their module."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]


class TogetherWhereShared(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types.
    """A module with fixtures of its own is run as a whole, else each process would make them; all other tests go to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        file, _separator, _test = nodeid.partition("::")
        return file if shares(file) else nodeid


@cache
def shares(file: str) -> bool:
    return 'scope="module"' in (ROOT / file).read_text(encoding="utf-8")
