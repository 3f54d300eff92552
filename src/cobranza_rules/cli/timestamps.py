"""`cobranza timestamps`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.casefile.timestamp_findings import look_at_timestamps
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.language import N_, _
from cobranza_rules.timestamps.asking import Asked, ask_now
from cobranza_rules.timestamps.queue import SHORT, TIMESTAMP_HEADINGS, timestamps_on_file

ONLY_OF = N_("Only those of this customer.")


@click.group(
    cls=LazyGroup,
    help=N_("Timestamps of an authority (RFC 3161, the port of NOM-151): which packets and demands have one, and which wait."),
)
def timestamps() -> None:
    pass


@timestamps.command("list", cls=SpokenCommand, help=N_("Documents with their timestamps, and those that wait for one."))
@click.option("--customer", default="", help=ONLY_OF)
@click.option("--missing", is_flag=True, help=N_("Only those that wait for their timestamp."))
@reporting
@click.pass_obj
def list_(call: Call, customer: str, missing: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    customer_id = customer_named(workspace, customer).id if customer else None
    with workspace.database.reading() as session:
        found = list(timestamps_on_file(session, customer_id, missing=missing))
    if as_json:
        call.screen.json({"timestamps": [each.as_json(call.screen.text) for each in found]})
    elif found:
        call.screen.table(TIMESTAMP_HEADINGS, [[*each.row()] for each in found], frozenset({0}))
    else:
        call.screen.say(_("No document waits for its timestamp.") if missing else _("No timestamps."))


@timestamps.command(
    cls=SpokenCommand,
    help=N_("Ask the authority now: for all that wait, or for documents of the case files that are named by their SHA-256."),
)
@click.argument("documents", nargs=-1)
@on_a_day
@reporting
@click.pass_obj
def request(call: Call, documents: tuple[str, ...], on: dt.date | None, as_json: bool) -> None:
    asked = ask_now(take(call, on=on, as_json=as_json).workspace, documents)
    if as_json:
        given = [{"number": one.number, "document": one.document, "at": one.at.isoformat()} for one in asked.report.given]
        problems = [problem.text(call.screen.translate) for problem in asked.report.problems]
        call.screen.json({"given": given, "had": [row.document for row in asked.had], "left": asked.report.left, "problems": problems})
    else:
        _say_what_came(call, asked)
    if asked.report.problems:
        click.get_current_context().exit(WRONG_INPUT)


def _say_what_came(call: Call, asked: Asked) -> None:
    for row in asked.had:
        call.screen.say(
            _(
                "{name}: it has had its timestamp since {at}, by {authority}",
                name=row.name,
                at=row.stamped_at and row.stamped_at.isoformat(),
                authority=row.signer,
            )
        )
    for one in asked.report.given:
        call.screen.say(_("{name}: timestamped at {at} by {authority}", name=one.name, at=one.at.isoformat(), authority=one.authority))
    call.screen.problems(asked.report.problems)
    if asked.report.left:
        call.screen.say(_("Documents that wait for their timestamp: {count}", count=asked.report.left))
    elif not asked.had and not asked.report.given:
        call.screen.say(_("No document waits for its timestamp."))


@timestamps.command(cls=SpokenCommand, help=N_("Verify each timestamp: its signature, its certificates, and that it is of its document."))
@click.option("--customer", default="", help=ONLY_OF)
@reporting
@click.pass_obj
def verify(call: Call, customer: str, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    customer_id = customer_named(workspace, customer).id if customer else None
    with workspace.database.reading() as session:
        found = look_at_timestamps(session, workspace.archive, customer_id, documents=True)
    if as_json:
        findings = [{"event": each.event, "token": each.document, "text": call.screen.text(each.what)} for each in found.findings]
        sound = [{"document": data["of"], "token": data["document"], "at": data["at"]} for data in found.sound]
        call.screen.json({"sound": sound, "findings": findings, "remarks": [call.screen.text(each) for each in found.remarks()]})
    else:
        for data in found.sound:
            told = {"name": data["name"], "digest": data["of"][:SHORT], "at": data["at"], "authority": data["authority"]}
            call.screen.say(_("{name} (SHA-256 {digest}): as it was at {at}, says {authority}", **told))
        for each in (*(finding.what for finding in found.findings), *found.remarks()):
            call.screen.say(each)
        call.screen.say(_("Timestamps: {sound} sound, {amiss} not", sound=len(found.sound), amiss=len(found.findings)))
    if found.findings:
        click.get_current_context().exit(WRONG_INPUT)
