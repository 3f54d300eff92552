"""A chain whose steps are all confirmed: only now the rung and `sets` take effect."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import Sentence
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.rules.effects import entries_when_confirmed
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ClaimRow


def confirm(keeper: Bookkeeper, row: ActionRow, action: PlannedAction, today: dt.date, reason: Sentence) -> None:
    keeper.session.execute(update(ClaimRow).where(ClaimRow.action_id == row.id, ClaimRow.live).values(sent_on=today))
    invoices = {invoice.id: invoice for invoice in keeper.invoices(action.invoice_ids)}
    for invoice_id, entry in entries_when_confirmed(action, row.id, today):
        keeper.enter(invoices[invoice_id], entry.kind, entry.happened_on, entry.data)
    move(keeper, row, State.SENT, today, reason)
    row.finished_on = today
