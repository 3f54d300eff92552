"""The packet of an escalated case as a rule has it written: with the other documents of its action, a draft until it is signed."""

from __future__ import annotations

from dataclasses import dataclass

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.case import ESCALATION_PACKET
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace

CASE_PACKET = "case_packet"  # As the ledger calls such a document


@dataclass(frozen=True, slots=True)
class WrittenPacket:
    """`name` tells it from those of other customers and currencies."""

    name: str
    content: bytes
    pages: int


def packet_step(action: PlannedAction) -> Step | None:
    return next((step for step in action.steps if step.kind is StepKind.PACKET and step.name == ESCALATION_PACKET), None)


def written_packet(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction, *, draft: bool) -> WrittenPacket | None:
    """Of the invoices of the action; None where its chain brings none. Raises ProblemError."""
    step = packet_step(action)
    if step is None:
        return None
    from cobranza_rules.packets.ordering import PacketOf, packet_of
    from cobranza_rules.packets.planning import PacketKind

    customer = keeper.session.get_one(CustomerRow, action.customer_id)
    rows = keeper.invoices([item.subject_id for item in action.items])
    signer = workspace.company.person(step.sign) if step.sign else None
    made = packet_of(keeper.session, workspace, PacketOf(PacketKind.ESCALATION, customer, rows, signer, draft))
    return WrittenPacket(f"{customer.code or customer.rfc}-{action.currency}", made.content, made.pages)
