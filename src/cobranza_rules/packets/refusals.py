"""Why a file from outside becomes no pages of a packet: words that the guarded process answers with, and what they say to people."""

from __future__ import annotations

from enum import StrEnum

from cobranza_rules.language import N_


class Refusal(StrEnum):
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    UNPACKS_TOO_MUCH = "unpacks_too_much"
    TOO_SLOW = "too_slow"  # Or it took too much memory: the process was ended
    NO_PICTURE = "no_picture"
    OTHER_KIND = "other_kind"
    MISSING = "missing"


SENTENCES = {
    Refusal.ENCRYPTED: N_("it is protected by a password"),
    Refusal.DAMAGED: N_("it is damaged, or not the PDF that it says it is"),
    Refusal.TOO_LARGE: N_("it is larger than a packet takes"),
    Refusal.TOO_MANY_PAGES: N_("it has more pages than a packet takes"),
    Refusal.UNPACKS_TOO_MUCH: N_("it unpacks to more data than a packet takes"),
    Refusal.TOO_SLOW: N_("it took too much time or memory to read"),
    Refusal.NO_PICTURE: N_("the picture cannot be read"),
    Refusal.OTHER_KIND: N_("it is neither a PDF nor a picture"),
    Refusal.MISSING: N_("its bytes are not in the archive of documents any more, or are damaged there"),
}
