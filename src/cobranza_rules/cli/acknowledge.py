"""`cobranza acknowledge`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from cobranza_rules.booking.acknowledging import Given, acknowledge, take_back
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.command import Call, Day, Spoken, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.workspace import Workspace

KINDS = [kind.value for kind in AcknowledgementKind]


class Instant(click.ParamType[dt.datetime]):
    """A day, or a day with its time; without a zone it is the company's."""

    name = "YYYY-MM-DDTHH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        try:
            return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(Spoken.translated(N_("write the instant as YYYY-MM-DDTHH:MM, for instance 2026-03-09T12:30")) or "", param, ctx)


@click.command(cls=SpokenCommand, help=N_("Enter what acknowledges the receipt of invoices (numbers or UUID), or take it back."))
@click.argument("invoices", nargs=-1, required=True)
@click.option("--kind", type=click.Choice(KINDS), help=N_("What it is."))
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--person", default="", help=N_("Who at the customer acknowledged the receipt of the invoices."))
@click.option("--title", default="", help=N_("That person's post."))
@click.option("--phone", default="", help=N_("That person's telephone."))
@click.option("--at", type=Instant(), help=N_("When it was received (default: now)."))
@click.option("--number", default="", help=N_("The number of the contrarrecibo, or the one that the portal gave."))
@click.option("--review-on", type=Day(), help=N_("The day on which the customer reviews them."))
@click.option("--payment-on", type=Day(), help=N_("The day for which the customer has programmed the payment."))
@click.option("--file", "scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=N_("Its scan: a PDF or a picture."))
@click.option("--undo", is_flag=True, help=N_("Take the last one back (with --kind: the last of that kind)."))
@click.option("--comment", default="", help=N_("With --undo: why."))
@on_a_day
@reporting
@click.pass_obj
def acknowledge_(
    call: Call,
    invoices: tuple[str, ...],
    kind: str | None,
    who: str,
    person: str,
    title: str,
    phone: str,
    at: dt.datetime | None,
    number: str,
    review_on: dt.date | None,
    payment_on: dt.date | None,
    scan: Path | None,
    undo: bool,
    comment: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    colleague = person_named(workspace.company, who)
    if undo:
        _undo(call, workspace, invoices, AcknowledgementKind(kind) if kind else None, colleague.email, comment)
        return
    if kind is None:
        raise ProblemError([Problem(_("what acknowledges it is missing"), _("give --kind {choices}", choices=", ".join(KINDS)))])
    zone = ZoneInfo(workspace.settings.timezone)
    instant = workspace.clock.now() if at is None else at if at.tzinfo else at.replace(tzinfo=zone)
    said = (person.strip(), title.strip(), phone.strip(), number.strip(), review_on, payment_on)
    given = Given(AcknowledgementKind(kind), colleague.email, instant, *said, kept_scan(workspace, scan))
    with workspace.database.writing() as session:
        found = acknowledge(Bookkeeper(session, workspace.clock.now()), invoices, given, zone)
    shown = [{"number": invoice.number, "uuid": invoice.uuid, "new": new} for invoice, new in found]
    call.screen.json({"acknowledged": shown, "document": given.document or None}) if as_json else None
    for invoice, new in () if as_json else found:
        told = _("{number}: receipt acknowledged.", number=invoice.number)
        call.screen.say(told if new else _("{number}: this was known already; nothing changes.", number=invoice.number))


def _undo(call: Call, workspace: Workspace, names: tuple[str, ...], kind: AcknowledgementKind | None, who: str, reason: str) -> None:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        today = workspace.clock.today()
        rows = [take_back(keeper, name, kind, who=who, reason=reason, today=today) for name in names]
    if call.as_json:
        call.screen.json({"taken_back": [{"number": row.number, "acknowledged": row.acknowledged} for row in rows]})
        return
    for row in rows:
        call.screen.say(_("{number}: the acknowledgement is taken back.", number=row.number))
