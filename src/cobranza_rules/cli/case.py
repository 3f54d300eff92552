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
from cobranza_rules.casefile.export import export_to
from cobranza_rules.casefile.kept_heads import heads_of
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.casefile.verifying import Verification
from cobranza_rules.casefile.verifying import verify as verify_all
from cobranza_rules.cli.command import WRONG_INPUT, Call, Day, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.rendering import file_name
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.originals import ORIGINAL_HEADINGS, originals_on_file
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace


class CaseGroup(LazyGroup):
    """`cobranza case C-001` is `cobranza case show C-001`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = (*self.list_commands(ctx), *ctx.help_option_names)
        return super().parse_args(ctx, ["show", *args] if args and args[0] not in known else args)


@click.group(cls=CaseGroup, help=N_("A customer's case file: what happened, its documents, and whether any of it was touched."))
def case() -> None:
    pass


@case.command(cls=SpokenCommand, help=N_("The case file of a customer (code or RFC), from its first invoice on."))
@click.argument("customer")
@click.option("--since", type=Day(), help=N_("Only what happened on this day or later."))
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, customer: str, since: dt.date | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    row = customer_named(workspace, customer)
    with workspace.database.reading() as session:
        events = list(timeline(session, row.id, since))
        deliveries = deliveries_of(session, row.id, workspace.clock.today())
        originals = list(originals_on_file(session, row.id))
    if as_json:
        told = {"events": [_event_json(call.screen, event) for event in events], "deliveries": [each.as_json() for each in deliveries]}
        stopped = row.credit_stopped_on.isoformat() if row.credit_stopped_on else None
        call.screen.json({"customer": row.code, "credit_stopped_on": stopped, **told, "originals": [each.as_json() for each in originals]})
        return
    call.screen.say(_("Case file of {code}, {name}", code=row.code, name=row.name))
    if row.credit_stopped_on is not None:
        call.screen.say(_("Its credit is stopped since {day}.", day=str(row.credit_stopped_on)))
    for event in events:
        click.echo(f"{event.happened_on}  {call.screen.text(event.sentence)}")
    if deliveries:
        click.echo()
        rows = [[cell if not isinstance(cell, Sentence) else call.screen.text(cell) for cell in delivery_row(each)] for each in deliveries]
        call.screen.table(DELIVERY_HEADINGS, rows, frozenset({3}))
    if originals:
        click.echo()
        call.screen.table(ORIGINAL_HEADINGS, [[*each.row()] for each in originals], frozenset({0}))


@case.command(
    cls=SpokenCommand, help=N_("Write the whole case file, with every document and a page that lists them, into a folder or a zip file.")
)
@click.argument("customer")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=N_("The folder, or a file that ends in .zip (default: case-CUSTOMER).")
)
@on_a_day
@reporting
@click.pass_obj
def export(call: Call, customer: str, output: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    row = customer_named(workspace, customer)
    path = output or Path(file_name(f"{call.screen.word('case')}-{row.code}"))
    with workspace.database.reading() as session:
        deliveries = deliveries_of(session, row.id, workspace.clock.today())
        count = export_to(path, session, workspace.archive, row, call.screen.translate, deliveries)
    if as_json:
        call.screen.json({"customer": row.code, "output": str(path), "files": count})
        return
    call.screen.say(_("{count} files written into {folder}", count=count, folder=str(path)))


@case.command(cls=SpokenCommand, help=N_("Prove that no event and no document of any case file was changed, taken out or put in."))
@click.option(
    "--head", "heads", multiple=True, help=N_("A hash that was kept outside, or a file or mail that tells some; it may be repeated.")
)
@click.option("--events-only", is_flag=True, help=N_("Do not read the files of the documents."))
@reporting
@click.pass_obj
def verify(call: Call, heads: tuple[str, ...], events_only: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    kept = heads_of(heads)
    with workspace.database.reading() as session:
        found = verify_all(session, None if events_only else workspace.archive, kept)
        codes = dict(session.execute(select(CustomerRow.id, CustomerRow.code)).all()) if found.findings else {}
    if as_json:
        call.screen.json(
            {
                "intact": found.intact,
                "events": found.last,
                "good": found.good,
                "head": found.head,
                "documents": found.documents,
                "findings": [
                    {
                        "about": each.about.value,
                        "event": each.event,
                        "document": each.document,
                        "customer": codes.get(each.customer) if each.customer is not None else None,
                        "text": call.screen.text(each.what),
                    }
                    for each in found.findings
                ],
                "remarks": [call.screen.text(each) for each in found.remarks],
            }
        )
    else:
        _say_found(call.screen, found)
    if not found.intact:
        click.get_current_context().exit(WRONG_INPUT)


def _say_found(screen: Screen, found: Verification) -> None:
    for each in found.findings:
        screen.say(each.what)
    for remark in found.remarks:
        screen.say(_("Note: {remark}", remark=remark))
    if found.intact:
        said = _(
            "The case file is intact: {count} events and {documents} documents, the last event with the hash {head}",
            count=found.good,
            documents=found.documents,
            head=found.head,
        )
        screen.say(said)
    else:
        screen.say(
            _(
                "The case file is not intact: {count} findings; {good} events stand before the first break",
                count=len(found.findings),
                good=found.good,
            )
        )


def _event_json(screen: Screen, event: Any) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "happened_on": event.happened_on.isoformat(),
        "known_at": event.known_at.isoformat(),
        "kind": event.kind,
        "actor": event.actor,
        "rules_version": event.rules_version,
        "text": screen.text(event.sentence),
        "hash": event.hash,
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
