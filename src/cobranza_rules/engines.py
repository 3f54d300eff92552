"""Which engine evaluates: durable-rules in its room, the native one, or both, so that each checks the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cobranza_rules.engine_incident import subject_of
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.engine import Conditions, Engine, EngineError, Facts
from cobranza_rules.rules.native import NativeEngine

Names = frozenset[str]
EngineName = Literal["durable", "native", "both"]


class BothEngines:
    """Every fact is evaluated twice, and nothing is said where the answers differ."""

    def __init__(self, conditions: Conditions) -> None:
        self.room = DurableRoom(conditions)
        self._native = NativeEngine(conditions)

    @property
    def incidents(self) -> list[Sentence]:
        return self.room.incidents

    def begin(self) -> None:
        self.room.begin()

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        """Raises EngineError that names the first fact on which they differ, and the conditions."""
        durable, native = self.room.evaluate(scope, facts), self._native.evaluate(scope, facts)
        for position, (one, other) in enumerate(zip(durable, native, strict=True)):
            if one != other:
                raise EngineError(_difference(scope, position, facts[position], one, other))
        return native

    def close(self) -> None:
        self.room.close()


def _difference(scope: Scope, position: int, facts: Facts, durable: Names, native: Names) -> str:
    only = [f"{name} holds by durable-rules only" for name in sorted(durable - native)]
    only += [f"{name} holds by the native engine only" for name in sorted(native - durable)]
    subject = subject_of(facts, position)
    return f"the engines differ on {subject} (number {position} of scope '{scope}'): {', '.join(only)}"


def open_engine(name: EngineName, conditions: Conditions) -> Engine:
    """Raises ProblemError where durable-rules is asked for and cannot be imported."""
    if name == "native":
        return NativeEngine(conditions)
    try:
        import durable_rules_engine  # noqa: F401 (only whether it can be loaded matters: a build for another Python fails here, not later)
    except ImportError:
        raise ProblemError(
            [
                Problem(
                    _("the engine '{name}' needs durable-rules, which cannot be imported here", name=name),
                    _('install durable-rules, or write engine = "native" in cobranza.toml: both engines give the same answers'),
                    file="cobranza.toml",
                    place="engine",
                )
            ]
        ) from None
    return DurableRoom(conditions) if name == "durable" else BothEngines(conditions)
