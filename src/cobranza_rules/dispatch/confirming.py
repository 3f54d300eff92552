"""A chain whose steps are all confirmed: only now the rung and `sets` take effect."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import Sentence
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow


def confirm(keeper: Bookkeeper, row: ActionRow, action: PlannedAction, today: dt.date, reason: Sentence) -> None:
    keeper.session.execute(update(ClaimRow).where(ClaimRow.action_id == row.id, ClaimRow.live).values(sent_on=today))
    if action.subject == "invoice":
        invoices = {invoice.id: invoice for invoice in keeper.invoices([item.subject_id for item in action.items])}
        for item in action.items:
            invoice = invoices[item.subject_id]
            if action.ladder:
                _record_rung(keeper, invoice, action, item.rule_id, row, today)
            _record_settings(keeper, invoice, action, row, today)
    move(keeper, row, State.SENT, today, reason)
    row.finished_on = today


def _record_rung(keeper: Bookkeeper, invoice: InvoiceRow, action: PlannedAction, rung: str, row: ActionRow, today: dt.date) -> None:
    """An invoice that rode along on a lower rung was promised the same day as the others: they read one message."""
    next_contact = action.next_contact.isoformat() if action.next_contact else None
    data = {"ladder": action.ladder, "rung": rung, "action": row.id, "next_contact": next_contact}
    keeper.enter(invoice, EntryKind.RUNG_SENT, today, data)


def _record_settings(keeper: Bookkeeper, invoice: InvoiceRow, action: PlannedAction, row: ActionRow, today: dt.date) -> None:
    if action.sets.get("delivery") == "sent":
        keeper.enter(invoice, EntryKind.DELIVERED, today, {"action": row.id})
    if (case_status := action.sets.get("case_status")) is not None:
        keeper.enter(invoice, EntryKind.CASE_MOVED, today, {"case_status": case_status})
