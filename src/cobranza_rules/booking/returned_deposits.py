"""Money that the bank has given back: the deposit that it was pays nothing any more, and what it had closed is open again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_shares import Because, payments_of, take_back
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.bank import LineKind, LineState
from cobranza_rules.store.tables import BankLineRow

LONGEST_DAYS = 60  # Between a deposit and its return


def follow_returned(keeper: Bookkeeper, today: dt.date) -> None:
    """For each returned line that is not tied yet: the one deposit of the account over that amount with its reference. Of several a person says which."""
    new = select(BankLineRow).where(
        BankLineRow.state == LineState.OUTGOING.value, BankLineRow.kind == LineKind.RETURNED.value, BankLineRow.settled_by == ""
    )
    for returned in list(keeper.session.scalars(new.order_by(BankLineRow.booked_on, BankLineRow.id))):
        found = _deposits_of(keeper, returned)
        if len(found) == 1:
            give_back(keeper, found[0], returned, today, Because("returned"))


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


def give_back(keeper: Bookkeeper, deposit: BankLineRow, returned: BankLineRow | None, today: dt.date, because: Because) -> None:
    """`returned` is the bank's line that says so, None where a person does."""
    day = returned.booked_on if returned is not None else today
    for payment in payments_of(keeper, deposit.id):
        said = {"deposit": deposit.id, "payment": payment.id, "minor": deposit.minor, "currency": deposit.currency}
        keeper.note(payment.customer_id, "deposit_returned", day, {**said, "who": because.who, "comment": because.comment})
    take_back(keeper, deposit, day, because, money_went_back=True)
    deposit.state = LineState.RETURNED.value
    deposit.detail = {"returned_on": day.isoformat(), **({"who": because.who, "comment": because.comment} if because.who else {})}
    if returned is not None:
        returned.settled_by, returned.detail = "returned", {"deposit": deposit.id}
