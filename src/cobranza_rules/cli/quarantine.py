"""`cobranza quarantine`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, reporting, take
from cobranza_rules.language import N_, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import QuarantineRow


@click.group(cls=LazyGroup, help=N_("Files and messages that could not be read, with their bytes and every reason."))
def quarantine() -> None:
    pass


def _problems(row: QuarantineRow) -> list[Problem]:
    return [Problem.from_json(kept) for kept in row.problems]


def _json(call: Call, row: QuarantineRow) -> dict[str, Any]:
    reasons = [problem.text(call.screen.translate) for problem in _problems(row)]
    return {"id": row.id, "file": row.file, "since": row.known_at.isoformat(), "problems": reasons}


@quarantine.command("list", cls=SpokenCommand, help=N_("Everything in quarantine; what is taken in later leaves it by itself."))
@reporting
@click.pass_obj
def list_(call: Call, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        rows = list(session.scalars(select(QuarantineRow).order_by(QuarantineRow.id)))
    if as_json:
        call.screen.json({"quarantine": [_json(call, row) for row in rows]})
    elif not rows:
        call.screen.say(_("The quarantine is empty."))
    else:
        cells = [(row.id, row.known_at.date(), row.file, call.screen.text(_problems(row)[0].what)) for row in rows]
        call.screen.table((N_("No."), N_("Since"), N_("File"), N_("Reason")), cells, frozenset({0}))


@quarantine.command(cls=SpokenCommand, help=N_("Every reason for one of them; with --output its bytes as they came."))
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=N_("Write its bytes into this file."))
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        row = session.get(QuarantineRow, number)
    if row is None:
        raise ProblemError(
            [Problem(_("there is no number {id} in quarantine", id=number), _("'cobranza quarantine list' shows what there is"))]
        )
    if output is not None:
        output.write_bytes(workspace.archive.get(row.document))
    if as_json:
        call.screen.json(_json(call, row))
        return
    for problem in _problems(row):
        click.echo(problem.text(call.screen.translate))
