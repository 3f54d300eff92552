"""`cobranza statement`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, take
from cobranza_rules.cli.file_formats import in_formats, write_files
from cobranza_rules.dispatch.correspondence import currencies_of, statement_for
from cobranza_rules.dispatch.rendering import EXCEL, PDF, WORD, file_name, letter_files, writer_of
from cobranza_rules.language import N_, _
from cobranza_rules.letters.statement import statement_workbook


@click.command(cls=SpokenCommand, help=N_("A customer's statement of account: a spreadsheet, a Word and a PDF file for each currency."))
@click.argument("customer")
@in_formats("xlsx", "pdf", "docx")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help=N_("The folder for the files."))
@on_a_day
@click.pass_obj
def statement(call: Call, customer: str, formats: tuple[str, ...], output: Path, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    row = customer_named(workspace, customer)
    wanted = frozenset({"xlsx": EXCEL, "pdf": PDF, "docx": WORD}[each] for each in formats)
    with workspace.database.reading() as session:
        currencies = currencies_of(session, row.id)
        letters = [statement_for(session, writer_of(workspace), row, currency) for currency in currencies]
    for letter in letters:
        stem = file_name(f"{call.screen.word('statement').replace(' ', '-')}-{row.code}-{letter.currency}")
        files = [(f"{stem}.xlsx", statement_workbook(letter))] if EXCEL in wanted else []
        files += [(f"{stem}{Path(each.name).suffix}", each.content) for each in letter_files(workspace, letter, wanted)]
        write_files(call, output, files)
    if not letters:
        call.screen.say(_("{customer} has no open invoices.", customer=row.code))
