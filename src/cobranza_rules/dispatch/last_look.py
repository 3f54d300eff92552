"""The last look: whether an action that waits or is about to leave is still what the rules would plan now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.plan.looking import Message, look_at, messages_that_wait
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.still_planned import Look
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace


def reader_of(keeper: Bookkeeper, workspace: Workspace) -> BookReader:
    return BookReader(keeper.session, workspace.rules, workspace.addresses, workspace.clock.today(), keeper.known_at)


def look_again(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> Look:
    """Decides again for the customer as if this action had not been planned."""
    return looks_at(keeper, workspace, [(row.id, action)])[row.id]


def looks_at(keeper: Bookkeeper, workspace: Workspace, asked: Sequence[tuple[int, PlannedAction]]) -> Mapping[int, Look]:
    """The same for several, by the ids of their actions."""
    return look_at(reader_of(keeper, workspace), workspace.engine, asked)


def what_waits(session: Session, workspace: Workspace, customer_id: int | None = None) -> dict[int, Message]:
    """Every message to a customer that has not left, by the id of its action, with what the next run would make of it.

    The engine inside this process says the same as the one of a run, and needs no worker.
    """
    reader = BookReader(session, workspace.rules, workspace.addresses, workspace.clock.today(), workspace.clock.now())
    found = messages_that_wait(reader, NativeEngine(workspace.rules.conditions()), customer_id)
    return {message.id: message for message in found}
