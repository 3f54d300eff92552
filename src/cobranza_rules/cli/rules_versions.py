"""`cobranza rules diff`, `publish` and `versions`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _, word
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.rulebook.comparing import Change, Comparison, Total
from cobranza_rules.rulebook.difference import DRAFT, IN_FORCE, difference, named_rules
from cobranza_rules.rulebook.publishing import Draft, examine_draft
from cobranza_rules.rulebook.publishing import publish as put_in_force
from cobranza_rules.rulebook.reconsidering import Reconsidered
from cobranza_rules.rulebook.versions import published_versions
from cobranza_rules.rules.still_planned import Prospect

YES = frozenset({"y", "yes", "s", "si", "sí"})  # In both languages, whichever is spoken
SHOWN = 40  # Changed invoices that are listed; all of them are in the JSON
# What becomes of messages that wait, said above those of which it is said.
WAITING = {
    Prospect.CALLED_OFF: N_("Messages that wait and that the next run would call off: {count}"),
    Prospect.KEPT_BACK: N_("Messages that wait and that would not leave for now: {count}"),
    Prospect.STANDS: N_("Messages that wait and that would leave otherwise than now: {count}"),
}
Shown = TypeVar("Shown")


@click.command(
    cls=SpokenCommand,
    help=N_("Who would get something else today under other rules, and why. OLD and NEW: in-force, draft, a version, a file or a folder."),
)
@click.argument("old", default=IN_FORCE)
@click.argument("new", default=DRAFT)
@on_a_day
@reporting
@click.pass_obj
def diff(call: Call, old: str, new: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    found = difference(workspace, named_rules(workspace, old), named_rules(workspace, new))
    if as_json:
        call.screen.json({"on": workspace.clock.today().isoformat(), **comparison_json(call.screen, found)})
    else:
        show_comparison(call.screen, found)


@click.command(cls=SpokenCommand, help=N_("Put the rules files in force: when they are right, their tests pass and nobody is left behind."))
@click.option("--by", "who", required=True, help=N_("Who publishes: a role or address of cobranza.toml."))
@click.option("--comment", default="", help=N_("What the change is for."))
@click.option("--yes", is_flag=True, help=N_("Do not ask again."))
@on_a_day
@reporting
@click.pass_obj
def publish(call: Call, who: str, comment: str, yes: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    draft = examine_draft(workspace)
    tests = sum(len(report.results) for report in draft.tested.reports)
    if not as_json:
        _show_draft(call.screen, draft, tests)
        if not yes and sys.stdin.isatty():
            _must_agree(call.screen)
    number = put_in_force(workspace, draft, person.email or person.role, comment)
    if as_json:
        changes = comparison_json(call.screen, draft.difference) if draft.difference is not None else None
        call.screen.json(
            {
                "version": number,
                "digest": draft.digest,
                "by": person.email or person.role,
                "tests": tests,
                "warnings": len(draft.warnings),
                "difference": changes,
            }
        )
    else:
        call.screen.say(_("Version {number} is in force from the next run on.", number=number))
        if draft.other_calendar:
            call.screen.say(_("The calendar has changed: 'cobranza terms reckon' shows which due dates it would move."))


def _must_agree(screen: Screen) -> None:
    """Ends the command where the answer is anything but yes."""
    answer = click.prompt(screen.text(_("Put these rules in force? [y/N]")), default="", show_default=False)
    if answer.strip().casefold() not in YES:
        screen.say(_("Nothing was published: the rules in force stay as they are."))
        click.get_current_context().exit(WRONG_INPUT)


def _show_draft(screen: Screen, draft: Draft, tests: int) -> None:
    screen.say(_("{count} rule tests pass.", count=tests))
    if draft.warnings:
        screen.say(_("Warnings: {count}; 'cobranza rules check' shows them.", count=len(draft.warnings)))
    if draft.difference is not None:
        show_comparison(screen, draft.difference)


@click.command(cls=SpokenCommand, help=N_("The versions of the rules that were published, the newest first: it is in force."))
@reporting
@click.pass_obj
def versions(call: Call, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        rows = published_versions(session)
    if as_json:
        found = [
            {"version": row.id, "digest": row.digest, "at": row.published_at.isoformat(), "by": row.published_by, "comment": row.comment}
            for row in rows
        ]
        call.screen.json({"versions": found})
        return
    headings = (N_("No."), N_("Published"), N_("By"), N_("Comment"))
    zone = ZoneInfo(workspace.settings.timezone)
    cells = [(row.id, f"{row.published_at.astimezone(zone):%Y-%m-%d %H:%M}", row.published_by, row.comment) for row in rows]
    call.screen.table(headings, cells, frozenset({0}))


def comparison_json(screen: Screen, found: Comparison) -> dict[str, Any]:
    return {
        "customers": found.customers,
        "changes": [_change_json(screen, change) for change in found.changes],
        "before": {rule: _total_json(total) for rule, total in found.before.items()},
        "after": {rule: _total_json(total) for rule, total in found.after.items()},
        "held": [{"hold": hold, "before": before, "after": after} for hold, (before, after) in found.held.items()],
        "waiting": [_reconsidered_json(screen, one) for one in found.waiting],
        "stopped": screen.text(found.stopped) if found.stopped else None,
    }


def _reconsidered_json(screen: Screen, one: Reconsidered) -> dict[str, Any]:
    return {
        "customer": one.action.customer,
        "rule": one.action.rule_id,
        "invoices": list(one.action.invoices) if one.action.subject == "invoice" else [],
        "total": Money(one.action.total, one.action.currency).plain() if one.action.currency else None,
        "currency": one.action.currency or None,
        "before": one.before.value,
        "after": one.after.value,
        "otherwise": [screen.text(aspect) for aspect in one.otherwise],
        "why": screen.text(one.why),
    }


def _change_json(screen: Screen, change: Change) -> dict[str, Any]:
    return {
        "subject": change.subject,
        "customer": change.customer,
        "number": change.number,
        "balance": Money(change.balance, change.currency).plain() if change.currency else None,
        "currency": change.currency,
        "before": change.before or None,
        "after": change.after or None,
        "otherwise": [screen.text(difference) for difference in change.otherwise],
        "why": screen.text(change.why),
    }


def _total_json(total: Total) -> dict[str, Any]:
    amounts = {currency: Money(minor, currency).plain() for currency, minor in total.amounts.items()}
    return {"actions": total.actions, "invoices": total.invoices, "amounts": amounts}


def show_comparison(screen: Screen, found: Comparison) -> None:
    if not found.changes and not found.waiting:
        screen.say(_("Nobody would get anything else today."))
    else:
        screen.say(_("Something else for {customers} customers:", customers=found.customers))
        _show_first(screen, found.changes, _show_change)
        _show_totals(screen, found.before, found.after)
        _show_waiting(screen, found.waiting)
    for hold, (before, after) in found.held.items():
        screen.say(_("On hold by '{hold}': {before} before, {after} after", hold=hold, before=before, after=after))
    if found.stopped is not None:
        screen.say(_("Nothing would leave: {reason}", reason=found.stopped))


def _show_first(screen: Screen, found: Sequence[Shown], show: Callable[[Screen, Shown], None]) -> None:
    for one in found[:SHOWN]:
        show(screen, one)
    if len(found) > SHOWN:
        screen.say(_("  ... and {count} more (--json lists all)", count=len(found) - SHOWN))


def _show_waiting(screen: Screen, found: Sequence[Reconsidered]) -> None:
    """What waits already for a signature, a release or its sending: called off first, for that cannot be taken back."""
    for prospect, title in WAITING.items():
        of_it = [one for one in found if one.after is prospect]
        if of_it:
            screen.say(_(title, count=len(of_it)))
            _show_first(screen, of_it, _show_reconsidered)


def _show_reconsidered(screen: Screen, one: Reconsidered) -> None:
    action = one.action
    customer, rule, about = action.customer, word(action.rule_id), ", ".join(action.invoices)
    if action.currency:
        total = Money(action.total, action.currency)
        screen.say(_("- {customer}: {rule}, {total}: {invoices}", customer=customer, rule=rule, total=total, invoices=about))
    else:
        screen.say(_("- {customer}: {rule}", customer=customer, rule=rule))
    for aspect in one.otherwise:
        screen.say(_("    {difference}", difference=aspect))
    screen.say(_("    because of {reason}", reason=one.why))


def _show_change(screen: Screen, change: Change) -> None:
    nothing = _("nothing")
    before, after = (word(rule) if rule else nothing for rule in (change.before, change.after))
    screen.say(_("- {about}: {before} -> {after}", about=_about(change), before=before, after=after))
    for one in change.otherwise:
        screen.say(_("    {difference}", difference=one))
    screen.say(_("    because of {reason}", reason=change.why))


def _about(change: Change) -> str:
    """A rule about a whole customer has no second name and no amount; tasks and approvals have no amount."""
    number = change.number if change.subject != "customer" else ""
    balance = str(Money(change.balance, change.currency)) if change.currency else ""
    return " ".join(part for part in (change.customer, number, balance) if part)


def _show_totals(screen: Screen, before: Mapping[str, Total], after: Mapping[str, Total]) -> None:
    headings = (N_("Rule"), N_("Actions before"), N_("after"), N_("Invoices before"), N_("after"), N_("Amount before"), N_("after"))
    nothing = Total(0, 0, {})
    rows = []
    for rule in sorted({*before, *after}):
        old, new = before.get(rule, nothing), after.get(rule, nothing)
        if old != new:
            rows.append((screen.word(rule), old.actions, new.actions, old.invoices, new.invoices, _amounts(old), _amounts(new)))
    if rows:
        screen.table(headings, rows, frozenset({1, 2, 3, 4, 5, 6}))


def _amounts(total: Total) -> str:
    return " + ".join(str(Money(minor, currency)) for currency, minor in sorted(total.amounts.items()))
