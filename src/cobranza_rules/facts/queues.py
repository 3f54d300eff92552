"""Facts of what people or payments wait for. An unknown fact is absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.payment_plans import InstalmentStanding, PlanStanding, PlanState
from cobranza_rules.domain.tax_days import days_past_month
from cobranza_rules.facts.invoices import Facts
from cobranza_rules.facts.vocabulary import Value

Customer = Mapping[str, Value]  # The facts that everything of a customer shares
RECENT = 90  # Days for which a payment that is applied in full is still looked at


def task_facts(
    customer: Customer, name: str, asked: str, opened_on: dt.date, due_on: dt.date | None, today: dt.date, calendar: BusinessCalendar
) -> Facts:
    return {
        **customer,
        "task": name,
        "asked": asked,
        "workdays_open": calendar.between(opened_on, today),
        "workdays_late": calendar.between(due_on, today) if due_on is not None else 0,
    }


def approval_facts(
    customer: Customer,
    gate: str,
    asked: str,
    planned_by: str,
    since: dt.date,
    total: int,
    currency: str,
    today: dt.date,
    calendar: BusinessCalendar,
) -> Facts:
    """`total` in minor units of `currency`, which is "" where the message is about no amount."""
    claimed: Facts = {"total": total, "currency": currency} if currency else {}
    return {
        **customer,
        "gate": gate,
        "asked": asked,
        "planned_by": planned_by,
        "workdays_waiting": calendar.between(since, today),
        **claimed,
    }


def instalment_facts(
    customer: Customer,
    plan: int,
    currency: str,
    each: InstalmentStanding,
    standing: PlanStanding,
    today: dt.date,
    calendar: BusinessCalendar,
) -> Facts:
    """One that is not kept whole, of a plan that stands as `standing` says."""
    return {
        **customer,
        "payment_plan": plan,
        "amount": each.left,
        "planned_amount": each.instalment.minor,
        "currency": currency,
        "instalment_on": each.instalment.due_on.toordinal(),
        "instalment_state": each.state(today, calendar).value,
        "instalment_workdays_ahead": calendar.between(today, each.instalment.due_on),
        "instalment_workdays_late": each.workdays_late(today, calendar),
        "first_unpaid": each is standing.next,
        "plan_broken": standing.state(today) is PlanState.BROKEN,
        "plan_percent_kept": standing.percent_kept,
    }


def payment_facts(
    customer: Customer,
    amount: int,
    currency: str,
    applied: int | None,
    paid_on: dt.date,
    today: dt.date,
    calendar: BusinessCalendar,
    *,
    rep_missing: bool,
    sent_to_accounting: bool = False,
    settles_reminded: bool = False,
    before_program: bool = False,
) -> Facts:
    """Amounts in minor units of `currency`; `applied` is None where the payment covers an invoice in another one at a rate that is not known.

    What is paid of an invoice issued as PPD needs a payment receipt (REP, CFDI of type P), and that by a day of the next month (domain.tax_days).
    """
    facts: Facts = {
        **customer,
        "amount": amount,
        "currency": currency,
        "paid_on": paid_on.toordinal(),
        "workdays_since_payment": calendar.between(paid_on, today),
        "rep_missing": rep_missing,
        "rep_overdue": rep_missing and calendar.tax_days.rep_is_late(paid_on, today),
        "sent_to_accounting": sent_to_accounting,
        "settles_reminded": settles_reminded,
        "before_program": before_program,
        "days_since_payment_month": days_past_month(paid_on, today),
    }
    if applied is not None:
        facts |= {"applied_amount": applied, "unapplied_amount": amount - applied}
    return facts


def discount_facts(
    customer: Customer,
    invoice: str,
    amount: int,
    currency: str,
    kind: str,
    state: str,
    taken_on: dt.date,
    today: dt.date,
    calendar: BusinessCalendar,
    *,
    sent_to_accounting: bool,
) -> Facts:
    """`amount` in minor units of `currency`."""
    return {
        **customer,
        "invoice": invoice,
        "amount": amount,
        "currency": currency,
        "discount_kind": kind,
        "discount_state": state,
        "workdays_since_discount": calendar.between(taken_on, today),
        "sent_to_accounting": sent_to_accounting,
    }


def credit_note_request_facts(
    customer: Customer,
    invoice: str,
    amount: int,
    currency: str,
    kind: str,
    requested_on: dt.date,
    today: dt.date,
    calendar: BusinessCalendar,
    *,
    answered: bool,
) -> Facts:
    """`amount` in minor units of `currency`."""
    return {
        **customer,
        "invoice": invoice,
        "amount": amount,
        "currency": currency,
        "discount_kind": kind,
        "workdays_since_request": calendar.between(requested_on, today),
        "answered": answered,
    }


def packet_facts(
    currency: str, state: str, sent_on: dt.date | None, revision: int, notes_to_request: int, today: dt.date, calendar: BusinessCalendar
) -> Facts:
    since: Facts = {"workdays_since_sent": calendar.between(sent_on, today)} if sent_on is not None else {}
    return {"currency": currency, "packet_state": state, "revision": revision, "notes_to_request": notes_to_request, **since}
