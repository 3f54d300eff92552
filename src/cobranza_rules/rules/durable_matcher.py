"""Drives the C module of durable-rules, one fact at a time: assert, take every action, retract.

This is the only use of it that was found sound: no joins, batches, sessions, threads or timers. It imports nothing else of the rules, so
that a worker process starts quickly. The module writes into no memory but its own; a fact that it cannot take kills at most this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NOT_HANDLED = 1  # No rule matched; nothing was kept.


class MatcherError(Exception):
    """durable-rules broke its contract; this process must not use it any longer."""


class Matcher:
    """For the rulesets of one scope; they live as long as the process (durable-rules frees none)."""

    def __init__(self, rulesets: Sequence[str]) -> None:
        import durable_rules_engine

        self._engine: Any = durable_rules_engine
        self._handles = [durable_rules_engine.create_ruleset(f"conditions-{index}", ruleset) for index, ruleset in enumerate(rulesets)]

    def match(self, fact: str) -> frozenset[int]:
        """Numbers of the conditions that hold. Raises MatcherError."""
        numbers: set[int] = set()
        try:
            for handle in self._handles:
                self._collect(handle, fact, numbers)
        except MatcherError:
            raise
        except Exception as error:
            raise MatcherError(f"durable-rules failed: {error}") from error
        return frozenset(numbers)

    def _collect(self, handle: int, fact: str, numbers: set[int]) -> None:
        engine = self._engine
        result, offset = engine.assert_fact(handle, fact)
        if result == NOT_HANDLED:
            return
        if result:
            raise MatcherError(f"durable-rules answered {result} to a fact")
        started = engine.start_action_for_state(handle, offset)
        action = started and started[1]
        while action is not None:
            numbers.add(int(action[2 : action.index(".", 2)]))  # {"3.0":{"m":{...}}}
            action = engine.complete_and_start_action(handle, offset)
        engine.retract_fact(handle, '{"id":"x"}')
