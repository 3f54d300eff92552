"""A fact of which a worker dies is found, set apart and answered by the native engine; all others are answered by durable-rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules import engine_process
from cobranza_rules.engine_bisection import Patience, search
from cobranza_rules.engine_process import Worker, WorkerBrokenError, WorkerDiedError
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence
from cobranza_rules.rules.engine import Conditions, Facts
from cobranza_rules.rules.expression import Place, parse_condition
from cobranza_rules.rules.native import NativeEngine

PLACE = Place("rules.yaml", 1, 1)
TEXTS = ("balance >= 500.00 MXN", 'invoice != "F-3"', "days_overdue > 30")
CONDITIONS: Conditions = {f"rule:{text}": (Scope.INVOICE, parse_condition(text, Scope.INVOICE, PLACE)) for text in TEXTS}
NATIVE = NativeEngine(CONDITIONS)
QUICK = Patience(shortest=0.4, per_fact=0)
DIED = Sentence("died")


def invoices(*names: str) -> list[Facts]:
    return [{"invoice": name, "balance": 10_000 * at, "currency": "MXN", "days_overdue": at} for at, name in enumerate(names)]


def usual(count: int, **others: str) -> list[Facts]:
    """F-0, F-1 ..., but for those positions (`at_5`) that have another name."""
    return invoices(*(others.get(f"at_{number}", f"F-{number}") for number in range(count)))


@pytest.fixture(autouse=True)
def _worker_that_can_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "PROGRAM", ("-P", str(Path(__file__).parent / "killed_worker.py")))


@pytest.fixture
def given_to_workers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every fact that reaches a worker, as it is written for it."""
    seen: list[str] = []
    match = Worker.match

    def watched(self: Worker, scope: Scope, facts: list[str], seconds: float) -> list[frozenset[int]]:
        seen.extend(facts)
        return match(self, scope, facts, seconds)

    monkeypatch.setattr(Worker, "match", watched)
    return seen


@pytest.fixture
def answered_natively(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Numbers of the invoices that the room's native engine has evaluated."""
    seen: list[str] = []
    evaluate = NativeEngine.evaluate

    def watched(self: NativeEngine, scope: Scope, facts: Sequence[Facts]) -> list[frozenset[str]]:
        seen.extend(str(each.get("invoice")) for each in facts if self is not NATIVE)
        return evaluate(self, scope, facts)

    monkeypatch.setattr(NativeEngine, "evaluate", watched)
    return seen


def said(room: DurableRoom) -> list[str]:
    return [str(incident) for incident in room.incidents]


def test_the_one_fact_that_kills_is_found_and_named(given_to_workers: list[str], answered_natively: list[str]) -> None:
    facts = usual(300, at_211="DIE-1")
    with DurableRoom(CONDITIONS) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            (
                "the worker of durable-rules ended (exit code -9) at chunk 1 (facts of 'invoice': 300), because of invoice DIE-1; "
                "the native engine evaluated what no worker is given any more"
            )
        ]
        assert answered_natively == ["DIE-1"]
        assert room.quarantined == 1
        worker = room.worker_pid
        given_to_workers.clear()
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert len(given_to_workers) == 299
        assert not any("DIE" in fact for fact in given_to_workers)
        assert room.worker_pid == worker
        assert len(room.incidents) == 1, "what is set apart is told once"


def test_a_fact_is_set_apart_as_it_was_written_and_no_other(given_to_workers: list[str]) -> None:
    """The same invoice with another balance is another fact, and gets its own chance."""
    with DurableRoom(CONDITIONS) as room:
        room.evaluate(Scope.INVOICE, usual(4, at_1="DIE-1"))
        given_to_workers.clear()
        changed: list[Facts] = [{"invoice": "DIE-1", "balance": 7, "currency": "MXN"}]
        assert room.evaluate(Scope.INVOICE, changed) == NATIVE.evaluate(Scope.INVOICE, changed)
        assert any("DIE-1" in fact for fact in given_to_workers)
        assert room.quarantined == 2


