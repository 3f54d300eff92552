"""The checklist of a write-off for one customer, from the book, the ledger and what people have noted in the case file."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.write_off import Debts, Evidence, Finding, Point, checklist
from cobranza_rules.money import Money
from cobranza_rules.plan.ledger import planned
from cobranza_rules.store.tables import ActionRow, CaseEventRow, CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace

DEMAND = "formal-demand"  # The letter
NOTED = "write_off_evidence"  # The event that keeps what somebody has noted


def write_off_report(workspace: Workspace, customer: CustomerRow) -> tuple[Finding, ...]:
    """Of all that is open of the customer: the law adds up its debts."""
    with workspace.database.reading() as session:
        debts, noted = _debts(session, customer.id), _noted(session, customer.id)
    return checklist(debts, noted, workspace.settings.write_off.limits, workspace.clock.today())


def _debts(session: Session, customer_id: int) -> Debts:
    rows = list(session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == customer_id, InvoiceRow.status == "open")))
    owed: dict[str, int] = defaultdict(int)
    for row in rows:
        owed[row.currency] += row.total  # The law looks at the principal on the day when it was due, before what was paid since.
    principal = tuple(Money(minor, currency) for currency, minor in sorted(owed.items()))
    sent = select(ActionRow).where(ActionRow.customer_id == customer_id, ActionRow.state == "sent").order_by(ActionRow.id)
    demands = [one for one in session.scalars(sent) if any(step.name == DEMAND for step in planned(one).steps)]
    demanded = tuple(one.finished_on for one in demands if one.finished_on is not None)
    return Debts(principal, max((row.due_on for row in rows if row.due_on is not None), default=None), demanded)


def _noted(session: Session, customer_id: int) -> dict[Point, Evidence]:
    """The last of each point."""
    query = select(CaseEventRow).where(CaseEventRow.customer_id == customer_id, CaseEventRow.kind == NOTED).order_by(CaseEventRow.seq)
    return {
        Point(event.data["point"]): Evidence(
            event.happened_on, event.data.get("who", "-"), event.data.get("comment", ""), event.data.get("document", "")
        )
        for event in session.scalars(query)
        if "point" in event.data
    }
