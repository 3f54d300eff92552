"""`cobranza override`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.overriding import Decision, end_override, set_override, subject_of
from cobranza_rules.cli.command import Call, Day, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.rules.overrides import OverrideKind
from cobranza_rules.store.overrides import counts_on
from cobranza_rules.store.tables import OverrideRow
from cobranza_rules.workspace import Workspace


@click.group(cls=LazyGroup, help=N_("What people decide for one customer or one invoice, beside the rules."))
def override() -> None:
    pass


def override_json(keeper: Bookkeeper, row: OverrideRow) -> dict[str, Any]:
    return {
        "number": row.id,
        "subject": subject_of(keeper, row),
        "of": "customer" if row.invoice_id is None else "invoice",
        "kind": row.kind,
        "ladder": row.ladder or None,
        "blocks": row.blocks,
        "who": row.set_by,
        "why": row.why,
        "set_on": row.set_on.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        "ended_by": row.ended_by or None,
        "ended_why": row.ended_why or None,
    }


@override.command(
    "set", cls=SpokenCommand, help=N_("Decide for a customer or an invoice: another ladder, a hold, or that it is left alone.")
)
@click.argument("subject", metavar="CUSTOMER-OR-INVOICE")
@click.argument("kind", type=click.Choice([kind.value for kind in OverrideKind]), metavar="ladder|hold|exclude")
@click.argument("values", nargs=-1, metavar="[VALUE]...")
@click.option("--why", required=True, help=N_("The reason, for the case file."))
@click.option("--who", required=True, help=N_("Who decides so: a role or an e-mail address of cobranza.toml."))
@click.option("--until", type=Day(), help=N_("The last day on which it counts (default: until somebody ends it)."))
@on_a_day
@reporting
@click.pass_obj
def set_(
    call: Call,
    subject: str,
    kind: str,
    values: tuple[str, ...],
    why: str,
    who: str,
    until: dt.date | None,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    decision = Decision(subject, OverrideKind(kind), values, who, why, until)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = set_override(keeper, decision, workspace.company, workspace.rules, workspace.clock.today())
        shown = override_json(keeper, row)
    if as_json:
        call.screen.json(shown)
    call.screen.say(_("Override {number} is set: {subject}, {what}.", number=row.id, subject=shown["subject"], what=_what(shown)))


def _what(shown: dict[str, Any]) -> Sentence:
    if shown["ladder"]:
        return _("ladder '{ladder}'", ladder=word(shown["ladder"]))
    if shown["blocks"]:
        return _("on hold for {blocks}", blocks=joined(map(word, shown["blocks"])))
    return _("left alone")


@override.command("list", cls=SpokenCommand, help=N_("What people have decided and still counts, the oldest first."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that have ended, too."))
@reporting
@click.pass_obj
def list_(call: Call, everything: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    rows = _read(workspace, everything=everything)
    if as_json:
        call.screen.json({"overrides": rows})
    elif not rows:
        call.screen.say(_("No overrides."))
    else:
        headings = (N_("No."), N_("About"), N_("What"), N_("Who"), N_("Since"), N_("Until"), N_("Ended"), N_("Why"))
        table = [
            (
                row["number"],
                row["subject"],
                call.screen.text(_what(row)),
                row["who"],
                row["set_on"],
                row["until"],
                row["ended_on"],
                row["why"],
            )
            for row in rows
        ]
        call.screen.table(headings, table, frozenset({0}))


def _read(workspace: Workspace, *, everything: bool) -> list[dict[str, Any]]:
    query = select(OverrideRow).order_by(OverrideRow.id)
    query = query if everything else query.where(counts_on(workspace.clock.today()))
    with workspace.database.reading() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        return [override_json(keeper, row) for row in session.scalars(query)]


@override.command(cls=SpokenCommand, help=N_("An override counts no more; the rules decide again."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who decides so: a role or an e-mail address of cobranza.toml."))
@click.option("--why", required=True, help=N_("The reason, for the case file."))
@on_a_day
@reporting
@click.pass_obj
def end(call: Call, number: int, who: str, why: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = end_override(keeper, number, workspace.company, who, why, workspace.clock.today())
        shown = override_json(keeper, row)
    if as_json:
        call.screen.json(shown)
    call.screen.say(_("Override {number} on {subject} has ended.", number=number, subject=shown["subject"]))
