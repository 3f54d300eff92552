"""A task that is done: what its answer changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update

from cobranza_rules.booking.allocation import ALLOCATE, allocate
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cancellation import REVIEW_CANCELLATION, check_review
from cobranza_rules.booking.case_decisions import DECIDE, check_decision, check_plan, decide_on_case
from cobranza_rules.booking.intervention_answers import (
    INTERVENTION_ANSWERS,
    InterventionAnswer,
    asked_about,
    brought_by,
    settle_intervention,
)
from cobranza_rules.booking.ledger_credits import settle_credits
from cobranza_rules.booking.ledger_doubts import MATCH, check_match, decide_credit
from cobranza_rules.booking.message_tasks import MESSAGES, settle_messages
from cobranza_rules.booking.payment_plans import PlanAgreed, agree_on_plan
from cobranza_rules.booking.substitution import REVIEW, end_review
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ClaimRow, ContactRow, TaskRow

FIND_ADDRESS = "find-address"
ACKNOWLEDGED = "acknowledged"  # The answer of who called the customer about a missing acknowledgement
# Tasks behind which claims are kept back: done, they let the rules plan the same again.
RELEASING = frozenset({"resolve-rejection", "message-refused"})


@dataclass(frozen=True, slots=True)
class Acknowledger:
    """Who at the customer acknowledged the receipt."""

    person: str
    title: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`answer` for an intervention is one of INTERVENTION_ANSWERS; an agreement may name the day on which payment was agreed, or has a `plan`.

    For a doubtful credit of the accounting system it is `same` or `another`; for the money of a cancelled invoice `kept` or `given_back`.

    `acknowledged` says that, and by whom, the receipt of the task's invoices was acknowledged; `shares` are those of a credit note, amounts
    as written by invoice number, and `settles` the discounts whose place it takes. `rung` is where a case goes on that a decision gives back to collections.
    """

    who: str
    answer: str = ""
    comment: str = ""
    pay_on: dt.date | None = None
    acknowledged: Acknowledger | None = None
    rung: str = ""
    shares: Mapping[str, str] = field(default_factory=dict)
    settles: tuple[int, ...] = ()
    plan: PlanAgreed | None = None


def finish_task(keeper: Bookkeeper, task_id: int, answer: Answer, today: dt.date) -> TaskRow:
    """Raises ProblemError where there is no such open task, or an intervention is left without its answer."""
    row = keeper.session.get(TaskRow, task_id)
    if row is None or row.state != "open":
        raise ProblemError([Problem(_("there is no open task {id}", id=task_id), _("'cobranza tasks list' shows the open ones"))])
    invoices = asked_about(keeper, row)
    if row.name == DECIDE:
        invoices = [invoice for invoice in keeper.invoices(row.invoices) if invoice.status == "open"]
        check_decision(invoices, answer.answer, answer.rung)
        check_plan(answer.answer, answer.plan)
    elif invoices and answer.answer not in INTERVENTION_ANSWERS:
        raise ProblemError(
            [Problem(_("an intervention needs its answer"), _("give --answer {choices}", choices=", ".join(INTERVENTION_ANSWERS)))]
        )
    if row.name == MATCH:
        check_match(answer.answer)
    if row.name == REVIEW_CANCELLATION:
        check_review(answer.answer)
    if row.name == ALLOCATE:
        allocate(keeper, row, answer.shares, answer.settles)
    row.state, row.answer, row.comment = "done", answer.answer, answer.comment
    row.done_by, row.done_at = answer.who, keeper.known_at
    keeper.note(
        row.customer_id,
        "task_done",
        today,
        {"task": row.id, "name": row.name, "who": answer.who, "answer": answer.answer, "comment": answer.comment},
    )
    if row.name == DECIDE:
        decide_on_case(keeper, row, invoices, answer.answer, answer.rung, today)
        if answer.plan is not None:
            agree_on_plan(keeper, invoices, brought_by(row, answer.plan, invoices), today)
    elif invoices:
        heard = InterventionAnswer(answer.who, answer.answer, answer.comment, answer.plan, answer.pay_on)
        settle_intervention(keeper, row, invoices, heard, today)
    if answer.acknowledged is not None or answer.answer == ACKNOWLEDGED:
        by = answer.acknowledged or Acknowledger("")
        said = {"kind": _acknowledged_by(row).value, "person": by.person, "title": by.title, "phone": by.phone, "who": answer.who}
        for invoice in keeper.invoices(row.invoices):
            delivery = row.action_id or invoice.delivered_by
            keeper.enter(invoice, EntryKind.ACKNOWLEDGED, today, {"task": row.id, "delivery": delivery, **said})
    if row.name == MATCH:
        settle_credits(keeper, [decide_credit(keeper, row, answer.answer)], today)
    if row.name in (REVIEW, REVIEW_CANCELLATION):
        end_review(keeper, row.invoices, today)
    if row.detail.get(MESSAGES):
        settle_messages(keeper, row, answer.who, today)
    if row.name == FIND_ADDRESS:
        _trust_addresses_again(keeper, row.customer_id)
    if row.name in RELEASING and row.action_id is not None:
        unsent = (ClaimRow.action_id == row.action_id, ClaimRow.sent_on.is_(None))
        keeper.session.execute(update(ClaimRow).where(*unsent).values(live=False))
    return row


def _acknowledged_by(task: TaskRow) -> AcknowledgementKind:
    """Whoever carries invoices has them signed; whoever is asked to call hears it. A portal gives a number, which the command takes."""
    return AcknowledgementKind.TELEPHONE if task.action_id is None else AcknowledgementKind.SIGNATURE


def _trust_addresses_again(keeper: Bookkeeper, customer_id: int) -> None:
    """Whoever was asked to find an address has seen to the ones on file."""
    bounced = select(ContactRow).where(ContactRow.customer_id == customer_id, ContactRow.active, ContactRow.bounced_on.is_not(None))
    for contact in keeper.session.scalars(bounced):
        contact.bounced_on = None
