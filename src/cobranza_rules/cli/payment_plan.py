"""`cobranza payment-plan`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.named_together import invoices_named
from cobranza_rules.booking.payment_plans import agree_on_plan, cancel_plan, plan_numbered
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.plan_options import Terms, agreed_plan, in_instalments
from cobranza_rules.domain.payment_plans import PlanState
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_plans import invoices_of_plan, plan_standing, plan_state
from cobranza_rules.store.tables import CustomerRow, DiscountRow, PaymentPlanRow
from cobranza_rules.workspace import Workspace


@click.group("payment-plan", cls=LazyGroup, help=N_("What customers agreed to pay in instalments, and how they keep it."))
def payment_plan() -> None:
    pass


def plan_json(session: Session, row: PaymentPlanRow, today: dt.date, calendar: BusinessCalendar) -> dict[str, Any]:
    standing = plan_standing(session, row, calendar)
    discounts = [session.get_one(DiscountRow, number) for number in row.discounts]
    following = standing.next if row.state == "agreed" else None
    return {
        "id": row.id,
        "customer": session.get_one(CustomerRow, row.customer_id).code,
        "currency": row.currency,
        "state": plan_state(row, standing, today).value,
        "invoices": [invoice.number for invoice in invoices_of_plan(session, row)],
        "agreed_on": row.agreed_on.isoformat(),
        "who": row.who,
        "agreed_with": row.agreed_with,
        "comment": row.comment,
        "total": Money(standing.total, row.currency).plain(),
        "kept": Money(standing.kept, row.currency).plain(),
        "percent_kept": standing.percent_kept,
        "next_on": following.instalment.due_on.isoformat() if following else None,
        "next_amount": Money(following.left, row.currency).plain() if following else None,
        "next_until": following.until.isoformat() if following else None,
        "grace_workdays": row.grace,
        "instalments": [
            {
                "due_on": each.instalment.due_on.isoformat(),
                "amount": Money(each.instalment.minor, row.currency).plain(),
                "kept": Money(each.kept, row.currency).plain(),
                "state": each.state(today, calendar).value,
            }
            for each in standing.instalments
        ],
        "discounts": [{"id": each.id, "amount": Money(each.minor, row.currency).plain(), "state": each.state} for each in discounts],
        "task": row.task_id,
        "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        "ended_by": row.ended_by or None,
        "ended_why": row.ended_why or None,
        "replaced_by": row.replaced_by,
        "broken_on": row.broken_on.isoformat() if row.broken_on else None,
    }


@payment_plan.command(
    cls=SpokenCommand,
    help=N_("Enter a payment plan for invoices (numbers or UUID) of one customer: all that is open of them in instalments."),
)
@click.argument("invoices", nargs=-1, required=True)
@in_instalments
@click.option("--who", required=True, help=N_("Who agreed to it for us: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("How it was agreed on."))
@click.option("--replaces", type=Number(), help=N_("The payment plan whose place it takes."))
@on_a_day
@reporting
@click.pass_obj
def agree(
    call: Call,
    invoices: tuple[str, ...],
    instalments: tuple[tuple[dt.date, str], ...],
    discount: str,
    agreed_with: str,
    who: str,
    comment: str,
    replaces: int | None,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    colleague = person_named(workspace.company, who).email
    said = agreed_plan(workspace, colleague, comment, Terms(instalments, discount, agreed_with), replaces)
    problems: list[Problem] = []
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        named = invoices_named(session, invoices, problems)
        if said is None:
            hint = _("give each as --instalment DAY=AMOUNT; one of them may be DAY=rest")
            problems.append(Problem(_("a payment plan has instalments"), hint))
        if problems or said is None:
            raise ProblemError(problems)
        row = agree_on_plan(keeper, named, said, workspace.clock.today())
        told = plan_json(session, row, workspace.clock.today(), workspace.rules.calendar)
    if as_json:
        call.screen.json(told)
        return
    tell_of_plan(call, told)


def tell_of_plan(call: Call, told: dict[str, Any]) -> None:
    """What a command has agreed on."""
    amount = _amount(told, "total")
    numbers = ", ".join(told["invoices"])
    call.screen.say(_("Payment plan {id}: {amount} for {invoices}.", id=told["id"], amount=amount, invoices=numbers))
    for each in told["instalments"]:
        call.screen.say(_("  {day}: {amount}", day=each["due_on"], amount=_amount({**told, **each}, "amount")))
    for each in told["discounts"]:
        state = word(each["state"])
        call.screen.say(_("  discount {id} of {amount}: {state}", id=each["id"], amount=_amount({**told, **each}, "amount"), state=state))


@payment_plan.command("list", cls=SpokenCommand, help=N_("Payment plans, the oldest first; without --state those that are open or broken."))
@click.option("--state", type=click.Choice([state.value for state in PlanState]), help=N_("Only those in this state."))
@click.option("--customer", default="", help=N_("Only those of this customer."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, state: str | None, customer: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    wanted = (state,) if state else (PlanState.OPEN.value, PlanState.BROKEN.value)
    rows = [each for each in _plans(workspace, customer) if each["state"] in wanted]
    if as_json:
        call.screen.json({"payment_plans": rows})
    elif not rows:
        call.screen.say(_("No payment plans."))
    else:
        headings = (N_("No."), N_("Customer"), N_("State"), N_("Total"), N_("Kept"), N_("Next"), N_("Amount"), N_("Invoices"))
        call.screen.table(headings, [_cells(row) for row in rows], frozenset({0, 3, 4, 6}))


def _plans(workspace: Workspace, customer: str) -> list[dict[str, Any]]:
    from cobranza_rules.cli.case import customer_named

    today, calendar = workspace.clock.today(), workspace.rules.calendar
    query = select(PaymentPlanRow).order_by(PaymentPlanRow.id)
    query = query.where(PaymentPlanRow.customer_id == customer_named(workspace, customer).id) if customer else query
    with workspace.database.reading() as session:
        return [plan_json(session, row, today, calendar) for row in session.scalars(query)]


def _amount(said: dict[str, Any], name: str) -> Money:
    return Money.of(said[name], said["currency"])


def _state(of: str, row: dict[str, Any]) -> Sentence:
    return word(f"{of}_{row['state']}")


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    amount = _amount(row, "next_amount") if row["next_amount"] else "-"
    total = _amount(row, "total")
    kept = f"{row['percent_kept']} %"
    return row["id"], row["customer"], _state("plan", row), total, kept, row["next_on"] or "-", amount, ", ".join(row["invoices"])


@payment_plan.command(cls=SpokenCommand, help=N_("One payment plan with its instalments."))
@click.argument("number", type=Number())
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, number: int, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        row = plan_numbered(Bookkeeper(session, workspace.clock.now()), number)
        told = plan_json(session, row, workspace.clock.today(), workspace.rules.calendar)
    if as_json:
        call.screen.json(told)
        return
    tell_of_plan(call, told | {"instalments": [], "discounts": []})
    said = _("{state}; agreed on {day} by {who} with {whom}: {comment}", state=_state("plan", told), day=told["agreed_on"], **_people(told))
    call.screen.say(said)
    if told["ended_on"]:
        ended = _(
            "{state} on {day} by {who}: {why}",
            state=_state("plan", told),
            day=told["ended_on"],
            who=told["ended_by"],
            why=told["ended_why"],
        )
        call.screen.say(ended)
    headings = (N_("Day"), N_("Amount"), N_("Kept"), N_("State"))
    cells = [
        (each["due_on"], _amount({**told, **each}, "amount"), _amount({**told, **each}, "kept"), _state("instalment", each))
        for each in told["instalments"]
    ]
    call.screen.table(headings, cells, frozenset({1, 2}))
    for each in told["discounts"]:
        amount = _amount({**told, **each}, "amount")
        call.screen.say(_("  discount {id} of {amount}: {state}", id=each["id"], amount=amount, state=word(each["state"])))


def _people(told: dict[str, Any]) -> dict[str, str]:
    return {"who": told["who"], "whom": told["agreed_with"], "comment": told["comment"]}


@payment_plan.command(cls=SpokenCommand, help=N_("End a payment plan: its invoices are dunned as before."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who ends it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why."))
@on_a_day
@reporting
@click.pass_obj
def cancel(call: Call, number: int, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    colleague = person_named(workspace.company, who).email
    today = workspace.clock.today()
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = cancel_plan(keeper, number, who=colleague, comment=comment, today=today)
        told = plan_json(session, row, today, workspace.rules.calendar)
    if as_json:
        call.screen.json(told)
    call.screen.say(_("Payment plan {id} is cancelled.", id=number))
