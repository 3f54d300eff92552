"""Rule tests: what analysts expect of their rules, day by day, run against the very decision that the program takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet, closing_claim
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.testing_comparison import Difference, compare_day
from cobranza_rules.rules.testing_document import TestFile, parse_tests, read_tests
from cobranza_rules.rules.testing_model import RuleTest
from cobranza_rules.rules.testing_simulation import SimulatedDay, Simulation

__all__ = [
    "Coverage",
    "Difference",
    "RuleTest",
    "TestFile",
    "TestResult",
    "coverage_of",
    "parse_tests",
    "read_tests",
    "run_test",
    "run_tests",
]


@dataclass(frozen=True, slots=True)
class TestResult:
    """`acted` are ids of rules and rungs that acted in the test, `holding` those of holds that held something."""

    __test__ = False

    test: RuleTest
    differences: tuple[Difference, ...]
    acted: frozenset[str]
    holding: frozenset[str]

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class Coverage:
    """What no test made act, in the order of the rules file. A rule's `after_last` counts as ID:after-last."""

    rules: tuple[str, ...]
    rungs: tuple[str, ...]
    holds: tuple[str, ...]
    total: int

    @property
    def missing(self) -> int:
        return len(self.rules) + len(self.rungs) + len(self.holds)


def run_test(test: RuleTest, rules: RuleSet, engine: Engine | None = None) -> TestResult:
    """Simulates every day from the test's first to the last that it names."""
    simulation = Simulation(test, rules, engine or NativeEngine(rules.conditions()))
    days = simulation.run()
    expected = {day.on: day for day in test.expected}
    differences = [each for day in days for each in compare_day(test, day, expected.get(day.on), simulation.replied)]
    return TestResult(test, tuple(differences), _acted(days), _holding(days))


def _acted(days: Sequence[SimulatedDay]) -> frozenset[str]:
    found = set()
    for day in days:
        for action in (*day.actions, *day.told):
            found |= {action.rule_id} - ({action.rule_id} if action.closing else set())
            found |= {item.rule_id for item in action.items}
    return frozenset(found)


def _holding(days: Sequence[SimulatedDay]) -> frozenset[str]:
    return frozenset(held.hold_id for day in days if day.plan is not None for held in day.plan.held)


def run_tests(tests: Sequence[RuleTest], rules: RuleSet, progress: Callable[[], None] = lambda: None) -> tuple[TestResult, ...]:
    engine = NativeEngine(rules.conditions())
    results = []
    for test in tests:
        results.append(run_test(test, rules, engine))
        progress()
    return tuple(results)


def coverage_of(rules: RuleSet, results: Sequence[TestResult]) -> Coverage:
    acted = frozenset[str]().union(*(result.acted for result in results))
    holding = frozenset[str]().union(*(result.holding for result in results))
    of_rules = [rule.id for rule in rules.rules]
    for rule in rules.rules:
        if rule.after_last:
            of_rules.insert(of_rules.index(rule.id) + 1, closing_claim(rule.id))
    of_rungs = [rung.id for ladder in rules.ladders for rung in ladder.rungs]
    of_holds = [hold.id for hold in rules.holds]
    return Coverage(
        rules=tuple(each for each in of_rules if each not in acted),
        rungs=tuple(each for each in of_rungs if each not in acted),
        holds=tuple(each for each in of_holds if each not in holding),
        total=len(of_rules) + len(of_rungs) + len(of_holds),
    )
