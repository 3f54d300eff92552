"""Invoices as debts: on each day that is open which was, whatever was paid, credited, taken off and taken back in between."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.late_interest import late_interest
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.debts import debts_of
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import InvoiceRow
from tests.cfdi_files import COMPANY, invoice
from tests.migrated import put_migrated

DUE, LAST = dt.date(2026, 2, 4), dt.date(2026, 4, 30)
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
COVERING = {
    "p": (EntryKind.PAYMENT_APPLIED, EntryKind.PAYMENT_REVERSED, "payment"),
    "c": (EntryKind.CREDIT_APPLIED, EntryKind.CREDIT_REVERSED, "credit_note"),
    "d": (EntryKind.DISCOUNT_APPLIED, EntryKind.DISCOUNT_REVERSED, "discount"),
}
# What covers a part: its letter, number, day, amount in minor units, and whether it is taken back later
COVERED = st.tuples(st.sampled_from("pcd"), st.integers(1, 3), st.dates(dt.date(2026, 1, 10), LAST), st.integers(1, 60_000), st.booleans())
RATES = [Interest(Decimal(6), 365), Interest(Decimal("24.5"), 360)]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder: Path = tmp_path_factory.mktemp("debts")
    put_migrated(folder / "book.db")
    database = open_database("sqlite:///book.db", folder)
    importing = Importing(database, DocumentArchive(folder / "d"), FixedClock(dt.date(2026, 1, 5), "America/Mexico_City"), COMPANY)
    importing.take([SourceFile("file", invoice("FA-1", "1160.00"))])
    return database


@settings(max_examples=40)
@given(covered=st.lists(COVERED, max_size=5), rate=st.sampled_from(RATES))
def test_interest_is_what_day_by_day_comes_to(book: Database, covered: list[tuple[str, int, dt.date, int, bool]], rate: Interest) -> None:
    stands: dict[str, tuple[dt.date, int]] = {}
    with book.writing() as session:
        row = session.scalars(select(InvoiceRow)).one()
        attempt = session.begin_nested()
        keeper = Bookkeeper(session, NOW)
        keeper.enter(row, EntryKind.DUE_SET, DUE, {"due_on": DUE.isoformat()})
        for letter, number, day, minor, taken_back in covered:
            applied, reversed_, named = COVERING[letter]
            entered = keeper.enter(row, applied, day, {named: number, "minor": minor, "reason": "volume"})
            if entered:
                stands[f"{letter}{number}"] = (day, minor)
            if taken_back and f"{letter}{number}" in stands:
                keeper.enter(row, reversed_, LAST, {named: number, "because": "withdrawn"})
                del stands[f"{letter}{number}"]
        session.flush()
        (debt,) = debts_of(session, [row])
        attempt.rollback()
    exact, day = Fraction(0), DUE + dt.timedelta(days=1)
    while day <= LAST:
        open_that_day = max(116_000 - sum(minor for on, minor in stands.values() if on <= day), 0)
        exact += Fraction(open_that_day) * Fraction(rate.annual_percent) / (100 * rate.day_count)
        day += dt.timedelta(days=1)
    assert late_interest(rate, [debt], LAST, "MXN").amount.minor == math.floor(exact + Fraction(1, 2))


def test_what_is_no_debt_any_more_bears_nothing(book: Database) -> None:
    with book.writing() as session:
        row = session.scalars(select(InvoiceRow)).one()
        attempt = session.begin_nested()
        Bookkeeper(session, NOW).enter(row, EntryKind.CANCELLED, LAST)
        (debt,) = debts_of(session, [row])
        attempt.rollback()
    assert (debt.parts, debt.covered) == ((), ())
