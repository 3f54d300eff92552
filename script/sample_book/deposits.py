"""What the company's three accounts show of the six weeks: a deposit for each payment, what was returned, and the bank's own charges."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sample_book.bank import Movement, banamex, bbva, hsbc
from sample_book.customers import END, START, Customer, bank_days_later
from sample_book.money_in import Receipt
from sample_book.settings import ACCOUNT_NUMBERS, clabe

OPENING = {"bbva": 1_250_000_00, "banamex": 310_000_00, "hsbc": 48_000_00}  # Cents in each account before the first day
AT_BANAMEX = frozenset({"C-003", "C-006", "C-009", "C-012", "C-015", "C-018", "C-021"})  # The others pay pesos into BBVA.
# Cheques that were deposited and came back: who, the cheque's number, the days.
CHEQUES = (("C-019", "0000481", dt.date(2026, 3, 19), dt.date(2026, 3, 23)),)
FEES_ON_THE_LAST_DAY = {dt.date(2026, 3, 31): (("bbva", -464_00), ("banamex", -348_00))}  # With their tax


def statements(receipts: Sequence[Receipt]) -> dict[tuple[dt.date, str], bytes]:
    """By the day on which each is fetched and its file's name: the movements of every bank day by themselves, the bank's name first."""
    moved: dict[str, dict[dt.date, list[Movement]]] = {name: defaultdict(list) for name in OPENING}
    for receipt in receipts:
        if START <= receipt.paid_on <= END:
            moved[account_of(receipt)][receipt.paid_on].append(deposit_of(receipt))
    for code, number, deposited, returned in CHEQUES:
        receipt = next(each for each in receipts if each.customer.code == code and each.paid_on > returned)
        cents, told = int(receipt.amount * 100), f"{receipt.applied[0].invoice.number} CHEQUE {number}"
        moved[account_of(receipt)][deposited].append(Movement(deposited, cents, "DEPOSITO DE CHEQUE", told))
        moved[account_of(receipt)][returned].append(Movement(returned, -cents, "CHEQUE DEVUELTO", told))
    for day, fees in FEES_ON_THE_LAST_DAY.items():
        for name, cents in fees:
            moved[name][day].append(Movement(day, cents, "COMISION IVA"))
    files = {}
    for name, days in moved.items():
        balance = OPENING[name]
        for day, movements in sorted(days.items()):
            fetched = (
                bank_days_later(day, 1) if day == START else day
            )  # The first reminders leave before anybody has seen that day's payments.
            files[fetched, f"{day}-{name}.{_SUFFIX[name]}"] = _written(name, movements, balance, day)
            balance += sum(movement.cents for movement in movements)
    return files


def account_of(receipt: Receipt) -> str:
    if receipt.currency != "MXN":
        return "hsbc"
    return "banamex" if receipt.customer.code in AT_BANAMEX else "bbva"


def deposit_of(receipt: Receipt) -> Movement:
    """Whoever pays names its invoices, as far as the bank gives room for it: Banamex has digits for the first one alone."""
    numbers = " ".join(part.invoice.number for part in receipt.applied)
    at_banamex = account_of(receipt) == "banamex"
    return Movement(
        receipt.paid_on,
        int(receipt.amount * 100),
        "DEPOSITO SPEI" if at_banamex else "SPEI RECIBIDO",
        reference=receipt.applied[0].invoice.number.split("-")[1] if at_banamex else numbers,
        tracking_key=receipt.operation,
        name=receipt.customer.name,
        rfc=receipt.customer.rfc if not receipt.customer.foreign else "",
        clabe=clabe_of(receipt.customer),
    )


def clabe_of(customer: Customer) -> str:
    """An account of a bank that there is not (999), with the right check digit."""
    return clabe("999", "180", f"77{customer.position:09d}")


def _written(name: str, movements: Sequence[Movement], opening: int, day: dt.date) -> bytes:
    if name == "bbva":
        return bbva(movements, opening)
    return hsbc(movements, opening) if name == "hsbc" else banamex(movements, opening, ACCOUNT_NUMBERS[name], day, day)


_SUFFIX = {"bbva": "txt", "banamex": "csv", "hsbc": "xlsx"}
