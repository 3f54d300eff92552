"""A customer whom the rules want to write to and who has no valid address becomes a task: it is never somebody else's mail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.task_answers import FIND_ADDRESS
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.store.tables import InstalmentRow, InvoiceRow, PaymentPlanRow, PaymentRow


def report_missing_addresses(keeper: Bookkeeper, plan: Plan, today: dt.date) -> None:
    for customer_id, invoices in sorted(without_address(keeper.session, plan).items()):
        open_task(keeper, FIND_ADDRESS, customer_id, "collections_analyst", today, invoices)


def without_address(session: Session, plan: Plan) -> dict[int, list[int]]:
    """The customers whom the plan would write to and cannot, with the invoices about which it would."""
    silent: dict[str, set[int]] = defaultdict(set)
    for verdict in plan.verdicts:
        if verdict.outcome is Outcome.NO_ADDRESS:
            silent[verdict.subject].add(verdict.subject_id)
    found: dict[int, list[int]] = defaultdict(list)
    invoices = select(InvoiceRow.customer_id, InvoiceRow.id).where(InvoiceRow.id.in_(silent[Scope.INVOICE])).order_by(InvoiceRow.id)
    for customer_id, invoice_id in session.execute(invoices):
        found[customer_id].append(invoice_id)
    paying = select(PaymentRow.customer_id).where(PaymentRow.id.in_(silent[Scope.PAYMENT]))
    planned = select(PaymentPlanRow.customer_id).join(InstalmentRow, InstalmentRow.plan_id == PaymentPlanRow.id)
    in_plans = planned.where(InstalmentRow.id.in_(silent[Scope.INSTALMENT]))
    for customer_id in (*silent[Scope.CUSTOMER], *session.scalars(paying), *session.scalars(in_plans)):
        found.setdefault(customer_id, [])
    return found
