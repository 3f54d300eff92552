"""The engine on durable-rules, in this process. `engine_room` runs the same in a process that can be thrown away."""

from __future__ import annotations

from collections.abc import Sequence

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.durable_matcher import Matcher, MatcherError
from cobranza_rules.rules.durable_program import DurableProgram
from cobranza_rules.rules.engine import Conditions, EngineError, Facts
from cobranza_rules.rules.native import NativeEngine

Names = frozenset[str]


class DurableEngine:
    """Facts that must never reach durable-rules (beyond 2**53, very long, NUL, lone surrogates) are answered by the native engine."""

    def __init__(self, conditions: Conditions) -> None:
        self._native = NativeEngine(conditions)
        self._programs = {scope: DurableProgram(scope, conditions) for scope in Scope}
        self._matchers = {scope: Matcher(program.rulesets) for scope, program in self._programs.items()}

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        """Raises EngineError where durable-rules broke; it must not be asked again then."""
        program, matcher = self._programs[scope], self._matchers[scope]
        found: list[Names] = []
        for index, written in enumerate(program.write_all(facts)):
            if written is None:
                found += self._native.evaluate(scope, facts[index : index + 1])
                continue
            try:
                numbers = matcher.match(written)
            except MatcherError as error:
                raise EngineError(str(error)) from error
            found.append(program.named(numbers))
        return found

    def close(self) -> None:
        """durable-rules frees no ruleset: it lives as long as the process."""
