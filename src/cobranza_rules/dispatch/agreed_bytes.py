"""Just before the wire: the bytes of a message are those that were written when everybody had agreed, or they do not leave."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import _
from cobranza_rules.plan.gates import gates_for
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem
from cobranza_rules.store.documents import DamagedDocumentError
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace


def bytes_agreed_to(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow) -> bytes | Problem:
    """What was agreed to is asked again where its row or the archive has other bytes, and a problem tells of it.

    Raises ProblemError where the archive has lost the bytes of what nobody had to agree to.
    """
    gates = gates_for(keeper, row)
    if not gates:
        return workspace.archive.get(outgoing.raw)
    try:
        raw = workspace.archive.get(outgoing.raw)
    except DamagedDocumentError as error:
        return _asked_again(keeper, workspace, row, error.problems[0])
    if any(gate.leaves != outgoing.raw for gate in gates if gate.leaves):
        return _asked_again(keeper, workspace, row, Problem(_("its message is not the one that was agreed to")))
    return raw


def _asked_again(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, found: Problem) -> Problem:
    """The next run writes it anew from the book, and shows it to everybody."""
    move(keeper, row, State.PLANNED, workspace.clock.today(), _("does not leave, and is asked for again: {what}", what=found.what))
    what = _("action {id} did not leave: {what}", id=row.id, what=found.what)
    return Problem(
        what, _("the next run writes it anew and asks for it again; look who can write into the archive and the database"), found.file
    )
