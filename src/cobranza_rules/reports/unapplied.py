"""What stands against the debt and covers no invoice: paid beyond a balance, paid for what was cancelled, credited and not applied yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cobranza_rules.language import N_
from cobranza_rules.money import Money

OVERPAID, FOR_CANCELLED, CREDIT_NOTE = N_("paid beyond the balance"), N_("paid for a cancelled invoice"), N_("credit note to be applied")
LEFT = N_("left of a payment")


@dataclass(frozen=True, slots=True)
class Unapplied:
    """`number` is that of the invoice or of the credit note; of what is left of a payment, its day."""

    customer_id: int
    kind: str
    number: str
    amount: Money

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "number": self.number, "amount": self.amount.plain(), "currency": self.amount.currency}


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """A credit note covers `minor` of an invoice, or, with `minor` None, covers it no longer."""

    note: int
    invoice: int
    minor: int | None


def applied_of_notes(entries: Iterable[CreditEntry]) -> Mapping[int, int]:
    """What each credit note covers after these entries, in the order in which they came to be known: each covers an invoice once."""
    covered: dict[tuple[int, int], int] = {}
    for entry in entries:
        if entry.minor is None:
            covered.pop((entry.note, entry.invoice), None)
        else:
            covered.setdefault((entry.note, entry.invoice), entry.minor)
    found: dict[int, int] = defaultdict(int)
    for (note, _invoice), minor in covered.items():
        found[note] += minor
    return found


@dataclass(frozen=True, slots=True)
class FreedEntry:
    """An entry of a cancelled invoice: a payment that covers `minor` of it, one that covers it no longer (None), or the cancellation."""

    payment: int | None  # None: it was cancelled
    minor: int | None = None


def freed_of(entries: Iterable[FreedEntry]) -> int:
    """What payments had covered of an invoice, and were set free since it was cancelled."""
    covered: dict[int, int] = {}
    freed: dict[int, int] = {}
    cancelled = False
    for entry in entries:
        if entry.payment is None:
            cancelled = True
        elif entry.minor is not None:
            covered.setdefault(entry.payment, entry.minor)
            freed.pop(entry.payment, None)
        elif (minor := covered.pop(entry.payment, None)) is not None and cancelled:
            freed[entry.payment] = minor
    return sum(freed.values())
