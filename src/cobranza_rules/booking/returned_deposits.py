"""Money that the bank has given back: the deposit that it was pays nothing any more, and what it had closed is open again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import came_back, cheque_of_line
from cobranza_rules.booking.cheque_payments import take_cheque_back
from cobranza_rules.booking.deposit_shares import Because, payments_of, take_back
from cobranza_rules.calendar import days_after
from cobranza_rules.cash.cheques import names_number
from cobranza_rules.domain.bank import LineKind, LineState
from cobranza_rules.domain.cheque import ChequeState
from cobranza_rules.store.tables import BankLineRow, ChequeRow

LONGEST_DAYS = 60  # Between a deposit and its return


def follow_returned(keeper: Bookkeeper, today: dt.date) -> None:
    """For each returned line that is not tied yet: the one deposit of the account over that amount with its reference. Of several a person says which."""
    new = select(BankLineRow).where(
        BankLineRow.state == LineState.OUTGOING.value, BankLineRow.kind == LineKind.RETURNED.value, BankLineRow.settled_by == ""
    )
    for returned in list(keeper.session.scalars(new.order_by(BankLineRow.booked_on, BankLineRow.id))):
        found = _deposits_of(keeper, returned)
        cheques = [] if found else _cheques_of(keeper, returned)
        if len(found) == 1:
            give_back(keeper, found[0], returned, today, Because("returned"))
        elif len(cheques) == 1:
            give_cheque_back(keeper, cheques[0], returned.booked_on, today, Because("returned", comment=_text(returned)))
            returned.settled_by, returned.detail = "returned", {"cheque": cheques[0].id}


def _deposits_of(keeper: Bookkeeper, returned: BankLineRow) -> list[BankLineRow]:
    keys = {returned.tracking_key, returned.reference} - {""}
    query = select(BankLineRow).where(
        BankLineRow.account == returned.account,
        BankLineRow.currency == returned.currency,
        BankLineRow.minor == -returned.minor,
        BankLineRow.booked_on.between(days_after(returned.booked_on, -LONGEST_DAYS), returned.booked_on),
        BankLineRow.state != LineState.RETURNED.value,
        or_(BankLineRow.tracking_key.in_(keys), BankLineRow.reference.in_(keys)),
    )
    return list(keeper.session.scalars(query.order_by(BankLineRow.id)))


def _cheques_of(keeper: Bookkeeper, returned: BankLineRow) -> list[ChequeRow]:
    """Those over that amount whose number the bank tells and that it had got, as somebody or its own statement says."""
    query = select(ChequeRow).where(
        ChequeRow.minor == -returned.minor,
        ChequeRow.currency == returned.currency,
        ChequeRow.account.in_(("", returned.account)),
        ChequeRow.state.in_((ChequeState.DEPOSITED.value, ChequeState.CLEARED.value)),
        ChequeRow.received_on <= returned.booked_on,
    )
    return [row for row in keeper.session.scalars(query.order_by(ChequeRow.id)) if names_number(_text(returned), row.number)]


def _text(line: BankLineRow) -> str:
    return " ".join(part for part in (line.reference, line.description) if part)


def give_cheque_back(keeper: Bookkeeper, row: ChequeRow, day: dt.date, today: dt.date, because: Because) -> None:
    """It was not paid, or was given back to whoever gave it: what it had closed is owed again. `because.comment` is the reason."""
    line = keeper.session.get(BankLineRow, row.line_id) if row.line_id is not None else None
    if line is not None and line.state != LineState.RETURNED:
        _take_line_back(keeper, line, day, because)
    take_cheque_back(keeper, row, today, because.comment)
    said = {name: value for name, value in {"who": because.who, "comment": because.comment}.items() if value}
    came_back(keeper, row, day, said, because.comment)


def give_back(keeper: Bookkeeper, deposit: BankLineRow, returned: BankLineRow | None, today: dt.date, because: Because) -> None:
    """`returned` is the bank's line that says so, None where a person does."""
    day = returned.booked_on if returned is not None else today
    row = cheque_of_line(keeper, deposit)
    if row is not None:
        reason = because.comment or (_text(returned) if returned is not None else "")
        give_cheque_back(keeper, row, day, today, replace(because, comment=reason))
    else:
        _take_line_back(keeper, deposit, day, because)
    if returned is not None:
        returned.settled_by, returned.detail = "returned", {"deposit": deposit.id}


def _take_line_back(keeper: Bookkeeper, deposit: BankLineRow, day: dt.date, because: Because) -> None:
    for payment in payments_of(keeper, deposit.id):
        said = {"deposit": deposit.id, "payment": payment.id, "minor": deposit.minor, "currency": deposit.currency}
        keeper.note(payment.customer_id, "deposit_returned", day, {**said, "who": because.who, "comment": because.comment})
    take_back(keeper, deposit, day, because, money_went_back=True)
    deposit.state = LineState.RETURNED.value
    deposit.detail = {"returned_on": day.isoformat(), **({"who": because.who, "comment": because.comment} if because.who else {})}
