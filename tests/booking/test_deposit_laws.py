"""Laws of cash application: in any order of statements, receipts, credits and credit notes, each of them twice, the balances are the same."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.booking.bank_lines import line, put_lines
from tests.booking.ledger_records import ORIGIN, charge, credit, link
from tests.cfdi_files import COMPANY, UNIVERSITY, credit_note, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.cheque_people import ReceivedCheque, clear_cheque, receive_cheque, return_cheque
from cobranza_rules.booking.deposit_people import Application, apply_deposit, unapply_deposit
from cobranza_rules.booking.deposit_shares import kept_shares
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.ledger_books import book_ledger
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.ledger_document import LedgerBook
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ApplicationRow, BankLineRow, ChequeRow, InvoiceRow, PaymentRow

TODAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
NAMES = ("FA-101", "FA-102", "FA-103")
AMOUNTS = ("100.00", "100.00", "60.00")
OTHER = ("MISC491214B86", "CECILIA MIRANDA SANCHEZ")
OF_OTHER, OTHERS_AMOUNT = "FB-201", "100.00"
CLABE = "012180001234567897"
DAYS = tuple(dt.date(2026, 2, day) for day in (10, 11, 20))
Event = Callable[[Importing], None]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laws")
    open_database("sqlite:///book.db", folder).close()
    return folder


def book_at(empty: Path, name: str) -> Importing:
    folder = empty / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(empty / "book.db", folder / "book.db")
    database = open_database("sqlite:///book.db", folder)
    importing = Importing(database, DocumentArchive(folder / "documents"), FixedClock(TODAY, "America/Mexico_City"), COMPANY)
    files = [invoice(name, amount) for name, amount in zip(NAMES, AMOUNTS, strict=True)]
    take(importing, *files, invoice(OF_OTHER, OTHERS_AMOUNT, receiver=OTHER))
    return importing


def take(importing: Importing, *contents: bytes) -> None:
    assert importing.take(SourceFile(f"{at}.xml", content) for at, content in enumerate(contents)).problems == []


deposits = st.tuples(
    st.just("deposit"),
    st.sampled_from(["100.00", "60.00", "160.00"]),
    st.sampled_from(["FA-101", "FA-102", "102", "FA-103", "FA-101 FA-103", "FB-201", "TRANSFERENCIA"]),
    st.sampled_from(DAYS),
    st.sampled_from(["", UNIVERSITY[0]]),
    st.sampled_from(["", CLABE]),
    st.sampled_from(["", "OP12345678"]),
)
paid = st.sampled_from([{"FA-101": "100.00"}, {"FA-102": "100.00"}, {"FA-103": "60.00"}, {"FA-101": "60.00", "FA-102": "40.00"}])
receipts = st.tuples(st.just("receipt"), paid, st.sampled_from(DAYS), st.sampled_from(["", "OP12345678"]))
ledger_credits = st.tuples(st.just("credit"), paid, st.sampled_from(DAYS))
notes = st.tuples(st.just("note"), st.sampled_from(NAMES[:2]), st.sampled_from(["20.00", "100.00"]))
worlds = st.lists(st.one_of(deposits, deposits, receipts, ledger_credits, notes), min_size=1, max_size=6)


def event_of(at: int, made: tuple) -> Event:  # type: ignore[type-arg]
    kind, *given = made
    if kind == "deposit":
        amount, text, day, rfc, clabe, key = given
        told = line(amount, f"{text} / {at}A", day, rfc=rfc, clabe=clabe, tracking_key=key)
        return lambda importing: deposit(importing, told)
    if kind == "receipt":
        parts, day, operation = given
        return lambda importing: take(importing, receipt(f"P-{at}", parts, day, operation))
    if kind == "note":
        number, amount = given
        return lambda importing: take(importing, credit_note(f"NC-{at}", amount, number))
    parts, day = given
    return lambda importing: by_ledger(importing, at, parts, day)


def deposit(importing: Importing, told: object) -> None:
    with importing.database.writing() as session:
        put_lines(session, told, known_at=NOW)  # type: ignore[arg-type]
        settle_deposits(Bookkeeper(session, NOW), Policy(), TODAY)


def by_ledger(importing: Importing, at: int, parts: dict[str, str], day: dt.date) -> None:
    total = "100.00" if len(parts) == 2 else next(iter(parts.values()))
    charges = [charge(name, amount, amount) for name, amount in zip(NAMES, AMOUNTS, strict=True)]
    links = tuple(link(f"C-{at}", name, amount) for name, amount in parts.items())
    with importing.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        book_ledger(keeper, LedgerBook((*charges, credit(f"C-{at}", total, issued_on=day)), links, ()), ORIGIN, TODAY)
        settle_deposits(keeper, Policy(), TODAY)


def balances(importing: Importing) -> dict[str, int]:
    with importing.database.reading() as session:
        rows = list(session.scalars(select(InvoiceRow)))
        assert all(state_of(row) == fold(entries_of(session, row.id)) for row in rows)
        for row in rows:
            assert row.total == row.balance + sum(row.applied.values())
        for payment in session.scalars(select(PaymentRow)):
            parts = session.scalars(select(ApplicationRow.minor).where(ApplicationRow.payment_id == payment.id))
            assert sum(parts) <= payment.amount
        for each in session.scalars(select(BankLineRow)):
            assert sum(share["paid"] for share in kept_shares(each)) <= each.minor
        return {row.number: row.balance for row in rows}


def played(empty: Path, name: str, events: list[Event]) -> Iterator[dict[str, int]]:
    importing = book_at(empty, name)
    try:
        for event in events:
            event(importing)
        yield balances(importing)
        for event in events:
            event(importing)
        yield balances(importing)
    finally:
        importing.database.close()


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(world=worlds, data=st.data())
def test_the_order_in_which_things_come_changes_no_balance(empty: Path, world: list, data: st.DataObject) -> None:  # type: ignore[type-arg]
    events = [event_of(at, made) for at, made in enumerate(world)]
    order = data.draw(st.permutations(range(len(events))))
    (one, again), (other, other_again) = played(empty, "one", events), played(empty, "other", [events[at] for at in order])
    assert one == again
    assert other == other_again
    assert one == other


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(shares=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 60), min_size=1))
def test_taking_back_restores_exactly(empty: Path, shares: dict[str, int]) -> None:
    importing = book_at(empty, "back")
    deposit(importing, line("300.00", "ABONO"))
    with importing.database.writing() as session:
        rows = list(session.scalars(select(InvoiceRow).order_by(InvoiceRow.id)))
        before = [state_of(row) for row in rows]
        keeper = Bookkeeper(session, NOW)
        apply_deposit(keeper, 1, Application({name: f"{amount}.00" for name, amount in shares.items()}, "a@b.example"), TODAY)
        assert [state_of(row) for row in rows] != before
        unapply_deposit(keeper, 1, who="a@b.example", comment="no", today=TODAY)
        assert [state_of(row) for row in rows] == before
    importing.database.close()


def cheque_acts(importing: Importing) -> dict[str, Callable[[], object]]:
    """Whatever tells that one cheque over 100.00 was paid."""
    day = DAYS[1]

    def by_hand() -> None:
        with importing.database.writing() as session:
            keeper = Bookkeeper(session, NOW)
            if keeper.session.get_one(ChequeRow, 1).state in ("received", "deposited"):
                clear_cheque(keeper, 1, None, day, Policy(), who="a@b.example", comment="banca en línea", today=TODAY)
            settle_deposits(keeper, Policy(), TODAY)

    return {
        "hand": by_hand,
        "bank": lambda: deposit(importing, line("100.00", "CHEQUE 4711", day, kind="cheque")),
        "receipt": lambda: take(importing, receipt("P-1", {"FA-101": "100.00"}, DAYS[0])),
        "ledger": lambda: by_ledger(importing, 1, {"FA-101": "100.00"}, DAYS[0]),
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.sampled_from(["hand", "bank", "receipt", "ledger"]), min_size=1, max_size=6))
def test_a_cheque_is_one_payment_and_what_comes_back_restores(empty: Path, told: list[str]) -> None:
    importing = book_at(empty, "cheque")
    before = balances(importing)
    with importing.database.writing() as session:
        said = ReceivedCheque("4711", "Banco", "", "100.00", DAYS[0], DAYS[0], "a@b.example", {"FA-101": ""})
        receive_cheque(Bookkeeper(session, NOW), said, "a@b.example", TODAY)
    assert balances(importing) == before
    acts = cheque_acts(importing)
    for name in told:
        acts[name]()
        assert balances(importing) == {**before, "FA-101": 0}
    with importing.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        return_cheque(keeper, 1, "fondos insuficientes", DAYS[2], who="a@b.example", today=TODAY)
    if {"hand", "bank"} & set(told):
        assert balances(importing) == before
    importing.database.close()
