"""What administration decides on a case that was handed to it."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_stops import lift_credit_stop, stop_credit
from cobranza_rules.booking.handing_over import HAND_OVER
from cobranza_rules.booking.tasks import open_task, withdraw_tasks
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.task import MEMOS
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, TaskRow

DECIDE = "decide-on-case"  # The task whose answer is a decision
DECIDED = "decided"  # What an intervention's answer is once administration has said what becomes of the case
BACK = "back_to_collections"
PLAN = "payment_plan"  # With a payment plan the case is back in collections
CREDIT_STOP = "credit_stop"
ASK_AGAIN = 20  # Business days after which a case that stays with Administration is asked about again
STATUS = {CREDIT_STOP: "with_administration", "legal": "legal", "written_off": "written_off", "with_administration": "with_administration"}
DECISIONS = (BACK, PLAN, *STATUS)


def check_decision(invoices: list[InvoiceRow], answer: str, rung: str) -> None:
    """Raises ProblemError where it is none, or goes on from a rung that an invoice was never sent."""
    if answer not in DECISIONS:
        hint = _("give --answer {choices}", choices=", ".join(DECISIONS))
        raise ProblemError([Problem(_("a case needs its decision"), hint, place="--answer")])
    if rung and answer != BACK:
        raise ProblemError([Problem(_("only {answer} goes on from a rung", answer=BACK), _("leave it out"), place="--rung")])
    sent = {invoice.number: [kept["rung"] for kept in invoice.rungs] for invoice in invoices}
    problems = [
        Problem(
            _("invoice {invoice} was never sent '{rung}'", invoice=number, rung=rung),
            _("name one of {rungs}", rungs=", ".join(rungs)),
            place="--rung",
        )
        for number, rungs in sent.items()
        if rung and rung not in rungs
    ]
    if problems:
        raise ProblemError(problems)


def check_plan(answer: str, plan: object | None) -> None:
    """Raises ProblemError where a plan is decided on without its instalments, or has some without being decided on."""
    if answer == PLAN and plan is None:
        what, hint = _("a payment plan has instalments"), _("give each as --instalment DAY=AMOUNT; one of them may be DAY=rest")
        raise ProblemError([Problem(what, hint, place="--instalment")])
    if answer != PLAN and plan is not None:
        raise ProblemError([Problem(_("only {answer} has instalments", answer=PLAN), _("leave them out"), place="--instalment")])


def last_rung(invoice: InvoiceRow) -> str:
    """The rung that brought the case to administration: if the plan is broken, it is due again."""
    return str(invoice.rungs[-1]["rung"]) if invoice.rungs else ""


def decide_on_case(keeper: Bookkeeper, task: TaskRow, invoices: list[InvoiceRow], answer: str, rung: str, today: dt.date) -> None:
    """`rung` is the one to go on from; without it the last message to the customer is sent again. `task` says who has decided, and why.

    A case that goes back gets its credit again; one that stays with Administration is asked about again, with what was handed over.
    """
    for invoice in invoices:
        if answer == PLAN:
            keeper.enter(invoice, EntryKind.CASE_RETURNED, today, {"task": task.id, "rung": last_rung(invoice)})
        elif answer == BACK:
            keeper.enter(invoice, EntryKind.CASE_RETURNED, today, {"task": task.id, "rung": rung})
        else:
            keeper.enter(invoice, EntryKind.INTERVENTION_ANSWERED, today, {"task": task.id, "answer": DECIDED})
            keeper.enter(invoice, EntryKind.CASE_MOVED, today, {"task": task.id, "case_status": STATUS[answer]})
    if answer in (BACK, PLAN):
        withdraw_tasks(keeper, task.customer_id, (HAND_OVER,), task.done_by, today, {invoice.id for invoice in invoices})
    customer = keeper.session.get_one(CustomerRow, task.customer_id)
    if answer == CREDIT_STOP and customer.credit_stopped_on is None:
        stop_credit(keeper, customer, task.done_by, task.comment, today)
    if answer == BACK and customer.credit_stopped_on is not None:
        lift_credit_stop(keeper, customer, task.done_by, task.comment, today)
    if STATUS.get(answer) == "with_administration":
        detail = {name: value for name, value in task.detail.items() if name == MEMOS}
        due_on = keeper.calendar.plus(today, ASK_AGAIN)
        open_task(keeper, DECIDE, task.customer_id, task.assigned_to, today, [row.id for row in invoices], detail, due_on)
