"""The mail with which whoever has to intervene is asked, with a token by which the answer is known: once, and again when invoices join."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.case_decisions import DECIDE
from cobranza_rules.dispatch.approval_requests import deliver_ready
from cobranza_rules.dispatch.internal_mail import write_internal
from cobranza_rules.dispatch.packet_mail import written_mail
from cobranza_rules.letters.intervention_mail import InterventionAsked, fields_of_intervention
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, TaskRow
from cobranza_rules.workspace import Workspace

KIND = "intervention-asked"
TOKEN = "intervention"  # noqa: S105 (the purpose that a token is for, and no secret)


def ask_for_interventions(workspace: Workspace) -> list[Problem]:
    """What kept mails from going out. Where no answer could be trusted nobody is asked by mail; on a day off, and in shadow mode, neither."""
    problems: list[Problem] = []
    settings = workspace.settings
    if not settings.answers_are_trusted or settings.mode == "shadow" or not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    with workspace.database.writing() as session:
        waiting = select(TaskRow).where(TaskRow.state == "open").order_by(TaskRow.id)
        for task in session.scalars(waiting):
            try:
                _write(session, workspace, task)
            except ProblemError as error:
                problems += [problem for problem in error.problems if problem not in problems]
    return problems + [problem for problem in deliver_ready(workspace, KIND) if problem not in problems]


def _asked_about(session: Session, task: TaskRow) -> list[InvoiceRow]:
    """The open invoices whose own rung opened or joined the task. Administration is asked about a decision, and not to intervene."""
    if task.name == DECIDE:
        return []
    own = select(InvoiceRow).where(InvoiceRow.id.in_(task.invoices), InvoiceRow.intervention_task == task.id, InvoiceRow.status == "open")
    return list(session.scalars(own.order_by(InvoiceRow.id)))


def _write(session: Session, workspace: Workspace, task: TaskRow) -> None:
    invoices, person = _asked_about(session, task), workspace.company.person(task.assigned_to)
    if not invoices or person is None or not person.email:
        return
    customer = session.get_one(CustomerRow, task.customer_id)
    asked = InterventionAsked(
        task=task.id,
        token=workspace.token_key.token(TOKEN, task.id),
        customer=customer.code or customer.rfc,
        customer_name=customer.name,
        deadline=task.due_on,
        invoices=[(row.number, row.due_on, Money(row.balance, row.currency)) for row in invoices],
    )
    fields = fields_of_intervention(workspace.company, person, workspace.clock.today(), asked, workspace.settings.language)
    key = f"task:{task.id}:{max(invoice.id for invoice in invoices)}"
    write_internal(session, workspace, KIND, key, person.email, (), written_mail(workspace, KIND, fields))
