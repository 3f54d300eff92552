"""Brings an action to the point where it may leave: rendered, agreed to by those whom the rules name, and numbered."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.case_packet import packet_step
from cobranza_rules.dispatch.content_key import content_key
from cobranza_rules.dispatch.delegating import delegated_gates
from cobranza_rules.dispatch.last_look import look_again
from cobranza_rules.dispatch.mail_size import fits_a_mail
from cobranza_rules.dispatch.rendering import letter_template, render, write_message
from cobranza_rules.dispatch.shown import keep_shown, still_as_shown
from cobranza_rules.dispatch.substitutes import passed_on
from cobranza_rules.language import _, joined, word
from cobranza_rules.plan.codec import to_json
from cobranza_rules.plan.gates import APPROVED, REJECTED, WAITING, gates_for, open_gates, withdraw_gates
from cobranza_rules.plan.ledger import add_claims, move, planned
from cobranza_rules.plan.looking import rejection
from cobranza_rules.plan.numbers import next_number
from cobranza_rules.plan.states import State
from cobranza_rules.rules.gates import gates_of, is_signed, why_anew
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer, tells_people
from cobranza_rules.store.tables import ActionRow, ClaimRow, StepRow
from cobranza_rules.workspace import Workspace

REJECTION = "resolve-rejection"


def prepare(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> bool:
    """True where its chain may go on now. Else it waits for somebody, for a hold or a day to pass, or is cancelled; nothing has left."""
    action = planned(row)
    if not reaches_customer(action.steps) and not is_signed(action.steps):
        return row.state != State.PLANNED or _approve_internal(keeper, workspace, row, action)
    if under_way(keeper, row) or _being_told(keeper, row, action):
        return True
    if _rejected(keeper, workspace, row):
        return False
    look = look_again(keeper, workspace, row, action)
    if look.action is None:
        if not look.passing:
            move(keeper, row, State.CANCELLED, workspace.clock.today(), _("no longer planned: {reason}", reason=look.reason))
        return False
    fresh = passed_on(keeper, workspace, row, look.action)
    if not fits_a_mail(keeper, workspace, row, fresh):
        return False
    _follow(keeper, workspace, row, fresh)
    return row.state == State.APPROVED


def _approve_internal(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> bool:
    """Nobody has to agree. What people were to be told on an earlier day is looked at again: it may wait no more."""
    today = workspace.clock.today()
    if tells_people(action.steps) and row.planned_on < today:
        look = look_again(keeper, workspace, row, action)
        if look.action is None:
            if not look.passing:
                move(keeper, row, State.CANCELLED, today, _("no longer planned: {reason}", reason=look.reason))
            return False
    if any(step.memo for step in action.steps) or packet_step(action) is not None:
        render(keeper, workspace, row, action, number="", draft=False)
    move(keeper, row, State.APPROVED, today, _("nothing of it goes to the customer"))
    return True


def under_way(keeper: Bookkeeper, row: ActionRow) -> bool:
    """Somebody is carrying it already: what is on its way is not changed any more."""
    return keeper.session.scalar(select(StepRow.id).where(StepRow.action_id == row.id, StepRow.task_id.is_not(None)).limit(1)) is not None


def _being_told(keeper: Bookkeeper, row: ActionRow, action: PlannedAction) -> bool:
    """What is signed for people of the company is in its mail: what that says is not changed any more."""
    told = select(StepRow.id).where(StepRow.action_id == row.id, StepRow.notice_id.is_not(None)).limit(1)
    return not reaches_customer(action.steps) and keeper.session.scalar(told) is not None


def _rejected(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> bool:
    """A rejected action is over, but keeps its claims until a person has settled why: it would only come back tomorrow."""
    rejected = next((gate for gate in gates_for(keeper, row) if gate.state == REJECTED), None)
    if rejected is None:
        return False
    today = workspace.clock.today()
    ids = planned(row).invoice_ids
    detail = {"who": rejected.decided_by, "comment": rejected.comment}
    open_task(keeper, REJECTION, row.customer_id, "collections_analyst", today, ids, detail, action_id=row.id)
    move(keeper, row, State.CANCELLED, today, rejection(rejected), keep_claims=True)
    return True


def _follow(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, fresh: PlannedAction) -> None:
    today = workspace.clock.today()
    key = content_key(keeper, workspace, fresh)
    if row.state != State.PLANNED:
        waited, renew_after = _waited(workspace, row), workspace.settings.approvals.renew_after
        asking = waited >= renew_after and still_waiting(keeper, row)
        ready, same = row.state == State.APPROVED, key == row.content
        why = why_anew(ready=ready, same=same, waited=waited, asking=asking, renew_after=renew_after)
        if why is None and _asks_more(keeper, workspace, row, fresh):
            why = _("rendered anew: the settings ask for more people to agree")
        if why is not None:
            move(keeper, row, State.PLANNED, today, why)
        elif row.state == State.APPROVED:
            return
    if row.state == State.PLANNED:
        _present(keeper, workspace, row, fresh, key)
    gates = gates_for(keeper, row)
    if row.state not in (State.PLANNED, State.AWAITING_SIGNATURE) or any(gate.state != APPROVED for gate in gates):
        return
    if still_as_shown(keeper, workspace, row, gates):
        _finish(keeper, workspace, row, fresh)
    else:
        move(keeper, row, State.PLANNED, today, _("rendered anew: what it says has changed"))
        _present(keeper, workspace, row, fresh, key)


def _asks_more(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, fresh: PlannedAction) -> bool:
    """Somebody has to agree today who was never asked: the mode, or what is a gate, was changed since."""
    wanted = delegated_gates(keeper.session, row.id, gates_of(fresh, workspace.settings.mode, workspace.settings.rubric))
    return not {(gate.kind, gate.role) for gate in wanted} <= {(gate.gate, gate.role) for gate in gates_for(keeper, row)}


def _waited(workspace: Workspace, row: ActionRow) -> int:
    """Business days since the present revision was shown to those who have to agree."""
    return workspace.rules.calendar.between(row.rendered_on, workspace.clock.today()) if row.rendered_on is not None else 0


def _present(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, fresh: PlannedAction, key: str) -> None:
    """A new revision, shown as a draft to those who have to agree."""
    today = workspace.clock.today()
    row.revision += 1
    row.content = key
    row.rendered_on = today
    _put_plan(keeper, row, fresh)
    gates = delegated_gates(keeper.session, row.id, gates_of(fresh, workspace.settings.mode, workspace.settings.rubric))
    withdraw_gates(keeper, row, decided=True)
    if gates:
        render(keeper, workspace, row, fresh, number="", draft=True)
        open_gates(keeper, row, gates, keep_shown(keeper, workspace, row, fresh))
        roles = joined(word(gate.role) for gate in gates)
        move(keeper, row, State.AWAITING_SIGNATURE, today, _("waits for {roles}", roles=roles))


def _put_plan(keeper: Bookkeeper, row: ActionRow, fresh: PlannedAction) -> None:
    """The claims follow the items: one that has been paid meanwhile gives its claim back."""
    row.plan = to_json(fresh)
    row.next_contact = fresh.next_contact
    wanted = {(item.subject_id, item.rule_id, item.occurrence): item for item in fresh.items}
    for claim in list(keeper.session.scalars(select(ClaimRow).where(ClaimRow.action_id == row.id, ClaimRow.live))):
        if (claim.subject_id, claim.rule_id, claim.occurrence) in wanted:
            del wanted[claim.subject_id, claim.rule_id, claim.occurrence]
        else:
            claim.live = False
    keeper.session.flush()
    add_claims(keeper, row.id, replace(fresh, items=tuple(wanted.values())))


def _finish(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, fresh: PlannedAction) -> None:
    """Everybody has agreed: the document gets its number and the day's date, and these bytes are those that leave."""
    today = workspace.clock.today()
    _put_plan(keeper, row, fresh)
    number = next_number(keeper, today.year) if letter_template(fresh) else ""
    documents = []
    for document in render(keeper, workspace, row, fresh, number=number, draft=False):
        documents.append(document.digest)
        if document.engine:
            made = {"action": row.id, "name": document.name, "document": document.digest, "engine": document.engine}
            keeper.note(row.customer_id, "document_made", today, made)
    outgoing = write_message(keeper, workspace, row, fresh, number)
    for gate in gates_for(keeper, row):
        gate.leaves = outgoing.raw if outgoing is not None else ""
    row.rendered_on = today
    documents += [outgoing.raw] if outgoing is not None else []
    ready = _("ready to leave as {number}", number=number) if number else _("ready to leave")
    move(keeper, row, State.APPROVED, today, ready, documents=documents)


def still_waiting(keeper: Bookkeeper, row: ActionRow) -> bool:
    return any(gate.state == WAITING for gate in gates_for(keeper, row))
