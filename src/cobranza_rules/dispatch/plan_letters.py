"""What a document about an instalment of a payment plan says, read from the book as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.dispatch.correspondence import Writer
from cobranza_rules.domain.letter import AgreedPayment, InstalmentLetter
from cobranza_rules.domain.payment_plans import PlanStanding
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_plans import AGREED, instalments_of, invoices_of_plan, plan_standing
from cobranza_rules.store.tables import CustomerRow, InstalmentRow, PaymentPlanRow


def instalment_letter(session: Session, writer: Writer, heading: Mapping[str, Any], instalment_id: int) -> InstalmentLetter:
    """`heading` are the fields of `domain.letter.Heading`."""
    row = session.get_one(InstalmentRow, instalment_id)
    plan = session.get_one(PaymentPlanRow, row.plan_id)
    standing = plan_standing(session, plan, writer.calendar)
    each = standing.instalments[row.position - 1]
    return InstalmentLetter(
        **heading,
        plan=plan.id,
        agreed_on=plan.agreed_on,
        agreed_with=plan.agreed_with,
        position=row.position,
        amount=Money(each.left, plan.currency),
        due_on=row.due_on,
        until=each.until,
        late=writer.calendar.on_or_after(row.due_on) < writer.today,
        kept=Money(standing.kept, plan.currency),
        schedule=_schedule(standing, plan.currency),
        invoices=tuple(invoice.number for invoice in invoices_of_plan(session, plan)),
    )


def next_instalment(session: Session, customer: CustomerRow, calendar: BusinessCalendar) -> tuple[PaymentPlanRow, InstalmentRow, int]:
    """The oldest that is not paid of the customer's plans, with what is left of it in minor units. Raises ProblemError where there is none."""
    agreed = select(PaymentPlanRow).where(PaymentPlanRow.customer_id == customer.id, PaymentPlanRow.state == AGREED)
    found = []
    for plan in session.scalars(agreed.order_by(PaymentPlanRow.id)):
        standings = plan_standing(session, plan, calendar).instalments
        open_ones = zip(instalments_of(session, plan.id), standings, strict=True)
        found += [(row.due_on, plan, row, each.left) for row, each in open_ones if each.left]
    if not found:
        what = _("{customer} has no payment plan of which something is to be paid", customer=customer.code)
        raise ProblemError([Problem(what, _("'cobranza payment-plan list' shows those that are open"))])
    _day, plan, row, left = min(found, key=lambda one: (one[0], one[2].id))
    return plan, row, left


def _schedule(standing: PlanStanding, currency: str) -> tuple[AgreedPayment, ...]:
    made, owed = [], standing.total
    for each in standing.instalments:
        owed -= each.instalment.minor
        made.append(AgreedPayment(each.instalment.due_on, Money(each.instalment.minor, currency), Money(owed, currency)))
    return tuple(made)


def said_of_instalment(session: Session, instalment_id: int) -> list[Any]:
    """What such a document is written from: where it changes, the document is written anew."""
    row = session.get_one(InstalmentRow, instalment_id)
    plan = session.get_one(PaymentPlanRow, row.plan_id)
    return [plan.state, plan.id, row.position, [[invoice.id, invoice.balance] for invoice in invoices_of_plan(session, plan)]]
