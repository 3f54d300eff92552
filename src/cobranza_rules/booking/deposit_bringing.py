"""Brings a deposit that the program decides to what was found of it; nothing is written where it is so already."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_columns import Share
from cobranza_rules.booking.deposit_doubts import ask_about_deposit, no_more_asked
from cobranza_rules.booking.deposit_reading import parts_by_payment
from cobranza_rules.booking.deposit_shares import Because, join, kept_shares, own_payments, pay_first, take_back
from cobranza_rules.booking.passed_on import pass_on
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


def bring_all(keeper: Bookkeeper, found: Sequence[tuple[BankLineRow, Proposal | Doubt | None]], today: dt.date) -> Counter[Came]:
    """Those that pay something for the first time are written together, after what is taken back of the others."""
    counts: Counter[Came] = Counter()
    first: list[tuple[BankLineRow, Proposal]] = []
    for line, each in found:
        if isinstance(each, Proposal) and each.payment is None and not _stands(line, each):
            _free(keeper, line, today)
            first.append((line, each))
        else:
            counts[_bring(keeper, line, each, today)] += 1
    invoices = {row.id: row for row in keeper.invoices(sorted({key for _line, each in first for key in each.shares}))}
    paying = [
        (
            line,
            [Share(invoices[key], minor, minor) for key, minor in sorted(each.shares.items())],
            Because(each.level.value, reason=each.reason),
        )
        for line, each in first
    ]
    if paying:
        pay_first(keeper, paying)
        counts[Came.APPLIED] += len(first)
    return counts


def _free(keeper: Bookkeeper, line: BankLineRow, today: dt.date) -> None:
    if line.state in APPLIED:
        take_back(keeper, line, today, Because(""))
    if (line.detail or {}).get("doubt"):
        no_more_asked(keeper, line, today)


def _bring(keeper: Bookkeeper, line: BankLineRow, found: Proposal | Doubt | None, today: dt.date) -> Came:
    if isinstance(found, Proposal):
        if found.payment is None or _stands(line, found):
            line.settled_by = found.level.value
            return Came.NOTHING
        told = keeper.session.get_one(PaymentRow, found.payment)
        for own in own_payments(keeper, line):
            if own.customer_id == told.customer_id:
                pass_on(keeper, own, told)
        _free(keeper, line, today)
        join(keeper, line, told, Because(found.level.value, reason=found.reason))
        return Came.JOINED
    applied = line.state in APPLIED
    if applied:
        take_back(keeper, line, today, Because(""))
    return _left_open(keeper, line, found, today, Came.TAKEN_BACK if applied else Came.NOTHING)


def _stands(line: BankLineRow, found: Proposal) -> bool:
    if line.state not in APPLIED:
        return False
    if found.payment is not None:
        return (line.detail or {}).get("payment") == found.payment
    return {share["invoice"]: share["minor"] for share in kept_shares(line)} == dict(found.shares)


def _left_open(keeper: Bookkeeper, line: BankLineRow, doubt: Doubt | None, today: dt.date, came: Came) -> Came:
    if doubt is None:
        if line.detail:
            _free(keeper, line, today)
            line.detail = None
        return came
    line.detail = {"reason": doubt.reason.as_json(), "doubt": doubt.payment}
    parts = parts_by_payment(keeper, [doubt.payment])[doubt.payment]
    return Came.DOUBT if ask_about_deposit(keeper, line, doubt.payment, sorted(parts), today) else came
