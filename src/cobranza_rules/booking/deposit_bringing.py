"""Brings a deposit that the program decides to what was found of it; nothing is written where it is so already."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_doubts import ask_about_deposit, no_more_asked
from cobranza_rules.booking.deposit_reading import parts_by_payment
from cobranza_rules.booking.deposit_shares import Because, Share, join, kept_shares, pay, take_back
from cobranza_rules.cash.deciding import Doubt
from cobranza_rules.cash.deposit import Proposal
from cobranza_rules.domain.bank import LineState
from cobranza_rules.store.tables import BankLineRow, PaymentRow


APPLIED = (LineState.APPLIED, LineState.PART_APPLIED)


class Came(StrEnum):
    """What came of a deposit."""

    NOTHING = "nothing"
    APPLIED = "applied"
    JOINED = "joined"  # One more evidence
    TAKEN_BACK = "taken_back"
    DOUBT = "doubt"


def bring(keeper: Bookkeeper, line: BankLineRow, found: Proposal | Doubt | None, today: dt.date) -> Came:
    applied = line.state in APPLIED
    if found is None or isinstance(found, Doubt):
        if applied:
            take_back(keeper, line, today, Because(""))
        return _left_open(keeper, line, found, today, Came.TAKEN_BACK if applied else Came.NOTHING)
    if _stands(line, found):
        line.settled_by = found.level.value
        return Came.NOTHING
    if applied:
        take_back(keeper, line, today, Because(""))
    no_more_asked(keeper, line, today)
    because = Because(found.level.value, reason=found.reason)
    if found.payment is not None:
        join(keeper, line, keeper.session.get_one(PaymentRow, found.payment), because)
        return Came.JOINED
    invoices = {row.id: row for row in keeper.invoices(sorted(found.shares))}
    pay(keeper, line, [Share(invoices[each], minor, minor) for each, minor in sorted(found.shares.items())], because)
    return Came.APPLIED


def _stands(line: BankLineRow, found: Proposal) -> bool:
    if line.state not in APPLIED:
        return False
    if found.payment is not None:
        return (line.detail or {}).get("payment") == found.payment
    return {share["invoice"]: share["minor"] for share in kept_shares(line)} == dict(found.shares)


def _left_open(keeper: Bookkeeper, line: BankLineRow, doubt: Doubt | None, today: dt.date, came: Came) -> Came:
    if doubt is None:
        if line.detail:
            line.detail = None
            no_more_asked(keeper, line, today)
        return came
    line.detail = {"reason": doubt.reason.as_json(), "doubt": doubt.payment}
    parts = parts_by_payment(keeper, [doubt.payment])[doubt.payment]
    return Came.DOUBT if ask_about_deposit(keeper, line, doubt.payment, sorted(parts), today) else came
