"""The customer says that invoices did not arrive: which deliveries that can be true of, and what takes them back.

The ledger follows this, and so do rule tests, the forecast and the back-test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from cobranza_rules.domain.entry import Entry, EntryKind

NOT_RECEIVED = "not_received"  # What such a record step is called, and the kind of such a reply


class Delivered(Protocol):
    """An invoice, as far as its delivery goes: a row of the book, or a state."""

    @property
    def delivery(self) -> str: ...
    @property
    def delivered_on(self) -> dt.date | None: ...
    @property
    def delivered_by(self) -> int | None: ...
    @property
    def acknowledged(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that a reply answers. `brought` invoices, or only asked about them."""

    action: int
    sent_on: dt.date
    brought: bool


def can_be_missing(invoice: Delivered, answered: Answered | None, said_on: dt.date) -> bool:
    """Whether what was said on a day can be meant of the delivery that counts now.

    A later delivery stands on its own, and what was acknowledged did arrive. `answered` is None where a person says of which invoices.
    """
    if invoice.delivery != "sent" or invoice.acknowledged:
        return False
    if answered is not None and answered.brought:
        return invoice.delivered_by == answered.action
    return invoice.delivered_on is None or invoice.delivered_on <= (said_on if answered is None else answered.sent_on)


def contradicts(invoices: Iterable[Delivered], answered: Answered | None, said_on: dt.date) -> bool:
    """Whether somebody has to look first: one of them was acknowledged or delivered again since, or there is none."""
    found = [can_be_missing(invoice, answered, said_on) for invoice in invoices]
    return not found or not all(found)


def entries_when_not_received(invoice: Delivered, on: dt.date, *, of_ladder: bool, **said: Any) -> Iterator[Entry]:
    """What takes back a delivery, and its rung where a rung made it; the rules plan it again. `said` goes with the entry."""
    action = invoice.delivered_by
    if of_ladder:
        yield Entry(EntryKind.RUNG_UNDONE, on, {"action": action})
    yield Entry(EntryKind.DELIVERY_UNDONE, on, {"action": action, "not_received": True, **said})
