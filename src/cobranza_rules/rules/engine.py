"""What an engine does: say which conditions hold for which facts. There are two, and they agree on every fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.expression import Condition

Conditions = Mapping[str, tuple[Scope, Condition]]
Facts = Mapping[str, Value]


class EngineError(Exception):
    """An engine broke, or two engines disagree. Nothing may be sent on the strength of what it said."""


class Engine(Protocol):
    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[frozenset[str]]:
        """The names of the scope's conditions that hold, for each of `facts` in its order. An absent fact, or None, is unknown."""
        ...

    def close(self) -> None:
        """Lets go of what the engine holds outside of this process; it may be called twice."""
        ...
