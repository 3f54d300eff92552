"""Deposits that a person has applied, and a receipt or credit of the accounting system that comes later for the same money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_doubts import ask_about_deposit
from cobranza_rules.booking.deposit_reading import parts_by_payment, told_over
from cobranza_rules.booking.deposit_shares import merge, own_payments
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.money import Money
from cobranza_rules.store.tables import BankLineRow, PaymentRow


def agree_with_people(keeper: Bookkeeper, lines: Sequence[int], policy: Policy, today: dt.date) -> None:
    """Where it pays the same it goes on as that payment. Where it does not, what the person said stays, and a person is asked once."""
    for line in keeper.session.scalars(select(BankLineRow).where(BankLineRow.id.in_(lines)).order_by(BankLineRow.id)):
        for own in own_payments(keeper, line):
            _agree(keeper, line, own, policy, today)


def _agree(keeper: Bookkeeper, line: BankLineRow, own: PaymentRow, policy: Policy, today: dt.date) -> None:
    parts = parts_by_payment(keeper, [own.id])[own.id]
    alike = [each for each in told_over(keeper, {Money(own.amount, own.currency)}, ()) if each.customer == own.customer_id]
    near = [each for each in alike if _near(keeper, each.paid_on, line.booked_on, policy.days)]
    same = next((each for each in near if each.parts == parts), None)
    if same is not None:
        merge(keeper, line, own, keeper.session.get_one(PaymentRow, same.id), today)
    elif near:
        ask_about_deposit(keeper, line, near[0].id, sorted({*near[0].parts, *parts}), today)


def _near(keeper: Bookkeeper, one: dt.date, other: dt.date, days: int) -> bool:
    return keeper.calendar.between(min(one, other), max(one, other)) <= days
