"""A credit of the accounting system that may be the payment of a receipt, or another one: a person says which."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import LedgerCreditRow, TaskRow

MATCH = "match-ledger-credit"
SAME, ANOTHER = "same", "another"


def ask_about(keeper: Bookkeeper, row: LedgerCreditRow, invoices: list[int], beside: int | None, today: dt.date) -> None:
    """`beside` is the payment or credit note that it may be."""
    if _asked(keeper, row) is None:
        detail = {
            "credit_id": row.id,
            "credit": row.number or row.concept,
            "on": row.issued_on.isoformat(),
            "amount": Money(row.total, row.currency).plain(),
            "currency": row.currency,
            "beside": beside,
        }
        open_task(keeper, MATCH, row.customer_id, "collections_analyst", today, invoices, detail, alone=True)


def no_more_asked(keeper: Bookkeeper, row: LedgerCreditRow, today: dt.date) -> None:
    """What has come since tells what it is: nobody has to say so any more."""
    task = _asked(keeper, row)
    if task is not None:
        task.state, task.done_at = "done", keeper.known_at
        keeper.note(
            row.customer_id, "task_done", today, {"task": task.id, "name": task.name, "who": "", "answer": row.state, "comment": ""}
        )


def _asked(keeper: Bookkeeper, row: LedgerCreditRow) -> TaskRow | None:
    query = select(TaskRow).where(TaskRow.name == MATCH, TaskRow.customer_id == row.customer_id, TaskRow.state == "open")
    return next((task for task in keeper.session.scalars(query) if task.detail.get("credit_id") == row.id), None)


def check_match(answer: str) -> None:
    """Raises ProblemError where it is neither of the two."""
    if answer not in (SAME, ANOTHER):
        hint = _("give --answer {choices}", choices=f"{SAME}, {ANOTHER}")
        raise ProblemError([Problem(_("a doubtful credit needs its answer"), hint, place="--answer")])


def decide_credit(keeper: Bookkeeper, task: TaskRow, answer: str) -> int:
    """Keeps what a person has said of the task's credit; its id, for it to be settled."""
    row = keeper.session.get_one(LedgerCreditRow, task.detail["credit_id"])
    row.decided = answer
    keeper.session.flush()
    return row.id
