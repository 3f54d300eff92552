"""How far a packet for Accounting has come, and which packets there are."""

from __future__ import annotations

from enum import StrEnum

from cobranza_rules.language import N_, Sentence


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


# As people read them
STATE_WORDS = {
    PacketState.PREPARED: N_("written, not sent yet"),
    PacketState.SENT: N_("sent to Accounting"),
    PacketState.ACCEPTED: N_("accepted by Accounting"),
    PacketState.RETURNED: N_("returned by Accounting"),
    PacketState.REPLACED: N_("replaced by its next revision"),
}
UNANSWERED = (PacketState.PREPARED, PacketState.SENT, PacketState.RETURNED)


def said_of(state: str) -> Sentence:
    return Sentence(STATE_WORDS[PacketState(state)])
