"""How far a packet for Accounting has come, and which packets there are."""

from __future__ import annotations

from enum import StrEnum


class PacketState(StrEnum):
    PREPARED = "prepared"  # its mail has not left, or nobody knows whether it has
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"  # with a reason; it is corrected and sent anew
    REPLACED = "replaced"  # by its next revision


class Packet(StrEnum):
    """What a rule's step `packet` brings to Accounting."""

    ACCOUNTING = "accounting"
    REQUESTS = "credit-note-requests"


UNANSWERED = (PacketState.PREPARED, PacketState.SENT, PacketState.RETURNED)
