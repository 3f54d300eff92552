"""Credit notes that Accounting is asked for once it has accepted a packet: in one relation, by one mail, once for each discount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.accounting_papers import Wanted, accounting_heading
from cobranza_rules.dispatch.correspondence import ANSWER_WORKDAYS
from cobranza_rules.dispatch.due_steps import DueStep, confirm_step, due_steps
from cobranza_rules.dispatch.internal_mail import READY, SENT, deliver_internal, write_internal
from cobranza_rules.dispatch.packet_mail import PDF, REQUEST_KIND, written_mail
from cobranza_rules.dispatch.rendering import letter_files, writer_of
from cobranza_rules.domain.accounting import Packet
from cobranza_rules.domain.discount import DiscountKind, DiscountState
from cobranza_rules.domain.letter import CreditNoteRequest, CreditRequest
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import N_, _, word
from cobranza_rules.letters.packet_mail import PacketMail, fields_of_packet
from cobranza_rules.mail.message import Attachment
from cobranza_rules.money import Money, total
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AccountingPacketRow, CustomerRow, DiscountRow, InvoiceRow, PacketLineRow
from cobranza_rules.workspace import Workspace

TEMPLATE = "credit-note-request"
BY_DISCOUNT, BY_RETURN = "01", "03"  # TipoRelacion of a credit note (Anexo 20)


def request_credit_notes(workspace: Workspace, states: Counter[str]) -> list[Problem]:
    """What kept requests from going out. `states` counts actions by the state in which they were left, and is kept true."""
    problems: list[Problem] = []
    if not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    with workspace.database.reading() as session:
        due = list(due_steps(session, Packet.REQUESTS.value))
    for one in due:
        try:
            message_id = one.message_id or _write(workspace, one)
            outcome = deliver_internal(workspace, message_id) if message_id is not None else SENT
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        if outcome != READY:
            told = word(one.step.to)
            reason = (
                _("{people} told", people=told)
                if outcome == SENT
                else _("{people} not told for certain: {state}", people=told, state=word(outcome))
            )
            with workspace.database.writing() as session:
                confirm_step(Bookkeeper(session, workspace.clock.now()), workspace, one, reason, states)
    states += Counter()
    return problems


def _write(workspace: Workspace, one: DueStep) -> int | None:
    """The mail of a packet's requests, from which on they are open; None where nothing is left to be asked for."""
    today, language = workspace.clock.today(), workspace.settings.language
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        packet = session.get_one(AccountingPacketRow, one.member[1])
        rows = _unrequested(session, packet)
        if not rows:
            return None
        people = [person_named(workspace.company, role) for role in dict.fromkeys((one.step.to, *one.step.cc))]
        document = _document(session, workspace, packet, rows)
        (printed,) = letter_files(workspace, document, {PDF})
        translate = translator(language)
        asked = total([Money(row.minor, row.currency) for row in rows], packet.currency)
        totals: list[tuple[str, Money | int]] = [(translate(N_("Credit notes")), len(rows)), (translate(N_("Discounts")), asked)]
        told = PacketMail(packet.id, packet.day, packet.currency, packet.revision, "", by_mail=False, command="", totals=totals)
        written = written_mail(workspace, REQUEST_KIND, fields_of_packet(workspace.company, people[0], today, told, language))
        copies = [person.email for person in people[1:] if person.email != people[0].email]
        attachment = (Attachment(printed.name, PDF, printed.content),)
        message_id = write_internal(session, workspace, REQUEST_KIND, f"step:{one.step_id}", people[0].email, copies, written, attachment)
        packet.request = workspace.archive.put(printed.content)
        one.bind(session, message_id)
        for row in rows:
            row.state, row.requested_on = DiscountState.REQUESTED.value, today
            data = {
                "discount": row.id,
                "invoice": session.get_one(InvoiceRow, row.invoice_id).number,
                "minor": row.minor,
                "currency": row.currency,
            }
            keeper.note(row.customer_id, "credit_note_requested", today, data)
    return message_id


def _unrequested(session: Session, packet: AccountingPacketRow) -> list[DiscountRow]:
    query = (
        select(DiscountRow)
        .join(PacketLineRow, PacketLineRow.subject_id == DiscountRow.id)
        .where(PacketLineRow.packet_id == packet.id, PacketLineRow.live, PacketLineRow.subject == Scope.DISCOUNT.value)
        .where(DiscountRow.state == DiscountState.APPLIED.value)
    )
    return list(session.scalars(query.order_by(DiscountRow.customer_id, DiscountRow.id)))


def _document(session: Session, workspace: Workspace, packet: AccountingPacketRow, rows: Sequence[DiscountRow]) -> CreditNoteRequest:
    writer = writer_of(workspace)
    wanted = Wanted(TEMPLATE, workspace.settings.language, writer.today, writer.today)
    return CreditNoteRequest(
        **{**accounting_heading(writer, wanted), "number": f"{packet.day}-{packet.currency}-{packet.id}", "draft": False},
        currency=packet.currency,
        requests=tuple(credit_request(session, row, workspace.settings.language) for row in rows),
        answer_by=writer.calendar.plus(writer.today, ANSWER_WORKDAYS),
    )


def credit_request(session: Session, row: DiscountRow, language: str) -> CreditRequest:
    invoice, customer = session.get_one(InvoiceRow, row.invoice_id), session.get_one(CustomerRow, row.customer_id)
    kind = word(row.kind).text(translator(language))
    return CreditRequest(
        customer=customer.code or "",
        customer_name=customer.name,
        rfc=customer.rfc,
        number=invoice.number,
        uuid=invoice.uuid or "",
        issued_on=invoice.issued_on,
        total=Money(invoice.total, invoice.currency),
        amount=Money(row.minor, row.currency),
        reason=f"{kind[:1].upper()}{kind[1:]}: {row.reason}",
        relation=BY_RETURN if row.kind == DiscountKind.RETURN else BY_DISCOUNT,
    )
