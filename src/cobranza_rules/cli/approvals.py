"""`cobranza approvals`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.dispatch.print_set import write_documents
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.plan.deciding import decide_approvals, waiting_approvals
from cobranza_rules.plan.gates import GATE_WORDS
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.looking import Message
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, ApprovalRow


@click.group(cls=LazyGroup, help=N_("What waits for a signature, a rubric or an analyst's release."))
def approvals() -> None:
    pass


def _row(screen: Screen, approval: ApprovalRow, action: ActionRow, waits: Mapping[int, Message]) -> dict[str, Any]:
    """`today` is what the next run would make of the message, had everybody agreed; None where the approval waits no more."""
    plan = planned(action)
    message = waits.get(action.id)
    return {
        "id": approval.id,
        "action": action.id,
        "gate": approval.gate,
        "role": approval.role,
        "since": approval.opened_at.isoformat(),
        "rule": action.rule_id,
        "customer": plan.customer,
        "currency": plan.currency or None,
        "total": Money(plan.total, plan.currency).plain() if plan.currency else None,
        "invoices": list(plan.invoices) if plan.subject == "invoice" else [],
        "today": message.look.as_json(screen.translate) if message is not None else None,
    }


def _today(waits: Mapping[int, Message], action_id: int) -> Sentence | str:
    """What whoever has to agree must know before; nothing where it would leave."""
    message = waits.get(action_id)
    return (message.look.sentence or "") if message is not None else ""


@approvals.command("list", cls=SpokenCommand, help=N_("Everything that waits, the oldest first."))
@click.option("--role", help=N_("Only what this role has to decide."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, role: str | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        waits = what_waits(session, workspace)
        rows = [_row(call.screen, approval, action, waits) for approval, action in waiting_approvals(session, role)]
    if as_json:
        call.screen.json({"approvals": rows})
    elif not rows:
        call.screen.say(_("Nothing waits."))
    else:
        headings = (N_("No."), N_("What"), N_("Who"), N_("Rule"), N_("Customer"), N_("Total"), N_("Invoices"), N_("Today"))
        screen = call.screen
        cells = [
            (
                row["id"],
                screen.word(GATE_WORDS[row["gate"]]),
                row["role"],
                screen.word(row["rule"]),
                row["customer"],
                str(Money.of(row["total"], row["currency"])) if row["currency"] else "",
                len(row["invoices"]) or "",
                _today(waits, row["action"]),
            )
            for row in rows
        ]
        screen.table(headings, cells, frozenset({0, 5, 6}))


@approvals.command(cls=SpokenCommand, help=N_("One of them: why it was planned, whom it goes to, and its documents as they will leave."))
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help=N_("Write the documents into this folder."))
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
        waits = what_waits(session, workspace, action.customer_id)
    names = write_documents(workspace, action.id, output)
    plan = planned(action)
    shown = {
        **_row(call.screen, approval, action, waits),
        "state": approval.state,
        "to": list(plan.recipients),
        "copies": list(plan.copies),
    }
    shown |= {"reason": call.screen.text(plan.reason), "documents": names}
    if as_json:
        call.screen.json(shown)
        return
    screen = call.screen
    if plan.currency:
        total = Money(plan.total, plan.currency)
        screen.say(_("{rule} for {customer}: {total}", rule=word(plan.rule_id), customer=plan.customer, total=total))
    else:
        screen.say(_("{rule} for {customer}", rule=word(plan.rule_id), customer=plan.customer))
    if shown["invoices"]:
        screen.say(_("Invoices: {invoices}", invoices=", ".join(shown["invoices"])))
    screen.say(_("To {to}; copies to {cc}", to=", ".join(plan.recipients) or "-", cc=", ".join(plan.copies) or "-"))
    screen.say(_("Because of {reason}", reason=plan.reason))
    screen.say(
        _("Waits for {role} ({gate}), {state}", role=approval.role, gate=screen.word(GATE_WORDS[approval.gate]), state=word(approval.state))
    )
    if today := _today(waits, action.id):
        screen.say(_("Beware: {what}", what=today))
    for name in names:
        screen.say(_("  {name}", name=name))


def _decide(call: Call, numbers: tuple[int, ...], who: str, comment: str, agreed: bool) -> None:
    workspace = call.workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        ids = list(numbers) or [approval.id for approval, _action in waiting_approvals(session, person.role)]
        decided = decide_approvals(keeper, ids, person, agreed, comment, workspace.clock.today())
    done = (
        _("{count} approved by {who}", count=len(decided), who=person.name)
        if agreed
        else _("{count} rejected by {who}", count=len(decided), who=person.name)
    )
    if call.as_json:
        call.screen.json({"approvals": decided, "approved": agreed, "who": person.email})
    call.screen.say(done)


@approvals.command(
    cls=SpokenCommand, help=N_("Approve these, or with --all everything that waits for this person. They leave with the next run.")
)
@click.argument("numbers", nargs=-1, type=Number())
@click.option("--all", "everything", is_flag=True, help=N_("Everything that waits for this person."))
@click.option("--who", required=True, help=N_("Who decides: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("A comment for the case file."))
@on_a_day
@reporting
@click.pass_obj
def approve(call: Call, numbers: tuple[int, ...], everything: bool, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    take(call, on=on, as_json=as_json)
    if bool(numbers) == everything:
        raise click.UsageError(call.screen.word(N_("name the approvals, or say --all")))
    _decide(call, numbers, who, comment, agreed=True)


@approvals.command(
    cls=SpokenCommand, help=N_("Reject these, with the reason. A task is opened, and nothing of it is planned again until that is done.")
)
@click.argument("numbers", nargs=-1, type=Number(), required=True)
@click.option("--who", required=True, help=N_("Who decides: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why it is rejected."))
@on_a_day
@reporting
@click.pass_obj
def reject(call: Call, numbers: tuple[int, ...], who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    take(call, on=on, as_json=as_json)
    _decide(call, numbers, who, comment, agreed=False)
