"""`cobranza outbox`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.plan.looking import Message
from cobranza_rules.rules.still_planned import Look
from cobranza_rules.store.tables import ActionRow, CustomerRow, OutgoingRow

STATES = {
    "approved": N_("ready to be sent"),
    "sending": N_("on its way"),
    "sent": N_("left"),
    "failed": N_("refused"),
    "uncertain": N_("left or not"),
}


@click.group(cls=LazyGroup, help=N_("Messages on their way out."))
def outbox() -> None:
    pass


@outbox.command("list", cls=SpokenCommand, help=N_("Messages that have not left for certain; with --all every one."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that were sent, too."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, everything: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    query = select(OutgoingRow, ActionRow, CustomerRow.code).join(ActionRow, ActionRow.id == OutgoingRow.action_id)
    query = query.join(CustomerRow, CustomerRow.id == ActionRow.customer_id).order_by(OutgoingRow.id)
    query = query if everything else query.where(OutgoingRow.state.in_(("approved", "sending", "uncertain")))
    with workspace.database.reading() as session:
        waits = what_waits(session, workspace)
        looks = {row.id: _look_at(row, action, waits) for row, action, _code in session.execute(query)}
        rows: list[dict[str, Any]] = [
            {
                "id": row.id,
                "rule": action.rule_id,
                "customer": code,
                "to": row.recipients,
                "copies": row.copies,
                "subject": row.subject,
                "state": row.state,
                "phase": row.phase,
                "detail": row.detail,
                "attempts": row.attempts,
                "message_id": row.message_id,
                "raw": row.raw,
                "today": look.as_json(call.screen.translate) if (look := looks[row.id]) is not None else None,
            }
            for row, action, code in session.execute(query)
        ]
    if as_json:
        call.screen.json({"messages": rows})
    elif not rows:
        call.screen.say(_("The outbox is empty."))
    else:
        headings = (N_("No."), N_("State"), N_("Customer"), N_("To"), N_("Subject"), N_("Detail"), N_("Today"))
        cells = [
            (
                row["id"],
                call.screen.word(STATES.get(row["state"], row["state"])),
                row["customer"],
                ", ".join(row["to"]),
                row["subject"],
                f"{call.screen.word(row['phase'])} {row['detail']}".strip(),
                look.sentence if (look := looks[row["id"]]) is not None else "",
            )
            for row in rows
        ]
        call.screen.table(headings, cells, frozenset({0}))


def _look_at(row: OutgoingRow, action: ActionRow, waits: Mapping[int, Message]) -> Look | None:
    """Only of the revision that may leave; what is on its way, or was, is not looked at any more."""
    message = waits.get(action.id)
    return message.look if message is not None and row.state == "approved" and row.revision == action.revision else None


@outbox.command(
    cls=SpokenCommand, help=N_("Say of an uncertain message whether it left: only a person can. The program never repeats it by itself.")
)
@click.argument("number", type=Number())
@click.option(
    "--left/--did-not-leave", "left", required=True, help=N_("It left (the customer has it), or it did not (it will be planned again).")
)
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def settle(call: Call, number: int, left: bool, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        settle_uncertain(Bookkeeper(session, workspace.clock.now()), workspace, number, left=left, who=person.email)
    call.screen.say(_("Settled."))
