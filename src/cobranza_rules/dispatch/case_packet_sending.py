"""Packets of escalated cases on their way to whoever decides: attached where they fit into a mail, pointed to where not."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.case_packet import CASE_PACKET
from cobranza_rules.dispatch.due_steps import DueStep, confirm_step, due_steps
from cobranza_rules.dispatch.internal_mail import READY, SENT, deliver_internal, write_internal
from cobranza_rules.dispatch.mail_size import BASE64, MB
from cobranza_rules.dispatch.packet_mail import ROOM, written_mail
from cobranza_rules.domain.case import ESCALATION_PACKET
from cobranza_rules.language import N_, _, word
from cobranza_rules.letters.packet_mail import PacketMail, fields_of_packet
from cobranza_rules.mail.message import Attachment
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, CustomerRow, DocumentRow
from cobranza_rules.timestamps.awaiting import await_packet
from cobranza_rules.workspace import Workspace

KIND = "escalation-packet"


def send_case_packets(workspace: Workspace, states: Counter[str]) -> list[Problem]:
    """What kept packets from going out. `states` counts actions by the state in which they were left, and is kept true."""
    problems: list[Problem] = []
    if not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    with workspace.database.reading() as session:
        due = list(due_steps(session, ESCALATION_PACKET))
    for one in due:
        try:
            outcome = deliver_internal(workspace, one.message_id or _write(workspace, one))
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        if outcome != READY:
            _confirm(workspace, one, outcome, states)
    states += Counter()
    return problems


def _confirm(workspace: Workspace, one: DueStep, outcome: str, states: Counter[str]) -> None:
    told = word(one.step.to)
    reason = _("{people} told", people=told)
    if outcome != SENT:
        reason = _("{people} not told for certain: {state}", people=told, state=word(outcome))
    with workspace.database.writing() as session:
        confirm_step(Bookkeeper(session, workspace.clock.now()), workspace, one, reason, states)


def _write(workspace: Workspace, one: DueStep) -> int:
    """The mail of a signed packet, to which its step is bound in the same transaction. Raises ProblemError."""
    today, language = workspace.clock.today(), workspace.settings.language
    people = [person_named(workspace.company, role) for role in dict.fromkeys((one.step.to, *one.step.cc))]
    copies = [person.email for person in people[1:] if person.email != people[0].email]
    with workspace.database.writing() as session:
        packet = _document(session, one.action_id)
        attached = Attachment(packet.name, packet.media_type, workspace.archive.get(packet.digest))
        fits = len(attached.content) * BASE64 <= workspace.settings.mail.largest_mb * MB * ROOM
        translate = translator(language)
        customer = session.get_one(CustomerRow, one.action.customer_id)
        told = PacketMail(
            number=one.action_id,
            day=today,
            currency=one.action.currency,
            revision=1,
            token="",
            by_mail=False,
            command="" if fits else f"cobranza tasks list --role {one.step.to}",
            totals=[
                (f"{customer.code} {customer.name}", Money(one.action.total, one.action.currency)),
                (translate(N_("Invoices")), len(one.action.items)),
            ],
        )
        written = written_mail(workspace, KIND, fields_of_packet(workspace.company, people[0], today, told, language))
        attachments = (attached,) if fits else ()
        message_id = write_internal(session, workspace, KIND, f"step:{one.step_id}", people[0].email, copies, written, attachments)
        one.bind(session, message_id)
        keeper = Bookkeeper(session, workspace.clock.now())
        data = {"action": one.action_id, "to": people[0].email, "name": packet.name, "document": packet.digest}
        keeper.note(one.action.customer_id, "case_packet_written", today, data)
        await_packet(keeper, workspace.settings.timestamp, one.action.customer_id, packet.name, packet.digest)
    return message_id


def _document(session: Session, action_id: int) -> DocumentRow:
    revision = select(ActionRow.revision).where(ActionRow.id == action_id).scalar_subquery()
    query = select(DocumentRow).where(DocumentRow.action_id == action_id, DocumentRow.revision == revision, DocumentRow.kind == CASE_PACKET)
    return session.scalars(query).one()
