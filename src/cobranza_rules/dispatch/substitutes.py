"""Who signs instead: the substitute of a signer who has left a letter too long, or whom the signer has named. It is written anew for him."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.delegating import delegated, signs_instead
from cobranza_rules.plan.gates import APPROVED
from cobranza_rules.rules.gates import SIGN, substituted
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ApprovalRow
from cobranza_rules.workspace import Workspace


def passed_on(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> PlannedAction:
    """`action` with the substitute as signer, where the rules name one and the time has come; and with whom its signers have named instead.

    The time counts from the first asking: a new revision of the same action keeps it. What was signed stays with who has signed it.
    """
    since = _asked_since(keeper, workspace, row)
    waited = workspace.rules.calendar.between(since, workspace.clock.today()) if since is not None else 0
    steps = tuple(
        step if signs_instead(keeper.session, row.id, step.sign) else substituted(step, waited) if since is not None else step
        for step in action.steps
    )
    return delegated(keeper.session, row.id, replace(action, steps=steps))


def _asked_since(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> dt.date | None:
    """None where nobody was asked for a signature yet, and where it was given by the one who is asked first."""
    query = select(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.gate == SIGN).order_by(ApprovalRow.id)
    asked = list(keeper.session.scalars(query))
    if not asked or (asked[-1].state == APPROVED and asked[-1].role == asked[0].role):
        return None
    return asked[0].opened_at.astimezone(ZoneInfo(workspace.rules.calendar.timezone)).date()
