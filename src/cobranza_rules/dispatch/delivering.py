"""How a delivery reaches its customer: by mail, carried by a person, or uploaded to a portal, and what goes with it in each way."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import CustomerRow


def deliver_step(action: PlannedAction) -> Step | None:
    return next((step for step in action.steps if step.kind is StepKind.DELIVER), None)


def mode_of(session: Session, action: PlannedAction) -> DeliveryMode:
    """By mail where it has recipients, else as the billing request says, or the customer wants.

    A customer who has been moved to mail since it was planned is still delivered to in person.
    """
    if action.recipients:
        return DeliveryMode.EMAIL
    if action.requested is not None and action.requested.mode is not None:
        return action.requested.mode
    mode = DeliveryMode(session.get_one(CustomerRow, action.customer_id).delivery)
    return mode if mode is DeliveryMode.PORTAL else DeliveryMode.IN_PERSON


def form_of(session: Session, action: PlannedAction) -> str | None:
    """The template of what the customer signs: only where a person stands before him."""
    step = deliver_step(action)
    return step.form or None if step is not None and mode_of(session, action) is DeliveryMode.IN_PERSON else None
