"""What comes of an intervention: its answer, the payment plan that was agreed on, and what an answer still changes that came late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of
from cobranza_rules.booking.case_decisions import DECIDE, DECIDED, last_rung
from cobranza_rules.booking.handing_over import HAND_OVER
from cobranza_rules.booking.payment_plans import PlanAgreed, agree_on_plan
from cobranza_rules.booking.tasks import open_task, withdraw_tasks
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.rules.model import StepKind
from cobranza_rules.store.tables import ActionRow, InvoiceRow, StepRow, TaskRow

AGREEMENT = "agreement"
INTERVENTION_ANSWERS = (AGREEMENT, "no_agreement", "agreement_broken")
LATE = "late-agreement"  # What administration is told with, once the case has left
ADMINISTRATION = "administration_manager"
WITH_ADMINISTRATION = "with_administration"


@dataclass(frozen=True, slots=True)
class InterventionAnswer:
    """`answer` is one of INTERVENTION_ANSWERS; an agreement has a plan, or the one day on which all is to be paid, or neither."""

    who: str
    answer: str
    comment: str
    plan: PlanAgreed | None = None
    pay_on: dt.date | None = None


def asked_about(keeper: Bookkeeper, task: TaskRow) -> list[InvoiceRow]:
    """The invoices whose own rung opened or joined the task, those too of which administration has been asked since."""
    return [invoice for invoice in keeper.invoices(task.invoices) if _asked_in(keeper, task, invoice)]


def _asked_in(keeper: Bookkeeper, task: TaskRow, invoice: InvoiceRow) -> bool:
    if invoice.intervention_task == task.id or invoice.case_status == "collections":
        return invoice.intervention_task == task.id
    opened = (entry for entry in entries_of(keeper.session, invoice.id) if entry.kind is EntryKind.INTERVENTION_OPENED)
    return any(entry.data["task"] == task.id for entry in opened)


def brought_by(task: TaskRow, plan: PlanAgreed, invoices: Sequence[InvoiceRow]) -> PlanAgreed:
    """It takes the place of the one by which all of them were paid before."""
    before = {invoice.payment_plan for invoice in invoices}
    return replace(plan, task_id=task.id, replaces=before.pop() if len(before) == 1 else None)


def settle_intervention(
    keeper: Bookkeeper, task: TaskRow, invoices: Sequence[InvoiceRow], said: InterventionAnswer, today: dt.date
) -> None:
    """`invoices` are those that the task asks about. Raises ProblemError where the plan is wrong."""
    waiting = [invoice for invoice in invoices if invoice.status == "open"]
    escalated = [invoice for invoice in waiting if invoice.case_status != "collections"]
    agreed = said.answer == AGREEMENT
    gone = agreed and bool(escalated) and has_left(keeper, escalated)
    for invoice in invoices:
        keeper.enter(invoice, EntryKind.INTERVENTION_ANSWERED, today, {"task": task.id, "answer": said.answer})
    if gone:
        _tell_administration(keeper, task, escalated, said, today)
        return
    if agreed and said.plan is not None:
        agree_on_plan(keeper, waiting, brought_by(task, said.plan, waiting), today)
    elif agreed and said.pay_on is not None:
        for invoice in waiting:
            keeper.enter(invoice, EntryKind.PROMISED, today, {"pay_on": said.pay_on.isoformat(), "minor": 0, "task": task.id})
    if agreed and escalated:
        _reopen(keeper, task, escalated, said, today)


def has_left(keeper: Bookkeeper, invoices: Sequence[InvoiceRow]) -> bool:
    """Whether administration has decided on one of them already, keeping it included, or the packet of its escalation is out of the house of collections."""
    decided = any(invoice.case_status != WITH_ADMINISTRATION or invoice.intervention == DECIDED for invoice in invoices)
    return decided or any(_packet_left(keeper, invoice) for invoice in invoices)


def _packet_left(keeper: Bookkeeper, invoice: InvoiceRow) -> bool:
    action_id = invoice.rungs[-1].get("action") if invoice.rungs else None
    action = keeper.session.get(ActionRow, action_id) if action_id is not None else None
    if action is None:
        return False
    confirmed = select(StepRow.position).where(StepRow.action_id == action.id, StepRow.confirmed_at.is_not(None))
    return any(action.plan["steps"][position]["kind"] == StepKind.PACKET for position in keeper.session.scalars(confirmed))


def _reopen(keeper: Bookkeeper, task: TaskRow, invoices: Sequence[InvoiceRow], said: InterventionAnswer, today: dt.date) -> None:
    """Nobody has decided yet: the case is back in collections, before the rung that moved it, and as if Sales had answered in time."""
    for invoice in invoices:
        keeper.enter(invoice, EntryKind.CASE_RETURNED, today, {"task": task.id, "rung": last_rung(invoice), "answer": said.answer})
    withdraw_tasks(keeper, task.customer_id, (DECIDE, HAND_OVER), said.who, today, {invoice.id for invoice in invoices})
    numbers = [invoice.number for invoice in invoices]
    keeper.note(task.customer_id, "decision_reopened", today, {"task": task.id, "who": said.who, "invoices": numbers})


def _tell_administration(
    keeper: Bookkeeper, task: TaskRow, invoices: Sequence[InvoiceRow], said: InterventionAnswer, today: dt.date
) -> None:
    """It decides what an agreement is worth that came after the case had left."""
    plan = said.plan
    terms = [f"{day.isoformat()} {amount}" for day, amount in plan.instalments] if plan is not None else []
    terms += [said.pay_on.isoformat()] if said.pay_on is not None else []
    detail = {"who": said.who, "comment": said.comment, "instalments": terms, "discount": plan.discount if plan is not None else ""}
    open_task(keeper, LATE, task.customer_id, ADMINISTRATION, today, [invoice.id for invoice in invoices], detail, alone=True)
    told = {"task": task.id, "invoices": [invoice.number for invoice in invoices], **detail}
    keeper.note(task.customer_id, "late_agreement", today, told)
