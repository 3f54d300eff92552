"""What a packet can be made of: the papers of one customer's case, as plain values. Their bytes stay in the archive, named by hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cobranza_rules.domain.late_interest import Stretch
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money

Lines = tuple[tuple[str, Sentence | str], ...]  # Marked labels beside what they say


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` is for people, `digest` the SHA-256 of its bytes."""

    name: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class AcknowledgementPaper:
    """`lines` are what was said; `scan` the stamped or signed sheet, where there is one."""

    on: dt.date | None
    kind: str
    lines: Lines
    scan: StoredFile | None


@dataclass(frozen=True, slots=True)
class InvoicePapers:
    """`xml` is the CFDI, `printed` its PDF; the accounting system alone may have told of an invoice, without either.

    `services` are the descriptions of its concepts, `delivered_to` the addresses that its delivery went to.
    """

    number: str
    uuid: str
    issued_on: dt.date
    due_on: dt.date | None
    total: Money
    balance: Money
    xml: StoredFile | None
    printed: StoredFile | None
    support: tuple[tuple[str, StoredFile], ...] = ()  # Each with its kind
    acknowledgements: tuple[AcknowledgementPaper, ...] = ()
    services: tuple[str, ...] = ()
    delivered_on: dt.date | None = None
    delivered_to: str = ""


@dataclass(frozen=True, slots=True)
class MailPaper:
    """`attached` are names of what the message carries; `raw` the message itself, byte for byte."""

    on: dt.date
    kind: str
    sender: str
    to: str
    subject: str
    text: str
    attached: tuple[str, ...]
    raw: StoredFile


@dataclass(frozen=True, slots=True)
class SentPaper:
    """What has left, or was carried: `rule` names it, `delivers` tells a delivery from a reminder."""

    on: dt.date
    rule: str
    delivers: bool
    letters: tuple[StoredFile, ...]
    mail: MailPaper | None


@dataclass(frozen=True, slots=True)
class AgreementPapers:
    number: str
    version: int
    on: dt.date
    lines: Lines
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True)
class PaymentPaper:
    """What has reduced an invoice: a payment, a credit note, a discount."""

    on: dt.date
    invoice: str
    amount: Money
    what: Sentence


@dataclass(frozen=True, slots=True)
class BorneInterest:
    """`rate` in percent a year of `day_count` days; `agreement` is the number of the one that says it, "" where the law does."""

    number: str
    rate: str
    day_count: int
    agreement: str
    amount: Money
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class OriginalPaper:
    """`received` says who has confirmed it on which day, `scans` are hashes: of the original, and of signed receipts."""

    name: str
    kind: str
    holder: str
    since: dt.date
    handed_to: str
    handed_on: dt.date | None
    received: tuple[tuple[dt.date, str], ...]
    scans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """`on` is the day of the packet; `currencies` are those in which something is open; `history` the events of the case file as sentences, oldest first."""

    invoices: tuple[InvoicePapers, ...]
    sent: tuple[SentPaper, ...] = ()
    received: tuple[MailPaper, ...] = ()
    agreements: tuple[AgreementPapers, ...] = ()
    history: tuple[tuple[dt.date, Sentence], ...] = ()
    currencies: tuple[str, ...] = ()
    payments: tuple[PaymentPaper, ...] = ()
    interest: tuple[BorneInterest, ...] = ()
    originals: tuple[OriginalPaper, ...] = ()
    scans: tuple[StoredFile, ...] = ()
    on: dt.date | None = None
