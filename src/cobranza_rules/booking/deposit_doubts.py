"""A deposit and a payment over the same amount that pay other invoices, as far as each tells: a person says whether they are the same."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.money import Money
from cobranza_rules.store.tables import BankLineRow, PaymentRow, TaskRow

MATCH_DEPOSIT = "match-deposit"


def ask_about_deposit(keeper: Bookkeeper, line: BankLineRow, payment_id: int, invoices: list[int], today: dt.date) -> bool:
    """False where it is asked already."""
    payment = keeper.session.get_one(PaymentRow, payment_id)
    if _asked(keeper, line) is not None:
        return False
    detail = {
        "deposit": line.id,
        "on": line.booked_on.isoformat(),
        "amount": Money(line.minor, line.currency).plain(),
        "currency": line.currency,
        "beside": payment_id,
    }
    open_task(keeper, MATCH_DEPOSIT, payment.customer_id, "collections_analyst", today, invoices, detail, alone=True)
    return True


def no_more_asked(keeper: Bookkeeper, line: BankLineRow, today: dt.date, who: str = "") -> None:
    """What has come since, or a person, tells what it is."""
    task = _asked(keeper, line)
    if task is not None:
        task.state, task.done_at, task.done_by = "done", keeper.known_at, who
        said = {"task": task.id, "name": task.name, "who": who, "answer": line.state, "comment": ""}
        keeper.note(task.customer_id, "task_done", today, said)


def _asked(keeper: Bookkeeper, line: BankLineRow) -> TaskRow | None:
    query = select(TaskRow).where(TaskRow.name == MATCH_DEPOSIT, TaskRow.state == "open")
    return next((task for task in keeper.session.scalars(query) if task.detail.get("deposit") == line.id), None)
