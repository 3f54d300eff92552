"""The process with durable-rules may die, hang or lie: every fact gets its right answer nevertheless, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from cobranza_rules import engine_room
from cobranza_rules.engine_process import Worker, WorkerDiedError
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.engines import BothEngines, open_engine
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.engine import Conditions, EngineError, Facts
from cobranza_rules.rules.expression import Place, parse_condition
from cobranza_rules.rules.native import NativeEngine

PLACE = Place("rules.yaml", 1, 1)
TEXTS = ("balance >= 500.00 MXN", "not acknowledged", 'invoice contains "ñ"', "days_overdue > 30 or dispute_open")
CONDITIONS: Conditions = {f"rule:{text}": (Scope.INVOICE, parse_condition(text, Scope.INVOICE, PLACE)) for text in TEXTS}
FACTS: list[dict[str, Value]] = [
    {
        "invoice": f"F-{number}{'Ñ' if number % 3 else ''}",
        "balance": number * 1000,
        "currency": "MXN" if number % 2 else "USD",
        "days_overdue": number % 70,
        "acknowledged": number % 5 == 0,
    }
    for number in range(250)
] + [{"balance": 2**60, "currency": "MXN"}, {"invoice": "\0"}, {}]
MEANT = NativeEngine(CONDITIONS).evaluate(Scope.INVOICE, FACTS)


def gone(pid: int) -> bool:
    """Not even a zombie is left."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def ended(pid: int) -> bool:
    """Gone, or a zombie that only waits for the machine's first process, which is not ours, to look at it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_it_answers_as_the_native_engine_does() -> None:
    with DurableRoom(CONDITIONS, chunk=100) as room:
        assert room.worker_pid == 0, "the worker starts when it is first needed"
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        pid = room.worker_pid
        assert pid > 0
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert room.worker_pid == pid, "one worker serves all"
        assert room.evaluate(Scope.INVOICE, []) == []
        assert room.evaluate(Scope.CUSTOMER, [{}, {}]) == [frozenset(), frozenset()]
        assert room.incidents == []
    assert gone(pid)
    room.close()


def test_a_worker_that_was_killed_is_replaced() -> None:
    with DurableRoom(CONDITIONS, chunk=100) as room:
        room.evaluate(Scope.INVOICE, FACTS[:1])
        killed = room.worker_pid
        os.kill(killed, signal.SIGKILL)
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert [str(incident) for incident in room.incidents] == [
            "the worker of durable-rules ended (exit code -9) at chunk 2 (facts of 'invoice': 100); a new one evaluated them"
        ]
        assert room.worker_pid not in (0, killed)
        assert gone(killed)
        replaced = room.worker_pid
    assert gone(replaced)


def test_a_worker_that_hangs_is_replaced() -> None:
    with DurableRoom(CONDITIONS, chunk=100, chunk_seconds=0.5) as room:
        room.evaluate(Scope.INVOICE, FACTS[:1])
        stopped = room.worker_pid
        os.kill(stopped, signal.SIGSTOP)
        started = time.monotonic()
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert time.monotonic() - started < 10
        assert [str(incident) for incident in room.incidents] == [
            "the worker of durable-rules did not answer within 0.5 seconds at chunk 2 (facts of 'invoice': 100); a new one evaluated them"
        ]
        assert gone(stopped)


def test_a_worker_that_takes_nothing_does_not_block_the_sender() -> None:
    """A chunk larger than what the socket holds, while the other end reads nothing."""
    long: list[dict[str, Value]] = [{"invoice": "x" * 4000, "currency": "x" * 4000} for _number in range(600)]
    conditions: Conditions = {'currency != "x"': (Scope.INVOICE, parse_condition('currency != "x"', Scope.INVOICE, PLACE))}
    with DurableRoom(conditions, chunk_seconds=0.5) as room:
        room.evaluate(Scope.INVOICE, [{}])
        os.kill(room.worker_pid, signal.SIGSTOP)
        started = time.monotonic()
        assert room.evaluate(Scope.INVOICE, long) == [frozenset(conditions)] * 600
        assert time.monotonic() - started < 10
        assert len(room.incidents) == 1


def test_after_three_losses_in_a_row_the_native_engine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class Dying(Worker):
        def match(self, scope: Scope, facts: list[str], seconds: float) -> list[frozenset[int]]:
            started.append(self.pid)
            os.kill(self.pid, signal.SIGKILL)
            return super().match(scope, facts, seconds)

    monkeypatch.setattr(engine_room, "Worker", Dying)
    with DurableRoom(CONDITIONS, chunk=5) as room:
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert len(room.incidents) == 3
        assert str(room.incidents[-1]).endswith("; it evaluates all that follows, since 3 chunks in a row were lost")
        assert all(gone(pid) for pid in started)


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b'{"sets":[[0]],"rows":[7]}', b'{"sets":[[0]],"rows":[0]}', b"\xff", b'{"sets":1,"rows":1}']
)
def test_a_worker_that_lies_is_not_believed(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with DurableRoom(CONDITIONS) as room:
        room.evaluate(Scope.INVOICE, FACTS[:1])
        pid = room.worker_pid
        monkeypatch.setattr(Worker, "_ask", lambda _self, _message, _seconds: answer)
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert [str(incident) for incident in room.incidents] == [
            (
                f"the worker of durable-rules answered nonsense at chunk 2 (facts of 'invoice': {len(FACTS)}); "
                f"the native engine evaluated {len(FACTS) - 1} of them"
            )
        ]
        assert gone(pid)


def test_a_worker_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerDiedError, match="could not be started"):
        Worker({})
    with DurableRoom(CONDITIONS, chunk=1000) as room:
        assert room.evaluate(Scope.INVOICE, FACTS) == MEANT
        assert "could not be started (No such file or directory)" in str(room.incidents[0])


def test_threads_do_not_get_each_others_answers() -> None:
    found: dict[int, Sequence[frozenset[str]]] = {}
    with DurableRoom(CONDITIONS, chunk=7) as room:

        def ask(number: int) -> None:
            found[number] = room.evaluate(Scope.INVOICE, FACTS[number::4])

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(found[number] == MEANT[number::4] for number in range(4))


def test_both_engines_are_compared_on_every_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine("both", CONDITIONS)
    assert isinstance(engine, BothEngines)
    try:
        assert engine.evaluate(Scope.INVOICE, FACTS) == MEANT

        def other(scope: Scope, facts: Sequence[Facts]) -> list[frozenset[str]]:
            found = NativeEngine(CONDITIONS).evaluate(scope, facts)
            return [*found[:5], frozenset({"rule:not acknowledged", "rule:x"}), *found[6:]]

        monkeypatch.setattr(engine.room, "evaluate", other)
        with pytest.raises(EngineError) as caught:
            engine.evaluate(Scope.INVOICE, FACTS)
        assert str(caught.value) == (
            "the engines differ on invoice F-5Ñ (number 5 of scope 'invoice'): rule:not acknowledged holds by durable-rules only, "
            'rule:x holds by durable-rules only, rule:invoice contains "ñ" holds by the native engine only'
        )
    finally:
        engine.close()


def test_the_native_engine_needs_no_durable_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert open_engine("native", CONDITIONS).evaluate(Scope.INVOICE, FACTS) == MEANT
    for name in ("durable", "both"):
        with pytest.raises(ProblemError) as caught:
            open_engine(name, CONDITIONS)
        assert [str(problem) for problem in caught.value.problems] == [
            (
                f"cobranza.toml (engine): the engine '{name}' needs durable-rules, which cannot be imported here; "
                'install durable-rules, or write engine = "native" in cobranza.toml: both engines give the same answers'
            )
        ]


PROGRAM = """
import sys
from cobranza_rules.engines import open_engine
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.expression import Place, parse_condition

