"""Chains whose steps are all confirmed: only now their rungs and `sets` take effect."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.delivering import deliver_step, mode_of
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import Sentence
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.rules.effects import entries_when_confirmed
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ClaimRow, StepRow, TaskRow
from cobranza_rules.timestamps.awaiting import await_demand
from cobranza_rules.workspace import Workspace


def confirm(keeper: Bookkeeper, workspace: Workspace, done: Sequence[tuple[ActionRow, PlannedAction, Sentence]]) -> None:
    """Each with the reason why it is done."""
    today = workspace.clock.today()
    ids = [row.id for row, _action, _reason in done]
    keeper.session.execute(update(ClaimRow).where(ClaimRow.action_id.in_(ids), ClaimRow.live).values(sent_on=today))
    invoices = {invoice.id: invoice for invoice in keeper.invoices([one for _row, action, _reason in done for one in action.invoice_ids])}
    for row, action, reason in done:
        how = _how_delivered(keeper, row, action)
        for invoice_id, entry in entries_when_confirmed(action, row.id, today):
            data = {**entry.data, **how} if entry.kind is EntryKind.DELIVERED else entry.data
            keeper.enter(invoices[invoice_id], entry.kind, entry.happened_on, data)
        move(keeper, row, State.SENT, today, reason)
        row.finished_on = today
        await_demand(keeper, workspace.settings.timestamp, row, action)


def _how_delivered(keeper: Bookkeeper, row: ActionRow, action: PlannedAction) -> dict[str, str]:
    """The mode, and who carried it where a person did: what its task says, for the customer's mode may have changed since."""
    if deliver_step(action) is None:
        return {}
    carried = select(TaskRow).join(StepRow, StepRow.task_id == TaskRow.id).where(StepRow.action_id == row.id)
    task = keeper.session.scalar(carried.order_by(TaskRow.id))
    if task is None:
        return {"mode": mode_of(keeper.session, action).value}
    return {"mode": task.detail.get("mode", DeliveryMode.IN_PERSON.value), "carried_by": task.done_by}
