"""An answer to an intervention by mail: an agreement with its days and amounts, or none; once, or nothing at all, and a person reads it.

Everything has to be beyond doubt: that the token is ours, that whoever was asked answers, that our own mail server vouches for him, and what
he says. What is not is a proposal in the inbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.payment_plans import PlanAgreed
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.dispatch.approval_answers import HARMLESS, own_texts
from cobranza_rules.dispatch.intervention_mail import KIND, TOKEN
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.intervention_words import SaidOfIntervention, read_intervention
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import CustomerRow, InternalMessageRow, ReceivedRow, TaskRow
from cobranza_rules.workspace import Workspace

SUBJECT_TOKEN = re.compile(r"\[task ([0-9]{1,18}-[a-zA-Z2-7]{16})\]")


@dataclass(frozen=True, slots=True)
class AnsweredTask:
    task: TaskRow | None
    doubt: Sentence | None = None


def answered_task(session: Session, workspace: Workspace, message: IncomingMessage) -> AnsweredTask | None:
    """None where the message has nothing to do with an intervention."""
    tokens = list(dict.fromkeys(SUBJECT_TOKEN.findall(message.subject)))
    if not tokens:
        named = select(InternalMessageRow.id).where(
            InternalMessageRow.kind == KIND, InternalMessageRow.message_id.in_(list(message.references))
        )
        doubt = _("the token of the task is not in its subject any more")
        return AnsweredTask(None, doubt) if session.scalars(named).first() is not None else None
    number = workspace.token_key.number_of(TOKEN, tokens[0]) if len(tokens) == 1 else None
    row = session.get(TaskRow, number) if number is not None else None
    return AnsweredTask(row, None if row is not None else _("the token in its subject is not one of ours"))


def take_task_answer(keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, message: IncomingMessage, answered: AnsweredTask) -> None:
    """In the transaction that takes the message in: a second copy of it finds everything decided."""
    doubts = _doubts_beside_its_text(keeper.session, workspace, row, message, answered)
    if not doubts and answered.task is not None:
        doubts = _decide(keeper, workspace, row, message, answered.task)
    if doubts:
        row.state, row.doubtful, row.doubts = "open", True, [doubt.as_json() for doubt in doubts]
    else:
        row.state, row.decided_by, row.doubtful = "settled", row.sender, False


def _doubts_beside_its_text(
    session: Session, workspace: Workspace, row: ReceivedRow, message: IncomingMessage, answered: AnsweredTask
) -> list[Sentence]:
    if answered.task is None:
        return [answered.doubt] if answered.doubt is not None else []
    found: list[Sentence] = []
    asked = select(InternalMessageRow.recipient).where(
        InternalMessageRow.kind == KIND, InternalMessageRow.key.like(f"task:{answered.task.id}:%")
    )
    recipients = {recipient.lower() for recipient in session.scalars(asked)}
    person = workspace.company.person(answered.task.assigned_to)
    if row.sender.lower() not in recipients or person is None or person.email.lower() != row.sender.lower():
        asked_one = ", ".join(sorted(recipients)) or "-"
        found.append(_("it comes from {sender}, and {recipient} was asked", sender=row.sender or "-", recipient=asked_one))
    if not row.sender_authenticated:
        found.append(_("our mail server does not vouch for its sender"))
    names = [each.name for each in message.attachments if not HARMLESS.match(each.media_type)]
    if names:
        found.append(_("it carries files, and may mean them: {names}", names=", ".join(names)))
    return found


def _decide(keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, message: IncomingMessage, task: TaskRow) -> list[Sentence]:
    currencies = {invoice.currency for invoice in keeper.invoices(task.invoices) if invoice.status == "open"}
    if len(currencies) > 1:
        return [_("the invoices are in several currencies: the agreement of each is entered by command")]
    currency = currencies.pop() if currencies else "MXN"
    today = workspace.clock.today()
    said = read_intervention(message.new_text, currency, today, workspace.rules.calendar, own_texts(workspace.company))
    if said.agreed is None:
        return [said.doubt] if said.doubt is not None else []
    try:
        with keeper.attempt():
            finish_task(keeper, task.id, _answer(keeper, workspace, row, task, said), today)
    except ProblemError as error:
        return [problem.what for problem in error.problems]
    row.facts = {"task": task.id}
    return []


def _answer(keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, task: TaskRow, said: SaidOfIntervention) -> Answer:
    """Who agreed at the customer is the customer itself where nobody is named."""
    if not said.agreed:
        return Answer(row.sender, "no_agreement", said.reason)
    settings = workspace.settings
    plan = PlanAgreed(
        instalments=said.instalments,
        who=row.sender,
        agreed_with=said.agreed_with or keeper.session.get_one(CustomerRow, task.customer_id).name,
        comment=row.subject,
        grace=settings.payment_plans.grace_workdays,
        limits=settings.discounts.as_limits(),
        discount=said.discount,
        message=row.raw,
    )
    return Answer(row.sender, "agreement", "", plan=plan)
