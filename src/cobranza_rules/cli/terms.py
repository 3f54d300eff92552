"""`cobranza terms`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customer_names import customer_named
from cobranza_rules.booking.terms_anew import Otherwise, otherwise_due, reckon_anew
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError


@click.group(cls=LazyGroup, help=N_("When open invoices are due by what is agreed now."))
def terms() -> None:
    pass


@terms.command(
    cls=SpokenCommand,
    help=N_(
        "Set open invoices' due dates anew, by the present terms of their customers and the present calendar; without --who only shown."
    ),
)
@click.argument("customers", nargs=-1)
@click.option("--who", help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def reckon(call: Call, customers: tuple[str, ...], who: str | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    if who is None:
        with workspace.database.reading() as session:
            found = list(otherwise_due(Bookkeeper(session, workspace.clock.now()), _ids_of(session, customers)))
    else:
        person = person_named(workspace.company, who)
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            found = reckon_anew(keeper, _ids_of(session, customers), person.email, workspace.clock.today())
    if as_json:
        shown = [terms_json(call.screen, one) for one in found]
        call.screen.json({"on": workspace.clock.today().isoformat(), "entered": who is not None, "invoices": shown})
    else:
        _show(call.screen, found, entered=who is not None)


def _ids_of(session: Session, names: Sequence[str]) -> list[int] | None:
    """None where none are named. Raises ProblemError for all that are not known."""
    found = [(name, customer_named(session, name)) for name in names]
    if unknown := [name for name, row in found if row is None]:
        raise ProblemError(
            Problem(_("customer '{customer}' is not on file", customer=name), _("name it by its code or RFC")) for name in unknown
        )
    return [row.id for _name, row in found if row is not None] if names else None


def terms_json(screen: Screen, one: Otherwise) -> dict[str, Any]:
    return {
        "number": one.number,
        "customer": one.customer,
        "before": one.before.isoformat() if one.before else None,
        "after": one.after.isoformat() if one.after else None,
        "by": screen.text(one.by),
    }


def _show(screen: Screen, found: Sequence[Otherwise], *, entered: bool) -> None:
    if not found:
        screen.say(_("Every open invoice is due as its terms and the calendar say."))
        return
    headings = (N_("Invoice"), N_("Customer"), N_("Due so far"), N_("Due by what is agreed now"), N_("According to"))
    rows = [(one.number, one.customer, one.before or "-", one.after or "-", screen.text(one.by)) for one in found]
    screen.table(headings, rows, frozenset())
    if entered:
        screen.say(_("Due dates that were set anew: {count}", count=len(found)))
    else:
        screen.say(_("Nothing was entered: with --who these due dates are set."))