print("started")
condition = parse_condition("balance > 0", Scope.INVOICE, Place("r", 1, 1))
engine = open_engine("durable", {"rule:owes": (Scope.INVOICE, condition)})
print(engine.evaluate(Scope.INVOICE, [{"balance": 1}, {"balance": 0}]), engine.incidents, engine.worker_pid, flush=True)
"""


def run(command: list[str], folder: Path, *, given: str = "") -> str:
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("way", ["script", "module", "stdin", "-c"])
def test_any_program_can_use_it_and_leaves_nothing_behind(way: str, tmp_path: Path) -> None:
    """No `if __name__ == "__main__"` is asked for, modules in the current folder are not taken for real ones, and nobody closes."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "orjson.py").write_text("raise SystemExit('a stray module of the current folder was imported')", encoding="utf-8")
    commands = {
        "script": [sys.executable, "-P", "program.py"],
        "module": [sys.executable, "-c", "import sys, runpy; sys.path.append('.'); runpy.run_module('program', run_name='__main__')"],
        "stdin": [sys.executable, "-P", "-"],
        "-c": [sys.executable, "-P", "-c", PROGRAM],
    }
    if way == "module":
        (tmp_path / "orjson.py").unlink()
    said = run(commands[way], tmp_path, given=PROGRAM if way == "stdin" else "")
    first, second = said.strip().splitlines()
    assert first == "started"
    assert second.startswith("[frozenset({'rule:owes'}), frozenset()] [] ")
    assert gone(int(second.split()[-1]))


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_does_not_outlive_a_program_that_is_killed(death: signal.Signals, tmp_path: Path) -> None:
    program = PROGRAM + textwrap.dedent(
        """
        import time
        time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-P", "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        pid = int(process.stdout.readline().split()[-1])
        assert not gone(pid)
        process.send_signal(death)
        process.wait(timeout=30)
    deadline = time.monotonic() + 10
    while not ended(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ended(pid)
