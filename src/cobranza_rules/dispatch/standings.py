"""How each recipient of a message stands: a fold of the attempts at sending it, and of nothing else.

Nobody to whom a message may have gone is tried again: what is put off is only what a server has said that it did not take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cobranza_rules.mail.addresses import BadAddress, check_address
from cobranza_rules.mail.message import Delivery
from cobranza_rules.store.attempts import NOT_LEFT, SENDING


class Standing(StrEnum):
    WAITING = "waiting"  # Not tried yet
    SENDING = "sending"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"  # The server has not taken it, and may later
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    standing: Standing
    answer: str = ""


class Attempted(Protocol):
    """`recipients` are on_the_wire; `answers` those of the recipients that were not accepted."""

    @property
    def outcome(self) -> str: ...
    @property
    def recipients(self) -> Sequence[str]: ...
    @property
    def answers(self) -> Mapping[str, str]: ...


def on_the_wire(addresses: Iterable[str]) -> tuple[str, ...]:
    """Each once, as a server is told it; one that is no address stays as it is, for the sink to say what is wrong with it."""
    return tuple(dict.fromkeys(map(_wire_form, addresses)))


def _wire_form(address: str) -> str:
    try:
        return check_address(address)
    except BadAddress:
        return address


def standings(recipients: Iterable[str], attempts: Iterable[Attempted]) -> dict[str, Recipient]:
    """By address, in the order of `recipients`; `attempts` the oldest first."""
    found = {address: Recipient(address, Standing.WAITING) for address in on_the_wire(recipients)}
    for attempt in attempts:
        for address in attempt.recipients:
            if address in found:
                found[address] = _after(found[address], attempt)
    return found


def _after(before: Recipient, attempt: Attempted) -> Recipient:
    answer = attempt.answers.get(before.address, "")
    standing = _standing(attempt.outcome, answer)
    if before.standing in (Standing.ACCEPTED, Standing.REFUSED) and standing is not Standing.ACCEPTED:
        return before
    return Recipient(before.address, standing, answer)


def _standing(outcome: str, answer: str) -> Standing:
    if outcome == SENDING:
        return Standing.SENDING
    if outcome in (Delivery.POSTPONED, NOT_LEFT):
        return Standing.POSTPONED
    if outcome == Delivery.REFUSED:
        return Standing.POSTPONED if is_for_now(answer) else Standing.REFUSED
    if answer:
        return Standing.POSTPONED if is_for_now(answer) else Standing.REFUSED
    return Standing.ACCEPTED if outcome == Delivery.SENT else Standing.UNCERTAIN


def is_for_now(answer: str) -> bool:
    """Whether a server's answer to a recipient says that it may take him later (RFC 5321 section 4.2.1)."""
    return answer[:1] == "4" and answer[1:3].isdigit()
