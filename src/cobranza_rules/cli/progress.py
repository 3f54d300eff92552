"""How far a long run is, shown on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from click.termui import progressbar

from cobranza_rules.cli.screen import Screen

LONG = 50  # Actions from which on a progress bar says more than it disturbs.


@contextmanager
def watched(screen: Screen, label: str) -> Iterator[Callable[[int, int], None]]:
    """What is to be called after each, with how many are done and of how many; the first one begins a bar. `label` was marked with N_."""
    with ExitStack() as shown:
        update: Callable[[int], None] = _hidden

        def tell(done: int, total: int) -> None:
            nonlocal update
            if done == 1:
                shown.close()
                update = _hidden
                if total >= LONG and not screen.as_json:
                    update = shown.enter_context(progressbar(length=total, label=screen.word(label), file=sys.stderr)).update
            update(1)

        yield tell


def _hidden(_count: int) -> None:
    """Too little to show."""
