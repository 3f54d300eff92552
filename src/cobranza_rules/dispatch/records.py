"""What a reply states is recorded on the invoices of the message that it answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.substitution import present_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money
from cobranza_rules.rules.effects import can_be_recorded, entry_recorded
from cobranza_rules.store.replies import INVOICES, delivers, facts_from_json, invoices_about, received_on
from cobranza_rules.store.tables import ActionRow, InvoiceRow, ReceivedRow
from cobranza_rules.workspace import Workspace

SETTLED = "settled"


def _source(row: ReceivedRow, invoice: InvoiceRow) -> dict[str, Any]:
    """The message itself is the document of an acknowledgement by mail."""
    at = row.received_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return {"at": at, "document": row.raw, "delivery": invoice.delivered_by}


def record_reply(keeper: Bookkeeper, workspace: Workspace, received_id: int, what: str) -> None:
    row = keeper.session.get_one(ReceivedRow, received_id)
    action = keeper.session.get(ActionRow, row.action_id) if row.action_id else None
    plan = action.plan if action else None
    named = [present_of(keeper, invoice) for invoice in keeper.invoices(list(invoices_about(keeper.session, row, plan).ids))]
    invoices = [invoice for invoice in dict.fromkeys(named) if invoice.status == "open"]
    day = received_on(row, workspace.rules.calendar)
    read = facts_from_json(row.facts)
    for invoice in invoices:
        entry = entry_recorded(
            what,
            read,
            Money(invoice.balance, invoice.currency),
            delivered=delivers(plan) or INVOICES in row.facts,
            on=day,
            kind=row.kind,
        )
        if entry is not None:
            data = {**entry.data, **_source(row, invoice)} if entry.kind is EntryKind.ACKNOWLEDGED else entry.data
            keeper.enter(invoice, entry.kind, entry.happened_on, {**data, "message": row.id})
    if can_be_recorded(what, read):
        row.state = SETTLED
    assert row.customer_id is not None
    keeper.note(
        row.customer_id,
        f"recorded_{what}",
        workspace.clock.today(),
        {"message": row.id, "kind": row.kind, "facts": row.facts, "invoices": [invoice.number for invoice in invoices]},
    )
