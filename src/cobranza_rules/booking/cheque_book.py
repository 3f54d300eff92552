"""Cheques in the book: each step of one, said to the invoices that it was given for and to the case file; tied to the bank's deposit that confirms it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.substitution import present_of
from cobranza_rules.cash.cheques import Cheque
from cobranza_rules.cash.deposit import ForCheque
from cobranza_rules.domain.cheque import ChequeState, waits_from
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money
from cobranza_rules.store.tables import BankLineRow, ChequeRow, InvoiceRow

CHEQUE = "cheque"  # The kind of evidence that a cheque is, where a person says that it was paid; its source is its id


def shares_of(keeper: Bookkeeper, row: ChequeRow) -> list[tuple[InvoiceRow, int]]:
    """What it was given for, in minor units; of an invoice that was substituted the one in its place."""
    return [(present_of(keeper, keeper.session.get_one(InvoiceRow, share["invoice"])), share["minor"]) for share in row.shares]


def as_cheque(keeper: Bookkeeper, row: ChequeRow) -> Cheque:
    shares = {invoice.id: minor for invoice, minor in shares_of(keeper, row)}
    amount, presentable = Money(row.minor, row.currency), waits_from(row.received_on, row.dated_on)
    return Cheque(row.id, row.customer_id, row.number, amount, row.received_on, presentable, shares, row.account)


def cheques_behind(keeper: Bookkeeper, lines: Sequence[BankLineRow]) -> dict[int, tuple[int, ForCheque]]:
    """Whose cheque a deposit is and what for, by the deposit's id; one of no cheque is not there."""
    query = select(ChequeRow).where(ChequeRow.line_id.in_([line.id for line in lines]))
    return {
        row.line_id: (
            row.customer_id,
            ForCheque(row.number, {invoice.id: minor for invoice, minor in shares_of(keeper, row)}, row.received_on, row.payment_id),
        )
        for row in keeper.session.scalars(query)
        if row.line_id is not None
    }


def cheque_of_line(keeper: Bookkeeper, line: BankLineRow) -> ChequeRow | None:
    return keeper.session.scalar(select(ChequeRow).where(ChequeRow.line_id == line.id))


def move(keeper: Bookkeeper, row: ChequeRow, state: ChequeState, day: dt.date, said: Mapping[str, Any] | None = None) -> None:
    """`day` is when that happened; a cheque that waits in our hands waits from the day from which it may be deposited."""
    row.state = state.value
    waits = {
        ChequeState.RECEIVED: waits_from(row.received_on, row.dated_on),
        ChequeState.DEPOSITED: row.deposited_on or day,
        ChequeState.CLEARED: day,
        ChequeState.RETURNED: day,
    }[state]
    told = {"cheque": row.id, "number": row.number, "state": state.value, **(said or {})}
    for invoice, _minor in shares_of(keeper, row):
        keeper.enter(invoice, EntryKind.CHEQUE_MOVED, day, {**told, "on": waits.isoformat()})
    about = {"bank": row.bank, "minor": row.minor, "currency": row.currency, "on": day.isoformat()}
    keeper.note(row.customer_id, f"cheque_{state.value}", day, {**told, **about})


def tie(keeper: Bookkeeper, row: ChequeRow, line: BankLineRow, said: Mapping[str, Any] | None = None) -> None:
    """The bank's deposit confirms it. What the deposit pays is decided by whoever decides of deposits."""
    row.line_id = line.id
    if row.state != ChequeState.CLEARED:
        row.cleared_on = line.booked_on
        move(keeper, row, ChequeState.CLEARED, line.booked_on, {"deposit": line.id, **(said or {})})


def untie(keeper: Bookkeeper, line: BankLineRow, today: dt.date, who: str) -> None:
    """A person says that the deposit is not that cheque: it waits again, unless somebody had confirmed it before the bank."""
    row = cheque_of_line(keeper, line)
    if row is None:
        return
    row.line_id = None
    if row.payment_id is None:
        row.cleared_on = None
        move(keeper, row, ChequeState.DEPOSITED if row.deposited_on else ChequeState.RECEIVED, today, {"who": who})


def came_back(keeper: Bookkeeper, row: ChequeRow, day: dt.date, said: Mapping[str, Any], reason: str) -> None:
    row.returned_on, row.reason = day, reason
    move(keeper, row, ChequeState.RETURNED, day, said)
