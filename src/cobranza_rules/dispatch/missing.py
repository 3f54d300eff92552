"""A customer whom the rules want to write to and who has no valid address becomes a task: it is never somebody else's mail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.task_answers import FIND_ADDRESS
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.store.tables import InvoiceRow


def report_missing_addresses(keeper: Bookkeeper, plan: Plan, today: dt.date) -> None:
    ids = {verdict.subject_id for verdict in plan.verdicts if verdict.outcome is Outcome.NO_ADDRESS and verdict.subject == "invoice"}
    by_customer: dict[int, list[int]] = defaultdict(list)
    for invoice_id, customer_id in keeper.session.execute(select(InvoiceRow.id, InvoiceRow.customer_id).where(InvoiceRow.id.in_(ids))):
        by_customer[customer_id].append(invoice_id)
    for customer_id, invoices in sorted(by_customer.items()):
        open_task(keeper, FIND_ADDRESS, customer_id, "collections_analyst", today, invoices)