def test_several_are_found_and_the_others_are_answered_by_durable_rules(answered_natively: list[str]) -> None:
    facts = usual(64, at_0="DIE-a", at_17="DIE-b", at_18="DIE-c", at_63="DIE-d")
    with DurableRoom(CONDITIONS) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            (
                "the worker of durable-rules ended (exit code -9) at chunk 1 (facts of 'invoice': 64), because of invoice DIE-a, "
                "invoice DIE-b, invoice DIE-c, invoice DIE-d; the native engine evaluated what no worker is given any more"
            )
        ]
        assert sorted(answered_natively) == ["DIE-a", "DIE-b", "DIE-c", "DIE-d"]


def test_more_than_ten_are_not_all_named() -> None:
    with DurableRoom(CONDITIONS) as room:
        room.evaluate(Scope.INVOICE, [*usual(1), *invoices(*(f"DIE-{number}" for number in range(12)))])
        assert "because of invoice DIE-0, " in said(room)[0]
        assert "invoice DIE-9 ...; the native engine" in said(room)[0]
        assert room.quarantined == 12


def test_a_fact_without_a_number_is_named_by_its_place() -> None:
    conditions: Conditions = {"rule:x": (Scope.CUSTOMER, parse_condition('language != "en" or customer != "x"', Scope.CUSTOMER, PLACE))}
    facts: list[Facts] = [{"language": "es"}, {"language": "DIE"}, {"customer": "DIE-C"}]
    with DurableRoom(conditions) as room:
        room.evaluate(Scope.CUSTOMER, facts)
        assert "because of fact 1, customer DIE-C;" in said(room)[0]


def test_where_no_fact_is_survived_the_facts_are_not_to_blame_alone() -> None:
    """Three chunks in a row of which nothing was answered: durable-rules itself does not work here."""
    facts = invoices(*(f"DIE-{number}" for number in range(20)))
    with DurableRoom(CONDITIONS, chunk=4) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert len(room.incidents) == 3
        assert said(room)[2] == (
            "the worker of durable-rules ended (exit code -9) at chunk 3 (facts of 'invoice': 4), because of invoice DIE-8, invoice DIE-9, "
            "invoice DIE-10, invoice DIE-11; the native engine evaluated what no worker is given any more; it evaluates all that follows, "
            "since 3 chunks in a row were lost"
        )
        assert room.worker_pid == 0


def test_one_that_hangs_is_found_in_a_time_that_does_not_grow_with_the_chunk(answered_natively: list[str]) -> None:
    facts = usual(256, at_200="HANG-1")
    started = time.monotonic()
    with DurableRoom(CONDITIONS, chunk_seconds=2, patience=QUICK) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            (
                "the worker of durable-rules did not answer within 2 seconds at chunk 1 (facts of 'invoice': 256), because of invoice HANG-1; "
                "the native engine evaluated what no worker is given any more"
            )
        ]
        assert answered_natively == ["HANG-1"]
    assert time.monotonic() - started < 30, "256 times two seconds would be more"


def test_a_search_ends_when_its_time_is_over(answered_natively: list[str]) -> None:
    """It is over before the second piece: a worker needs longer to start."""
    facts = [*usual(8), *invoices(*(f"HANG-{number}" for number in range(8)))]
    with DurableRoom(CONDITIONS, chunk_seconds=0.5, patience=Patience(seconds=0.02)) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            (
                "the worker of durable-rules did not answer within 0.5 seconds at chunk 1 (facts of 'invoice': 16); "
                "the native engine evaluated 8 of them"
            )
        ]
        assert room.quarantined == 0
        assert len(answered_natively) == 8


def test_a_search_ends_when_too_many_workers_were_lost() -> None:
    facts = [*usual(8), *invoices(*(f"DIE-{number}" for number in range(8)))]
    with DurableRoom(CONDITIONS, patience=Patience(deaths=4)) as room:
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            (
                "the worker of durable-rules ended (exit code -9) at chunk 1 (facts of 'invoice': 16), because of invoice DIE-0, invoice DIE-1 "
                "and maybe of more; the native engine evaluated 8 of them"
            )
        ]


