"""Kinds of invoices of a synthetic book, in the shares that a collections desk knows: most are not due, few need something today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.workdays import TODAY, workdays_after, workdays_ago

Row = dict[str, Any]

REMINDERS = ("first-reminder", "second-reminder")


@dataclass(slots=True)
class Invoice:
    """A row of the table without its keys, and what was done for it: rule, occurrence, day of sending (None: on its way) and action's state."""

    row: Row
    claims: list[tuple[str, int, dt.date | None, str]] = field(default_factory=list)


def _days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def _invoice(issued_on: dt.date, due_on: dt.date | None, **rest: Any) -> Invoice:
    row: Row = {
        "issued_on": issued_on,
        "due_on": due_on,
        "delivery": "sent",
        "delivered_on": issued_on + _days(1),
        "delivered_by": None,
        "acknowledged": True,
        "cancellation_pending": False,
        "case_status": "collections",
        "status": "open",
        "closed": None,
        "promised_on": None,
        "promised_minor": 0,
        "promise_paid": 0,
        "promise_count": 0,
        "claimed_on": None,
        "claim_count": 0,
        "claim_expired_on": None,
        "cheque_state": "none",
        "cheque_on": None,
        "not_received_count": 0,
        "dispute_open": False,
        "dispute_closed_on": None,
        "reversed_on": None,
        "ladder": "",
        "rung": "",
        "rung_on": None,
        "next_contact": None,
        "dunning_level": 0,
        "intervention": "none",
        "intervention_due": None,
        "intervention_task": None,
        "cfdi_missing": False,
        "ledger_difference": False,
        "support_missing": False,
        "instalment_on": None,
        "instalment_until": None,
        "instalment_minor": 0,
        "plan_percent": 0,
        "exchange_rate": "",
        "agreement": "",
        "request": None,
        **rest,
    }
    return Invoice(row)


def _current(random: Random, **rest: Any) -> Invoice:
    due_on = TODAY + _days(random.randrange(0, 28))
    return _invoice(due_on - _days(30), due_on, **rest)


def overdue(random: Random, since: tuple[int, int], **rest: Any) -> Invoice:
    """Acknowledged, and due as many days ago as `since` bounds."""
    due_on = TODAY - _days(random.randrange(*since))
    return _invoice(due_on - _days(30), due_on, **rest)


def _delivered_by_us(invoice: Invoice) -> Invoice:
    day = invoice.row["delivered_on"]
    invoice.row["delivered_by"] = 0  # The action's id, which is put in where the claim gets its action
    invoice.claims.append(("transmittal", 1, day, "sent"))
    return invoice


def _fresh(workdays: int, asked: tuple[int, ...] = ()) -> Invoice:
    """Delivered some business days ago and not acknowledged, asked for the acknowledgement as often as `asked` has days."""
    day = workdays_ago(workdays)
    invoice = _delivered_by_us(_invoice(day - _days(1), day + _days(29), delivered_on=day, acknowledged=False))
    invoice.claims += [("acknowledgement-missing", number, workdays_ago(ago), "sent") for number, ago in enumerate(asked, 1)]
    return invoice


def _pending(*, under_way: bool) -> Invoice:
    invoice = _invoice(TODAY - _days(1), TODAY + _days(29), delivery="pending", delivered_on=None, acknowledged=False)
    if under_way:
        invoice.claims.append(("transmittal", 1, None, "awaiting_signature"))
    return invoice


def _climbed(invoice: Invoice, *sent_on: dt.date) -> Invoice:
    for rung, day in zip(REMINDERS, sent_on, strict=False):
        following = workdays_after(day, 5) if rung == REMINDERS[0] else None
        invoice.row.update(ladder="collection", rung=rung, rung_on=day, next_contact=following, dunning_level=REMINDERS.index(rung) + 1)
        invoice.claims.append((rung, 1, day, "sent"))
    return invoice


def _first_sent(random: Random, ago: tuple[int, int], **rest: Any) -> Invoice:
    return _climbed(overdue(random, (15, 60), **rest), workdays_ago(random.randrange(*ago)))


def _both_sent(random: Random, intervention: str = "none") -> Invoice:
    second = random.randrange(6, 40)
    invoice = overdue(random, (75, 300), intervention=intervention, intervention_due=TODAY - _days(1) if intervention == "open" else None)
    return _climbed(invoice, workdays_ago(second + 5), workdays_ago(second))


def _paid(random: Random) -> Invoice:
    """Closed long ago. Its claims stay, and nobody who plans should have to look at them."""
    due_on = TODAY - _days(random.randrange(60, 300))
    invoice = _delivered_by_us(_invoice(due_on - _days(30), due_on, status="paid", closed="paid"))
    invoice.claims.append(("first-reminder", 1, due_on + _days(1), "sent"))
    return invoice


Maker = Callable[[Random], Invoice]
DUE: tuple[tuple[int, Maker], ...] = (  # Needs something today
    (9, lambda _random: _pending(under_way=False)),
    (6, lambda _random: _fresh(3)),
    (3, lambda _random: _fresh(6, (3,))),
    (2, lambda _random: _fresh(9, (6, 3))),
    (10, lambda random: overdue(random, (1, 30))),
    (8, lambda random: _first_sent(random, (5, 7))),
    (3, lambda random: overdue(random, (1, 40), promised_on=TODAY - _days(20), promise_count=1)),
    (1, lambda random: _both_sent(random, "no_agreement")),
    (1, lambda random: _both_sent(random, "open")),
)
RESTING: tuple[tuple[int, Maker], ...] = (  # Nothing is to be done for it today, or something holds it
    (343, _current),
    (2, lambda _random: _invoice(TODAY - _days(60), None)),
    (305, lambda random: _delivered_by_us(_current(random))),
    (20, lambda _random: _fresh(1)),
    (20, lambda _random: _fresh(4, (1,))),
    (10, lambda _random: _pending(under_way=True)),
    (25, lambda random: _first_sent(random, (1, 5))),
    (150, _both_sent),
    (40, lambda random: _both_sent(random, "agreement")),
    (15, lambda random: overdue(random, (1, 40), promised_on=TODAY + _days(3), promise_count=1)),
    (8, lambda random: _first_sent(random, (5, 20), dispute_open=True)),
    (5, lambda random: overdue(random, (1, 40), claimed_on=workdays_ago(2), claim_count=1)),
    (11, lambda random: overdue(random, (90, 300), case_status="with_administration", dunning_level=2)),
    (3, lambda random: overdue(random, (1, 60), cancellation_pending=True)),
    (2, lambda random: _first_sent(random, (5, 9), dispute_closed_on=workdays_ago(2), next_contact=None)),
)


def open_invoice(random: Random, due_share: float) -> Invoice:
    """One that is due with a chance of `due_share`; its customer may still have no address, or a message that waits."""
    kinds = DUE if random.random() < due_share else RESTING
    (made,) = random.choices([make for _weight, make in kinds], [weight for weight, _make in kinds])
    return made(random)


def paid_invoice(random: Random) -> Invoice:
    return _paid(random)
