"""An invoice as it stood on a day, as far as reports tell of it; and the cut that says which day, and as known when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.domain.due_basis import DueBasis, OpenInstalment, open_parts
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.language import N_


class Known(StrEnum):
    """Of a past day: what was known by its end; or what had happened by then, as it is known now."""

    THEN = "then"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Cut:
    """`until` is the last instant of `day` in the company's zone."""

    day: dt.date
    until: dt.datetime
    known: Known = Known.THEN


# Why what is owed is on hold, the weightiest first.
DISPUTED, CANCELLING, CLAIMED, PROMISED = N_("disputed"), N_("cancellation under way"), N_("said to be paid"), N_("promised")


@dataclass(frozen=True, slots=True)
class Own:
    """What an invoice says of itself. `seller` is who asked for it in Sales, "" where no billing request is known."""

    id: int
    customer_id: int
    number: str
    uuid: str | None
    currency: str
    issued_on: dt.date
    seller: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Amounts in minor units. `balance` below 0 is what was paid beyond it; `counts` is False of what was cancelled or substituted.

    `parts` are its open instalments, if it has any. `promised_on` and `promised`, what is left of it, are of an open promise;
    `payment_on` is the day that a contrarrecibo programmes. `awaits_receipt` says that it was delivered and not acknowledged.
    """

    own: Own
    total: int
    balance: int
    due_on: dt.date | None
    parts: tuple[OpenInstalment, ...] = ()
    on_hold: str = ""
    counts: bool = True
    promised_on: dt.date | None = None
    promised: int = 0
    payment_on: dt.date | None = None
    delivered_on: dt.date | None = None
    awaits_receipt: bool = False

    def hold_on(self, day: dt.date) -> str:
        """Why it is on hold, "" where it is not: a promise holds no longer when its day has passed."""
        is_past = self.promised_on is not None and self.promised_on < day
        return "" if self.on_hold == PROMISED and is_past else self.on_hold

    @property
    def open_parts(self) -> list[tuple[int | None, dt.date | None, int]]:
        """Number of the instalment, None where there are none, with due date and what is open. They add up to the open balance."""
        if self.balance <= 0:
            return []
        return [(part.number, part.due_on, part.minor) for part in self.parts] or [(None, self.due_on, self.balance)]


def standing_of(own: Own, state: InvoiceState) -> Standing:
    basis: DueBasis = state.due_basis
    open_promise = state.promised_on if state.promise_open else None
    left = max((state.promised_minor or state.balance) - (state.promise_paid if state.promised_minor else 0), 0)
    return Standing(
        own=own,
        total=state.total,
        balance=state.balance,
        due_on=state.due_on,
        parts=open_parts(basis.parts, state.paid, state.balance),
        on_hold=_on_hold(state),
        counts=state.closed is None,
        promised_on=open_promise,
        promised=min(left, state.balance) if open_promise else 0,
        payment_on=basis.payment_on,
        delivered_on=state.delivered_on,
        awaits_receipt=state.delivery == "sent" and not state.acknowledged,
    )


def _on_hold(state: InvoiceState) -> str:
    if state.balance <= 0:
        return ""
    reasons = (
        (state.dispute_open, DISPUTED),
        (state.cancellation_pending, CANCELLING),
        (state.claimed_on is not None, CLAIMED),
        (state.promise_open, PROMISED),
    )
    return next((reason for holds, reason in reasons if holds), "")
