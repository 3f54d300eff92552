"""`cobranza outbox retry`, `settle`, `pause` and `resume`: what people say of messages on their way out."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.command import Call, Day, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.dispatch.leaving import keeping_all_back
from cobranza_rules.dispatch.outbox import ask_again, entry
from cobranza_rules.dispatch.pausing import pause, pause_in_words, resume
from cobranza_rules.dispatch.settling import not_uncertain, settle_uncertain
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError

WHO = N_("Who says so: a role or an e-mail address of cobranza.toml.")


@click.command(
    cls=SpokenCommand,
    help=N_("Try messages that were put off with the next run, whatever they wait for. What may have left is never tried again."),
)
@click.argument("numbers", nargs=-1, type=Number())
@click.option("--all", "everything", is_flag=True, help=N_("All that were put off."))
@on_a_day
@reporting
@click.pass_obj
def retry(call: Call, numbers: tuple[int, ...], everything: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    if bool(numbers) == everything:
        raise ProblemError([Problem(_("which messages are to be tried again?"), _("give their numbers, or --all"))])
    with workspace.database.writing() as session:
        again = ask_again(session, numbers, workspace.clock.now())
        kept = keeping_all_back(session, workspace)
    if as_json:
        call.screen.json({"messages": again})
        return
    call.screen.say(_("The next run tries them: {count} messages", count=len(again)))
    for line in kept:
        call.screen.say(line)


@click.command(
    cls=SpokenCommand, help=N_("Say of an uncertain message whether it left: only a person can. The program never repeats it by itself.")
)
@click.argument("number", type=Number())
@click.option(
    "--left/--did-not-leave", "left", required=True, help=N_("It left (the customer has it), or it did not (it will be planned again).")
)
@click.option("--who", required=True, help=WHO)
@on_a_day
@click.pass_obj
def settle(call: Call, number: int, left: bool, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        found = entry(session, number)
        if found.outgoing is None:
            raise ProblemError([not_uncertain(number)])
        settle_uncertain(Bookkeeper(session, workspace.clock.now()), workspace, found.outgoing.id, left=left, who=person.email)
    call.screen.say(_("Settled."))


@click.command(
    "pause",
    cls=SpokenCommand,
    help=N_(
        "Let nothing leave to customers until somebody resumes it. What is planned, written and signed meanwhile waits, and people of the company are told as ever."
    ),
)
@click.option("--until", type=Day(), help=N_("The last day of the pause (default: until somebody resumes it)."))
@click.option("--who", required=True, help=WHO)
@click.option("--reason", required=True, help=N_("Why."))
@on_a_day
@click.pass_obj
def pause_(call: Call, until: dt.date | None, who: str, reason: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, today = person_named(workspace.company, who), workspace.clock.today()
    with workspace.database.writing() as session:
        pause(session, person.email, reason, until, workspace.clock.now(), today)
        paused = pause_in_words(session, today)
    assert paused is not None
    call.screen.say(_("Nothing leaves: {reason}", reason=paused))


@click.command("resume", cls=SpokenCommand, help=N_("End a pause: what is ready leaves with the next run, after a last look at it."))
@click.option("--who", required=True, help=WHO)
@on_a_day
@click.pass_obj
def resume_(call: Call, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        resume(session, person.email, workspace.clock.now(), workspace.clock.today())
    call.screen.say(_("What is ready leaves with the next run."))
