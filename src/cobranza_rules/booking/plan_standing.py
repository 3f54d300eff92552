"""How a payment plan stands by what was paid of its invoices, and what each of these says of it from then on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.payment_plans import Instalment, PlanStanding, PlanState, standing_of
from cobranza_rules.store.tables import DiscountRow, InstalmentRow, InvoiceRow, PaymentPlanRow

if TYPE_CHECKING:
    from cobranza_rules.booking.bookkeeper import Bookkeeper

AGREED = "agreed"  # What a plan is until a person ends it


def instalments_of(session: Session, plan_id: int) -> list[InstalmentRow]:
    return list(session.scalars(select(InstalmentRow).where(InstalmentRow.plan_id == plan_id).order_by(InstalmentRow.position)))


def invoices_of(session: Session, plan: PaymentPlanRow) -> list[InvoiceRow]:
    return list(session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(plan.invoices)).order_by(InvoiceRow.id)))


def owed_by_plan(session: Session, plan: PaymentPlanRow) -> int:
    """What is open of its invoices, less a discount of the plan that waits for its approval, in minor units."""
    owed = sum(max(invoice.balance, 0) for invoice in invoices_of(session, plan))
    waiting = (DiscountRow.id.in_(plan.discounts), DiscountRow.state == DiscountState.WAITING.value)
    return owed - int(session.scalar(select(func.coalesce(func.sum(DiscountRow.minor), 0)).where(*waiting)) or 0)


def plan_standing(session: Session, plan: PaymentPlanRow, calendar: BusinessCalendar) -> PlanStanding:
    instalments = [Instalment(row.due_on, row.minor) for row in instalments_of(session, plan.id)]
    return standing_of(instalments, owed_by_plan(session, plan), plan.grace, calendar)


def plan_state(plan: PaymentPlanRow, standing: PlanStanding, today: dt.date) -> PlanState:
    return standing.state(today) if plan.state == AGREED else PlanState(plan.state)


def said_of_plan(plan: PaymentPlanRow, standing: PlanStanding) -> dict[str, Any]:
    """The data of the PLAN_STATED entry of each of its invoices."""
    if plan.state != AGREED:
        return {}
    said: dict[str, Any] = {"plan": plan.id, "percent": standing.percent_kept}
    if (following := standing.next) is not None:
        said |= {"on": following.instalment.due_on.isoformat(), "until": following.until.isoformat(), "minor": following.left}
    return said


def state_plan_anew(keeper: Bookkeeper, plan_id: int, on: dt.date) -> None:
    """Each of its invoices says what has become of the plan; one that says so already is left as it is."""
    plan = keeper.session.get_one(PaymentPlanRow, plan_id)
    said = said_of_plan(plan, plan_standing(keeper.session, plan, keeper.calendar))
    for invoice in invoices_of(keeper.session, plan):
        if invoice.payment_plan == plan.id or (plan.state == AGREED and invoice.closed is None):
            keeper.enter(invoice, EntryKind.PLAN_STATED, on, said)


def hand_on_plan(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow, on: dt.date) -> None:
    """The invoice in another's place belongs to its plan."""
    plan = keeper.session.get(PaymentPlanRow, old.payment_plan) if old.payment_plan is not None else None
    if plan is not None and plan.state == AGREED and new.id not in plan.invoices:
        plan.invoices = sorted({*plan.invoices, new.id})
        state_plan_anew(keeper, plan.id, on)
