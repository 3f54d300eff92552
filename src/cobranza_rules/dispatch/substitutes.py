"""A letter that its signer has left too long is asked of the substitute: it is written anew, with the substitute's name under it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.plan.gates import APPROVED
from cobranza_rules.rules.gates import SIGN, with_substitute
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ApprovalRow
from cobranza_rules.workspace import Workspace


def passed_on(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> PlannedAction:
    """`action` with the substitute as signer, where the rules name one and the time has come.

    The time counts from the first asking: a new revision of the same action keeps it. What was signed stays with who has signed it.
    """
    if not any(step.sign_substitute for step in action.steps):
        return action
    since = _asked_since(keeper, workspace, row)
    if since is None:
        return action
    return with_substitute(action, workspace.rules.calendar.between(since, workspace.clock.today()))


def _asked_since(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> dt.date | None:
    """None where nobody was asked for a signature yet, and where it was given by the one who is asked first."""
    query = select(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.gate == SIGN).order_by(ApprovalRow.id)
    asked = list(keeper.session.scalars(query))
    if not asked or (asked[-1].state == APPROVED and asked[-1].role == asked[0].role):
        return None
    return asked[0].opened_at.astimezone(ZoneInfo(workspace.rules.calendar.timezone)).date()
