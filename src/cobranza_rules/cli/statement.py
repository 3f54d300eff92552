"""`cobranza statement`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.file_formats import in_formats, write_files
from cobranza_rules.cli.report_files import of_a_past_day, show_filled
from cobranza_rules.dispatch.correspondence import statement_for
from cobranza_rules.dispatch.rendering import EXCEL, PDF, WORD, file_name, letter_files, writer_of
from cobranza_rules.dispatch.unapplied import currencies_of
from cobranza_rules.domain.letter import Letter
from cobranza_rules.language import N_, _
from cobranza_rules.letters.statement import statement_workbook
from cobranza_rules.privacy.blocked_use import refuse_if_blocked
from cobranza_rules.reports.aging_report import past_cut
from cobranza_rules.reports.aging_tables import said_of
from cobranza_rules.reports.past_statement import statements_at
from cobranza_rules.reports.standing import Cut, Known
from cobranza_rules.reports.statement_tables import statement_json, statement_tables
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace


@click.command(cls=SpokenCommand, help=N_("A customer's statement of account: a spreadsheet, a Word and a PDF file for each currency."))
@click.argument("customer")
@in_formats("xlsx", "pdf", "docx")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help=N_("The folder for the files."))
@click.option("--text", "as_text", is_flag=True, help=N_("Show it here, and write no files."))
@of_a_past_day
@on_a_day
@reporting
@click.pass_obj
def statement(
    call: Call,
    customer: str,
    formats: tuple[str, ...],
    output: Path,
    as_text: bool,
    as_of: dt.date | None,
    known: Known | None,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    row = customer_named(workspace, customer)
    refuse_if_blocked(row)
    cut = past_cut(workspace, as_of, known)
    letters = _letters(call, workspace, row, cut)
    if as_json:
        day = workspace.clock.today() if cut is None else cut.day
        said: dict[str, Any] = {"customer": row.code, "on": day.isoformat(), "as_of": cut.day.isoformat() if cut else None}
        call.screen.json({**said, "known": cut.known.value if cut else None, "statements": [statement_json(letter) for letter in letters]})
        return
    for sentence in said_of(cut):
        call.screen.say(sentence)
    if as_text:
        show_filled(call.screen, [table for letter in letters for table in statement_tables(letter)])
    else:
        _write(call, workspace, row, letters, formats, output)
    if not letters:
        call.screen.say(_("{customer} has no open invoices.", customer=row.code))


def _letters(call: Call, workspace: Workspace, row: CustomerRow, cut: Cut | None) -> list[Letter]:
    writer = writer_of(workspace)
    with workspace.database.reading() as session:
        if cut is not None:
            return list(statements_at(session, replace(writer, today=cut.day), row, cut, call.screen.translate))
        return [statement_for(session, writer, row, currency) for currency in currencies_of(session, row.id)]


def _write(call: Call, workspace: Workspace, row: CustomerRow, letters: Sequence[Letter], formats: tuple[str, ...], output: Path) -> None:
    wanted = frozenset({"xlsx": EXCEL, "pdf": PDF, "docx": WORD}[each] for each in formats)
    for letter in letters:
        stem = file_name(f"{call.screen.word('statement').replace(' ', '-')}-{row.code}-{letter.currency}")
        files = [(f"{stem}.xlsx", statement_workbook(letter))] if EXCEL in wanted else []
        files += [(f"{stem}{Path(each.name).suffix}", each.content) for each in letter_files(workspace, letter, wanted)]
        write_files(call, output, files)
