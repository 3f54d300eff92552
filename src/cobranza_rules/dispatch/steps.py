"""The steps of a chain that happen inside the house: documents are ready, tasks are opened, what a reply says is recorded."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.message_tasks import open_task_of_message
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.case_packet import packet_step
from cobranza_rules.dispatch.chains import Chain, read_chain
from cobranza_rules.dispatch.confirming import confirm
from cobranza_rules.dispatch.delivering import mode_of
from cobranza_rules.dispatch.records import record_reply
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.task import MEMOS, joined_deadline
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence
from cobranza_rules.rules.model import TELLING, Step, StepKind, asks_for_an_answer, closing_claim
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, CustomerRow, StepRow, TaskRow
from cobranza_rules.workspace import Workspace


def go_on(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, reason: Sentence) -> int | None:
    """Takes the steps that need no wire, from the first unconfirmed one on; confirms the chain after the last.

    Returns the position of the step that has to be sent next, or None where the chain is done or waits for a person.
    """
    chain = read_chain(keeper, row.id)
    position = advance(keeper, workspace, chain)
    if chain.done:
        confirm(keeper, workspace, [(row, chain.action, reason)])
    return position


def advance(keeper: Bookkeeper, workspace: Workspace, chain: Chain) -> int | None:
    """As `go_on`, but for the confirming of a chain that is done."""
    for kept in chain.steps:
        if kept.confirmed_at is not None:
            continue
        step = chain.action.steps[kept.position]
        if step.kind is StepKind.EMAIL or (step.kind is StepKind.DELIVER and chain.action.recipients):
            return kept.position
        if not _take(keeper, workspace, chain.row, chain.action, step, kept):
            return None
        kept.confirmed_at = keeper.known_at
    return None


def _take(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, step: Step, kept: StepRow) -> bool:
    if step.kind is StepKind.DELIVER:
        return _carried(keeper, workspace, row, action, step, kept)
    if step.kind is StepKind.TASK:
        _open_task(keeper, workspace, row, action, step)
    elif step.kind in TELLING:
        return False  # It leaves together with others, and `notices` or `packet_sending` confirms it.
    elif step.kind is StepKind.RECORD:
        record_reply(keeper, workspace, action.items[0].subject_id, step.name)
    return True


def _handed_to(action: PlannedAction) -> dict[str, str]:
    """Whom the billing requests name, for the carrier."""
    if action.requested is None or not action.requested.contact:
        return {}
    contact = action.requested.contact
    said = {"deliver_to": contact.name, "title": contact.title, "address": contact.address, "phone": contact.phone}
    return {name: value for name, value in said.items() if value}


def _carried(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, step: Step, kept: StepRow) -> bool:
    """In person or by portal: a person carries the print set, and the step is confirmed when that task is done."""
    if kept.task_id is not None:
        return keeper.session.get_one(TaskRow, kept.task_id).state == "done"
    today = workspace.clock.today()
    ids = [item.subject_id for item in action.items]
    mode = mode_of(keeper.session, action)
    portal = keeper.session.get_one(CustomerRow, row.customer_id).portal if mode is DeliveryMode.PORTAL else ""
    detail = {"action": row.id, "mode": mode.value, **({"portal": portal} if portal else {}), **_handed_to(action)}
    due_on = workspace.rules.calendar.plus(today, step.due_workdays) if step.due_workdays else None
    carrier = step.assign or "collections_analyst"
    kept.task_id = open_task(keeper, step.name, row.customer_id, carrier, today, ids, detail, due_on, action_id=row.id).id
    return False


def _open_task(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, step: Step) -> None:
    today = workspace.clock.today()
    due_on = workspace.rules.calendar.plus(today, step.due_workdays) if step.due_workdays else None
    own = [item.subject_id for item in action.items if item.rule_id in (action.rule_id, closing_claim(action.rule_id))]
    own = own if action.subject == Scope.INVOICE else []
    if action.subject == Scope.REPLY:
        open_task_of_message(keeper, action.items[0].subject_id, step.name, step.assign, today, due_on, row.id)
        return
    task = open_task(keeper, step.name, row.customer_id, step.assign, today, own, {"action": row.id}, due_on)
    if step.memo or packet_step(action) is not None:  # A task that was open already has what belongs to all that joined it.
        task.detail = {**task.detail, MEMOS: [*task.detail.get(MEMOS, ()), row.id]}
    if action.ladder and asks_for_an_answer(step, action.steps):
        deadline = joined_deadline(task.due_on, due_on, today)
        for invoice in keeper.invoices(own):
            data = {"task": task.id, "due_on": str(deadline or "")}
            keeper.enter(invoice, EntryKind.INTERVENTION_OPENED, today, data)
