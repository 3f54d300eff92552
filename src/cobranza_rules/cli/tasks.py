"""`cobranza tasks`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.handing_over import HAND_OVER, RECEIVER, left_to_hand_over
from cobranza_rules.booking.task_answers import Acknowledger, Answer, finish_task
from cobranza_rules.cli.command import Call, Day, LazyGroup, Number, SpokenCommand, on_a_day, pair, reporting, take
from cobranza_rules.cli.plan_options import Terms, agreed_plan, in_instalments
from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.print_set import write_task_documents
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, TaskRow
from cobranza_rules.workspace import Workspace


@click.group(cls=LazyGroup, help=N_("What people have to do."))
def tasks() -> None:
    pass


def task_json(workspace: Workspace, row: TaskRow) -> dict[str, Any]:
    with workspace.database.reading() as session:
        code = session.get_one(CustomerRow, row.customer_id).code
        numbers = list(session.scalars(select(InvoiceRow.number).where(InvoiceRow.id.in_(row.invoices)).order_by(InvoiceRow.id)))
    return {
        "id": row.id,
        "name": row.name,
        "customer": code,
        "assigned_to": row.assigned_to,
        "opened_on": row.opened_on.isoformat(),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "invoices": numbers,
        "state": row.state,
        "answer": row.answer,
        "comment": row.comment,
        "detail": row.detail,
    }


@tasks.command("list", cls=SpokenCommand, help=N_("The open tasks, the oldest first."))
@click.option("--role", help=N_("Only those of this role."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that are done, too."))
@reporting
@click.pass_obj
def list_(call: Call, role: str | None, everything: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    query = select(TaskRow).order_by(TaskRow.id)
    query = query if everything else query.where(TaskRow.state == "open")
    query = query.where(TaskRow.assigned_to == role) if role else query
    with workspace.database.reading() as session:
        found = list(session.scalars(query))
    rows = [task_json(workspace, row) for row in found]
    if as_json:
        call.screen.json({"tasks": rows})
    elif not rows:
        call.screen.say(_("No tasks."))
    else:
        headings = (N_("No."), N_("Task"), N_("Customer"), N_("Who"), N_("Since"), N_("Until"), N_("State"), N_("Invoices"))
        names = [
            (
                row["id"],
                call.screen.word(row["name"]),
                row["customer"],
                row["assigned_to"],
                row["opened_on"],
                row["due_on"],
                call.screen.word(row["state"]),
                ", ".join(row["invoices"]),
            )
            for row in rows
        ]
        call.screen.table(headings, names, frozenset({0}))


@tasks.command(cls=SpokenCommand, help=N_("One task with all that belongs to it."))
@click.argument("number", type=Number())
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help=N_("Write its documents here: the print set of a delivery by hand, or the memo that goes with it."),
)
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        row = session.get(TaskRow, number)
    if row is None:
        raise ProblemError([Problem(_("there is no task {id}", id=number), _("'cobranza tasks list' shows the open ones"))])
    shown = task_json(workspace, row) | {"documents": write_task_documents(workspace, row, output)}
    if row.name == HAND_OVER:
        shown["originals"] = _originals(workspace, row.customer_id)
    if as_json:
        call.screen.json(shown)
        return
    for key, value in shown.items():
        click.echo(f"{call.screen.word(key)}: {_shown(call.screen, key, value) or '-'}")


def _originals(workspace: Workspace, customer_id: int) -> list[str]:
    """What is still to be handed over, with its number and who has it."""
    with workspace.database.reading() as session:
        left = left_to_hand_over(session, customer_id, workspace.addresses.get(RECEIVER, ""))
        return [f"{each.id} {each.name} ({each.holder})" for each in left]


def _shown(screen: Screen, key: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{screen.word(name)} {_detail(screen, each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return screen.word(value) if value and key in ("name", "state", "answer") else str(value or "")


def _detail(screen: Screen, value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else screen.word(str(value))


@tasks.command(cls=SpokenCommand, help=N_("Say that a task is done, with its answer where it has one."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who did it: a role or an e-mail address of cobranza.toml."))
@click.option(
    "--answer",
    default="",
    help=N_(
        "What it has brought: agreement, no_agreement or agreement_broken; payment_plan, back_to_collections, credit_stop, legal, written_off "
        "or with_administration; "
        "of a credit of the accounting system, same or another; of the money of a cancelled invoice, kept or given_back."
    ),
)
@click.option("--rung", default="", help=N_("With back_to_collections: the rung to go on from; without it, the last reminder again."))
@click.option("--pay-on", type=Day(), help=N_("With an agreement: the day on which payment was agreed."))
@in_instalments
@click.option("--apply", "shares", multiple=True, help=N_("A credit note's share of an invoice, as NUMBER=AMOUNT; may be repeated."))
@click.option(
    "--settles", multiple=True, type=Number(), help=N_("With --apply: a discount whose place the credit note takes; may be repeated.")
)
@click.option("--person", default="", help=N_("Who at the customer acknowledged the receipt of the invoices."))
@click.option("--title", default="", help=N_("That person's post."))
@click.option("--phone", default="", help=N_("That person's telephone."))
@click.option("--comment", default="", help=N_("A comment for the case file."))
@on_a_day
@reporting
@click.pass_obj
def done(
    call: Call,
    number: int,
    who: str,
    answer: str,
    rung: str,
    pay_on: dt.date | None,
    instalments: tuple[tuple[dt.date, str], ...],
    discount: str,
    agreed_with: str,
    shares: tuple[str, ...],
    settles: tuple[int, ...],
    person: str,
    title: str,
    phone: str,
    comment: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    colleague = person_named(workspace.company, who)
    acknowledged = Acknowledger(person, title, phone) if person else None
    plan = agreed_plan(workspace, colleague.email, comment, Terms(instalments, discount, agreed_with))
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = finish_task(
            keeper,
            number,
            Answer(colleague.email, answer, comment, pay_on, acknowledged, rung, dict(pair(share) for share in shares), settles, plan),
            workspace.clock.today(),
        )
    if as_json:
        call.screen.json(task_json(workspace, row))
    call.screen.say(_("Task {id} is done.", id=number))
