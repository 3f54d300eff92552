"""The figures of reports over values that can be checked by hand."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.promises import Promise, kept_percent, were_kept
from cobranza_rules.language import Sentence, in_english
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.reports.cells import Cell, Column, Table
from cobranza_rules.reports.chart import Panel, chart, format_of
from cobranza_rules.reports.expected import Expected, Habits, expect, usual_days
from cobranza_rules.reports.indicators import Month, count_back, effectiveness, months_before
from cobranza_rules.reports.standing import DISPUTED, PROMISED, Own, Standing
from cobranza_rules.reports.unapplied import CreditEntry, FreedEntry, applied_of_notes, freed_of
from cobranza_rules.reports.workbook import report_workbook

DAY = dt.date(2026, 3, 4)
NOTHING_KNOWN = Habits({}, None, {}, None)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def standing(balance: int = 100_000, due_on: dt.date | None = dt.date(2026, 3, 10), **rest: object) -> Standing:
    return Standing(Own(1, 7, "FA-1", None, "MXN", on(2, 8)), 100_000, balance, due_on, **rest)  # type: ignore[arg-type]


def said(found: list[Expected]) -> list[tuple[dt.date | None, int, str]]:
    return [(one.on, one.minor, one.reason.text(in_english)) for one in found]


def test_sales_are_counted_back_month_by_month_until_all_that_is_owed_is_covered() -> None:
    sales = {Month(2026, 1): 60_000, Month(2026, 2): 40_000, Month(2026, 3): 50_000}
    assert count_back(50_000, sales, Month(2026, 3)) == Decimal("31.0")
    assert count_back(110_000, sales, Month(2026, 3)) == Decimal("69.3")  # 31 + 28 + 31 * 20,000 / 60,000
    assert count_back(25_000, sales, Month(2026, 3)) == Decimal("15.5")
    assert count_back(0, sales, Month(2026, 3)) == Decimal("0.0")


def test_a_month_without_sales_counts_whole_and_more_than_was_ever_sold_is_not_said() -> None:
    sales = {Month(2025, 12): 10_000, Month(2026, 2): 10_000}
    assert count_back(15_000, sales, Month(2026, 2)) == Decimal("74.5")  # 28 + 31 + 31 / 2
    assert count_back(20_001, sales, Month(2026, 2)) is None
    assert count_back(1, {}, Month(2026, 2)) is None


def test_effectiveness_is_what_was_collected_of_what_could_be() -> None:
    assert effectiveness(100_000, 50_000, 60_000, 40_000) == Decimal("81.8")
    assert effectiveness(100_000, 50_000, 40_000, 40_000) == Decimal("100.0")
    assert effectiveness(0, 50_000, 50_000, 50_000) is None


def test_months_are_whole_ones_before_the_day() -> None:
    assert [str(month) for month in months_before(dt.date(2026, 2, 28), 3)] == ["2025-11", "2025-12", "2026-01"]


def test_what_is_usual_is_a_median_of_three_invoices_at_least() -> None:
    assert usual_days([(1, 5), (1, 9), (1, 30), (2, 4)]) == ({1: 9}, 5)
    assert usual_days([(1, 5), (2, 9)]) == ({}, None)


def test_an_invoice_is_expected_when_its_customer_usually_pays() -> None:
    habits = Habits({7: 6}, 20, {}, None)
    assert said(expect(standing(), habits, DAY)) == [(on(3, 16), 100_000, "the customer usually pays 6 days after the due date")]
    by_all = Habits({}, 20, {}, None)
    assert said(expect(standing(), by_all, DAY)) == [(on(3, 30), 100_000, "customers usually pay 20 days after the due date")]
    assert said(expect(standing(), NOTHING_KNOWN, DAY)) == [(on(3, 10), 100_000, "on the due date, for nothing usual is known")]


def test_what_waits_beyond_the_usual_day_is_expected_in_as_long_again() -> None:
    late = "the customer usually pays 6 days after the due date; it waits 4 days longer already, and as long again is expected"
    assert said(expect(standing(due_on=on(2, 22)), Habits({7: 6}, None, {}, None), DAY)) == [(on(3, 8), 100_000, late)]


def test_a_promise_weighs_as_much_as_the_customer_keeps() -> None:
    promised = standing(promised_on=on(3, 6), promised=60_000)
    assert said(expect(promised, Habits({7: 6}, None, {7: 75}, None), DAY)) == [
        (on(3, 6), 45_000, "promised for 2026-03-06: the customer keeps 75 % of its promises"),
        (None, 15_000, "the part of a promise that may not be kept: the customer keeps 75 % of its promises"),
        (on(3, 16), 40_000, "the customer usually pays 6 days after the due date"),
    ]
    past = standing(promised_on=on(3, 3), promised=60_000)
    assert [minor for _on, minor, _why in said(expect(past, NOTHING_KNOWN, DAY))] == [100_000]


def test_a_promise_holds_until_its_day_has_passed() -> None:
    promised = standing(on_hold=PROMISED, promised_on=DAY)
    assert (promised.hold_on(DAY), promised.hold_on(on(3, 5)), standing(on_hold=DISPUTED).hold_on(DAY)) == (PROMISED, "", DISPUTED)


def test_a_contrarrecibo_says_the_day_and_a_dispute_says_none() -> None:
    taken = standing(payment_on=on(4, 17), due_on=on(4, 17))
    assert said(expect(taken, NOTHING_KNOWN, DAY)) == [(on(4, 17), 100_000, "the payment date of its contrarrecibo")]
    assert said(expect(standing(on_hold=DISPUTED), NOTHING_KNOWN, DAY)) == [(None, 100_000, "disputed")]
    assert said(expect(standing(due_on=None), NOTHING_KNOWN, DAY)) == [(None, 100_000, "no due date is known")]


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        ((), None),
        (((on(3, 5), 60_000), (on(3, 6), 40_000)), on(3, 6)),
        (((on(3, 6), 40_000), (on(3, 5), 60_000)), on(3, 6)),
        (((on(3, 5), 100_000), (on(3, 9), -100_000)), None),  # The cheque came back.
        (((on(3, 5), 100_000), (on(3, 9), -100_000), (on(3, 10), 100_000)), on(3, 10)),
    ],
)
def test_a_promise_is_kept_from_the_day_on_which_it_stays_covered(moves: tuple[tuple[dt.date, int], ...], kept: dt.date | None) -> None:
    assert Promise(on(3, 2), on(3, 6), 100_000, moves).kept_on == kept


def test_only_promises_whose_day_has_passed_count_and_not_those_that_another_replaced_in_time() -> None:
    calendar = BusinessCalendar()
    paid = Promise(on(2, 2), on(2, 7), 100, ((on(2, 9), 100),))  # A Saturday: Monday is in time.
    broken, replaced, last = Promise(on(2, 2), on(2, 6), 100), Promise(on(2, 10), on(2, 20), 100), Promise(on(2, 16), on(2, 27), 100)
    assert were_kept([paid], on(2, 9), calendar) == []
    assert were_kept([paid], on(2, 10), calendar) == [True]
    assert were_kept([broken, replaced, last], on(2, 28), calendar) == [False, False]
    assert were_kept([broken, replaced, last], on(2, 27), calendar) == [False]


def test_of_few_promises_nothing_is_said() -> None:
    assert kept_percent([True, False]) is None
    assert kept_percent([True, True, False]) == 66


def test_a_credit_note_covers_an_invoice_once() -> None:
    told = [CreditEntry(1, 10, 500), CreditEntry(1, 10, 500), CreditEntry(1, 11, 200), CreditEntry(2, 10, 70), CreditEntry(2, 10, None)]
    assert applied_of_notes(told) == {1: 700}


def test_money_is_free_from_the_cancellation_on() -> None:
    told = [FreedEntry(1, 500), FreedEntry(2, 300), FreedEntry(2), FreedEntry(None), FreedEntry(1)]
    assert freed_of(told[:4]) == 0
    assert freed_of(told) == 500
    assert freed_of([*told, FreedEntry(1, 500)]) == 0


def test_a_spreadsheet_has_real_numbers_and_dates() -> None:
    rows: list[list[Cell]] = [["=1+1", Money(123_456, "MXN"), DAY, 3, Decimal("12.5"), None]]
    table = Table("Aging", [Column(name) for name in "ABCDEF"], rows, (Sentence("a note"),), [["Total", Money(2**53, "JPY"), None]])
    content = report_workbook("Aging", [table], DAY, in_english)
    assert content == report_workbook("Aging", [table], DAY, in_english)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Aging"]
    assert [cell.value or "" for cell in sheet[3]] == ["=1+1", 1234.56, dt.datetime.combine(DAY, dt.time()), 3, 12.5, ""]
    assert (sheet["A3"].data_type, sheet["A4"].value, sheet["B4"].value) == ("s", "Total", str(2**53))


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_figures_make_the_same_picture(kind: str) -> None:
    panels = [Panel("MXN", [("por vencer", 100_000), ("1-30", 0)], frozenset({0})), Panel("JPY", [("por vencer", 5), ("1-30", 7)])]
    made = chart("Antigüedad", panels, kind, in_english)
    assert made == chart("Antigüedad", panels, kind, in_english)
    assert made != chart("Antigüedad", panels[:1], kind, in_english)
    if kind == "svg":
        assert all(text.encode() in made for text in ("Antigüedad", "por vencer", "1,000", "JPY"))


def test_a_chart_is_a_picture() -> None:
    with pytest.raises(ProblemError) as told:
        format_of(Path("aging.pdf"))
    assert [problem.text(in_english) for problem in told.value.problems] == ["aging.pdf: a chart is a .png or a .svg file; name it so"]
