"""Cheques: one payment, whatever confirms it and in whatever order; a received one holds and pays nothing; one that comes back restores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.booking.bank_lines import ACCOUNT, line
from tests.booking.test_deposits import DAY, balances, deposited, evidences, importing, open_tasks, standing, take, told_by_ledger
from tests.booking.test_deposits_by_people import doing, refused, told
from tests.cfdi_files import invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_people import ReceivedCheque, clear_cheque, deposit_cheque, receive_cheque, return_cheque
from cobranza_rules.booking.cheque_queue import cheques_in, waits_too_long
from cobranza_rules.booking.deposit_people import returned, unapply_deposit
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.booking.importing import Importing
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.store.tables import ChequeRow, InvoiceRow

__all__ = ["importing"]  # A fixture
WHO = "analista@empresa.example"
OURS = (BankAccount("MXN", "BANCO DE EJEMPLO", ACCOUNT, "", "ESCUELA KEMPER URGATE"),)
RECEIVED, DEPOSITED, CLEARED = dt.date(2026, 2, 9), dt.date(2026, 2, 10), dt.date(2026, 2, 12)
OTHER = ("MISC491214B86", "CECILIA MIRANDA SANCHEZ")


def received(importing: Importing, amount: str = "1160.00", number: str = "0004711", **changes: Any) -> int:
    shares = changes.pop("shares", {"FA-1": ""})
    values = {"dated_on": RECEIVED, "received_on": RECEIVED, "bank": "Banco del Ejemplo", "drawer": "", "received_by": WHO, **changes}
    said = ReceivedCheque(number=number, amount=amount, shares=shares, **values)
    return int(settled(importing, lambda keeper: receive_cheque(keeper, said, WHO, DAY)))


def settled(importing: Importing, act: Any) -> int:
    def with_deposits(keeper: Bookkeeper) -> int:
        row = act(keeper)
        settle_deposits(keeper, Policy(), DAY)
        return row.id if row is not None else 0

    return int(doing(importing, with_deposits))


def to_the_bank(importing: Importing, number: int, day: dt.date = DEPOSITED) -> None:
    settled(importing, lambda keeper: deposit_cheque(keeper, number, ACCOUNT, OURS, day, who=WHO, today=DAY))


def cleared(importing: Importing, number: int, deposit: int | None = None, day: dt.date = CLEARED) -> None:
    settled(importing, lambda keeper: clear_cheque(keeper, number, deposit, day, Policy(), who=WHO, comment="banca en línea", today=DAY))


def came_back(importing: Importing, number: int, reason: str = "fondos insuficientes") -> None:
    settled(importing, lambda keeper: return_cheque(keeper, number, reason, dt.date(2026, 2, 16), who=WHO, today=DAY))


def cheques(importing: Importing) -> list[tuple[str, bool]]:
    """Each with its state, and whether the bank confirms it."""
    with importing.database.reading() as session:
        return [(row.state, row.line_id is not None) for row in session.scalars(select(ChequeRow).order_by(ChequeRow.id))]


def pending(importing: Importing, number: str = "FA-1") -> str:
    with importing.database.reading() as session:
        return session.scalars(select(InvoiceRow.cheque_state).where(InvoiceRow.number == number)).one()


def test_a_cheque_pays_nothing_until_the_banks_line_confirms_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = received(importing)
    assert (balances(importing), pending(importing)) == ({"FA-1": 116_000}, "received")
    to_the_bank(importing, number)
    assert (balances(importing), pending(importing)) == ({"FA-1": 116_000}, "deposited")
    deposited(importing, line("1160.00", "DEPOSITO CHEQUE 4711", CLEARED, kind="cheque"))
    assert (balances(importing), pending(importing)) == ({"FA-1": 0}, "none")
    assert (cheques(importing), standing(importing)) == ([("cleared", True)], [("applied", "cheque")])
    assert evidences(importing) == [["bank"]]


def test_the_statement_may_come_before_anybody_tells_of_the_cheque(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"))
    deposited(importing, line("1160.00", "CHEQUE 4711", CLEARED))
    received(importing, shares={"FA-2": ""})
    assert (balances(importing), cheques(importing)) == ({"FA-1": 116_000, "FA-2": 0}, [("cleared", True)])


def test_without_its_number_only_what_was_deposited_there_and_alone_can_be_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"))
    first, second = received(importing), received(importing, number="9001", shares={"FA-2": ""})
    to_the_bank(importing, first)
    deposited(importing, line("1160.00", "DEPOSITO SALVO BUEN COBRO", CLEARED, kind="cheque"))
    assert cheques(importing) == [("cleared", True), ("received", False)]
    to_the_bank(importing, second)
    to_the_bank(importing, received(importing, number="9002", shares={"FA-2": ""}))
    deposited(importing, line("1160.00", "DEPOSITO SBC", CLEARED, kind="cheque"))
    assert cheques(importing) == [("cleared", True), ("deposited", False), ("deposited", False)]
    assert balances(importing) == {"FA-1": 0, "FA-2": 116_000}


@pytest.mark.parametrize("order", [("hand", "bank", "rep"), ("rep", "hand", "bank"), ("hand", "rep", "bank"), ("bank", "rep")])
def test_what_is_confirmed_by_hand_by_the_bank_and_by_a_receipt_counts_once(importing: Importing, order: tuple[str, ...]) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"))
    number = received(importing)
    to_the_bank(importing, number)
    acts: dict[str, Callable[[], object]] = {
        "hand": lambda: cleared(importing, number),
        "bank": lambda: deposited(importing, line("1160.00", "CHEQUE 4711", CLEARED, kind="cheque")),
        "rep": lambda: take(importing, receipt("P-1", {"FA-1": "1160.00"}, RECEIVED)),
    }
    for name in order:
        acts[name]()
        assert balances(importing) == {"FA-1": 0, "FA-2": 116_000}
    assert cheques(importing) == [("cleared", True)]
    assert evidences(importing) == [sorted({"hand": "cheque", "bank": "bank", "rep": "rep"}[name] for name in order)]


def test_the_accounting_system_tells_of_the_same_cheque(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = received(importing)
    cleared(importing, number)
    told_by_ledger(importing, "PG-1", "1160.00", FA_1="1160.00")
    assert (balances(importing), evidences(importing)) == ({"FA-1": 0}, [["cheque", "ledger"]])


def test_a_receipt_that_pays_something_else_is_a_persons_matter(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"))
    cleared(importing, received(importing))
    take(importing, receipt("P-1", {"FA-2": "1160.00"}, CLEARED))
    assert open_tasks(importing) == ["match-cheque"]


def test_two_cheques_over_one_amount_are_two_payments(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    for number in ("111", "112"):
        cleared(importing, received(importing, "500.00", number))
    assert balances(importing) == {"FA-1": 16_000}
    deposited(importing, line("500.00", "CHEQUE 111", CLEARED), line("500.00", "CHEQUE 112", CLEARED))
    assert (balances(importing), cheques(importing)) == ({"FA-1": 16_000}, [("cleared", True), ("cleared", True)])


def test_what_comes_back_by_the_banks_line_reopens_and_tells_why(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = received(importing)
    to_the_bank(importing, number)
    deposited(importing, line("1160.00", "DEPOSITO CHEQUE 4711", CLEARED, kind="cheque"))
    deposited(importing, line("-1160.00", "CHEQUE DEVUELTO 0004711 FONDOS INSUFICIENTES", dt.date(2026, 2, 13), kind="returned"))
    assert (balances(importing), pending(importing)) == ({"FA-1": 116_000}, "returned")
    assert (cheques(importing), standing(importing)[0]) == ([("returned", True)], ("returned", ""))
    assert "cheque 0004711 over 1,160.00 MXN has come back: CHEQUE DEVUELTO 0004711 FONDOS INSUFICIENTES" in told(importing)
    to_the_bank(importing, number, dt.date(2026, 2, 17))
    deposited(importing, line("1160.00", "DEPOSITO CHEQUE 4711", dt.date(2026, 2, 18), kind="cheque"))
    assert (balances(importing), pending(importing)) == ({"FA-1": 0}, "none")


def test_a_deposit_that_comes_back_takes_its_cheque_with_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    received(importing)
    (number,) = deposited(importing, line("1160.00", "CHEQUE 4711", CLEARED))
    doing(importing, lambda keeper: returned(keeper, number, who=WHO, comment="firma distinta", today=DAY))
    assert (balances(importing), cheques(importing)) == ({"FA-1": 116_000}, [("returned", True)])


@pytest.mark.parametrize("by_bank", [True, False])
def test_returned_after_cleared_restores_what_was_owed(importing: Importing, by_bank: bool) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", "500.00"))
    number = received(importing, "1400.00", shares={"FA-1": "", "FA-2": "200.00"})
    cleared(importing, number)
    if by_bank:
        deposited(importing, line("1400.00", "CHEQUE 4711", CLEARED))
    assert balances(importing) == {"FA-1": 0, "FA-2": 30_000}
    came_back(importing, number)
    assert balances(importing) == {"FA-1": 116_000, "FA-2": 50_000}
    assert evidences(importing) == []


def test_a_receipt_of_a_cheque_that_came_back_waits_for_the_money(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = received(importing)
    cleared(importing, number)
    take(importing, receipt("P-1", {"FA-1": "1160.00"}, RECEIVED))
    came_back(importing, number)
    assert (balances(importing), evidences(importing)) == ({"FA-1": 116_000}, [["rep"]])
    to_the_bank(importing, number, dt.date(2026, 2, 17))
    deposited(importing, line("1160.00", "CHEQUE 4711", dt.date(2026, 2, 18), kind="cheque"))
    assert (balances(importing), evidences(importing)) == ({"FA-1": 0}, [["bank", "rep"]])


def test_an_application_that_a_person_takes_back_lets_the_cheque_wait_again(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    received(importing)
    (number,) = deposited(importing, line("1160.00", "CHEQUE 4711", CLEARED))
    doing(importing, lambda keeper: unapply_deposit(keeper, number, who=WHO, comment="es de otro", today=DAY))
    assert (balances(importing), pending(importing), cheques(importing)) == ({"FA-1": 116_000}, "received", [("received", False)])
    cleared(importing, 1, deposit=number)
    assert (balances(importing), cheques(importing), standing(importing)) == ({"FA-1": 0}, [("cleared", True)], [("applied", "cheque")])


def test_what_a_cheque_is_over_beyond_what_is_owed_is_unapplied_cash(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    received(importing, "2000.00")
    deposited(importing, line("2000.00", "CHEQUE 4711", CLEARED))
    assert (balances(importing), standing(importing)) == ({"FA-1": 0}, [("part_applied", "cheque")])


def test_how_long_cheques_wait(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", "500.00"))
    to_the_bank(importing, received(importing))
    received(importing, "500.00", "88", shares={"FA-2": ""}, dated_on=dt.date(2026, 2, 26))
    with importing.database.reading() as session:
        found = list(cheques_in(session, BusinessCalendar(), DAY))
        assert [(each.row.number, each.workdays, each.too_long) for each in found] == [("0004711", 14, True), ("88", 2, False)]
        assert [each.row.number for each in waits_too_long(session, BusinessCalendar(), DAY + dt.timedelta(days=1))] == ["0004711", "88"]


def test_what_is_refused(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FB-1", receiver=OTHER), invoice("FC-1", currency="USD"))
    first = received(importing)
    assert refused(lambda: received(importing)) == [
        "cheque 0004711 of Banco del Ejemplo is entered already; it is cheque 1 of 'cobranza cheque list --all'"
    ]
    assert refused(lambda: received(importing, "", "1", bank="")) == [
        "a cheque is told by its number and its bank; give --number and --bank",
        "a cheque has an amount; give --amount",
    ]
    assert refused(lambda: received(importing, "100.00", "1", shares={"FA-1": "90.00", "FB-1": "20.00"})) == [
        "these invoices are of different customers; a cheque is of one customer; apply its deposit by hand",
        "the invoices come to 110.00 MXN, and the cheque is over 100.00 MXN; share no more than the cheque is over",
    ]
    assert refused(lambda: received(importing, "100.00", "1", shares={"FA-1": "", "FC-1": ""})) == [
        "these invoices are in different currencies; a cheque is in one currency; apply its deposit by hand"
    ]
    assert refused(lambda: received(importing, "2000.00", "1", shares={"FA-1": "1200.00"})) == [
        "1,200.00 MXN is more than the 1,160.00 MXN that is owed of FA-1; give as much as is owed: the rest is the customer's unapplied cash"
    ]
    assert refused(lambda: received(importing, "100.00", "1", shares={})) == [
        "nothing is named that the cheque was given for; give --invoice NUMBER=AMOUNT"
    ]
    assert refused(lambda: received(importing, "100.00", "1", received_on=dt.date(2026, 3, 3))) == [
        "2026-03-03 has not come yet; say it on the day on which it happens"
    ]
    wrong = refused(
        lambda: doing(importing, lambda keeper: deposit_cheque(keeper, first, "77", OURS, dt.date(2026, 2, 1), who=WHO, today=DAY))
    )
    assert wrong == [
        "2026-02-01 is before the cheque was received, on 2026-02-09; check the day",
        f"'77' is none of the company's accounts in MXN; name one of: {ACCOUNT}",
    ]
    assert refused(lambda: doing(importing, lambda keeper: deposit_cheque(keeper, 9, ACCOUNT, OURS, DAY, who=WHO, today=DAY))) == [
        "there is no cheque 9; 'cobranza cheque list --all' shows them"
    ]
    clear: dict[str, Any] = {"day": DAY, "policy": Policy(), "who": WHO, "comment": "", "today": DAY}
    assert refused(lambda: doing(importing, lambda keeper: clear_cheque(keeper, first, None, **clear))) == [
        "a cheque clears without the bank's statement only with what tells so; say so with --comment"
    ]
    (number,) = deposited(importing, line("50.00", "ABONO"))
    assert refused(lambda: cleared(importing, first, number)) == [
        f"deposit {number} is over 50.00 MXN, the cheque over 1,160.00 MXN; 'cobranza payment list --all' shows the deposits"
    ]
    assert refused(lambda: came_back(importing, first, " ")) == ["a cheque is returned with the bank's reason; say so with --comment"]
    later = received(importing, "10.00", "12345", dated_on=dt.date(2026, 3, 30))
    assert refused(lambda: cleared(importing, later)) == [
        "cheque 2 bears the day 2026-03-30; name the bank's deposit with --deposit if it was paid before its day"
    ]
    came_back(importing, first)
    assert refused(lambda: came_back(importing, first)) == [
        "cheque 1 is returned: it has come back already; 'cobranza cheque list --all' says how it stands"
    ]
    assert refused(lambda: cleared(importing, first)) == [
        "cheque 1 is returned: it cannot clear; 'cobranza cheque list --all' says how it stands"
    ]
