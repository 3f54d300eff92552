"""A person settles an uncertain message: it left, and its chain goes on; or it did not, and the rules may plan it again."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.chains import read_chain
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace


def settle_uncertain(keeper: Bookkeeper, workspace: Workspace, outgoing_id: int, *, left: bool, who: str) -> None:
    outgoing = keeper.session.get(OutgoingRow, outgoing_id)
    if outgoing is None or outgoing.state != State.UNCERTAIN:
        raise ProblemError([Problem(_("message {id} is not uncertain", id=outgoing_id), _("'cobranza outbox list' shows those that are"))])
    row = keeper.session.get_one(ActionRow, outgoing.action_id)
    today = workspace.clock.today()
    outgoing.changed_at = keeper.known_at
    if not left:
        outgoing.state = "failed"
        move(keeper, row, State.FAILED, today, _("{who} says that it did not leave", who=who))
        return
    outgoing.state = "sent"
    chain = read_chain(keeper, row.id)
    found = message_step(chain.action)
    assert found is not None
    chain.steps[found[0]].confirmed_at = keeper.known_at
    go_on(keeper, workspace, row, _("{who} says that it left", who=who))
