"""What the due date of an invoice rests on, and the entry that sets it anew where that has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.entry import EntryKind, day_in
from cobranza_rules.domain.schedule import DuePart, InvoiceDates, Schedule, oldest_uncovered, reckon, uncovered
from cobranza_rules.domain.terms import Terms, terms_as_json, terms_of_json
from cobranza_rules.money import Money

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState

# Entries after which a due date may be another one.
MAY_MOVE_THE_DUE_DATE = frozenset(
    {
        EntryKind.DELIVERED,
        EntryKind.DELIVERY_UNDONE,
        EntryKind.ACKNOWLEDGED,
        EntryKind.ACKNOWLEDGEMENT_UNDONE,
        EntryKind.INHERITED,
        EntryKind.DUE_SET,
    }
)


@dataclass(frozen=True, slots=True)
class DueBasis:
    """`terms` are None where credit days from issue are all that was agreed, or nothing is known; `parts` are there where they are several.

    `issued_on` is the day from which the days count: that of the first invoice where one has taken the place of another.
    `accepted_on` is the day of the first acknowledgement; `review_on` and `payment_on` are what the last contrarrecibo says.
    """

    issued_on: dt.date | None = None
    accepted_on: dt.date | None = None
    review_on: dt.date | None = None
    payment_on: dt.date | None = None
    terms: Terms | None = None
    parts: tuple[DuePart, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether anything that happens to the invoice can move its due date."""
        return self.issued_on is not None and (self.terms is not None or self.payment_on is not None)


DATES = ("issued_on", "accepted_on", "review_on", "payment_on")


def basis_as_json(basis: DueBasis) -> dict[str, Any]:
    """What is not there is left out."""
    kept: dict[str, Any] = {name: day.isoformat() for name in DATES if (day := getattr(basis, name)) is not None}
    if basis.terms is not None:
        kept["terms"] = terms_as_json(basis.terms)
    return kept | ({"parts": _parts_json(basis.parts)} if basis.parts else {})


def basis_of_json(kept: Mapping[str, Any]) -> DueBasis:
    issued_on, accepted_on, review_on, payment_on = (day_in(kept, name) for name in DATES)
    return DueBasis(issued_on, accepted_on, review_on, payment_on, *_agreed(kept))


def _parts_json(parts: tuple[DuePart, ...]) -> list[dict[str, Any]]:
    return [{"due_on": part.due_on.isoformat(), "minor": part.minor} for part in parts]


def _agreed(kept: Mapping[str, Any]) -> tuple[Terms | None, tuple[DuePart, ...]]:
    parts = tuple(DuePart(dt.date.fromisoformat(part["due_on"]), part["minor"]) for part in kept.get("parts", ()))
    return terms_of_json(kept["terms"]) if kept.get("terms") else None, parts


def agreed_anew(basis: DueBasis, data: Mapping[str, Any]) -> DueBasis:
    """With the terms and parts of an ISSUED or DUE_SET entry."""
    terms, parts = _agreed(data)
    return basis if (terms, parts) == (basis.terms, basis.parts) else replace(basis, terms=terms, parts=parts)


def accepted(basis: DueBasis, on: dt.date, data: Mapping[str, Any]) -> DueBasis:
    """With an acknowledgement; one that says nothing of review and payment takes nothing away."""
    return replace(
        basis,
        accepted_on=min(on, basis.accepted_on or on),
        review_on=day_in(data, "review_on") or basis.review_on,
        payment_on=day_in(data, "payment_on") or basis.payment_on,
    )


def accepted_anew(basis: DueBasis, acknowledgements: Iterable[Mapping[str, Any]]) -> DueBasis:
    """With these acknowledgements and no others; each has the day on which it came under `on` (ISO date)."""
    found = replace(basis, accepted_on=None, review_on=None, payment_on=None)
    for data in acknowledgements:
        found = accepted(found, dt.date.fromisoformat(data["on"]), data)
    return found


