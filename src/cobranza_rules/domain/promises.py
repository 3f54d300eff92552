"""What a customer has promised to pay, or says to have paid, in the state of an invoice; and how well it keeps what it promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.entry import Entry

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState

FEWEST_PROMISES = 3  # Of fewer nobody can say how well they are kept.


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise for one invoice. `needed` is what has to be covered by `pay_on`, in minor units.

    `moves` are what has covered the invoice since, or was taken back, each with the day on which it happened, as they came to be known.
    """

    made_on: dt.date
    pay_on: dt.date
    needed: int
    moves: tuple[tuple[dt.date, int], ...] = ()

    @property
    def kept_on(self) -> dt.date | None:
        """The day from which on it was covered; None while it is not. A cheque that came back covers nothing."""
        covered, since = 0, None
        for day, minor in sorted(self.moves):
            covered += minor
            if covered < self.needed:
                since = None
            elif since is None:
                since = day
        return since

    def as_json(self) -> dict[str, Any]:
        kept = {"made_on": self.made_on.isoformat(), "pay_on": self.pay_on.isoformat(), "needed": self.needed}
        return kept | {"moves": [[day.isoformat(), minor] for day, minor in self.moves]}


def promise_of_json(kept: Mapping[str, Any]) -> Promise:
    day = dt.date.fromisoformat
    moves = tuple((day(on), minor) for on, minor in kept["moves"])
    return Promise(day(kept["made_on"]), day(kept["pay_on"]), kept["needed"], moves)


def promised(state: InvoiceState, entry: Entry) -> InvoiceState:
    pay_on, minor = dt.date.fromisoformat(entry.data["pay_on"]), entry.data.get("minor", 0)
    made = Promise(entry.happened_on, pay_on, min(minor or state.balance, max(state.balance, 0)))
    return replace(
        state,
        promised_on=pay_on,
        promised_minor=minor,
        promise_paid=0,
        promise_count=state.promise_count + 1,
        promises=(*state.promises, made),
    )


def promise_withdrawn(state: InvoiceState, _entry: Entry) -> InvoiceState:
    """As if it had not been made, so that the next one is the first again."""
    if state.promised_on is None:
        return state
    count = max(state.promise_count - 1, 0)
    return replace(state, promised_on=None, promised_minor=0, promise_paid=0, promise_count=count, promises=state.promises[:-1])


def with_cover(state: InvoiceState, on: dt.date, minor: int) -> InvoiceState:
    """The last promise remembers what has covered the invoice since, or is taken back (below 0)."""
    last = state.promises[-1]
    return replace(state, promises=(*state.promises[:-1], replace(last, moves=(*last.moves, (on, minor)))))


def payment_claimed(state: InvoiceState, entry: Entry) -> InvoiceState:
    return replace(state, claimed_on=entry.happened_on, claim_count=state.claim_count + 1, claim_expired_on=None)


def claim_expired(state: InvoiceState, entry: Entry) -> InvoiceState:
    """It stays a claim, that a deposit may still confirm; but nothing is held for it any more."""
    return replace(state, claim_expired_on=entry.happened_on) if state.claimed_on is not None else state


def were_kept(promises: Sequence[Promise], today: dt.date, calendar: BusinessCalendar) -> list[bool]:
    """Of an invoice's promises, in their order, those whose day has passed: whether each was kept by then.

    A promise for a day on which banks are closed may be kept on the next business day. One that another took the place of before its day
    had passed counts no more: the later one does.
    """
    found = []
    for promise, following in zip_longest(promises, promises[1:]):
        last_day = calendar.on_or_after(promise.pay_on)
        if last_day < today and (following is None or following.made_on > last_day):
            found.append(promise.kept_on is not None and promise.kept_on <= last_day)
    return found


def kept_percent(kept: Iterable[bool]) -> int | None:
    """Kept promises in a hundred of those whose day has passed, rounded down; None where these are fewer than FEWEST_PROMISES."""
    every = list(kept)
    return 100 * sum(every) // len(every) if len(every) >= FEWEST_PROMISES else None
