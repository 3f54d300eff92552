"""Laws of reports over books thrown by chance: they add up to the ledger, and nothing that comes later changes what a past day says."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.aging import bucket_of
from cobranza_rules.domain.promises import were_kept
from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Aging, By
from cobranza_rules.reports.aging_report import add_book
from cobranza_rules.reports.aging_tables import aging_tables
from cobranza_rules.reports.cash_forecast import CashForecast
from cobranza_rules.reports.expected import Habits
from cobranza_rules.reports.indicators import Month, MonthEnd
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.reports.past_unapplied import cut_of
from cobranza_rules.reports.standing import Cut, Known
from cobranza_rules.reports.workbook import report_workbook
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import InvoiceRow
from tests.reports.random_history import FIRST, History, enter, naive_balances, naive_freed, throw

LIMITS = (30, 60, 90)
few = settings(
    max_examples=5, phases=(Phase.explicit, Phase.generate), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
seeds, days = st.integers(0, 10_000), st.integers(0, 150).map(lambda ahead: FIRST + dt.timedelta(days=ahead))


def aged(session: Session, history: History, on: dt.date, cut: Cut | None, by: By = By.CUSTOMER) -> Aging:
    aging = Aging(on, LIMITS, by, cut, detailed=True)
    add_book(aging, session, history.ids)
    return aging


def at(day: dt.date, known: Known = Known.THEN) -> Cut:
    return cut_of(day, dt.UTC, known)


def written(aging: Aging) -> tuple[str, bytes]:
    return json.dumps(aging.as_json()), report_workbook("Aging", aging_tables(aging), aging.on, str)


@few
@given(seed=seeds, day=days)
def test_sums_of_aging_equal_the_ledger(database: Database, seed: int, day: dt.date) -> None:
    """All that is in buckets, less what is paid beyond a balance, is what the invoices' rows say is left of them."""
    with database.writing() as session:
        history = throw(seed)
        enter(session, history)
        aging = aged(session, history, day, None)
        in_ledger = select(InvoiceRow.currency, func.sum(InvoiceRow.balance)).where(InvoiceRow.customer_id.in_(history.ids))
        ledger = {currency: int(minor) for currency, minor in session.execute(in_ledger.group_by(InvoiceRow.currency))}
        sums: dict[str, int] = {currency: own.total for currency, own in aging.totals.items()}
        for _customer, one in aging.unapplied:
            sums[one.amount.currency] -= one.amount.minor if one.kind == "paid beyond the balance" else 0
        assert {key: minor for key, minor in sums.items() if minor} == {key: minor for key, minor in ledger.items() if minor}
        for (currency, *_of), own in aging.groups.items():
            assert own.total == sum(own.minor.values())
            assert sum(own.on_hold.values()) <= own.total, currency


@few
@given(seed=seeds, day=days)
def test_later_facts_change_no_past_report(database: Database, seed: int, day: dt.date) -> None:
    with database.writing() as session:
        history = throw(seed)
        enter(session, history, upto=day)
        before = written(aged(session, history, day, at(day)))
        present = aged(session, history, day, None).as_json()
        enter(session, history, after=day)
        after = aged(session, history, day, at(day))
        assert written(after) == before
        # And it says what the report of the present said on that day.
        said_then = {key: value for key, value in after.as_json().items() if key not in {"as_of", "known"}}
        assert said_then == {key: value for key, value in present.items() if key not in {"as_of", "known"}}


@few
@given(seed=seeds, day=days, known=st.sampled_from(Known))
def test_a_naive_reckoning_of_the_same_events_agrees(database: Database, seed: int, day: dt.date, known: Known) -> None:
    with database.writing() as session:
        history = throw(seed)
        enter(session, history)
        aging = aged(session, history, day, at(day, known))
        expected: dict[tuple[str, str], int] = defaultdict(int)
        beyond: dict[str, int] = defaultdict(int)
        for invoice, minor in naive_balances(history, day, known_now=known is Known.NOW).items():
            _customer, currency, due = history.invoices[invoice]
            if minor > 0:
                expected[currency, bucket_of((day - due).days if due else None, LIMITS)] += minor
            beyond[currency] += max(-minor, 0)
        found = {(currency, bucket): minor for currency, own in aging.totals.items() for bucket, minor in own.minor.items() if minor}
        assert found == expected
        overpaid: dict[str, int] = defaultdict(int)
        for _of, one in aging.unapplied:
            overpaid[one.amount.currency] += one.amount.minor if one.kind == "paid beyond the balance" else 0
        assert {key: minor for key, minor in overpaid.items() if minor} == {key: minor for key, minor in beyond.items() if minor}
        freed = sum(one.amount.minor for _of, one in aging.unapplied if one.kind == "paid for a cancelled invoice")
        assert freed == naive_freed(history, day)


