"""`cobranza case`."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path
from typing import Any

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.deliveries import DELIVERY_HEADINGS, deliveries_of, delivery_row
from cobranza_rules.casefile.export import export_case
from cobranza_rules.casefile.timeline import timeline, verify_case_file
from cobranza_rules.cli.command import WRONG_INPUT, Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace


@click.command(
    cls=SpokenCommand,
    help=N_(
        "The case file of a customer (code or RFC), from its first invoice on; 'cobranza case verify' proves that no event was touched."
    ),
)
@click.argument("customer")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help=N_("Write the whole case file into this folder, with every document."),
)
@on_a_day
@reporting
@click.pass_obj
def case(call: Call, customer: str, output: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    if customer == "verify":
        _verify(call, workspace)
        return
    row = customer_named(workspace, customer)
    with workspace.database.reading() as session:
        events = list(timeline(session, row.id))
        deliveries = deliveries_of(session, row.id, workspace.clock.today())
        if output is not None:
            count = export_case(session, workspace.archive, row, output, call.screen.translate, deliveries)
            call.screen.say(_("{count} files written into {folder}", count=count, folder=str(output)))
            return
    if as_json:
        told = {"events": [_event_json(call.screen, event) for event in events], "deliveries": [each.as_json() for each in deliveries]}
        call.screen.json({"customer": row.code, **told})
        return
    call.screen.say(_("Case file of {code}, {name}", code=row.code, name=row.name))
    for event in events:
        click.echo(f"{event.happened_on}  {call.screen.text(event.sentence)}")
    if deliveries:
        click.echo()
        rows = [[cell if not isinstance(cell, Sentence) else call.screen.text(cell) for cell in delivery_row(each)] for each in deliveries]
        call.screen.table(DELIVERY_HEADINGS, rows, frozenset({3}))


def _event_json(screen: Screen, event: Any) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "happened_on": event.happened_on.isoformat(),
        "known_at": event.known_at.isoformat(),
        "kind": event.kind,
        "text": screen.text(event.sentence),
        "data": dict(event.data),
    }


def customer_named(workspace: Workspace, name: str) -> CustomerRow:
    with workspace.database.reading() as session:
        found = session.scalar(select(CustomerRow).where(or_(CustomerRow.code.in_(spellings(name)), CustomerRow.rfc == name.upper())))
        if found is None:
            raise ProblemError([Problem(_("there is no customer '{name}'", name=name), _near_customer(session, name))])
    return found


def _near_customer(session: Session, name: str) -> Sentence:
    """One whose code, RFC or name is written nearly like it; else where the codes can be seen."""
    known = {each.casefold(): row for row in session.scalars(select(CustomerRow)) for each in (row.name, row.rfc, row.code)}
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.75)
    if near:
        return _("did you mean {code}, {name}?", code=known[near[0]].code, name=known[near[0]].name)
    return _("name its code or RFC; 'cobranza aging --detail' shows the codes")


def _verify(call: Call, workspace: Workspace) -> None:
    with workspace.database.reading() as session:
        verdict = verify_case_file(session)
    if call.as_json:
        call.screen.json(
            {"intact": verdict.intact, "events": verdict.good, "head": verdict.head, "broken_at": verdict.broken_at, "why": verdict.why}
        )
    elif verdict.intact:
        call.screen.say(_("The case file is intact: {count} events, the last with the hash {head}", count=verdict.good, head=verdict.head))
    else:
        why = call.screen.word(str(verdict.why))
        call.screen.say(
            _(
                "The case file is broken at event {seq}: {why}; {count} events before it are good",
                seq=verdict.broken_at,
                why=why,
                count=verdict.good,
            )
        )
    if not verdict.intact:
        click.get_current_context().exit(WRONG_INPUT)
