"""Payment plans: agreed with a customer for named invoices, ended by a person, and found broken by the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discounts import Deduction, take_off
from cobranza_rules.booking.plan_standing import state_plan_anew
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.payment_plans import Instalment, PlanState
from cobranza_rules.language import _, word
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_plans import AGREED, plan_standing, plan_state
from cobranza_rules.store.tables import InstalmentRow, InvoiceRow, PaymentPlanRow

REST = ("rest", "resto")
MOST_INSTALMENTS = 120
# What an intervention had brought before the customer agreed after all
ANSWERED_OTHERWISE = ("no_agreement", "agreement_broken")


@dataclass(frozen=True, slots=True)
class PlanAgreed:
    """What was agreed on. `instalments` are days with amounts as somebody wrote them, one of which may be the rest; so is `discount`.

    `who` agrees for us (an address), `agreed_with` for the customer. `grace` is in business days. `replaces` is the plan whose place it takes,
    `task_id` the task that brought it and `message` the digest of the mail that did, "" for none.
    """

    instalments: tuple[tuple[dt.date, str], ...]
    who: str
    agreed_with: str
    comment: str
    grace: int
    limits: Limits = field(default_factory=Limits)
    discount: str = ""
    replaces: int | None = None
    task_id: int | None = None
    message: str = ""


def agree_on_plan(keeper: Bookkeeper, invoices: Sequence[InvoiceRow], said: PlanAgreed, today: dt.date) -> PaymentPlanRow:
    """`invoices` are open ones of one customer. Raises ProblemError with all that is wrong; then nothing is entered."""
    problems = list(_problems_of_invoices(invoices, said))
    if not said.comment.strip():
        problems.append(Problem(_("a payment plan is entered with how it was agreed on"), _("say so with --comment")))
    if not said.agreed_with.strip():
        problems.append(Problem(_("a payment plan names who agreed to it at the customer"), _("say so with --with")))
    currencies = {invoice.currency for invoice in invoices}
    instalments: list[Instalment] = []
    discount = 0
    if len(currencies) == 1:
        instalments, discount = _amounts(invoices, said, today, problems)
    if problems:
        raise ProblemError(problems)
    if said.replaces is not None:
        _end(keeper, plan_numbered(keeper, said.replaces), PlanState.REPLACED, said.who, said.comment, today)
    row = _enter(keeper, invoices, instalments, said, today)
    _take_discount(keeper, row, invoices, discount, said, today)
    state_plan_anew(keeper, row.id, today)
    for invoice in invoices:
        if invoice.intervention in ANSWERED_OTHERWISE and invoice.intervention_task is not None:
            keeper.enter(invoice, EntryKind.INTERVENTION_ANSWERED, today, {"task": invoice.intervention_task, "answer": "agreement"})
    return row


def _problems_of_invoices(invoices: Sequence[InvoiceRow], said: PlanAgreed) -> list[Problem]:
    found = []
    if not invoices:
        found.append(Problem(_("a payment plan is about invoices, and none of these is open"), _("name invoices that are owed")))
    if len({invoice.currency for invoice in invoices}) > 1:
        found.append(
            Problem(_("a payment plan is of one currency, and these invoices are of several"), _("agree on one for each currency"))
        )
    for invoice in invoices:
        if invoice.payment_plan is not None and invoice.payment_plan != said.replaces:
            what = _("{number} is in payment plan {plan} already", number=invoice.number, plan=invoice.payment_plan)
            found.append(Problem(what, _("give --replaces {plan}, if the new one takes its place", plan=invoice.payment_plan)))
    return found


def _amounts(invoices: Sequence[InvoiceRow], said: PlanAgreed, today: dt.date, problems: list[Problem]) -> tuple[list[Instalment], int]:
    """The instalments in the order of their days, and the discount in minor units: together all that is open."""
    currency = invoices[0].currency
    open_now = Money(sum(invoice.balance for invoice in invoices), currency)
    before = len(problems)
    written = [(day, _minor(text, currency, problems)) for day, text in sorted(said.instalments, key=lambda one: one[0])]
    discount = (_minor(said.discount, currency, problems) or 0) if said.discount.strip() else 0
    problems += _problems_of_days([day for day, _amount in written], today)
    if len(problems) > before:
        return [], 0
    given, rests = sum(minor or 0 for _day, minor in written), [day for day, minor in written if minor is None]
    rest = open_now.minor - discount - given
    if len(rests) > 1 or (rest <= 0 if rests else rest != 0):
        sum_of_all = Money(given, currency)
        what = _("the instalments come to {given}, and {open} is open", given=sum_of_all, open=open_now)
        if discount:
            off = Money(discount, currency)
            what = _(
                "the instalments come to {given}; {open} is open, and {off} of it is taken off", given=sum_of_all, open=open_now, off=off
            )
        problems.append(Problem(what, _("give each as --instalment DAY=AMOUNT; one of them may be DAY=rest")))
    return [Instalment(day, rest if minor is None else minor) for day, minor in written], discount


def _problems_of_days(days: Sequence[dt.date], today: dt.date) -> list[Problem]:
    found = []
    if not days:
        found.append(Problem(_("a payment plan has instalments"), _("give each as --instalment DAY=AMOUNT; one of them may be DAY=rest")))
    if len(days) > MOST_INSTALMENTS:
        found.append(Problem(_("a payment plan has at most {most} instalments", most=MOST_INSTALMENTS), _("agree on fewer")))
    found += [Problem(_("{day} is past", day=day), _("give days to come")) for day in dict.fromkeys(days) if day < today]
    twice = sorted({day for day in days if days.count(day) > 1})
    return found + [Problem(_("there are two instalments for {day}", day=day), _("give their sum as one")) for day in twice]


def _minor(text: str, currency: str, problems: list[Problem]) -> int | None:
    """Minor units; None for the rest."""
    if text.strip().lower() in REST:
        return None
    try:
        minor = Money.of(text.replace(",", "").removesuffix(currency).strip(), currency).minor
    except MoneyError:
        minor = 0
    if minor <= 0:
        problems.append(Problem(_("'{text}' is no amount", text=text), _("write it as 1200.00")))
    return minor


def _enter(
    keeper: Bookkeeper, invoices: Sequence[InvoiceRow], instalments: Sequence[Instalment], said: PlanAgreed, today: dt.date
) -> PaymentPlanRow:
    row = PaymentPlanRow(
        customer_id=invoices[0].customer_id,
        currency=invoices[0].currency,
        invoices=sorted(invoice.id for invoice in invoices),
        discounts=[],
        agreed_on=today,
        who=said.who,
        agreed_with=said.agreed_with.strip(),
        comment=said.comment.strip(),
        grace=said.grace,
        task_id=said.task_id,
        message=said.message,
        state=AGREED,
        known_at=keeper.known_at,
    )
    keeper.session.add(row)
    keeper.session.flush()
    for position, each in enumerate(instalments, 1):
        keeper.session.add(InstalmentRow(plan_id=row.id, position=position, due_on=each.due_on, minor=each.minor))
    keeper.session.flush()
    if said.replaces is not None:
        keeper.session.get_one(PaymentPlanRow, said.replaces).replaced_by = row.id
    amounts = [f"{each.due_on.isoformat()} {Money(each.minor, row.currency)}" for each in instalments]
    told = {"plan": row.id, "invoices": [invoice.number for invoice in invoices], "instalments": amounts, "agreed_with": row.agreed_with}
    keeper.note(row.customer_id, "payment_plan_agreed", today, {**told, "who": row.who, "comment": row.comment})
    return row


def _take_discount(
    keeper: Bookkeeper, row: PaymentPlanRow, invoices: Sequence[InvoiceRow], minor: int, said: PlanAgreed, today: dt.date
) -> None:
    """Off the invoices that were issued last, so that what is paid first is the oldest; each discount with its own limit and approval."""
    reason = said.comment.strip()
    for invoice in sorted(invoices, key=lambda one: (one.issued_on, one.id), reverse=True):
        share = min(minor, invoice.balance)
        if share > 0:
            amount = Money(share, row.currency)
            taken = take_off(keeper, invoice, Deduction(DiscountKind.PAYMENT_PLAN, reason, said.who, amount), said.limits, today)
            row.discounts = [*row.discounts, taken.id]
            minor -= share


def plan_numbered(keeper: Bookkeeper, number: int) -> PaymentPlanRow:
    """Raises ProblemError where there is none."""
    row = keeper.session.get(PaymentPlanRow, number)
    if row is None:
        raise ProblemError([Problem(_("there is no payment plan {id}", id=number), _("'cobranza payment-plan list' shows them"))])
    return row


def cancel_plan(keeper: Bookkeeper, number: int, *, who: str, comment: str, today: dt.date) -> PaymentPlanRow:
    """Its invoices are dunned as before. A discount that was taken off with it stays. Raises ProblemError."""
    row = plan_numbered(keeper, number)
    if not comment.strip():
        raise ProblemError([Problem(_("a payment plan is cancelled with its reason"), _("say why with --comment"))])
    _end(keeper, row, PlanState.CANCELLED, who, comment, today)
    return row


def _end(keeper: Bookkeeper, row: PaymentPlanRow, state: PlanState, who: str, comment: str, today: dt.date) -> None:
    standing = plan_state(row, plan_standing(keeper.session, row, keeper.calendar), today)
    if standing not in (PlanState.OPEN, PlanState.BROKEN):
        what = _("payment plan {id} is {state}", id=row.id, state=word(f"plan_{standing.value}"))
        raise ProblemError([Problem(what, _("'cobranza payment-plan list' shows those that are open"))])
    row.state, row.ended_on, row.ended_by, row.ended_why = state.value, today, who, comment.strip()
    keeper.note(row.customer_id, f"payment_plan_{state.value}", today, {"plan": row.id, "who": who, "comment": comment})
    state_plan_anew(keeper, row.id, today)


def note_broken_plans(keeper: Bookkeeper, today: dt.date) -> list[PaymentPlanRow]:
    """Plans of which an instalment was not paid when its grace was over, each noted once; an intervention that agreed on one says so."""
    agreed = select(PaymentPlanRow).where(PaymentPlanRow.state == AGREED, PaymentPlanRow.broken_on.is_(None)).order_by(PaymentPlanRow.id)
    found = []
    for row in keeper.session.scalars(agreed):
        following = plan_standing(keeper.session, row, keeper.calendar).next
        if following is None or following.until >= today:
            continue
        row.broken_on = today
        said = {"plan": row.id, "due_on": following.instalment.due_on.isoformat(), "amount": str(Money(following.left, row.currency))}
        keeper.note(row.customer_id, "payment_plan_broken", today, said)
        for invoice in keeper.invoices(row.invoices):
            if invoice.intervention == "agreement" and invoice.intervention_task is not None:
                broken = {"task": invoice.intervention_task, "answer": "agreement_broken"}
                keeper.enter(invoice, EntryKind.INTERVENTION_ANSWERED, today, broken)
        found.append(row)
    return found
