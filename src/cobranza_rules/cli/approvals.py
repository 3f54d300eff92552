"""`cobranza approvals`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.waiting_rows import HEADINGS, RIGHT, WaitingRows
from cobranza_rules.dispatch.delegating import delegate
from cobranza_rules.dispatch.print_set import write_shown
from cobranza_rules.dispatch.shown import must_be_whole
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.people import person_named
from cobranza_rules.plan.deciding import Decision, decide_approvals, waiting_approvals
from cobranza_rules.plan.gates import GATE_WORDS
from cobranza_rules.plan.ledger import planned
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, ApprovalRow

WHO = N_("Who decides: a role or an e-mail address of cobranza.toml.")


@click.group(cls=LazyGroup, help=N_("What waits for a signature, a rubric or an analyst's release."))
def approvals() -> None:
    pass


@approvals.command("list", cls=SpokenCommand, help=N_("Everything that waits, the oldest first."))
@click.option("--role", help=N_("Only what this role has to decide."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, role: str | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        rows = WaitingRows.of(session, workspace, call.screen)
        waiting = waiting_approvals(session, role)
        if as_json:
            call.screen.json({"approvals": [rows.json(approval, action) for approval, action in waiting]})
        elif not waiting:
            call.screen.say(_("Nothing waits."))
        else:
            call.screen.table(HEADINGS, [rows.cells(approval, action) for approval, action in waiting], RIGHT)


@approvals.command(cls=SpokenCommand, help=N_("One of them: why it was planned, whom it goes to, and its documents as they will leave."))
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help=N_("Write documents and message into this folder."))
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        approval = session.get(ApprovalRow, number)
        if approval is None:
            raise ProblemError([Problem(_("there is no approval {id}", id=number), _("'cobranza approvals list' shows those that wait"))])
        action = session.get_one(ActionRow, approval.action_id)
        rows = WaitingRows.of(session, workspace, call.screen, action.customer_id)
        shown = rows.json(approval, action)
        beware = rows.beware(approval)
    names = write_shown(workspace, approval, output)
    plan = planned(action)
    shown |= {"state": approval.state, "to": list(plan.recipients), "copies": list(plan.copies)}
    shown |= {"reason": call.screen.text(plan.reason), "documents": names}
    if as_json:
        call.screen.json(shown)
        return
    screen = call.screen
    screen.say(rows.about(action))
    if shown["invoices"]:
        screen.say(_("Invoices: {invoices}", invoices=", ".join(shown["invoices"])))
    screen.say(_("To {to}; copies to {cc}", to=", ".join(plan.recipients) or "-", cc=", ".join(plan.copies) or "-"))
    screen.say(_("Because of {reason}", reason=plan.reason))
    screen.say(
        _(
            "Waits for {role} ({gate}), {state}",
            role=word(approval.role),
            gate=screen.word(GATE_WORDS[approval.gate]),
            state=word(approval.state),
        )
    )
    for what in beware:
        screen.say(_("Beware: {what}", what=what))
    for name in names:
        screen.say(_("  {name}", name=name))


def _chosen(call: Call, numbers: tuple[int, ...], everything: bool) -> None:
    if bool(numbers) == everything:
        raise click.UsageError(call.screen.word(N_("name the approvals, or say --all")))


def _told(call: Call, done: Sentence, result: dict[str, Any], problems: Sequence[Problem]) -> None:
    """What could not be done is told after what was: good numbers are never lost by a bad one beside them."""
    if result["approvals"] or not problems:
        call.screen.say(done)
    if call.as_json:
        call.screen.json({**result, "problems": [problem.text(call.screen.translate) for problem in problems]})
    if problems:
        raise ProblemError(problems)


def _decide(call: Call, numbers: tuple[int, ...], who: str, comment: str, agreed: bool) -> None:
    workspace = call.workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        ids = list(numbers) or [approval.id for approval, _action in waiting_approvals(session, person.role)]
        decision, today = Decision(person, agreed, comment), workspace.clock.today()
        decided, problems = decide_approvals(keeper, ids, decision, today, partial(must_be_whole, workspace))
    done = (
        _("{count} approved by {who}", count=len(decided), who=person.name)
        if agreed
        else _("{count} rejected by {who}", count=len(decided), who=person.name)
    )
    _told(call, done, {"approvals": decided, "approved": agreed, "who": person.email}, problems)


@approvals.command(
    cls=SpokenCommand, help=N_("Approve these, or with --all everything that waits for this person. They leave with the next run.")
)
@click.argument("numbers", nargs=-1, type=Number())
@click.option("--all", "everything", is_flag=True, help=N_("Everything that waits for this person."))
@click.option("--who", required=True, help=WHO)
@click.option("--comment", default="", help=N_("A comment for the case file."))
@on_a_day
@reporting
@click.pass_obj
def approve(call: Call, numbers: tuple[int, ...], everything: bool, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    take(call, on=on, as_json=as_json)
    _chosen(call, numbers, everything)
    _decide(call, numbers, who, comment, agreed=True)


@approvals.command(
    cls=SpokenCommand, help=N_("Reject these, with the reason. A task is opened, and nothing of it is planned again until that is done.")
)
@click.argument("numbers", nargs=-1, type=Number(), required=True)
@click.option("--who", required=True, help=WHO)
@click.option("--comment", default="", help=N_("Why it is rejected."))
@on_a_day
@reporting
@click.pass_obj
def reject(call: Call, numbers: tuple[int, ...], who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    take(call, on=on, as_json=as_json)
    _decide(call, numbers, who, comment, agreed=False)


@approvals.command(
    "delegate",
    cls=SpokenCommand,
    help=N_(
        "Pass these, or with --all everything that waits for this person, to somebody else. A letter is then written anew for that signer."
    ),
)
@click.argument("numbers", nargs=-1, type=Number())
@click.option("--all", "everything", is_flag=True, help=N_("Everything that waits for this person."))
@click.option("--to", "to", required=True, help=N_("Who decides instead: a role or an e-mail address of cobranza.toml."))
@click.option("--who", required=True, help=N_("Who passes it on, and is asked until now: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why, for the case file."))
@on_a_day
@reporting
@click.pass_obj
def delegate_(
    call: Call, numbers: tuple[int, ...], everything: bool, to: str, who: str, comment: str, on: dt.date | None, as_json: bool
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    _chosen(call, numbers, everything)
    person, instead = person_named(workspace.company, who), person_named(workspace.company, to)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        ids = list(numbers) or [approval.id for approval, _action in waiting_approvals(session, person.role)]
        passed, problems = delegate(keeper, ids, person, instead, comment, workspace.clock.today())
    done = _("{count} passed from {who} to {to}", count=len(passed), who=person.name, to=instead.name)
    _told(call, done, {"approvals": passed, "who": person.email, "to": instead.email}, problems)
