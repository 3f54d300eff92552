"""Which parts a packet has, in which order and under which title: pure, over the material of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.packets.claim_pages import answers, interest_rows, original_rows, paid
from cobranza_rules.packets.material import (
    AcknowledgementPaper,
    AgreementPapers,
    InvoicePapers,
    Lines,
    MailPaper,
    Material,
    SentPaper,
    StoredFile,
)


class PacketKind(StrEnum):
    DELIVERY = "delivery"
    ACCOUNT = "account"
    ESCALATION = "escalation"


class Section(StrEnum):
    CLAIM = "claim"
    PAYMENTS = "payments"
    INTEREST = "interest"
    ORIGINALS = "originals"
    HISTORY = "history"
    AGREEMENTS = "agreements"
    STATEMENTS = "statements"
    TRANSMITTALS = "transmittals"
    INVOICES = "invoices"
    SUPPORT = "support"
    ACKNOWLEDGEMENTS = "acknowledgements"
    LETTERS = "letters"
    REPLIES = "replies"


# As the index and the outline show them
HEADINGS = {
    Section.CLAIM: N_("The claim"),
    Section.PAYMENTS: N_("Payments and credits"),
    Section.INTEREST: N_("Interest"),
    Section.ORIGINALS: N_("Originals on paper"),
    Section.HISTORY: N_("History"),
    Section.AGREEMENTS: N_("Contracts and agreements"),
    Section.STATEMENTS: N_("Statements of account"),
    Section.TRANSMITTALS: N_("Delivery"),
    Section.INVOICES: N_("Invoices"),
    Section.SUPPORT: N_("Support of the invoices"),
    Section.ACKNOWLEDGEMENTS: N_("Acknowledgements of receipt"),
    Section.LETTERS: N_("Letters and reminders"),
    Section.REPLIES: N_("Messages of the customer"),
}


# What each kind holds, in this order
SECTIONS = {
    PacketKind.DELIVERY: (Section.TRANSMITTALS, Section.ACKNOWLEDGEMENTS, Section.INVOICES, Section.SUPPORT),
    PacketKind.ACCOUNT: (Section.STATEMENTS, Section.INVOICES, Section.ACKNOWLEDGEMENTS, Section.LETTERS),
    PacketKind.ESCALATION: (
        Section.CLAIM,
        Section.HISTORY,
        Section.AGREEMENTS,
        Section.INVOICES,
        Section.SUPPORT,
        Section.ACKNOWLEDGEMENTS,
        Section.TRANSMITTALS,
        Section.LETTERS,
        Section.REPLIES,
        Section.PAYMENTS,
        Section.INTEREST,
        Section.STATEMENTS,
        Section.ORIGINALS,
    ),
}


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page that the program writes itself: labelled lines, rows under headings, and text as it came."""

    lines: Lines = ()
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[Sentence | str, ...], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatementPages:
    """The statement of account in a currency."""

    currency: str


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`content` are its pages, `embedded` files that the packet carries inside beside them."""

    section: Section
    title: Sentence
    on: dt.date | None
    content: StoredFile | WrittenPage | StatementPages
    embedded: tuple[StoredFile, ...] = ()


def plan_packet(kind: PacketKind, material: Material) -> tuple[PlannedPart, ...]:
    """A file that belongs to several invoices is in it once."""
    planners = {
        Section.CLAIM: _claim(material),
        Section.PAYMENTS: _payments(material),
        Section.INTEREST: _interest(material),
        Section.ORIGINALS: _originals(material),
        Section.HISTORY: _history(material),
        Section.AGREEMENTS: _agreements(material.agreements),
        Section.STATEMENTS: _statements(material.currencies),
        Section.TRANSMITTALS: _sent(Section.TRANSMITTALS, [each for each in material.sent if each.delivers]),
        Section.INVOICES: _invoices(material.invoices),
        Section.SUPPORT: _support(material.invoices),
        Section.ACKNOWLEDGEMENTS: _acknowledgements(material.invoices),
        Section.LETTERS: _sent(Section.LETTERS, [each for each in material.sent if not each.delivers]),
        Section.REPLIES: (_mail(Section.REPLIES, each) for each in material.received),
    }
    return tuple(part for section in SECTIONS[kind] for part in planners[section])


def _claim(material: Material) -> Iterator[PlannedPart]:
    if material.invoices:
        page = WrittenPage(headings=(N_("Question"), N_("Answer")), rows=answers(material))
        yield PlannedPart(Section.CLAIM, _("The claim in ten questions"), material.on, page)


def _payments(material: Material) -> Iterator[PlannedPart]:
    if material.payments:
        rows = tuple((one.invoice, paid(one)) for one in material.payments)
        page = WrittenPage(headings=(N_("Invoice"), N_("What was paid or credited")), rows=rows)
        yield PlannedPart(Section.PAYMENTS, _("Payments and credits"), material.on, page)


def _interest(material: Material) -> Iterator[PlannedPart]:
    if material.interest:
        page = WrittenPage(headings=(N_("Invoice"), N_("Interest")), rows=interest_rows(material.interest))
        yield PlannedPart(Section.INTEREST, _("Interest up to and including {day}", day=str(material.on)), material.on, page)


def _originals(material: Material) -> Iterator[PlannedPart]:
    """Who holds which, and what was scanned of them and of their receipts, if it is not among the agreements; without any, a page that says so."""
    if material.invoices and not material.originals:
        page = WrittenPage(lines=((N_("originals"), _("no original is on file: 'cobranza originals add' enters them")),))
        yield PlannedPart(Section.ORIGINALS, _("Originals on paper"), material.on, page)
    elif material.originals:
        page = WrittenPage(headings=(N_("Original"), N_("Where it is")), rows=original_rows(material.originals))
        yield PlannedPart(Section.ORIGINALS, _("Originals on paper"), material.on, page)
    shown = {file.digest for one in material.agreements for file in one.files}
    scans = {scan.digest: scan for scan in material.scans if scan.digest not in shown}
    for one in material.originals:
        for digest in one.scans:
            if (scan := scans.pop(digest, None)) is not None:  # One receipt may be that of several originals.
                yield PlannedPart(Section.ORIGINALS, _("{name}: scan or receipt", name=one.name), None, scan)


def _history(material: Material) -> Iterator[PlannedPart]:
    if material.history:
        page = WrittenPage(headings=(N_("Date"), N_("What happened")), rows=tuple((str(day), said) for day, said in material.history))
        yield PlannedPart(Section.HISTORY, _("History of the case"), material.history[-1][0], page)


def _agreements(agreements: Sequence[AgreementPapers]) -> Iterator[PlannedPart]:
    for one in agreements:
        title = _("Agreement {number}, version {version}", number=one.number, version=one.version)
        yield PlannedPart(Section.AGREEMENTS, title, one.on, WrittenPage(lines=one.lines))
        for file in one.files:
            yield PlannedPart(Section.AGREEMENTS, _("{number}: {name}", number=one.number, name=file.name), None, file)


def _statements(currencies: Sequence[str]) -> Iterator[PlannedPart]:
    for currency in currencies:
        yield PlannedPart(Section.STATEMENTS, _("Statement of account in {currency}", currency=currency), None, StatementPages(currency))


def _invoices(invoices: Sequence[InvoicePapers]) -> Iterator[PlannedPart]:
    for one in invoices:
        title = _("Invoice {number}, {amount}", number=one.number, amount=one.total)
        xml = (one.xml,) if one.xml is not None else ()
        yield PlannedPart(Section.INVOICES, title, one.issued_on, one.printed or _invoice_page(one), xml)


def _invoice_page(one: InvoicePapers) -> WrittenPage:
    """In place of the printed CFDI, where nobody has given it."""
    lines: Lines = (
        (N_("invoice"), one.number),
        (N_("fiscal folio"), one.uuid or "-"),
        (N_("issued"), str(one.issued_on)),
        (N_("due"), str(one.due_on or "-")),
        (N_("concepts"), "; ".join(one.services) or "-"),
        (N_("amount"), str(one.total)),
        (N_("balance"), str(one.balance)),
        (N_("CFDI"), _("embedded in this file as {name}", name=one.xml.name) if one.xml else _("not received")),
    )
    return WrittenPage(lines=lines)


def _support(invoices: Sequence[InvoicePapers]) -> Iterator[PlannedPart]:
    numbers: dict[str, list[str]] = {}
    files: dict[str, tuple[str, StoredFile]] = {}
    for one in invoices:
        for kind, file in one.support:
            numbers.setdefault(file.digest, []).append(one.number)
            files.setdefault(file.digest, (kind, file))
    for digest, (kind, file) in files.items():
        title = _("{kind} of {invoices}: {name}", kind=word(kind), invoices=", ".join(numbers[digest]), name=file.name)
        yield PlannedPart(Section.SUPPORT, title, None, file)


def _acknowledgements(invoices: Sequence[InvoicePapers]) -> Iterator[PlannedPart]:
    numbers: dict[object, list[str]] = {}
    papers: dict[object, AcknowledgementPaper] = {}
    for one in invoices:
        for paper in one.acknowledgements:
            key: object = paper.scan.digest if paper.scan is not None else (paper.on, paper.kind, str(paper.lines))
            numbers.setdefault(key, []).append(one.number)
            papers.setdefault(key, paper)
    for same, paper in papers.items():
        said = ", ".join(numbers[same])
        title = _("Receipt of {invoices} acknowledged: {kind}", invoices=said, kind=word(paper.kind))
        page = paper.scan or WrittenPage(lines=((N_("invoices"), said), *paper.lines))
        yield PlannedPart(Section.ACKNOWLEDGEMENTS, title, paper.on, page)


def _sent(section: Section, sent: Sequence[SentPaper]) -> Iterator[PlannedPart]:
    for one in sent:
        for letter in one.letters:
            yield PlannedPart(section, _("{rule}: {name}", rule=word(one.rule), name=letter.name), one.on, letter)
        if one.mail is not None:
            yield _mail(section, one.mail)


def _mail(section: Section, mail: MailPaper) -> PlannedPart:
    lines: Lines = (
        (N_("sender"), mail.sender),
        (N_("recipients"), mail.to),
        (N_("subject"), mail.subject),
        (N_("date"), str(mail.on)),
        (N_("attachments"), ", ".join(mail.attached) or "-"),
        (N_("message file"), _("embedded in this file as {name}", name=mail.raw.name)),
    )
    title = _("Message ({kind}): {subject}", kind=word(mail.kind), subject=mail.subject or "-")
    return PlannedPart(section, title, mail.on, WrittenPage(lines=lines, text=mail.text), (mail.raw,))
