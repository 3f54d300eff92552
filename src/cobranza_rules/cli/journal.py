"""`cobranza accounting journal`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from cobranza_rules.booking.journal import journal_of
from cobranza_rules.cli.command import Call, Day, SpokenCommand, reporting, take
from cobranza_rules.cli.file_formats import in_formats, write_files
from cobranza_rules.domain.journal import JournalEntry
from cobranza_rules.intake.cfdi_vat import vat_transferred
from cobranza_rules.language import N_, _
from cobranza_rules.letters.journal_files import journal_csv, journal_workbook
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow
from cobranza_rules.workspace import Workspace

NAME = N_("journal")  # Of its files


@click.command(
    cls=SpokenCommand, help=N_("The journal of payments and discounts between two days: balanced entries, each currency by itself.")
)
@click.option("--from", "since", type=Day(), required=True, help=N_("The first day."))
@click.option("--to", "until", type=Day(), required=True, help=N_("The last day."))
@in_formats("csv", "xlsx")
@click.option("-o", "--output", default=Path(), type=click.Path(file_okay=False, path_type=Path), help=N_("The folder for its files."))
@reporting
@click.pass_obj
def journal(call: Call, since: dt.date, until: dt.date, formats: tuple[str, ...], output: Path, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    if since > until:
        what = _("{since} comes after {until}", since=str(since), until=str(until))
        raise ProblemError([Problem(what, _("name the first day with --from and the last one with --to"))])
    accounts = workspace.settings.accounting.as_accounts()

    def vat_of(invoice: InvoiceRow) -> int:
        return vat_transferred(workspace.archive.get(invoice.document or ""), invoice.number, invoice.currency)

    with workspace.database.reading() as session:
        found = journal_of(session, since, until, accounts, vat_of)
    by_currency = {
        currency: [entry for entry in found.entries if entry.currency == currency]
        for currency in sorted({entry.currency for entry in found.entries})
    }
    if as_json:
        call.screen.json({"journal": [_entry_json(call, entry) for entry in found.entries]})
    elif not found.entries:
        call.screen.say(_("Nothing was collected from {since} to {until}.", since=since, until=until))
    else:
        write_files(call, output, _files(workspace, by_currency, since, until, formats))
    call.screen.problems(found.warnings)


def _files(
    workspace: Workspace,
    by_currency: dict[str, Sequence[JournalEntry]] | dict[str, list[JournalEntry]],
    since: dt.date,
    until: dt.date,
    formats: tuple[str, ...],
) -> list[tuple[str, bytes]]:
    from cobranza_rules.catalogue import translator

    translate = translator(workspace.settings.language)
    name = f"{translate(NAME)}-{since}-{until}"
    found = []
    if "csv" in formats:
        found += [(f"{name}-{currency}.csv", journal_csv(entries, translate)) for currency, entries in by_currency.items()]
    if "xlsx" in formats:
        found.append((f"{name}.xlsx", journal_workbook(dict(by_currency), until, translate)))
    return found


def _entry_json(call: Call, entry: JournalEntry) -> dict[str, object]:
    return {
        "on": entry.on.isoformat(),
        "currency": entry.currency,
        "customer": entry.customer,
        "concept": call.screen.text(entry.concept),
        "postings": [
            {
                "account": one.account,
                "debit": Money(one.debit, entry.currency).plain(),
                "credit": Money(one.credit, entry.currency).plain(),
                "invoice": one.invoice or None,
                "uuid": one.uuid or None,
            }
            for one in entry.postings
        ],
    }
