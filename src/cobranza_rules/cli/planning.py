"""`cobranza plan`, `run` and `explain`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.customers import owing
from cobranza_rules.cli.command import WAITS_FOR_PEOPLE, WRONG_INPUT, Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.held_lines import held_lines
from cobranza_rules.cli.progress import watched
from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.leaving import SAID
from cobranza_rules.dispatch.pausing import pause_in_words
from cobranza_rules.domain.customer import CustomerStatus
from cobranza_rules.explanation import explain_subject
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.plan.codec import to_json
from cobranza_rules.plan.states import State
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import digest_of
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome, Plan, PlannedAction
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.tick import TickReport, incidents_of, make_plan, run_tick

STATE_WORDS = {
    State.PLANNED: N_("planned"),
    State.AWAITING_SIGNATURE: N_("awaiting approval"),
    State.APPROVED: N_("ready, not sent yet"),
    State.SENDING: N_("sending"),
    State.SENT: N_("sent"),
    State.FAILED: N_("failed"),
    State.UNCERTAIN: N_("uncertain"),
    State.CANCELLED: N_("called off"),
}
TOLD = frozenset(
    {Outcome.NO_ADDRESS, Outcome.NOBODY, Outcome.UNKNOWN_RUNG, Outcome.UNCERTAIN, Outcome.BELOW_MINIMUM, Outcome.LIMITED}
)  # What keeps somebody from being written to, beside holds


@click.command(cls=SpokenCommand, help=N_("What a run would do now: nothing is written and nothing leaves."))
@on_a_day
@reporting
@click.pass_obj
def plan(call: Call, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    made = make_plan(workspace)
    incidents, paused = incidents_of(workspace), _paused(call)
    if as_json:
        beside = {
            "paused": call.screen.text(paused) if paused else None,
            "incidents": [call.screen.text(incident) for incident in incidents],
        }
        call.screen.json({**plan_json(made, call.screen), **beside})
    else:
        show_plan(call.screen, made, workspace.rules, _names(call, made))
        _say_paused(call.screen, paused)
        _show_incidents(call.screen, incidents)
        _say_who_waits(call)
        _say_draft(call, made)
    if made.stopped is not None:
        click.get_current_context().exit(WRONG_INPUT)


def _paused(call: Call) -> Sentence | None:
    with call.workspace.database.reading() as session:
        return pause_in_words(session, call.workspace.clock.today())


def _say_paused(screen: Screen, paused: Sentence | None) -> None:
    if paused is not None:
        screen.say(_("Nothing leaves: {reason}", reason=paused))


def _say_draft(call: Call, made: Plan) -> None:
    """Whoever has edited the files should not wonder why nothing has changed. What is in force does not depend on them, readable or not."""
    try:
        same = digest_of(call.workspace.draft_files) == made.rules_digest
    except ProblemError:
        same = False
    if not same:
        call.screen.say(_("The rules files differ from the rules in force: 'cobranza rules diff' shows what they would change."))


def _show_incidents(screen: Screen, incidents: Sequence[Sentence]) -> None:
    for incident in incidents:
        screen.say(_("Rules engine: {incident}", incident=incident))


def _say_who_waits(call: Call) -> None:
    with call.workspace.database.reading() as session:
        waiting, blocked = owing(session, CustomerStatus.WAITING_FOR_DATA), owing(session, CustomerStatus.BLOCKED)
    if waiting:
        codes = _first_of(waiting)
        call.screen.say(_("{count} customers wait for their data, so nothing is sent to them: {codes}", count=len(waiting), codes=codes))
    if blocked:
        said = _(
            "{count} customers owe invoices and their data are blocked, so nothing is sent to them: {codes}",
            count=len(blocked),
            codes=_first_of(blocked),
        )
        call.screen.say(said)


def _first_of(codes: Sequence[str]) -> str:
    return ", ".join(codes[:10]) + (" ..." if len(codes) > 10 else "")


def plan_json(made: Plan, screen: Screen) -> dict[str, Any]:
    return {
        "on": made.on.isoformat(),
        "rules": made.rules_digest,
        "actions": [_action_json(screen, action) for action in made.actions],
        "held": [{held.subject: held.number, "by": held.hold_id, "reason": screen.text(held.reason)} for held in made.held],
        "stopped": screen.text(made.stopped) if made.stopped else None,
    }


def _action_json(screen: Screen, action: PlannedAction) -> dict[str, Any]:
    """As the ledger keeps it, but amounts as plain texts and the reason as a sentence."""
    shown = {**to_json(action), "total": Money(action.total, action.currency).plain(), "reason": screen.text(action.reason)}
    for item in (*shown["items"], *shown["held"]):
        item["balance"] = Money(item["balance"], action.currency).plain()
    return shown


def _names(call: Call, made: Plan) -> dict[tuple[str, int], str]:
    """Invoices by number and customers by code, as far as the plan says anything of them."""
    said = defaultdict(set)
    for verdict in made.verdicts:
        if verdict.outcome in TOLD:
            said[verdict.subject].add(verdict.subject_id)
    invoice, customer = InvoiceRow.__table__.c, CustomerRow.__table__.c
    columns = {"invoice": (invoice.id, invoice.number), "customer": (customer.id, customer.code)}
    found: dict[tuple[str, int], str] = {}
    with call.workspace.database.reading() as session:
        for subject, (key, name) in columns.items():
            rows = session.execute(select(key, name).where(one_of(sorted(said[subject]))(key)))
            found |= {(subject, row_id): text for row_id, text in rows}
    return found


def show_plan(screen: Screen, made: Plan, rules: RuleSet, names: Mapping[tuple[str, int], str]) -> None:
    screen.say(_("Plan for {on}: {count} actions", on=made.on, count=len(made.actions)))
    for action in made.actions:
        _show_action(screen, action)
    for line in held_lines(made, rules):
        screen.say(line)
    for verdict in made.verdicts:
        if verdict.outcome in TOLD:
            rule, about = word(verdict.rule_id), names.get((verdict.subject, verdict.subject_id))
            screen.say(
                _("  {invoice}, {rule}: {reason}", invoice=about, rule=rule, reason=verdict.reason)
                if about
                else _("  {rule}: {reason}", rule=rule, reason=verdict.reason)
            )
    if made.stopped is not None:
        screen.say(_("Nothing leaves: {reason}", reason=made.stopped))


def _show_action(screen: Screen, action: PlannedAction) -> None:
    invoices = ", ".join(action.invoices)
    if action.subject == "reply":
        screen.say(_("- {customer}: {rule}", customer=action.customer, rule=word(action.rule_id)))
    elif action.subject != "invoice":
        about = word(action.items[0].number)
        screen.say(_("- {customer}: {rule} about {about}", customer=action.customer, rule=word(action.rule_id), about=about))
    else:
        total = Money(action.total, action.currency)
        screen.say(
            _(
                "- {customer}: {rule}, {total}: {invoices}",
                customer=action.customer,
                rule=word(action.rule_id),
                total=total,
                invoices=invoices,
            )
        )
    if action.recipients:
        screen.say(_("    to {to}; copies to {cc}", to=", ".join(action.recipients), cc=", ".join(action.copies) or "-"))
    if action.next_contact:
        screen.say(_("    next contact on {day}", day=action.next_contact))
    screen.say(_("    because of {reason}", reason=action.reason))


@click.command(cls=SpokenCommand, help=N_("One tick: takes in mail, records answers, decides, and carries out what may leave."))
@click.option("--no-mail", is_flag=True, help=N_("Do not poll the mailbox first."))
@on_a_day
@reporting
@click.pass_obj
def run(call: Call, no_mail: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with watched(call.screen, N_("Letters and messages")) as progress:
        report = run_tick(workspace, poll=not no_mail, progress=progress)
    if as_json:
        call.screen.json(report_json(report, call.screen))
    else:
        show_report(call.screen, report)
        _say_who_waits(call)
    call.screen.problems(report.problems)
    if report.problems or (report.plan is not None and report.plan.stopped is not None):
        click.get_current_context().exit(WRONG_INPUT)
    if report.newly_waiting:
        click.get_current_context().exit(WAITS_FOR_PEOPLE)


def report_json(report: TickReport, screen: Screen) -> dict[str, Any]:
    return {
        "received": dict(report.received),
        "mailbox_problems": [screen.text(problem) for problem in report.mailbox_problems],
        "recorded": report.recorded,
        "planned": report.entered,
        "states": dict(report.states),
        "in_house": report.in_house,
        "newly_waiting": report.newly_waiting,
        "kept_back": {kept.value: count for kept, count in report.kept_back.items()},
        "paused": screen.text(report.paused) if report.paused else None,
        "digests": dict(report.digests),
        "stamped": report.stamped,
        "timestamp_problems": [problem.text(screen.translate) for problem in report.timestamp_problems],
        "incidents": [screen.text(incident) for incident in report.incidents],
        "problems": [problem.text(screen.translate) for problem in report.problems],
        "stopped": screen.text(report.plan.stopped) if report.plan and report.plan.stopped else None,
    }


def show_report(screen: Screen, report: TickReport) -> None:
    for problem in report.mailbox_problems:
        screen.say(_("Mailbox: {problem}", problem=problem))
    if report.received:
        received = ", ".join(f"{screen.word(kind)} ({count})" for kind, count in sorted(report.received.items()))
        screen.say(_("Received: {messages}", messages=received))
    if report.recorded:
        screen.say(_("Answers recorded: {count}", count=report.recorded))
    screen.say(_("Newly planned: {count}", count=report.entered))
    for state, name in STATE_WORDS.items():
        if count := report.states[state] - (report.in_house if state is State.SENT else 0):
            screen.say(_("  {state}: {count}", state=screen.word(name), count=count))
    if report.in_house:
        screen.say(_("  done in the company, nothing of it to a customer: {count}", count=report.in_house))
    for kept, said in SAID.items():
        if count := report.kept_back[kept]:
            screen.say(Sentence(said, {"count": count}))
    _say_paused(screen, report.paused)
    if report.stamped:
        screen.say(_("Documents that got their timestamp: {count}", count=report.stamped))
    for stamp_problem in report.timestamp_problems:
        screen.say(_("Timestamps: {problem}", problem=stamp_problem.text(screen.translate)))
    for address, what_became in report.digests.items():
        screen.say(_("Digest to {address}: {state}", address=address, state=word(what_became)))
    _show_incidents(screen, report.incidents)
    if report.newly_waiting:
        screen.say(_("Waits for people since now: {count} (approvals, tasks, inbox, outbox)", count=report.newly_waiting))
    if report.plan is not None and report.plan.stopped is not None:
        screen.say(_("Nothing leaves: {reason}", reason=report.plan.stopped))


@click.command(
    cls=SpokenCommand, help=N_("Why something happens to an invoice (number or UUID) or customer (code), why not, and when that changes.")
)
@click.argument("name")
@on_a_day
@reporting
@click.pass_obj
def explain(call: Call, name: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    explanation, paused = explain_subject(workspace, name), _paused(call)
    if as_json:
        call.screen.json({**explanation.as_json(call.screen.translate), "paused": call.screen.text(paused) if paused else None})
        return
    for line in explanation.lines():
        call.screen.say(line)
    _say_paused(call.screen, paused)
    if paused is not None:
        call.screen.say(_("What comes next is said as if sending were not paused."))
