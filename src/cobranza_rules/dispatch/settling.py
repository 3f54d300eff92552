"""A person settles an uncertain message: it left, and its chain goes on; or it did not, and the rules may plan it again."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.sending import note_left
from cobranza_rules.dispatch.still_to_get import leave_open
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.message import Delivery
from cobranza_rules.plan.ledger import move, planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.attempts import NOT_LEFT, decide_uncertain, uncertain_still
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace


def settle_uncertain(keeper: Bookkeeper, workspace: Workspace, outgoing_id: int, *, left: bool, who: str) -> None:
    """Raises ProblemError where nothing of it is uncertain."""
    outgoing = keeper.session.get_one(OutgoingRow, outgoing_id)
    if keeper.session.scalar(select(OutgoingRow.id).where(OutgoingRow.id == outgoing_id, uncertain_still())) is None:
        raise ProblemError([not_uncertain(outgoing.action_id)])
    row = keeper.session.get_one(ActionRow, outgoing.action_id)
    decide_uncertain(keeper.session, outgoing.id, Delivery.SENT if left else NOT_LEFT)
    if outgoing.state == "sent":
        _settle_recipients(keeper, workspace, row, outgoing, left=left, who=who)
        return
    outgoing.changed_at = keeper.known_at
    if not left:
        outgoing.state = "failed"
        move(keeper, row, State.FAILED, workspace.clock.today(), _("{who} says that it did not leave", who=who))
        return
    found_to_have_left(keeper, workspace, row, outgoing, _("{who} says that it left", who=who))


def not_uncertain(number: int) -> Problem:
    return Problem(_("message {id} is not uncertain", id=number), _("'cobranza outbox list' shows those that are"))


def found_to_have_left(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, reason: Sentence) -> None:
    """An uncertain message that somebody has seen: its chain goes on."""
    found = message_step(planned(row))
    assert found is not None
    note_left(keeper, workspace, row, outgoing, found[0], reason)
    leave_open(keeper, workspace, row, outgoing)


def _settle_recipients(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, *, left: bool, who: str) -> None:
    """The message had left for others. Where it did not reach these, the same goes to them once more: a person has said so."""
    told = {"action": row.id, "rule": row.rule_id, "who": who, "left": left}
    keeper.note(row.customer_id, "recipients_settled", workspace.clock.today(), told)
    leave_open(keeper, workspace, row, outgoing)
