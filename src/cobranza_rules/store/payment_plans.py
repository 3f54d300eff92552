"""Reads how payment plans stand, and their instalments as subjects of a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.domain.payment_plans import Instalment, PlanStanding, PlanState, standing_of
from cobranza_rules.facts.queues import instalment_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.subjects import CustomerSubject, QueueSubject
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.tables import DiscountRow, InstalmentRow, InvoiceRow, PaymentPlanRow

AGREED = "agreed"  # What a plan is until a person ends it
PLAN = PaymentPlanRow.__table__.c


def instalments_of(session: Session, plan_id: int) -> list[InstalmentRow]:
    return list(session.scalars(select(InstalmentRow).where(InstalmentRow.plan_id == plan_id).order_by(InstalmentRow.position)))


def invoices_of_plan(session: Session, plan: PaymentPlanRow) -> list[InvoiceRow]:
    return list(session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(plan.invoices)).order_by(InvoiceRow.id)))


def owed_by_plan(session: Session, plan: PaymentPlanRow) -> int:
    """What is open of its invoices, less a discount of the plan that waits for its approval, in minor units."""
    owed = sum(max(invoice.balance, 0) for invoice in invoices_of_plan(session, plan))
    waiting = (DiscountRow.id.in_(plan.discounts), DiscountRow.state == DiscountState.WAITING.value)
    return owed - int(session.scalar(select(func.coalesce(func.sum(DiscountRow.minor), 0)).where(*waiting)) or 0)


def plan_standing(session: Session, plan: PaymentPlanRow, calendar: BusinessCalendar) -> PlanStanding:
    instalments = [Instalment(row.due_on, row.minor) for row in instalments_of(session, plan.id)]
    return standing_of(instalments, owed_by_plan(session, plan), plan.grace, calendar)


def plan_state(plan: PaymentPlanRow, standing: PlanStanding, today: dt.date) -> PlanState:
    return standing.state(today) if plan.state == AGREED else PlanState(plan.state)


def customers_with_plans() -> Select[tuple[int]]:
    return select(PLAN.customer_id).where(PLAN.state == AGREED).distinct()


def instalment_subjects(
    session: Session, within: Within, customers: Mapping[int, CustomerSubject], today: dt.date, calendar: BusinessCalendar
) -> Iterator[QueueSubject]:
    """Those of agreed plans that are not kept whole, in the order of the plans and of their days."""
    plans = select(PaymentPlanRow).where(PaymentPlanRow.state == AGREED, within(PLAN.customer_id)).order_by(PaymentPlanRow.id)
    for plan in session.scalars(plans):
        standing = plan_standing(session, plan, calendar)
        for row, each in zip(instalments_of(session, plan.id), standing.instalments, strict=True):
            if each.left:
                facts = instalment_facts(customers[plan.customer_id].facts, plan.id, plan.currency, each, standing, today, calendar)
                yield QueueSubject(Scope.INSTALMENT, row.id, plan.customer_id, row.due_on.isoformat(), facts)
