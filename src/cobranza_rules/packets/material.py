"""What a packet can be made of: the papers of one customer's case, as plain values. Their bytes stay in the archive, named by hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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
    """`xml` is the CFDI, `printed` its PDF; the accounting system alone may have told of an invoice, without either."""

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
class Material:
    """`currencies` are those in which something is open; `history` the events of the case file as sentences, oldest first."""

    invoices: tuple[InvoicePapers, ...]
    sent: tuple[SentPaper, ...] = ()
    received: tuple[MailPaper, ...] = ()
    agreements: tuple[AgreementPapers, ...] = ()
    history: tuple[tuple[dt.date, Sentence], ...] = ()
    currencies: tuple[str, ...] = ()
