"""How often something is read: each time that it is asked for, or once for all the days that are looked at one after the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

Read = TypeVar("Read")


class Reading(Protocol):
    """`what` names what `read` reads, among all that is read of the same customers."""

    def __call__(self, what: Hashable, read: Callable[[], Read], /) -> Read: ...


def anew(_what: Hashable, read: Callable[[], Read]) -> Read:
    return read()


@dataclass(frozen=True, slots=True)
class Once:
    """For a forecast, in which days pass and nothing else happens: what was read for its first day serves all of them.

    Whatever is left out because of its day has to be asked for that once more of what was kept.
    """

    kept: dict[Hashable, Any] = field(default_factory=dict)

    def __call__(self, what: Hashable, read: Callable[[], Read]) -> Read:
        if what not in self.kept:
            self.kept[what] = read()
        found: Read = self.kept[what]
        return found
