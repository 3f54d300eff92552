"""`cobranza payment list`, `propose`, `explain`, `apply`, `unapply`, `not-ours`, `returned`: the bank's deposits, and what they pay."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_naming import deposit_numbered
from cobranza_rules.booking.deposit_people import (
    Application,
    Discounted,
    apply_deposit,
    join_deposit,
    not_ours,
    returned,
    unapply_deposit,
)
from cobranza_rules.booking.deposit_queue import OPEN, deposits_in, proposed, standing_of
from cobranza_rules.cli.command import Call, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.deposit_showing import (
    HEADINGS,
    RIGHT,
    cells_of,
    deposit_json,
    explained_json,
    proposal_json,
    show_explained,
    show_proposals,
)
from cobranza_rules.domain.discount import DiscountKind
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError


@click.command("list", cls=SpokenCommand, help=N_("Deposits of which something is left to apply, the oldest first."))
@click.option("--all", "every", is_flag=True, help=N_("Those that are applied, returned or no customer's, too."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, every: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        found = list(deposits_in(Bookkeeper(session, workspace.clock.now()), () if every else OPEN))
        if as_json:
            call.screen.json({"deposits": [deposit_json(each) for each in found]})
        elif found:
            call.screen.table(HEADINGS, [cells_of(each) for each in found], RIGHT)
        else:
            call.screen.say(_("Every deposit is applied."))


@click.command(cls=SpokenCommand, help=N_("What open deposits may be, the most certain first; nothing is applied."))
@click.argument("numbers", nargs=-1, type=Number())
@on_a_day
@reporting
@click.pass_obj
def propose(call: Call, numbers: tuple[int, ...], on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        lines = [deposit_numbered(keeper, each) for each in numbers] or [each.line for each in deposits_in(keeper, OPEN[:1])]
        found = list(proposed(keeper, lines, workspace.settings.cash.policy(), workspace.clock.today()))
        if as_json:
            rows = [
                {
                    **deposit_json(standing_of(keeper, line)),
                    "proposals": [proposal_json(call.screen, each, numbered, line.currency) for each in some],
                }
                for line, some, numbered in found
            ]
            call.screen.json({"deposits": rows})
        for line, some, numbered in () if as_json else found:
            show_proposals(call.screen, standing_of(keeper, line), some, numbered, line.currency)
        if not found and not as_json:
            call.screen.say(_("Every deposit is applied."))


@click.command(
    cls=SpokenCommand, help=N_("How a deposit stands: what it pays, by what, who said so, and what else tells of the same payment.")
)
@click.argument("number", type=Number())
@on_a_day
@reporting
@click.pass_obj
def explain(call: Call, number: int, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        line = deposit_numbered(keeper, number)
        some = list(proposed(keeper, [line], workspace.settings.cash.policy(), workspace.clock.today())) if line.state in OPEN else []
        if as_json:
            told = [proposal_json(call.screen, each, numbered, line.currency) for _line, found, numbered in some for each in found]
            call.screen.json({**explained_json(call.screen, keeper, line), "proposals": told})
            return
        show_explained(call.screen, keeper, line)
        for _line, found, numbered in some:
            show_proposals(call.screen, None, found, numbered, line.currency)


@click.command("apply", cls=SpokenCommand, help=N_("Apply a deposit to invoices, or say of which payment it is another evidence."))
@click.argument("number", type=Number())
@click.option(
    "--invoice", "shares", multiple=True, help=N_("What it pays, as NUMBER=AMOUNT, or NUMBER for all that is owed; may be repeated.")
)
@click.option("--discount", "discounts", multiple=True, help=N_("What is taken off with it, as NUMBER=AMOUNT:kind; may be repeated."))
@click.option("--payment", "payment_id", type=Number(), help=N_("The payment of which it is another evidence, as propose names it."))
@click.option("--rate", default="", help=N_("What one unit of the invoices' currency costs in the deposit's."))
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("What tells so."))
@on_a_day
@reporting
@click.pass_obj
def apply(
    call: Call,
    number: int,
    shares: tuple[str, ...],
    discounts: tuple[str, ...],
    payment_id: int | None,
    rate: str,
    who: str,
    comment: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who).email
    today = workspace.clock.today()
    if payment_id is not None and (shares or discounts):
        what = _("a deposit either pays invoices or is another evidence of a payment")
        raise ProblemError([Problem(what, _("give --invoice or --payment, not both"))])
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        if payment_id is not None:
            join_deposit(keeper, number, payment_id, who=person, comment=comment, today=today)
        else:
            taken = [_discounted(each) for each in discounts]
            said = Application(dict(map(_named, shares)), person, comment, taken, workspace.settings.discounts.as_limits(), rate)
            apply_deposit(keeper, number, said, today)
        session.flush()
        _show_done(call, keeper, number)


def _named(written: str) -> tuple[str, str]:
    name, _equals, amount = written.partition("=")
    return name.strip(), amount.strip()


def _discounted(written: str) -> Discounted:
    """Raises ProblemError where it has not the form NUMBER=AMOUNT:kind."""
    name, equals, rest = written.partition("=")
    amount, colon, kind = rest.rpartition(":")
    kinds = [each.value for each in DiscountKind]
    if not equals or not colon or kind.strip() not in kinds:
        what = _("'{text}' does not say what is taken off", text=written)
        raise ProblemError([Problem(what, _("write NUMBER=AMOUNT:kind; kinds are {kinds}", kinds=", ".join(kinds)))])
    return Discounted(name.strip(), amount.strip(), kind.strip())


@click.command(cls=SpokenCommand, help=N_("Take back what a deposit pays; from then on it is left to people."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why."))
@on_a_day
@reporting
@click.pass_obj
def unapply(call: Call, number: int, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    _say(call, unapply_deposit, number, who, comment, on, as_json=as_json)


@click.command("not-ours", cls=SpokenCommand, help=N_("A deposit that is no customer's payment."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Whose money it is."))
@on_a_day
@reporting
@click.pass_obj
def not_ours_(call: Call, number: int, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    _say(call, not_ours, number, who, comment, on, as_json=as_json)


@click.command("returned", cls=SpokenCommand, help=N_("A deposit that the bank has taken back; what it had paid is owed again."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("The bank's reason."))
@on_a_day
@reporting
@click.pass_obj
def returned_(call: Call, number: int, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    _say(call, returned, number, who, comment, on, as_json=as_json)


def _say(call: Call, done: Any, number: int, who: str, comment: str, on: dt.date | None, *, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who).email
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        done(keeper, number, who=person, comment=comment, today=workspace.clock.today())
        session.flush()
        _show_done(call, keeper, number)


def _show_done(call: Call, keeper: Bookkeeper, number: int) -> None:
    line = deposit_numbered(keeper, number)
    if call.as_json:
        call.screen.json(explained_json(call.screen, keeper, line))
    else:
        show_explained(call.screen, keeper, line)
