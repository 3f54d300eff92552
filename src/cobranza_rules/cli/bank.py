"""`cobranza bank`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from cobranza_rules.bank_report import statement_report, statements_report
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, reporting, take
from cobranza_rules.domain.bank_coverage import Gap
from cobranza_rules.language import N_, _
from cobranza_rules.money import Money


@click.group(cls=LazyGroup, help=N_("The statements of our bank accounts: which were taken, and what is missing between them."))
def bank() -> None:
    pass


@bank.command("list", cls=SpokenCommand, help=N_("The statements that were taken, account by account, and days that none covers."))
@click.option("--account", default="", metavar=N_("NUMBER"), help=N_("Only this account."))
@reporting
@click.pass_obj
def list_(call: Call, account: str, as_json: bool) -> None:
    report = statements_report(take(call, as_json=as_json).workspace, account)
    if as_json:
        call.screen.json(report)
        return
    if not report["statements"]:
        call.screen.say(_("No bank statement was taken yet."))
    else:
        headings = (
            N_("Number"),
            N_("Account"),
            N_("From"),
            N_("Through"),
            N_("Movements"),
            N_("Open deposits"),
            N_("Last balance"),
            N_("File"),
        )
        rows = [
            (
                each["number"],
                each["account"],
                each["from"],
                each["through"],
                each["movements"],
                each["open"],
                _money(each["closing"], each["currency"]),
                each["file"],
            )
            for each in report["statements"]
        ]
        call.screen.table(headings, rows, frozenset({0, 4, 5, 6}))
    for each in report["accounts"]:
        if each["expected"] and each["through"] is None:
            call.screen.say(_("{account}: no statement of it was taken yet.", account=each["account"]))
    for gap in map(_gap, report["gaps"]):
        call.screen.say(_("{account}: {gap}.", account=gap.account, gap=gap.said()))


@bank.command(cls=SpokenCommand, help=N_("A statement with the movements that it was the first to tell."))
@click.argument("number", type=click.IntRange(1))
@reporting
@click.pass_obj
def show(call: Call, number: int, as_json: bool) -> None:
    report = statement_report(take(call, as_json=as_json).workspace, number)
    if as_json:
        call.screen.json(report)
        return
    told = report["statement"]
    call.screen.say(
        _(
            "Account {account}, {first} to {last}, read as {profile} from {file}",
            account=told["account"],
            first=told["from"],
            last=told["through"],
            profile=told["profile"],
            file=told["file"],
        )
    )
    headings = (N_("Number"), N_("Day"), N_("Amount"), N_("State"), N_("Reference"), N_("Who"), N_("RFC"), N_("Description"))
    rows = [
        (
            each["number"],
            each["on"],
            _money(each["amount"], each["currency"]),
            call.screen.word(each["state"]),
            each["tracking_key"] or each["reference"],
            each["name"],
            each["rfc"],
            each["description"][:60],
        )
        for each in report["movements"]
    ]
    call.screen.table(headings, rows, frozenset({0, 2}))


def _money(plain: str | None, currency: str) -> Money | None:
    return None if plain is None else Money.of(plain, currency)


def _gap(told: dict[str, Any]) -> Gap:
    after, before = (dt.date.fromisoformat(told[name]) for name in ("after", "before"))
    return Gap(told["account"], after, before, _money(told["difference"], told["currency"] or ""))
