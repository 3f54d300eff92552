"""What a reply states is recorded on the invoices of the message that it answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.substitution import present_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money
from cobranza_rules.rules.effects import can_be_recorded, entry_recorded
from cobranza_rules.rules.not_received import NOT_RECEIVED, Answered, can_be_missing, entries_when_not_received
from cobranza_rules.store.replies import INVOICES, answered_by, delivers, facts_from_json, invoices_about, received_on
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, ReceivedRow
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
    if what == NOT_RECEIVED:
        invoices = _undo_deliveries(keeper, invoices, answered_by(row, action), row, day)
    else:
        _record(keeper, invoices, row, what, day, delivered=delivers(plan) or INVOICES in row.facts)
    if can_be_recorded(what, read):
        row.state = SETTLED
    assert row.customer_id is not None
    keeper.note(
        row.customer_id,
        f"recorded_{what}",
        workspace.clock.today(),
        {"message": row.id, "kind": row.kind, "facts": row.facts, "invoices": [invoice.number for invoice in invoices]},
    )


def _record(keeper: Bookkeeper, invoices: list[InvoiceRow], row: ReceivedRow, what: str, day: dt.date, *, delivered: bool) -> None:
    read = facts_from_json(row.facts)
    for invoice in invoices:
        balance = Money(invoice.balance, invoice.currency)
        entry = entry_recorded(what, read, balance, delivered=delivered, on=day, kind=row.kind)
        if entry is not None:
            data = {**entry.data, **_source(row, invoice)} if entry.kind is EntryKind.ACKNOWLEDGED else entry.data
            keeper.enter(invoice, entry.kind, entry.happened_on, {**data, "message": row.id})


def _undo_deliveries(
    keeper: Bookkeeper, invoices: list[InvoiceRow], answered: Answered | None, row: ReceivedRow, day: dt.date
) -> list[InvoiceRow]:
    """Those whose delivery is taken back. No address is marked: the mail was taken, and nobody saw it. Its claims stay, marked as undone."""
    missing = [invoice for invoice in invoices if can_be_missing(invoice, answered, day)]
    for invoice in missing:
        delivery = keeper.session.get(ActionRow, invoice.delivered_by) if invoice.delivered_by else None
        if delivery is not None:
            own = (ClaimRow.action_id == delivery.id, ClaimRow.subject == "invoice", ClaimRow.subject_id == invoice.id, ClaimRow.live)
            keeper.session.execute(update(ClaimRow).where(*own).values(undone=True))
        of_ladder = delivery is not None and bool(delivery.plan["ladder"])
        for entry in entries_when_not_received(invoice, day, of_ladder=of_ladder, message=row.id):
            keeper.enter(invoice, entry.kind, entry.happened_on, entry.data)
    return missing
