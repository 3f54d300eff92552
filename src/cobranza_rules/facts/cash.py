"""Facts of the bank's deposits, and of what customers have paid that covers no invoice. An unknown fact is absent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.invoices import Facts


@dataclass(frozen=True, slots=True)
class OnAccount:
    """`minor` units that a customer paid on a day and that cover none of its invoices."""

    currency: str
    minor: int
    since: dt.date


NOTHING_ON_ACCOUNT: Facts = {"unapplied_covers_overdue": False}


def on_account_facts(cash: Iterable[OnAccount], overdue: Mapping[str, int], today: dt.date, calendar: BusinessCalendar) -> Facts:
    """`overdue` are minor units by currency, of those in which something is."""
    paid: dict[str, int] = defaultdict(int)
    since: list[dt.date] = []
    for each in cash:
        paid[each.currency] += each.minor
        since.append(each.since)
    if not since:
        return NOTHING_ON_ACCOUNT
    covers = bool(overdue) and all(paid[currency] >= minor for currency, minor in overdue.items())
    return {"workdays_since_unapplied": calendar.between(min(since), today), "unapplied_covers_overdue": covers}


def deposit_facts(
    account: str,
    amount: int,
    unapplied: int,
    currency: str,
    state: str,
    kind: str,
    booked_on: dt.date,
    today: dt.date,
    calendar: BusinessCalendar,
) -> Facts:
    """Amounts in minor units of `currency`; `kind` is "" where the bank's words do not tell it."""
    known: Facts = {"deposit_kind": kind} if kind else {}
    return {
        **known,
        "account": account,
        "amount": amount,
        "unapplied_amount": unapplied,
        "currency": currency,
        "deposit_state": state,
        "booked_on": booked_on.toordinal(),
        "workdays_since_deposit": calendar.between(booked_on, today),
    }
