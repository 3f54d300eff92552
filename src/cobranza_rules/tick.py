"""One tick: mail is taken in, replies are answered, the book is decided on, and the ledger is carried out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from sqlalchemy import not_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.payment_plans import note_broken_plans
from cobranza_rules.digest.sending import send_digest
from cobranza_rules.dispatch.approval_requests import ask_by_mail
from cobranza_rules.dispatch.carry_out import CarriedOut, Progress, carry_out, quietly
from cobranza_rules.dispatch.following_up import settle_interrupted_follow_ups
from cobranza_rules.dispatch.fuse import why_nothing_may_leave
from cobranza_rules.dispatch.head_notices import send_heads
from cobranza_rules.dispatch.internal_mail import settle_interrupted_internal
from cobranza_rules.dispatch.interrupted import settle_interrupted
from cobranza_rules.dispatch.intervention_mail import ask_for_interventions
from cobranza_rules.dispatch.last_look import reader_of
from cobranza_rules.dispatch.leaving import KeptBack
from cobranza_rules.dispatch.looking_up import grace_of, look_up_uncertain
from cobranza_rules.dispatch.missing import report_missing_addresses
from cobranza_rules.dispatch.pausing import pause_in_words
from cobranza_rules.dispatch.request_notices import tell_of_requests
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.full_disk import full_disk_told
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.ingest import ingest
from cobranza_rules.only_one import only_run
from cobranza_rules.plan.ledger import move, record_plan
from cobranza_rules.plan.planning import plan_customers, plan_whole
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.decide import beyond_limit
from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.attempts import searched_first, uncertain_still
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.heartbeat import TICK, beat
from cobranza_rules.store.tables import ActionRow, ApprovalRow, OutgoingRow, ReceivedRow, TaskRow
from cobranza_rules.timestamps.stamping import stamp_waiting
from cobranza_rules.workspace import Workspace


@dataclass(slots=True)
class TickReport:
    """What a tick did: messages taken in by kind, replies recorded, actions newly planned, and the states in which open actions were left."""

    received: Counter[str] = field(default_factory=Counter)
    mailbox_problems: list[Sentence] = field(default_factory=list)
    recorded: int = 0
    plan: Plan | None = None
    entered: int = 0
    states: Counter[str] = field(default_factory=Counter)
    in_house: int = 0  # Of those that are sent, what went to nobody but people of the company
    problems: list[Problem] = field(default_factory=list)  # What kept single actions from going on
    kept_back: Counter[KeptBack] = field(default_factory=Counter)  # Messages that are ready, by what they wait for
    paused: Sentence | None = None  # Who has said that nothing is to leave, and why
    incidents: list[Sentence] = field(default_factory=list)  # Workers of the rules engine that were lost
    digests: dict[str, str] = field(default_factory=dict)  # Addresses to the state in which their digest of the day was left
    stamped: int = 0  # Documents that got their timestamp
    timestamp_problems: list[Problem] = field(default_factory=list)  # Why others did not; they wait, and nothing waits for them
    heads: dict[str, str] = field(default_factory=dict)  # Addresses to the state in which the day's hash of the case files was left
    newly_waiting: int = 0  # Approvals, tasks, messages in and out that wait for a person since this tick


def run_tick(workspace: Workspace, *, poll: bool = True, progress: Progress = quietly) -> TickReport:
    """Raises ProblemError where another run is under way, or disk or database fail: what was done until then is kept, and the next run goes on."""
    report = TickReport()
    with full_disk_told(), only_run(workspace.base, workspace.database.engine):
        before = waiting_for_people(workspace)
        _settle(workspace, report)
        if poll:
            report.received, report.mailbox_problems = ingest(workspace)
        report.recorded = answer_replies(workspace)
        note_broken(workspace)
        report.plan = make_plan(workspace)
        if report.plan.stopped is None:
            report.entered = len(enter_plan(workspace, report.plan))
            report.plan = replace(report.plan, stopped=_fuse(workspace))
        if report.plan.stopped is None:
            _carry_out(workspace, report, progress)
        _stamp(workspace, report)
        with workspace.database.reading() as session:
            report.paused = pause_in_words(session, workspace.clock.today())
        report.incidents = incidents_of(workspace)
        report.problems += [problem for problem in ask_by_mail(workspace) if problem not in report.problems]
        report.problems += [problem for problem in ask_for_interventions(workspace) if problem not in report.problems]
        report.problems += [problem for problem in tell_of_requests(workspace) if problem not in report.problems]
        _tell_of_the_day(workspace, report)
        with workspace.database.writing() as session:
            beat(session, TICK, workspace.clock.now())
        report.newly_waiting = len(waiting_for_people(workspace) - before)
    return report


def _stamp(workspace: Workspace, report: TickReport) -> None:
    try:
        done = stamp_waiting(workspace)
        report.stamped, report.timestamp_problems = len(done.given), done.problems
    except ProblemError as error:  # Its settings must not keep anything else from being done.
        report.timestamp_problems = list(error.problems)


def _tell_of_the_day(workspace: Workspace, report: TickReport) -> None:
    """Neither of both must keep anything else from being done."""
    try:
        report.digests = send_digest(workspace)
    except ProblemError as error:
        report.problems += [problem for problem in error.problems if problem not in report.problems]
    try:
        report.heads = send_heads(workspace)
    except ProblemError as error:
        report.problems += [problem for problem in error.problems if problem not in report.problems]


def _settle(workspace: Workspace, report: TickReport) -> None:
    """What was on the wire when the program was stopped, and what was uncertain before, as far as anything can tell of it."""
    settle_interrupted(workspace)
    settle_interrupted_follow_ups(workspace)
    settle_interrupted_internal(workspace)
    try:
        report.problems += look_up_uncertain(workspace)
    except ProblemError as error:  # Settings of the archive that are wrong must not keep anything else from being done.
        report.problems += error.problems


def _carry_out(workspace: Workspace, report: TickReport, progress: Progress) -> None:
    carried = [carry_out(workspace, progress)]
    if (again := plan_again(workspace, carried[0])) is not None and (entered := enter_plan(workspace, again)):
        report.entered += len(entered)
        carried.append(carry_out(workspace, progress, entered))
    for done in carried:
        report.states += done.states
        report.problems += [problem for problem in done.problems if problem not in report.problems]
        report.kept_back += done.kept_back
        report.in_house += done.in_house


def plan_again(workspace: Workspace, carried: CarriedOut) -> Plan | None:
    """What was called off may have kept its group waiting on the very day that was announced to it. None where nothing comes of it today."""
    if not carried.called_off:
        return None
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, workspace.clock.today(), workspace.clock.now())
        plan = plan_customers(reader, workspace.engine, sorted(carried.called_off))
    messages = sum(reaches_customer(action.steps) for action in plan.actions)
    # What would exceed the limit of a run together with what has left waits for the next run, which looks at all of it.
    return plan if beyond_limit(carried.states[State.SENT] - carried.in_house + messages, workspace.rules) is None else None


def _fuse(workspace: Workspace) -> Sentence | None:
    with workspace.database.writing() as session:
        return why_nothing_may_leave(Bookkeeper(session, workspace.clock.now()), workspace)


def incidents_of(workspace: Workspace) -> list[Sentence]:
    """What the rules engine has to tell of itself since the workspace was opened."""
    return list(getattr(workspace.engine, "incidents", ()))


def waiting_for_people(workspace: Workspace) -> set[tuple[str, int]]:
    """Everything that some person has to look at, by table and id."""
    queries = (
        select(ApprovalRow.id).where(ApprovalRow.state == "waiting"),
        select(TaskRow.id).where(TaskRow.state == "open"),
        select(ReceivedRow.id).where(ReceivedRow.state == "open"),
        select(OutgoingRow.id).where(uncertain_still(), not_(searched_first(workspace.clock.now(), grace_of(workspace.settings.mail)))),
    )
    with workspace.database.reading() as session:
        return {(str(number), found) for number, query in enumerate(queries) for found in session.scalars(query)}


def answer_replies(workspace: Workspace) -> int:
    """Replies whose rules are due are recorded before anything is decided on: what they say is a fact of today's plan."""
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        waiting = select(ReceivedRow.customer_id).where(ReceivedRow.state == "open", ReceivedRow.customer_id.is_not(None)).distinct()
        customers = [customer_id for customer_id in session.scalars(waiting) if customer_id is not None]
        if not customers:
            settle_decided(keeper, workspace)
            return 0
        plan = plan_customers(reader_of(keeper, workspace), workspace.engine, customers)
        answers = replace(plan, actions=tuple(action for action in plan.actions if action.subject == "reply"), stopped=None)
        entered = record_plan(keeper, answers)
        for action_id in entered:
            row = session.get_one(ActionRow, action_id)
            move(keeper, row, State.APPROVED, workspace.clock.today(), _("nothing of it goes to the customer"))
            go_on(keeper, workspace, row, _("recorded"))
        settle_decided(keeper, workspace)
        return len(entered)


def note_broken(workspace: Workspace) -> None:
    """Payment plans that the day has broken are so in the case file, and for interventions, before anything is decided on."""
    with workspace.database.writing() as session:
        note_broken_plans(Bookkeeper(session, workspace.clock.now()), workspace.clock.today())


def settle_decided(keeper: Bookkeeper, workspace: Workspace) -> None:
    """What a person has looked at and no rule records is settled with the person's word."""
    decided = select(ReceivedRow).where(ReceivedRow.state == "open", ReceivedRow.decided_by != "")
    for row in keeper.session.scalars(decided):
        row.state = "settled"
        if row.customer_id is not None:
            keeper.note(
                row.customer_id, "message_settled", workspace.clock.today(), {"message": row.id, "kind": row.kind, "who": row.decided_by}
            )


def make_plan(workspace: Workspace) -> Plan:
    """The very value that `plan` prints and a run carries out."""
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, workspace.clock.today(), workspace.clock.now())
        return plan_whole(reader, workspace.engine)


def enter_plan(workspace: Workspace, plan: Plan) -> list[int]:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        entered = record_plan(keeper, plan)
        report_missing_addresses(keeper, plan, workspace.clock.today())
        return entered
