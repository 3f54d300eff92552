"""The benchmark of the plan: both sides decide the same on a fresh book, and where they do not it is said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from benchmarks.figures import Figure, as_json, table
from benchmarks.measuring import MeasuringError, cpu_seconds, peak_mb, run
from benchmarks.rules import check_equal, measure_plan
from benchmarks.synthetic_book import book_of, rows_of
from benchmarks.workdays import TODAY, is_workday, workdays_after, workdays_ago, workdays_since

from benchmarks import __main__ as command
from benchmarks import measuring
from cobranza_rules.calendar import BusinessCalendar

FIGURE = Figure("plan", "invoices", 10_000, 0.5, 0.1, "sqlite3 rows, rules by hand", 93.5)


@pytest.mark.parametrize(
    ("due_share", "names"),
    [
        (0.03, ["plan", "plan-first", "plan-native", "plan-all-rows", "plan-all-rows-native", "plan"]),
        (0.1, ["plan-due-10", "plan-first-due-10", "plan-native-due-10"]),
    ],
)
def test_both_engines_and_the_floor_decide_the_same(tmp_path: Path, due_share: float, names: list[str]) -> None:
    figures = measure_plan(400, due_share, turns=1, books=tmp_path)
    assert [(each.figure, each.unit, each.n) for each in figures] == [(name, "invoices", 400) for name in names]
    assert all(each.ours > 0 and each.reference > 0 and each.peak_mb > 20 for each in figures)
    kept = f"rules-400-due-{100 * due_share:g}-"
    assert [path.suffix for path in tmp_path.iterdir() if path.name.startswith(kept)] == [".sqlite"]


def test_the_share_that_is_due_can_be_chosen() -> None:
    few, many = (
        sum(row["delivery"] == "pending" for table, rows in rows_of(2000, share) if table == "invoice" for row in rows)
        for share in (0.0, 0.5)
    )
    assert few < many / 4


def test_sides_that_decide_differently_are_named(tmp_path: Path) -> None:
    (tmp_path / "floor").write_text("1 transmittal\n2 first-reminder\n")
    (tmp_path / "plan").write_text("1 transmittal\n3 first-reminder\n")
    with pytest.raises(MeasuringError) as error:
        check_equal([tmp_path / "floor", tmp_path / "plan"])
    assert str(error.value) == "the decisions differ: 1 only by floor (2 first-reminder); 1 only by plan (3 first-reminder)"


def test_equal_sides_pass_and_a_book_without_decisions_measures_nothing(tmp_path: Path) -> None:
    for side in ("floor", "plan"):
        (tmp_path / side).write_text("1 transmittal\n")
    check_equal([tmp_path / "floor", tmp_path / "plan"])
    (tmp_path / "floor").write_text("")
    with pytest.raises(MeasuringError, match=r"^nothing is due in this book: take more invoices$"):
        check_equal([tmp_path / "floor", tmp_path / "plan"])


def test_a_side_that_fails_stops_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(MeasuringError, match=r"^benchmarks\.plan_floor failed with exit code 1:(.|\n)*OperationalError"):
        run("benchmarks.plan_floor", str(tmp_path / "none" / "book.sqlite"), str(tmp_path / "out"))


def test_the_book_is_the_same_every_time_and_made_once(tmp_path: Path) -> None:
    assert list(rows_of(50)) == list(rows_of(50))
    path = book_of(5, tmp_path)
    made = path.stat().st_mtime_ns
    assert book_of(5, tmp_path) == path
    assert path.stat().st_mtime_ns == made


def test_json_has_the_agreed_keys_and_a_ratio() -> None:
    assert as_json([FIGURE]) == [
        {
            "figure": "plan",
            "unit": "invoices",
            "n": 10_000,
            "ours": 0.5,
            "reference": 0.1,
            "reference_name": "sqlite3 rows, rules by hand",
            "peak_mb": 93.5,
            "ratio": 5.0,
        }
    ]


def test_the_table_shows_microseconds_a_thing() -> None:
    head, row = table([FIGURE]).splitlines()
    assert head.split() == ["figure", "n", "ours", "reference", "ratio", "us", "each", "peak", "MB", "reference", "is"]
    assert row.split()[:7] == ["plan", "10,000", "0.500", "0.100", "5.00", "50.0", "94"]


def test_the_command_line_writes_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[int | None] = []

    def measure(n: int | None) -> list[Figure]:
        asked.append(n)
        return [FIGURE]

    monkeypatch.setattr(command, "BENCHMARKS", {"rules": measure})
    monkeypatch.setattr(sys, "argv", ["bench", "rules", "--n", "7", "--json", str(tmp_path / "figures.json")])
    command.main()
    assert asked == [7]
    assert json.loads((tmp_path / "figures.json").read_text()) == as_json([FIGURE])
    assert capsys.readouterr().out == table([FIGURE]) + "\n"


def test_a_failed_benchmark_says_so_and_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(_n: int | None) -> list[Figure]:
        raise MeasuringError("the decisions differ")

    monkeypatch.setattr(command, "BENCHMARKS", {"rules": measure})
    monkeypatch.setattr(sys, "argv", ["bench", "rules"])
    with pytest.raises(SystemExit) as stop:
        command.main()
    assert stop.value.code == "bench: the decisions differ"


def test_the_floor_knows_the_same_business_days() -> None:
    calendar, since = BusinessCalendar(), workdays_since()
    assert all(is_workday(day) == calendar.is_workday(day) for day in (workdays_ago(0), TODAY, workdays_ago(200)))
    days = {workdays_ago(count): count for count in range(250)}
    assert all(calendar.between(day, TODAY) == count == since[day.isoformat()] for day, count in days.items())
    assert all(workdays_after(TODAY, count) == calendar.plus(TODAY, count) for count in range(30))


def test_costs_are_those_of_this_process() -> None:
    before = cpu_seconds()
    sum(number * number for number in range(300_000))
    assert cpu_seconds() > before
    assert 10 < peak_mb() < 4096
    assert measuring.peak_mb(2**30) == 0.0