def basis_inherited(own: DueBasis, kept: Mapping[str, Any] | None, *, with_due_date: bool) -> DueBasis:
    """Terms and day of issue are those of the invoice whose due date is taken over; an acknowledgement of either one counts."""
    if kept is None:
        return own
    other = basis_of_json(kept)
    accepted_on = min((day for day in (own.accepted_on, other.accepted_on) if day is not None), default=None)
    came = replace(own, accepted_on=accepted_on, review_on=other.review_on or own.review_on, payment_on=other.payment_on or own.payment_on)
    return replace(came, issued_on=other.issued_on, terms=other.terms, parts=other.parts) if with_due_date else came


@dataclass(frozen=True, slots=True)
class OpenInstalment:
    """What is open of an instalment, in minor units; `number` of `count` is its place."""

    number: int
    count: int
    due_on: dt.date
    minor: int


def open_instalments(state: InvoiceState) -> tuple[OpenInstalment, ...]:
    """Of an open invoice with several parts; payments cover the oldest first. They add up to its balance. None of any other."""
    return open_parts(state.due_basis.parts, state.paid, state.balance)


def open_parts(parts: tuple[DuePart, ...], paid: int, balance: int) -> tuple[OpenInstalment, ...]:
    if not parts or balance <= 0:
        return ()
    left = uncovered(parts, paid)
    before = len(parts) - len(left)
    return tuple(OpenInstalment(before + place, len(parts), part.due_on, part.minor) for place, part in enumerate(left, 1))


def overdue_of(parts: tuple[DuePart, ...], paid: int, today: dt.date) -> int:
    """What is open of the parts that are past their due date, in minor units; `paid` has covered the oldest first."""
    return sum(part.minor for part in uncovered(parts, paid) if part.due_on < today)


def overdue_part(state: InvoiceState, today: dt.date) -> int | None:
    """What is overdue of an invoice in instalments; None of any other, of which the due date says whether all of it is."""
    parts = state.due_basis.parts
    return overdue_of(parts, state.paid, today) if parts else None


def terms_of(state: InvoiceState) -> Terms | None:
    """None where nothing was agreed that is known."""
    if state.due_basis.terms is not None:
        return state.due_basis.terms
    return None if state.credit_days is None else Terms(state.credit_days)


def schedule_by(terms: Terms | None, state: InvoiceState, total: Money, calendar: BusinessCalendar) -> Schedule:
    """The due dates of an invoice that was issued, by `terms` and what has happened to it so far."""
    basis = state.due_basis
    assert basis.issued_on is not None
    dates = InvoiceDates(basis.issued_on, state.delivered_on, basis.accepted_on, basis.review_on, basis.payment_on)
    return reckon(terms, dates, total, calendar)


def due_data(terms: Terms | None, schedule: Schedule, paid: int) -> dict[str, Any]:
    """What an ISSUED or DUE_SET entry says of the due date, with the lines of its reckoning; `paid` in minor units."""
    due = oldest_uncovered(schedule.parts, paid)
    data: dict[str, Any] = {"due_on": due.isoformat() if due else None, "credit_days": None if terms is None else terms.days}
    if terms is not None and not terms.plain:
        data["terms"] = terms_as_json(terms)
    if len(schedule.parts) > 1:
        data["parts"] = _parts_json(schedule.parts)
    data["lines"] = [{"on": line.on.isoformat() if line.on else None, "said": line.said.as_json()} for line in schedule.lines]
    return data


def due_anew(state: InvoiceState, currency: str, calendar: BusinessCalendar) -> dict[str, Any] | None:
    """The data of the DUE_SET entry that is needed after what has happened; None where the due date stays as it is."""
    return due_by(terms_of(state), state, currency, calendar) if state.due_basis.counts else None


def due_by(terms: Terms | None, state: InvoiceState, currency: str, calendar: BusinessCalendar) -> dict[str, Any] | None:
    """The data of the DUE_SET entry by which `terms` count for an invoice; None where they do, and its due date is what they make of it."""
    schedule = schedule_by(terms, state, Money(state.total, currency), calendar)
    parts = schedule.parts if len(schedule.parts) > 1 else ()
    same_day = parts == state.due_basis.parts and oldest_uncovered(schedule.parts, state.paid) == state.due_on
    return None if same_day and terms == terms_of(state) else due_data(terms, schedule, state.paid)