def test_a_worker_that_cannot_be_started_again_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    with DurableRoom(CONDITIONS) as room:
        room.evaluate(Scope.INVOICE, usual(1))
        monkeypatch.setattr(engine_process, "PROGRAM", ("-P", "-c", "raise SystemExit(3)"))
        facts = usual(8, at_2="DIE-1")
        assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert said(room) == [
            "the worker of durable-rules ended (exit code -9) at chunk 2 (facts of 'invoice': 8); the native engine evaluated 8 of them"
        ]
        room.evaluate(Scope.INVOICE, usual(8))
        assert said(room)[1] == (
            "the worker of durable-rules could not be started (ended (exit code 3)) at chunk 3 (facts of 'invoice': 8); "
            "the native engine evaluated 8 of them"
        )


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 23), max_size=5))
def test_exactly_the_killers_are_set_apart(killers: set[int]) -> None:
    facts = usual(24, **{f"at_{number}": f"DIE-{number}" for number in killers})
    with DurableRoom(CONDITIONS) as room:
        for _again in range(2):
            assert room.evaluate(Scope.INVOICE, facts) == NATIVE.evaluate(Scope.INVOICE, facts)
        assert room.quarantined == len(killers)
        assert len(room.incidents) == bool(killers)


class _Mortal:
    """Stands for workers: it dies of some facts, and once more whenever `unlucky` says so for no reason in the facts."""

    def __init__(self, killers: set[str], unlucky: Sequence[bool] = ()) -> None:
        self.killers = killers
        self.unlucky = list(reversed(unlucky))
        self.asked: list[list[str]] = []

    def ask(self, facts: list[str], _seconds: float) -> list[frozenset[int]]:
        self.asked.append(facts)
        if self.killers & set(facts) or (self.unlucky and self.unlucky.pop()):
            raise WorkerDiedError(DIED)
        return [frozenset({int(fact)}) for fact in facts]


WRITTEN = st.lists(st.integers(0, 60).map(str), min_size=1, max_size=60)
ENDLESS = Patience(deaths=10**6)


@given(WRITTEN, st.data())
def test_a_search_answers_all_but_the_killers(facts: list[str], data: st.DataObject) -> None:
    killers = data.draw(st.sets(st.sampled_from(facts)))
    found = search(facts, _Mortal(killers).ask, ENDLESS)
    assert set(found.killers) == killers
    assert found.answers == {fact: frozenset({int(fact)}) for fact in facts if fact not in killers}


@given(WRITTEN, st.data())
def test_a_death_without_a_cause_never_costs_an_answer(facts: list[str], data: st.DataObject) -> None:
    """A worker that somebody else kills may set a fact apart that is innocent, but none is left open and no guilty one is overlooked."""
    killers = data.draw(st.sets(st.sampled_from(facts), max_size=2))
    unlucky = data.draw(st.lists(st.booleans(), max_size=10))
    found = search(facts, _Mortal(killers, unlucky).ask, ENDLESS)
    assert killers <= set(found.killers)
    assert set(found.answers) | set(found.killers) == set(facts)
    assert not set(found.answers) & set(found.killers)


def test_one_killer_of_a_chunk_costs_few_workers() -> None:
    facts = [str(number) for number in range(2000)]
    dead = [search(facts, _Mortal({killer}).ask, Patience()).deaths for killer in facts[::7]]
    assert max(dead) <= 12
    assert sum(dead) / len(dead) < 7


def _a_clock(step: float) -> Callable[[], float]:
    times = iter(range(10**6))
    return lambda: next(times) * step


def test_the_search_is_bounded_in_deaths_and_time() -> None:
    facts = [str(number) for number in range(2000)]
    assert search(facts, _Mortal(set(facts)).ask, Patience(deaths=7)).deaths == 7
    hanging = _Mortal(set(facts))
    assert search(facts, hanging.ask, Patience(seconds=10), _a_clock(1)).deaths == len(hanging.asked) == 9


def test_a_search_without_workers_leaves_all_open() -> None:
    def none_can_be_had(_facts: list[str], _seconds: float) -> list[frozenset[int]]:
        raise WorkerBrokenError(DIED)

    found = search(["1", "2"], none_can_be_had, Patience())
    assert (found.answers, found.killers, found.deaths) == ({}, [], 0)


def test_pieces_get_time_in_proportion_to_their_size() -> None:
    assert [Patience().of(size) for size in (1, 1000)] == [1.004, 5.0]
