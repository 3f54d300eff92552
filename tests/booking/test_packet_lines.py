"""The control totals of packets are the ledger's, over random books: held against a naive reckoning over the entries."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.cfdi_files import COMPANY, credit_note, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discounts import Deduction, take_off
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.packet_lines import DISCOUNT, PAYMENT, Member, lines_of, must_equal_the_ledger, totals_of
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import DiscountRow, EntryRow, InvoiceRow, PaymentRow

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
LIMITS = Limits({"MXN": 10**9})


def book(importing: Importing, random: Random, prefix: str) -> None:
    numbers = [f"{prefix}-{at}" for at in range(1, 4)]
    for number in numbers:
        importing.take([SourceFile(number, invoice(number, "1000.00"))])
    for at in range(8):
        number = random.choice(numbers)
        what = random.choice(("payment", "payment", "discount", "note", "replaced"))
        amount = random.choice(("10.00", "20.00", "125.50"))
        if what == "discount":
            capture(importing, number, Money.of(amount, "MXN"), random)
        elif what == "note":
            importing.take([SourceFile("note", credit_note(f"N{prefix}-{at}", amount, number))])
        else:
            replaces = (f"P{prefix}-{at - 1}",) if what == "replaced" else ()
            parts = {number: amount}
            importing.take([SourceFile("paid", receipt(f"P{prefix}-{at}", parts, operation=f"{prefix}{at}", replaces=replaces))])


def capture(importing: Importing, number: str, amount: Money, random: Random) -> None:
    kind = random.choice((DiscountKind.VOLUME, DiscountKind.RETURN))
    with importing.database.writing() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
        take_off(Bookkeeper(session, NOW), row, Deduction(kind, "rebaja", "a@empresa.example", amount), LIMITS, DAY)


def members_of(session: Session) -> list[Member]:
    payments = [(PAYMENT, key) for key in session.scalars(select(PaymentRow.id))]
    return [*payments, *((DISCOUNT, key) for key in session.scalars(select(DiscountRow.id)))]


def naive(session: Session) -> tuple[int, int]:
    """What is paid, and what was taken off with a discount that stands, by the entries alone."""
    paid: dict[tuple[int, int], int] = {}
    for row in session.scalars(select(EntryRow).order_by(EntryRow.id)):
        key = (row.invoice_id, int(row.data.get("payment") or 0))
        if row.kind == "payment_applied":
            paid.setdefault(key, row.data["minor"])
        elif row.kind == "payment_reversed":
            paid.pop(key, None)
    states = ("applied", "requested", "credited")
    return sum(paid.values()), sum(session.scalars(select(DiscountRow.minor).where(DiscountRow.state.in_(states))))


def test_the_control_totals_are_those_of_the_ledger(tmp_path: Path) -> None:
    database = open_database("sqlite:///packets.db", tmp_path)
    importing = Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)
    for seed in range(6):
        book(importing, Random(seed), f"F{'ABCDEF'[seed]}")
        with database.reading() as session:
            lines = lines_of(session, members_of(session), "MXN")
            totals = totals_of(lines)
            assert (totals.applied, totals.discounts) == naive(session)
            assert totals.received == totals.applied + totals.unapplied
            must_equal_the_ledger(session, lines, "MXN")
    database.close()


def test_totals_that_are_not_the_ledgers_are_told(database: Database, tmp_path: Path) -> None:
    importing = Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)
    importing.take([SourceFile("i", invoice("FA-1", "1000.00")), SourceFile("p", receipt("P-1", {"FA-1": "400.00"}))])
    with database.reading() as session:
        lines = lines_of(session, members_of(session), "MXN")
        lines[0]["parts"][0]["minor"] -= 100
        with pytest.raises(ProblemError) as caught:
            must_equal_the_ledger(session, lines, "MXN")
    assert str(caught.value.problems[0].what) == (
        "the packet's totals (399.00 MXN applied, 0.00 MXN taken off) are not those of the invoices (400.00 MXN, 0.00 MXN)"
    )
