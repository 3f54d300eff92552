"""What the people of the story do, by the functions behind the commands that they would type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.acknowledging import Given, acknowledge
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.task_answers import Acknowledger, Answer, finish_task
from cobranza_rules.demo.cash_acting import accept_packets, approve_discount, claim, discount
from cobranza_rules.demo.paper_acting import enter_original, hand_over_originals, keep_with_agreement, receive_originals
from cobranza_rules.demo.postman import as_answer, deliver
from cobranza_rules.demo.story import Act
from cobranza_rules.dispatch.shown import must_be_whole
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.people import person_named
from cobranza_rules.plan.deciding import Decision, decide_approvals, waiting_approvals
from cobranza_rules.plan.gates import WAITING
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.gates import RELEASE, SIGN
from cobranza_rules.starting import shipped
from cobranza_rules.store.tables import (
    ActionRow,
    ApprovalAskedRow,
    ApprovalRequestRow,
    ApprovalRow,
    CustomerRow,
    InternalMessageRow,
    InvoiceRow,
    ReceivedRow,
    TaskRow,
)
from cobranza_rules.workspace import Workspace

# The reply that an act speaks of, by the name of its sample file: the digest of the message that was delivered from it.
Delivered = dict[str, str]
NUMBER = b"@NUMBER@"


def perform(workspace: Workspace, act: Act, delivered: Delivered) -> int:
    """How many things the person has decided."""
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        return _ACTS[act.do](keeper, workspace, act, delivered)


def _decide(keeper: Bookkeeper, workspace: Workspace, act: Act, gate: str) -> int:
    person = person_named(workspace.company, act.role)
    waiting = [
        approval.id
        for approval, action in waiting_approvals(keeper.session, act.role)
        if approval.gate == gate and act.customer in ("", planned(action).customer)
    ]
    decision, today = Decision(person, True, act.comment), workspace.clock.today()
    done, problems = decide_approvals(keeper, waiting, decision, today, partial(must_be_whole, workspace))
    assert not problems, "the story's people decide what waits for them"
    return len(done)


def _approve(keeper: Bookkeeper, workspace: Workspace, act: Act, _delivered: Delivered) -> int:
    return _decide(keeper, workspace, act, SIGN)


def _answer(keeper: Bookkeeper, workspace: Workspace, act: Act, _delivered: Delivered) -> int:
    """By mail, from wherever the person is: the oldest request of which anything waits, or that for the customer."""
    recipient = person_named(workspace.company, act.role).email
    query = (
        select(ApprovalRow, ActionRow, InternalMessageRow.message_id)
        .join(ActionRow, ActionRow.id == ApprovalRow.action_id)
        .join(ApprovalAskedRow, ApprovalAskedRow.approval_id == ApprovalRow.id)
        .join(ApprovalRequestRow, ApprovalRequestRow.id == ApprovalAskedRow.request_id)
        .join(InternalMessageRow, InternalMessageRow.id == ApprovalRequestRow.message_id)
        .where(ApprovalRow.state == WAITING, ApprovalRequestRow.recipient == recipient)
        .order_by(ApprovalRow.id)
    )
    for approval, action, message_id in keeper.session.execute(query):
        if act.customer in ("", planned(action).customer):
            raw = (shipped("samples") / act.more["file"]).read_bytes().replace(NUMBER, str(approval.id).encode())
            deliver(workspace, as_answer(raw, message_id, workspace.clock.today()), workspace.clock.today())
            return 1
    return 0


def _release(keeper: Bookkeeper, workspace: Workspace, act: Act, _delivered: Delivered) -> int:
    return _decide(keeper, workspace, act, RELEASE)


def _assign(keeper: Bookkeeper, workspace: Workspace, act: Act, delivered: Delivered) -> int:
    digest = delivered.get(act.more["reply"])
    row = keeper.session.scalar(select(ReceivedRow).where(ReceivedRow.raw == digest, ReceivedRow.state == "open"))
    if row is None:
        return 0
    facts = {name: str(value) for name, value in act.more.get("facts", {}).items()}
    person = person_named(workspace.company, act.role)
    assignment = Assignment(act.more["kind"], person.email, facts, act.customer, act.more.get("invoices", ()), act.comment)
    assign(keeper, row.id, assignment, workspace.clock.today())
    return 1


def _done(keeper: Bookkeeper, workspace: Workspace, act: Act, _delivered: Delivered) -> int:
    person = person_named(workspace.company, act.role)
    query = select(TaskRow.id).join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
    query = query.where(TaskRow.state == "open", TaskRow.name == act.more["task"])
    if act.customer:
        query = query.where(CustomerRow.code == act.customer)
    acknowledged = Acknowledger(**act.more["acknowledgement"]) if "acknowledgement" in act.more else None
    ids = list(keeper.session.scalars(query.order_by(TaskRow.id)))
    for task_id in ids:
        finish_task(
            keeper, task_id, Answer(person.email, act.more.get("answer", ""), act.comment, None, acknowledged), workspace.clock.today()
        )
    return len(ids)


def _acknowledge(keeper: Bookkeeper, workspace: Workspace, act: Act, _delivered: Delivered) -> int:
    """The invoices that are named, or those of the customer that were delivered today."""
    numbers = act.more.get("invoices") or _delivered_today(keeper, workspace, act.customer)
    given = {name: act.more[name] for name in ("person", "title", "phone", "number", "review_on", "payment_on") if name in act.more}
    scan = workspace.archive.put((shipped("samples") / act.more["file"]).read_bytes()) if "file" in act.more else ""
    who, zone = person_named(workspace.company, act.role).email, ZoneInfo(workspace.settings.timezone)
    at = dt.datetime.combine(act.more["at"], dt.time(12), zone) if "at" in act.more else workspace.clock.now()
    said = Given(AcknowledgementKind(act.more["kind"]), who, at, **given, document=scan)
    return len(acknowledge(keeper, numbers, said, zone)) if numbers else 0


def _delivered_today(keeper: Bookkeeper, workspace: Workspace, customer: str) -> list[str]:
    delivered = (
        select(InvoiceRow.number)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(CustomerRow.code == customer, InvoiceRow.delivered_on == workspace.clock.today(), ~InvoiceRow.acknowledged)
    )
    return list(keeper.session.scalars(delivered.order_by(InvoiceRow.id)))


def _without_replies(do: Callable[[Bookkeeper, Workspace, Act], int]) -> Callable[[Bookkeeper, Workspace, Act, Delivered], int]:
    return lambda keeper, workspace, act, _delivered: do(keeper, workspace, act)


_ACTS: dict[str, Callable[[Bookkeeper, Workspace, Act, Delivered], int]] = {
    "approve": _approve,
    "answer": _answer,
    "release": _release,
    "assign": _assign,
    "done": _done,
    "acknowledge": _acknowledge,
    "claim": _without_replies(claim),
    "discount": _without_replies(discount),
    "approve_discount": _without_replies(approve_discount),
    "accept": _without_replies(accept_packets),
    "keep_agreement": _without_replies(keep_with_agreement),
    "original": _without_replies(enter_original),
    "hand_over": _without_replies(hand_over_originals),
    "receive": _without_replies(receive_originals),
}
