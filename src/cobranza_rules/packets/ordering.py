"""A packet as somebody asks for it: its invoices, what stands on its cover, and the news of it in the case file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.correspondence import statement_for
from cobranza_rules.dispatch.on_demand import invoices_named
from cobranza_rules.dispatch.rendering import PDF, file_name, letter_files, named, writer_of
from cobranza_rules.domain.company import Person
from cobranza_rules.domain.letter import Letter
from cobranza_rules.language import N_, _, word
from cobranza_rules.letters.fields import DRAFT_MARKS, fields_of, person_fields
from cobranza_rules.letters.formats import short_date
from cobranza_rules.letters.packet_catalogue import SHARED
from cobranza_rules.packets.building import Desk, Order, Packet, build_packet
from cobranza_rules.packets.foreign_files import ForeignReader
from cobranza_rules.packets.gathering import Gatherer
from cobranza_rules.packets.material import Material
from cobranza_rules.packets.planning import PacketKind, Section, plan_packet
from cobranza_rules.packets.written_pages import Style
from cobranza_rules.privacy.blocked_use import refuse_if_blocked
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow
from cobranza_rules.timestamps.awaiting import await_packet
from cobranza_rules.workspace import Workspace

TITLES = {
    PacketKind.DELIVERY: N_("Delivery of invoices"),
    PacketKind.ACCOUNT: N_("Statement of account with its documents"),
    PacketKind.ESCALATION: N_("Case for Administration"),
}


@dataclass(frozen=True, slots=True)
class AskedPacket:
    """`invoices` are numbers or UUID as somebody wrote them; none for all that are open."""

    kind: PacketKind
    customer: CustomerRow
    who: Person
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PacketOf:
    """What a packet is about: these invoices of a customer. A `draft` bears the mark of one; `signer` hands an escalated case over."""

    kind: PacketKind
    customer: CustomerRow
    rows: Sequence[InvoiceRow]
    signer: Person | None = None
    draft: bool = False


def make_packet(workspace: Workspace, asked: AskedPacket) -> Packet:
    """Its bytes are in the archive, and the case file says who made it. Raises ProblemError.

    Nobody has signed what is made on demand: of an escalated case it is a draft.
    """
    draft = asked.kind is PacketKind.ESCALATION
    if not draft:
        refuse_if_blocked(asked.customer)
    with workspace.database.reading() as session:
        packet = packet_of(session, workspace, PacketOf(asked.kind, asked.customer, _invoices(session, asked), draft=draft))
    digest = workspace.archive.put(packet.content)
    with workspace.database.writing() as session:
        data = {"rule": asked.kind.value, "who": asked.who.email, "pages": packet.pages, "document": digest}
        keeper = Bookkeeper(session, workspace.clock.now())
        keeper.note(asked.customer.id, "packet_made", workspace.clock.today(), data)
        if not draft:
            await_packet(keeper, workspace.settings.timestamp, asked.customer.id, name_of_packet(workspace, asked), digest)
    return packet


def name_of_packet(workspace: Workspace, asked: AskedPacket) -> str:
    """Of its file: kind, customer and day."""
    called = f"{named(asked.kind.value, workspace.settings.language)}-{asked.customer.code}-{workspace.clock.today()}"
    return f"{file_name(called)}.pdf"


def packet_of(session: Session, workspace: Workspace, asked: PacketOf) -> Packet:
    """Nothing is stored. Raises ProblemError where there is nothing to put in, and where a template or the engine fails."""
    return build_packet(*_order(session, workspace, asked))


def _order(session: Session, workspace: Workspace, asked: PacketOf) -> tuple[Desk, Order]:
    rows = asked.rows
    today = workspace.clock.today()
    zone, legal = ZoneInfo(workspace.settings.timezone), workspace.settings.interest.legal
    gatherer = Gatherer(session, workspace.archive, asked.customer, today, zone, legal)
    material = gatherer.material(rows)
    parts = plan_packet(asked.kind, material)
    if not parts:
        what = _("there is nothing of {customer} that such a packet holds", customer=asked.customer.code)
        raise ProblemError([Problem(what, _("'cobranza case' shows what is on file"))])
    # What goes to the customer speaks the customer's language, a case that stays in the house that of the house.
    language = workspace.settings.language if asked.kind is PacketKind.ESCALATION else asked.customer.language
    writer = replace(writer_of(workspace), language=language)
    letters = {currency: statement_for(session, writer, asked.customer, currency, noted=True) for currency in material.currencies}
    wanted = any(part.section is Section.STATEMENTS for part in parts)
    statements = {currency: letter_files(workspace, letter, (PDF,))[0].content for currency, letter in letters.items() if wanted}
    style = Style(language, workspace.company.name, today)
    pictures = workspace.pictures.of(signer=None if asked.draft else asked.signer, analyst=None)
    desk = Desk(workspace.archive, workspace.pdf, workspace.templates, ForeignReader(), style, pictures)
    cover = "escalation-cover" if asked.kind is PacketKind.ESCALATION else "packet-cover"
    title = translator(language)(TITLES[asked.kind])
    fields = _fields(session, workspace, asked, material, letters) | {"has_signature": bool(pictures.signature)}
    return desk, Order(cover, title, parts, statements, fields, DRAFT_MARKS[language] if asked.draft else "")


def _invoices(session: Session, asked: AskedPacket) -> Sequence[InvoiceRow]:
    if asked.invoices:
        return invoices_named(session, asked.customer, asked.invoices)
    query = select(InvoiceRow).where(InvoiceRow.customer_id == asked.customer.id, InvoiceRow.status == "open")
    rows = list(session.scalars(query.order_by(InvoiceRow.id)))
    if not rows:
        what = _("{customer} has no open invoices", customer=asked.customer.code)
        raise ProblemError([Problem(what, _("name invoices with --invoices"))])
    return rows


def _fields(session: Session, workspace: Workspace, asked: PacketOf, material: Material, letters: dict[str, Letter]) -> dict[str, Any]:
    """The fields of `packet_catalogue` that do not follow from the parts. What is owed is that of the whole account."""
    first = next(iter(letters.values()))
    heading, language = fields_of(first), first.language
    translate = translator(language)
    owed = [fields_of(letter) for letter in letters.values()]
    return {name: heading[name] for name in SHARED} | {
        "kind": asked.kind.value,
        "draft": asked.draft,
        "draft_mark": DRAFT_MARKS[language] if asked.draft else "",
        "signer": person_fields(asked.signer, language),
        "owed": [
            {
                "currency": each["currency"],
                "total": each["total"],
                "overdue": each["overdue_total"],
                "invoices": str(len({line["uuid"] or line["number"] for line in each["lines"]})),
                "oldest_days_overdue": each["oldest_days_overdue"],
            }
            for each in owed
        ],
        "receiver": person_fields(workspace.company.person("administration_manager"), language),
        "agreements": [
            {"number": f"{one.number}, v. {one.version}", "valid": _valid(one, language).text(translate)}
            for one in _agreements(session, asked.rows)
        ],
        "actions": [{"date": short_date(one.on, language), "what": word(one.rule).text(translate)} for one in material.sent],
    }


def _agreements(session: Session, rows: Sequence[InvoiceRow]) -> Sequence[AgreementRow]:
    ids = {row.agreement_id for row in rows if row.agreement_id is not None}
    return list(session.scalars(select(AgreementRow).where(AgreementRow.id.in_(ids)).order_by(AgreementRow.number, AgreementRow.version)))


def _valid(one: AgreementRow, language: str) -> Any:
    begin = short_date(one.valid_from, language)
    if one.valid_until is None:
        return _("from {begin} until further notice", begin=begin)
    return _("from {begin} to {end}", begin=begin, end=short_date(one.valid_until, language))