@few
@given(seed=seeds, day=days, percent=st.integers(0, 100), late=st.integers(-5, 40))
def test_what_is_expected_adds_up_to_what_is_open_and_never_lies_in_the_past(
    database: Database, seed: int, day: dt.date, percent: int, late: int
) -> None:
    with database.writing() as session:
        history = throw(seed)
        enter(session, history)
        forecast = CashForecast.of_weeks(day, 6, Habits({}, late, dict.fromkeys(history.ids, percent), None))
        owed: dict[str, int] = defaultdict(int)
        for customer in aged(session, history, day, None).in_order():
            owed[customer.standing.own.currency] += customer.minor
        for rows in PastBook(session).customers(history.ids):
            for _cut, standing in PastBook(session).of([row.id for row in rows]):
                if standing.counts and standing.balance > 0:
                    forecast.add(standing, next(row for row in rows if row.id == standing.own.customer_id))
        assert {currency: sum(own.values()) for currency, own in forecast.sums.items()} == owed
        assert all(one.on is None or one.on >= day for _customer, one in forecast.found)
        assert all(one.minor > 0 for _customer, one in forecast.found)


@few
@given(seed=seeds)
def test_several_cuts_read_at_once_say_what_each_says_alone(database: Database, seed: int) -> None:
    cuts = [at(dt.date(2026, month, 28)) for month in (1, 2, 3, 4)]
    with database.writing() as session:
        history = throw(seed)
        enter(session, history)
        together: dict[dt.date, MonthEnd] = defaultdict(MonthEnd)
        for cut, standing in PastBook(session, cuts).of(history.ids):
            assert cut is not None
            together[cut.day].add(standing, cut.day)
        for cut in cuts:
            alone = MonthEnd()
            for _cut, standing in PastBook(session, [cut]).of(history.ids):
                alone.add(standing, cut.day)
            ours = together[cut.day]
            assert (ours.receivables, ours.current) == (alone.receivables, alone.current)
            naive = naive_balances(history, cut.day)
            assert ours.receivables == sum(max(minor, 0) for minor in naive.values())
            assert Month.of(cut.day).days >= 28


@few
@given(seed=seeds, day=days)
def test_promises_on_the_rows_are_those_of_a_naive_look_at_the_payments(database: Database, seed: int, day: dt.date) -> None:
    """Whether a promise that was never replaced was kept: enough was paid from then on, and not taken back, by the promised day."""
    calendar = BusinessCalendar()
    with database.writing() as session:
        history = throw(seed)
        enter(session, history)
        for invoice, row_id in history.rows.items():
            own = [event for event in history.events if event.invoice == invoice]
            promised = [place for place, event in enumerate(own) if event.kind == "promised"]
            if len(promised) != 1 or any(event.kind in {"payment_reversed", "cancelled"} for event in own):
                continue
            paid_before = sum(event.data["minor"] for event in own[: promised[0]] if event.kind == "payment_applied")
            left = own[0].data["minor"] - paid_before
            made = own[promised[0]]
            needed = max(min(made.data["minor"] or left, left), 0)
            last = calendar.on_or_after(dt.date.fromisoformat(made.data["pay_on"]))
            came = sum(event.data["minor"] for event in own[promised[0] :] if event.kind == "payment_applied" and event.happened <= last)
            if needed and last < day:
                promises = state_of(session.get_one(InvoiceRow, row_id)).promises
                assert were_kept(promises, day, calendar) == [came >= needed], (invoice, Money(needed, "MXN"))
