"""A cheque that a customer has given: how far it has come, and what an invoice knows of the cheques that were given for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Held = Mapping[str, Mapping[str, str]]  # By the cheque's id: its `state`, and `on`, the day from which it waits in that


class ChequeState(StrEnum):
    """Only a cleared one is a payment: a cheque is taken under reserve of its collection (LTOC, art. 7)."""

    RECEIVED = "received"  # In our hands; nobody has deposited it yet.
    DEPOSITED = "deposited"  # The bank has it and has not paid it yet.
    CLEARED = "cleared"
    RETURNED = "returned"  # Not paid, or given back: what it was for is owed.


PENDING = (ChequeState.RECEIVED, ChequeState.DEPOSITED)
NONE = "none"  # What is said of an invoice without any


def waits_from(received_on: dt.date, dated_on: dt.date) -> dt.date:
    """A post-dated cheque is not presented before its day, though the bank would pay it (LTOC, art. 178)."""
    return max(received_on, dated_on)


def moved(held: Held, data: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """After an entry: `cheque` its id, `state`, `on` (ISO date). One that has cleared is a payment, and nothing else any more."""
    rest = {key: kept for key, kept in held.items() if key != str(data["cheque"])}
    if data["state"] == ChequeState.CLEARED:
        return rest
    return {**rest, str(data["cheque"]): {"state": data["state"], "on": data["on"]}}


def foremost(held: Held) -> tuple[str, dt.date | None]:
    """What is said of all of them: while one is pending, the one that has waited longest; else the last that came back."""
    pending = sorted((each["on"], each["state"]) for each in held.values() if each["state"] in PENDING)
    returned = sorted(each["on"] for each in held.values() if each["state"] == ChequeState.RETURNED)
    if pending:
        return pending[0][1], dt.date.fromisoformat(pending[0][0])
    return (ChequeState.RETURNED.value, dt.date.fromisoformat(returned[-1])) if returned else (NONE, None)
