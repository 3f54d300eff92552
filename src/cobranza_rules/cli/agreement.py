"""`cobranza agreement`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.agreement_files import Attached, Attaching, no_agreement
from cobranza_rules.booking.agreements import book_agreement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.given_row import GivenRow, with_options
from cobranza_rules.intake.agreements import agreement_of
from cobranza_rules.intake.sources import walk
from cobranza_rules.language import N_, _, word
from cobranza_rules.people import person_named
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.agreements import AgreementView, agreements_on
from cobranza_rules.store.tables import AgreementRow
from cobranza_rules.workspace import Workspace

# Each option of `add`, the column of the spreadsheet that it stands for, and what it says.
OPTIONS = (
    ("--kind", "kind", N_("contract or commercial terms (default: contract).")),
    ("--currency", "currency", N_("The currency, such as MXN.")),
    ("--from", "valid_from", N_("The first day on which it counts.")),
    ("--until", "valid_until", N_("The last day on which it counts (default: until further notice).")),
    ("--signed", "signed_on", N_("The day on which it was signed (default: today).")),
    ("--limit", "credit_limit", N_("The credit limit, in its currency.")),
    ("--days", "days", N_("Credit days.")),
    ("--days-from", "counted_from", N_("From when they count: issue, delivery or acceptance.")),
    ("--assumed-after", "assumed_after", N_("While no acknowledgement comes, they count from so many days after issue.")),
    ("--review", "review", N_("The customer's review days: 'lunes y jueves', '15 y último'.")),
    ("--payment", "payment", N_("The customer's payment days, likewise.")),
    ("--end-of-month", "end_of_month", N_("yes: the days count from the end of the month.")),
    ("--instalments", "instalments", N_("Parts of the total: '50% a 30 días; 50% a 60 días'.")),
    ("--prompt-percent", "prompt_percent", N_("The discount for prompt payment, in percent.")),
    ("--prompt-days", "prompt_days", N_("The days within which it is given.")),
    ("--discounts", "discounts", N_("Other discounts, in words.")),
    ("--interest", "interest", N_("Interest on what is overdue, in percent a year.")),
    ("--day-count", "day_count", N_("The days of a year for that: 360 or 365 (default: 360).")),
    ("--guarantees", "guarantees", N_("What secures the debt, in words.")),
    ("--support", "support", N_("What has to go with each invoice: yes, or its kinds.")),
)


@click.group(cls=LazyGroup, help=N_("Contracts and commercial terms of customers: which of them covers an invoice, and what it says."))
def agreement() -> None:
    pass


@agreement.command(cls=SpokenCommand, help=N_("Enter an agreement; a known number with other content is its next version."))
@click.argument("number")
@click.argument("customer")
@with_options(OPTIONS)
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def add(call: Call, /, number: str, customer: str, who: str, on: dt.date | None, as_json: bool, **given: str) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    named = {column: option for option, column, _help in OPTIONS} | {"number": "NUMBER", "customer": "CUSTOMER"}
    record = agreement_of(GivenRow({**given, "number": number, "customer": customer}, named))
    with workspace.database.writing() as session:
        outcome = book_agreement(Bookkeeper(session, workspace.clock.now()), record, workspace.clock.today(), person.email)
    shown = _read(workspace, record.number)[-1]
    if as_json:
        call.screen.json({"outcome": outcome.value, **_json(shown)})
    elif outcome is Taken.UNCHANGED:
        call.screen.say(_("Agreement {number} stands already as it was given; nothing has changed.", number=record.number))
    else:
        said = _("Agreement {number}, version {version}, is on file.", number=shown.row.number, version=shown.row.version)
        call.screen.say(said)


@agreement.command("list", cls=SpokenCommand, help=N_("What stands today, with what the customer owes beside the credit limit."))
@click.option("--customer", default="", help=N_("Only those of this customer."))
@click.option("--all", "everything", is_flag=True, help=N_("Every version, those that are over too."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, customer: str, everything: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    rows = [one for one in _read(workspace) if (everything or one.stands) and customer in ("", one.customer)]
    if as_json:
        call.screen.json({"agreements": [_json(one) for one in rows]})
    elif not rows:
        call.screen.say(_("No agreements."))
    else:
        headings = (
            N_("Agreement"),
            N_("Version"),
            N_("Customer"),
            N_("Kind"),
            N_("From"),
            N_("Until"),
            N_("Terms"),
            N_("Limit"),
            N_("Owed"),
        )
        table = [
            (
                one.row.number,
                one.row.version,
                one.customer,
                word(one.row.kind),
                one.row.valid_from,
                one.row.valid_until,
                one.terms,
                one.limit,
                _("{amount} (above the limit)", amount=one.owed) if one.above_limit else one.owed,
            )
            for one in rows
        ]
        call.screen.table(headings, table, frozenset({1, 7, 8}))


@agreement.command(cls=SpokenCommand, help=N_("One agreement with its versions, files and invoices."))
@click.argument("number")
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, number: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    versions = _read(workspace, number)
    if not versions:
        raise ProblemError([no_agreement(number)])
    if as_json:
        call.screen.json({"number": versions[0].row.number, "versions": [_json(one) for one in versions]})
        return
    for one in versions:
        said = _("Agreement {number}, version {version}", number=one.row.number, version=one.row.version)
        call.screen.say(_("{what} (stands today)", what=said) if one.stands else said)
        for label, value in one.lines():
            call.screen.say(_("  {label}: {value}", label=word(label), value=value))


@agreement.command(cls=SpokenCommand, help=N_("Keep files with agreements: signed contracts, annexes, price lists."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--agreement", "number", default="", help=N_("The agreement of all of them (default: each says in its name of which it is)."))
@click.option("--who", required=True, help=N_("Who keeps them: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def file(call: Call, files: tuple[Path, ...], number: str, who: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        attaching = Attaching(Bookkeeper(session, workspace.clock.now()), workspace.archive, person.email, workspace.clock.today())
        report = attaching.to(number, walk(files)) if number else attaching.by_name(walk(files))
    _show_attached(call, report)


def _show_attached(call: Call, report: Attached) -> None:
    if call.as_json:
        call.screen.json(
            {
                "files": [{"agreement": number, "file": name} for number, name in report.new],
                "unchanged": report.unchanged,
                "problems": [problem.text(call.screen.translate) for problem in report.problems],
            }
        )
    for number, name in report.new:
        call.screen.say(_("{file} is kept with agreement {number}.", file=name, number=number))
    if report.unchanged:
        call.screen.say(_("Kept already: {count}.", count=report.unchanged))
    if not call.as_json:
        call.screen.problems(report.problems)
    if report.problems:
        click.get_current_context().exit(WRONG_INPUT)


def _read(workspace: Workspace, number: str = "") -> list[AgreementView]:
    query = select(AgreementRow).order_by(AgreementRow.number, AgreementRow.version)
    with workspace.database.reading() as session:
        return agreements_on(session, query.where(AgreementRow.number == number) if number else query, workspace.clock.today())


def _json(one: AgreementView) -> dict[str, Any]:
    row = one.row
    return {
        "number": row.number,
        "version": row.version,
        "customer": one.customer,
        "kind": row.kind,
        "currency": row.currency,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "signed_on": row.happened_on.isoformat(),
        "known_at": row.known_at.isoformat(),
        "source": row.source,
        "stands": one.stands,
        "credit_limit": one.limit.plain() if one.limit else None,
        "owed": one.owed.plain(),
        "above_limit": one.above_limit,
        "terms": row.terms,
        "conditions": row.conditions,
        "support_required": row.support_required,
        "files": [{"name": name, "sha256": digest} for name, digest in one.files],
        "invoices": list(one.invoices),
    }
