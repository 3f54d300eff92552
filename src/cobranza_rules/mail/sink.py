"""Where a message goes: a server or a folder, behind one protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cobranza_rules.mail.addresses import BadAddress, check_address
from cobranza_rules.mail.message import Delivery, DeliveryReport

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([!-;=?-~]{1,900})>", re.IGNORECASE | re.MULTILINE)


class Sink(Protocol):
    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        """Hands `raw` over once. Never raises for the message, the wire or the disk; the report says what is known.

        `recipients` is the envelope: To, Cc and the archive; `to` are those for whom it is meant. It is `sent` when one of `to` was
        accepted; when none was, nobody gets it, for a copy without its original is no demand.
        """

    def was_delivered(self, message_id: str) -> bool | None:
        """Whether the message with this id (without angle brackets) left. None: this sink cannot tell."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """Checked addresses, each once, To first. `malformed` maps what was given to what is wrong with it."""

    sender: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    malformed: tuple[tuple[str, str], ...] = ()

    def refusal(self) -> DeliveryReport | None:
        """The report where not even a server need be asked."""
        if not self.sender:
            return DeliveryReport(Delivery.REFUSED, "envelope", "the sender's address is malformed", self.malformed)
        if not self.to:
            return DeliveryReport(Delivery.REFUSED, "envelope", "no To recipient has a well-formed address", self.malformed)
        return None


def check_envelope(sender: str, recipients: Sequence[str], to: Sequence[str]) -> Envelope:
    """Left to itself, smtplib cuts a malformed address silently and sends to what is left, so none gets that far."""
    malformed: dict[str, str] = {}

    def checked(addresses: Sequence[str]) -> list[str]:
        good = []
        for address in addresses:
            try:
                good.append(check_address(address))
            except BadAddress as error:
                malformed[address] = str(error)
        return good

    wire_sender = checked([sender])
    wire_to = tuple(dict.fromkeys(checked(to)))
    copies = tuple(address for address in dict.fromkeys(checked(recipients)) if address not in wire_to)
    return Envelope(wire_sender[0] if wire_sender else "", wire_to, copies, tuple(malformed.items()))


def message_id_of(raw: bytes) -> str | None:
    """As the header of `raw` has it, without angle brackets."""
    found = _MESSAGE_ID.search(raw.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii") if found else None
