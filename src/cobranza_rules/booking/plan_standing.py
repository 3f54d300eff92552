"""What each invoice of a payment plan says of it: written anew whenever something that was paid has changed how the plan stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.payment_plans import said_of_plan
from cobranza_rules.store.payment_plans import AGREED, invoices_of_plan, plan_standing
from cobranza_rules.store.tables import InvoiceRow, PaymentPlanRow

if TYPE_CHECKING:
    from cobranza_rules.booking.bookkeeper import Bookkeeper


def state_plan_anew(keeper: Bookkeeper, plan_id: int, on: dt.date) -> None:
    """One that says so already is left as it is."""
    plan = keeper.session.get_one(PaymentPlanRow, plan_id)
    agreed = plan.state == AGREED
    said = said_of_plan(plan.id, plan_standing(keeper.session, plan, keeper.calendar)) if agreed else {}
    for invoice in invoices_of_plan(keeper.session, plan):
        if invoice.payment_plan == plan.id or (agreed and invoice.closed is None):
            keeper.enter(invoice, EntryKind.PLAN_STATED, on, said)


def hand_on_plan(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow, on: dt.date) -> None:
    """The invoice in another's place belongs to its plan."""
    plan = keeper.session.get(PaymentPlanRow, old.payment_plan) if old.payment_plan is not None else None
    if plan is not None and plan.state == AGREED and new.id not in plan.invoices:
        plan.invoices = sorted({*plan.invoices, new.id})
        state_plan_anew(keeper, plan.id, on)
