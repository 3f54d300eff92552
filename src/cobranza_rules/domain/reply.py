"""Kinds of incoming messages and what they may state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cobranza_rules.language import Sentence
from cobranza_rules.money import Money


class ReplyKind(StrEnum):
    """First what machines send, then what people write."""

    OWN_LOOP = "own_loop"
    READ_RECEIPT = "read_receipt"
    BOUNCE = "bounce"
    DELAY_NOTICE = "delay_notice"
    AUTO_REPLY = "auto_reply"
    ABUSE_REPORT = "abuse_report"
    ACKNOWLEDGEMENT = "acknowledgement"
    CONTRARRECIBO = "contrarrecibo"
    PROMISE = "promise"
    PAYMENT_NOTICE = "payment_notice"
    DISPUTE = "dispute"
    INVOICE_CORRECTION = "invoice_correction"
    MISSING_REQUIREMENT = "missing_requirement"
    NOT_RECEIVED = "not_received"
    DOCUMENT_REQUEST = "document_request"
    DELAY_REASON = "delay_reason"
    CONTACT_CHANGE = "contact_change"
    QUESTION = "question"
    DECISION = "decision"  # Of somebody of the company, about what he was asked to agree to
    UNKNOWN = "unknown"

    @property
    def automatic(self) -> bool:
        return self in AUTOMATIC_KINDS


AUTOMATIC_KINDS = frozenset(
    {
        ReplyKind.OWN_LOOP,
        ReplyKind.READ_RECEIPT,
        ReplyKind.BOUNCE,
        ReplyKind.DELAY_NOTICE,
        ReplyKind.AUTO_REPLY,
        ReplyKind.ABUSE_REPORT,
    }
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery that failed. `permanent` follows the status class of RFC 3463; `recipients` are the addresses that were refused."""

    permanent: bool
    recipients: tuple[str, ...]
    status: str = ""


@dataclass(frozen=True, slots=True)
class Classification:
    """What a message is.

    `facts` holds what was read (`pay_on`: date, `amount`: Money, `person`, `title`, `phone`, `reason`: str, `invoices`: numbers as named ...),
    `evidence` the words that each came from under the same keys and, under `kind`, those that decided the kind.
    `doubtful` means that a person has to look before anything is recorded; `doubts` say why.
    """

    kind: ReplyKind
    doubtful: bool
    facts: Mapping[str, dt.date | Money | str | int | tuple[str, ...]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    bounce: Bounce | None = None
    doubts: tuple[Sentence, ...] = ()
