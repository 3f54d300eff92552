"""Statements of bank accounts as BBVA, Banamex and HSBC write them: movements of the story become the bytes that their portals give."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sample_book.workbook import workbook


@dataclass(frozen=True)
class Movement:
    """`cents` is positive for a deposit. `way` is how the bank calls it: SPEI RECIBIDO, DEPOSITO EN EFECTIVO, COMISION ...

    `reference` is digits for Banamex, any text for the others; `bank` is that of who pays. What is "" is not written.
    """

    day: dt.date
    cents: int
    way: str
    reference: str = ""
    tracking_key: str = ""
    name: str = ""
    rfc: str = ""
    clabe: str = ""
    bank: str = ""


def bbva(movements: Sequence[Movement], opening: int) -> bytes:
    """Text with tabs in Latin-1, its headings encoded twice as the portal does; `opening` in cents, days in their order."""
    headings = ("Día".encode().decode("cp1252"), "Concepto / Referencia", "cargo", "Abono", "Saldo")
    lines = ["\t".join(headings)]
    for movement, balance in _with_balances(movements, opening):
        deposit, withdrawal = _sides(movement)
        text = f"{movement.way}{movement.bank} / {_told(movement, 'Rastreo:', 'Ordenante:', movement.reference)}".strip(" /")
        lines.append("\t".join((f"{movement.day:%d-%m-%Y}", text, withdrawal, deposit, _grouped(balance))))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def banamex(movements: Sequence[Movement], opening: int, account: str, first: dt.date, last: dt.date) -> bytes:
    """CSV in Latin-1 with a preamble that names account and days."""
    target = io.StringIO()
    target.write(f'"BancaNet Empresarial"\r\n"Cuenta:","{account}"\r\n"Moneda:","Pesos"\r\n')
    target.write(f'"Periodo:","{first:%d-%m-%Y} al {last:%d-%m-%Y}"\r\n"Detalle de Movimientos - Depósitos y Retiros"\r\n')
    rows = csv.writer(target)
    rows.writerow(("Fecha", "Descripción", "Depósitos", "Retiros", "Saldo"))
    for movement, balance in _with_balances(movements, opening):
        reference = f"Referencia Númerica: {movement.reference}" if movement.reference else ""
        text = " ".join(
            part for part in (movement.way, movement.bank, _told(movement, "Clave de Rastreo:", "Ordenante:", reference)) if part
        )
        rows.writerow((f"{movement.day:%d-%m-%Y}", text, *_sides(movement), _grouped(balance)))
    return target.getvalue().encode("cp1252")


def hsbc(movements: Sequence[Movement], opening: int) -> bytes:
    """A workbook in which withdrawals are negative numbers."""
    headings = (
        "Fecha del apunte",
        "Descripción",
        "Referencia de cliente",
        "Referencia bancaria",
        "Importe del débito",
        "Importe de crédito",
        "Saldo",
    )
    rows: list[Sequence[str | int | Decimal]] = []
    for movement, balance in _with_balances(movements, opening):
        amount = _pesos(movement.cents)
        text = " ".join(part for part in (movement.way, _told(movement, "RASTREO:", "ORDENANTE:", "")) if part)
        sides = ("", amount) if movement.cents > 0 else (amount, "")
        rows.append((f"{movement.day:%d/%m/%Y}", text, movement.reference, movement.bank, *sides, _pesos(balance)))
    return workbook("Movimientos", "", headings, rows)


def _told(movement: Movement, tracking: str, name: str, reference: str) -> str:
    parts = (
        reference,
        f"{tracking} {movement.tracking_key}" if movement.tracking_key else "",
        f"{name} {movement.name}" if movement.name else "",
        f"RFC {movement.rfc}" if movement.rfc else "",
        movement.clabe,
    )
    return " ".join(part for part in parts if part)


def _with_balances(movements: Sequence[Movement], opening: int) -> Iterator[tuple[Movement, int]]:
    balance = opening
    for movement in movements:
        balance += movement.cents
        yield movement, balance


def _sides(movement: Movement) -> tuple[str, str]:
    """Deposit and withdrawal, of which one is empty."""
    told = _grouped(abs(movement.cents))
    return (told, "") if movement.cents > 0 else ("", told)


def _grouped(cents: int) -> str:
    return f"{_pesos(cents):,.2f}"


def _pesos(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
