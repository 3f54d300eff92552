"""What a reply states is recorded on the invoices of the message that it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money
from cobranza_rules.store.replies import delivers, facts_from_json, invoices_of, received_on
from cobranza_rules.store.tables import ActionRow, InvoiceRow, ReceivedRow
from cobranza_rules.workspace import Workspace

SETTLED = "settled"


def record_reply(keeper: Bookkeeper, workspace: Workspace, received_id: int, what: str) -> None:
    row = keeper.session.get_one(ReceivedRow, received_id)
    action = keeper.session.get(ActionRow, row.action_id) if row.action_id else None
    plan = action.plan if action else None
    invoices = [invoice for invoice in keeper.invoices(list(invoices_of(plan, row.facts))) if invoice.status == "open"]
    day = received_on(row, workspace.rules.calendar)
    read = facts_from_json(row.facts)
    for invoice in invoices:
        _RECORDS[what](keeper, invoice, day, read, row.id, delivers(plan))
    row.state = SETTLED
    assert row.customer_id is not None
    keeper.note(
        row.customer_id,
        f"recorded_{what}",
        workspace.clock.today(),
        {"message": row.id, "kind": row.kind, "facts": row.facts, "invoices": [invoice.number for invoice in invoices]},
    )


Record = Callable[[Bookkeeper, InvoiceRow, dt.date, Mapping[str, Any], int, bool], None]


def _promise(keeper: Bookkeeper, invoice: InvoiceRow, day: dt.date, read: Mapping[str, Any], message: int, _delivered: bool) -> None:
    """An amount that covers the balance is a promise of the whole; a smaller one keeps the promise only so far."""
    amount = read.get("amount")
    partial = isinstance(amount, Money) and amount.currency == invoice.currency and amount.minor < invoice.balance
    data = {"pay_on": read["pay_on"].isoformat(), "minor": amount.minor if partial and isinstance(amount, Money) else 0, "message": message}
    keeper.enter(invoice, EntryKind.PROMISED, day, data)


def _claim(keeper: Bookkeeper, invoice: InvoiceRow, day: dt.date, _read: Mapping[str, Any], message: int, _delivered: bool) -> None:
    keeper.enter(invoice, EntryKind.PAYMENT_CLAIMED, day, {"message": message})


def _dispute(keeper: Bookkeeper, invoice: InvoiceRow, day: dt.date, read: Mapping[str, Any], message: int, _delivered: bool) -> None:
    keeper.enter(invoice, EntryKind.DISPUTE_OPENED, day, {"message": message, "reason": str(read.get("reason", ""))})


def _acknowledgement(keeper: Bookkeeper, invoice: InvoiceRow, day: dt.date, read: Mapping[str, Any], message: int, delivered: bool) -> None:
    """An acknowledgement of a reminder is that, and none of the invoice."""
    if delivered:
        who = {key: str(read.get(key, "")) for key in ("person", "title", "phone")}
        keeper.enter(invoice, EntryKind.ACKNOWLEDGED, day, {"message": message, **who})


_RECORDS: dict[str, Record] = {
    "promise": _promise,
    "payment_claim": _claim,
    "dispute": _dispute,
    "acknowledgement": _acknowledgement,
}
RECORDS = frozenset(_RECORDS)
