"""`cobranza outbox`: the queue of messages to customers, and each of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.dispatch.leaving import keeping_all_back
from cobranza_rules.dispatch.outbox import STATE_WORDS, Entry, entries, entry
from cobranza_rules.dispatch.pausing import pause_in_words
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.plan.states import State
from cobranza_rules.rules.still_planned import Look

DECIDING = "cobranza_rules.cli.outbox_deciding"


@click.group(
    cls=LazyGroup,
    help=N_("Messages on their way out."),
    lazy={
        "retry": (DECIDING, "retry", N_("Try messages that were put off with the next run, whatever they wait for.")),
        "settle": (DECIDING, "settle", N_("Say of an uncertain message whether it left: only a person can.")),
        "pause": (DECIDING, "pause_", N_("Let nothing leave to customers until you resume it.")),
        "resume": (DECIDING, "resume_", N_("End a pause: what is ready leaves with the next run.")),
    },
)
def outbox() -> None:
    pass


@outbox.command("list", cls=SpokenCommand, help=N_("Messages that have not left for certain, from planned on; with --all every one."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that were sent, refused and called off, too."))
@click.option(
    "--state", "states", multiple=True, type=click.Choice([state.value for state in State]), help=N_("Only in this state; may be repeated.")
)
@click.option("--customer", default="", help=N_("Only of this customer (code)."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, everything: bool, states: tuple[str, ...], customer: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    wanted = tuple(map(State, states)) or (tuple(State) if everything else ())
    code = _known_code(call, customer)
    with workspace.database.reading() as session:
        paused, kept = pause_in_words(session, workspace.clock.today()), keeping_all_back(session, workspace)
        found = entries(session, wanted, code)
        waits = what_waits(session, workspace)
        looks = {one.row.id: waits[one.row.id].look if one.row.id in waits else None for one in found}
        rows = [_as_json(call, one, looks[one.row.id]) for one in found]
        cells = [_cells(call, one, looks[one.row.id]) for one in found]
    if as_json:
        call.screen.json(
            {
                "paused": call.screen.text(paused) if paused else None,
                "kept_back": [call.screen.text(line) for line in kept],
                "messages": rows,
            }
        )
        return
    for line in kept:
        call.screen.say(line)
    if not rows:
        call.screen.say(_("There is no such message.") if states or customer else _("The outbox is empty."))
        return
    headings = (N_("No."), N_("State"), N_("Customer"), N_("To"), N_("Subject"), N_("Waits for"), N_("Today"))
    call.screen.table(headings, cells, frozenset({0}))


def _known_code(call: Call, customer: str) -> str:
    """As the book writes it. Raises ProblemError where nobody has it."""
    if not customer:
        return ""
    from cobranza_rules.cli.case import customer_named

    return customer_named(call.workspace, customer).code


def _zone(call: Call) -> ZoneInfo:
    return ZoneInfo(call.workspace.settings.timezone)


def _cells(call: Call, one: Entry, look: Look | None) -> tuple[Any, ...]:
    out = one.outgoing
    waits = one.waits_for(_zone(call))
    if waits is None and one.row.state not in (State.PLANNED, State.AWAITING_SIGNATURE):
        waits = Sentence.from_json(one.row.reason)
    return (
        one.row.id,
        call.screen.word(STATE_WORDS[State(one.row.state)]),
        one.customer,
        ", ".join(one.action.recipients if out is None else out.recipients),
        word(one.row.rule_id) if out is None else out.subject,
        waits,
        look.sentence if look is not None else "",
    )


def _as_json(call: Call, one: Entry, look: Look | None) -> dict[str, Any]:
    out = one.outgoing
    return {
        "id": one.row.id,
        "rule": one.row.rule_id,
        "customer": one.customer,
        "planned_on": one.row.planned_on.isoformat(),
        "to": list(one.action.recipients if out is None else out.recipients),
        "copies": list(one.action.copies if out is None else out.copies),
        "subject": out.subject if out is not None else None,
        "state": one.row.state,
        "reason": call.screen.text(Sentence.from_json(one.row.reason)),
        "waits_for": [{"gate": gate.gate, "role": gate.role} for gate in one.gates],
        "still_to_get": [each.address for each in one.still_to_get],
        "phase": out.phase if out is not None else "",
        "detail": out.detail if out is not None else "",
        "attempts": out.attempts if out is not None else 0,
        "next_try_at": out.next_try_at.isoformat() if out is not None and out.next_try_at is not None else None,
        "message_id": out.message_id if out is not None else None,
        "raw": out.raw if out is not None else None,
        "today": look.as_json(call.screen.translate) if look is not None else None,
    }


@outbox.command(
    cls=SpokenCommand, help=N_("One message: how it and each of its recipients stand, every attempt, and its course with reasons.")
)
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=N_("Write the message itself into this file (.eml)."))
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, on: dt.date | None, as_json: bool) -> None:
    from cobranza_rules.cli.outbox_showing import shown_as_json, shown_in_lines, write_mail

    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        found = entry(session, number)
        if output is not None:
            write_mail(workspace, found, output)
        if as_json:
            waits = what_waits(session, workspace, found.row.customer_id)
            look = waits[number].look if number in waits else None
            call.screen.json({**_as_json(call, found, look), **shown_as_json(session, found, call.screen)})
            return
        for line in shown_in_lines(session, found, _zone(call)):
            call.screen.say(line)
    if output is not None:
        call.screen.say(_("Written: {file}", file=str(output)))
