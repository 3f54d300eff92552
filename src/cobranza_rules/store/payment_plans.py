"""Reads how payment plans stand, and their instalments as subjects of a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class PlanUnderWay:
    """`instalments` are the ids of its instalments and their days, in the order of `standing.instalments`."""

    id: int
    customer_id: int
    currency: str
    standing: PlanStanding
    instalments: Sequence[tuple[int, dt.date]]


def plans_under_way(session: Session, within: Within, calendar: BusinessCalendar) -> list[PlanUnderWay]:
    """Those of customers that are `within`, in the order of the plans."""
    found = []
    for plan in session.scalars(select(PaymentPlanRow).where(PaymentPlanRow.state == AGREED, within(PLAN.customer_id)).order_by(PLAN.id)):
        instalments = [(row.id, row.due_on) for row in instalments_of(session, plan.id)]
        found.append(PlanUnderWay(plan.id, plan.customer_id, plan.currency, plan_standing(session, plan, calendar), instalments))
    return found


def instalment_subjects(
    plans: Iterable[PlanUnderWay], customers: Mapping[int, CustomerSubject], today: dt.date, calendar: BusinessCalendar
) -> Iterator[QueueSubject]:
    """Those of agreed plans that are not kept whole, in the order of the plans and of their days."""
    for plan in plans:
        for (key, due_on), each in zip(plan.instalments, plan.standing.instalments, strict=True):
            if each.left:
                customer = customers[plan.customer_id].facts
                facts = instalment_facts(customer, plan.id, plan.currency, each, plan.standing, today, calendar)
                yield QueueSubject(Scope.INSTALMENT, key, plan.customer_id, due_on.isoformat(), facts)
