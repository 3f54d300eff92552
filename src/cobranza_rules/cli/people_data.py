"""`cobranza customer correct`, `block`, `unblock` and `retention`: what people may ask of their data, and what is held too long."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.erasing import remove_files
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.domain.data_request import DataRequestKind
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.privacy.blocking import Blocker
from cobranza_rules.privacy.correcting import Corrector, without_reason
from cobranza_rules.privacy.erased_files import files_to_remove
from cobranza_rules.privacy.expiring import Expiring
from cobranza_rules.privacy.retention import Expired, past_its_period
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace

WHO = N_("Who does it: a role or an e-mail address of cobranza.toml.")
WHY = N_("Who asked for it, and when: it stays in the case file.")
HEADINGS = (N_("What"), N_("How many"), N_("Oldest"), N_("Years kept"))


@click.command(
    cls=SpokenCommand, help=N_("Put a person's wrong data right wherever they are used; of the wrong value only its hash stays.")
)
@click.argument("person")
@click.option("--name", help=N_("The right name."))
@click.option("--email", help=N_("The right e-mail address."))
@click.option("--phone", help=N_("The right telephone number."))
@click.option("--title", help=N_("The right position."))
@click.option("--address", help=N_("The right address."))
@click.option("--why", required=True, help=WHY)
@click.option("--who", required=True, help=WHO)
@on_a_day
@click.pass_obj
def correct(call: Call, /, person: str, why: str, who: str, on: dt.date | None, **given: str | None) -> None:
    workspace = take(call, on=on).workspace
    acting = person_named(workspace.company, who).email
    with workspace.database.writing() as session:
        corrector = Corrector(Bookkeeper(session, workspace.clock.now()), acting, workspace.clock.today())
        count = corrector.correct(person, {name: value for name, value in given.items() if value is not None}, why)
    call.screen.say(_("Corrected in {count} places. Put the list right, too, that it came from.", count=count))


@click.command(
    cls=SpokenCommand, help=N_("Block the data of a person, or of a customer that owes nothing: they are used for nothing any more.")
)
@click.argument("person")
@click.option("--only-messages", is_flag=True, help=N_("Write to the person no more, and leave the data as they are (opposition)."))
@click.option("--why", required=True, help=WHY)
@click.option("--who", required=True, help=WHO)
@on_a_day
@click.pass_obj
def block(call: Call, person: str, why: str, who: str, on: dt.date | None, *, only_messages: bool) -> None:
    workspace = take(call, on=on).workspace
    acting = person_named(workspace.company, who).email
    customer = None if only_messages else _customer(workspace, person)
    with workspace.database.writing() as session:
        blocker = Blocker(Bookkeeper(session, workspace.clock.now()), acting, workspace.clock.today(), why)
        if customer is not None:
            count = blocker.block_customer(session.merge(customer))
        else:
            count = blocker.block(person, DataRequestKind.OPPOSED if only_messages else DataRequestKind.BLOCKED)
    if only_messages:
        call.screen.say(_("{person}: no more messages go there ({count} places).", person=person, count=count))
        return
    years = workspace.settings.privacy.keep_years.contacts
    said = _(
        "{person}: blocked in {count} places; 'cobranza customer retention' erases it after {years} years.",
        person=person,
        count=count,
        years=years,
    )
    call.screen.say(said)


@click.command(cls=SpokenCommand, help=N_("Use the data of a person, or of a customer, again, who asks for it."))
@click.argument("person")
@click.option("--why", required=True, help=WHY)
@click.option("--who", required=True, help=WHO)
@on_a_day
@click.pass_obj
def unblock(call: Call, person: str, why: str, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    acting = person_named(workspace.company, who).email
    customer = _customer(workspace, person)
    with workspace.database.writing() as session:
        blocker = Blocker(Bookkeeper(session, workspace.clock.now()), acting, workspace.clock.today(), why)
        count = blocker.unblock(person) if customer is None else blocker.unblock_customer(session.merge(customer))
    call.screen.say(_("{person}: used again in {count} places.", person=person, count=count))


@click.command(cls=SpokenCommand, help=N_("What is held longer than its period; with --erase it is erased."))
@click.option("--erase", is_flag=True, help=N_("Erase it: look at the list first."))
@click.option("--why", default="", help=N_("With --erase: on whose decision."))
@click.option("--who", default="", help=N_("With --erase: who erases, a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def retention(call: Call, why: str, who: str, on: dt.date | None, *, erase: bool, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    periods = workspace.settings.privacy.keep_years.as_periods()
    if erase:
        found = _erase(workspace, who, why)
    else:
        with workspace.database.reading() as session:
            found = list(past_its_period(session, periods, workspace.clock.today()))
    if as_json:
        told = [
            {"kind": each.kind.value, "count": len(each.numbers), "oldest": each.oldest.isoformat(), "years": periods[each.kind]}
            for each in found
        ]
        call.screen.json({"erased" if erase else "past_their_period": told})
    elif not found:
        call.screen.say(_("Nothing is held longer than its period."))
    else:
        rows = [(call.screen.word(each.kind.value), len(each.numbers), each.oldest, periods[each.kind]) for each in found]
        call.screen.table(HEADINGS, rows, frozenset({1, 3}))
        call.screen.say(_("All this is erased.") if erase else _("'cobranza customer retention --erase' erases it."))


def _erase(workspace: Workspace, who: str, why: str) -> list[Expired]:
    problems = without_reason(why)
    if not who:
        problems.append(Problem(_("it is not said who erases"), _("give --who: a role or an e-mail address of cobranza.toml")))
    if problems:
        raise ProblemError(problems)
    acting = person_named(workspace.company, who).email
    periods, today = workspace.settings.privacy.keep_years.as_periods(), workspace.clock.today()
    with workspace.database.writing() as session:
        found = list(past_its_period(session, periods, today))
        expiring = Expiring(Bookkeeper(session, workspace.clock.now()), acting, today, why)
        for each in found:
            expiring.erase(each)
    with workspace.database.reading() as session:
        remove_files(workspace.archive, StoredChain(session).erased_documents() | files_to_remove(session, workspace.archive))
    return found


def _customer(workspace: Workspace, name: str) -> CustomerRow | None:
    try:
        return customer_named(workspace, name)
    except ProblemError:
        return None
