"""The last look: whether an action that waits or is about to leave is still what the rules would plan now."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.plan.looking import look_at
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.still_planned import Look
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace


def reader_of(keeper: Bookkeeper, workspace: Workspace) -> BookReader:
    return BookReader(keeper.session, workspace.rules, workspace.addresses, workspace.clock.today(), keeper.known_at)


def look_again(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> Look:
    """Decides again for the customer as if this action had not been planned."""
    return look_at(reader_of(keeper, workspace), workspace.engine, [(row.id, action)])[row.id]
