"""The facts of what people or payments wait for: open tasks, approvals that have not come, payments and what they cover."""

from __future__ import annotations

from cobranza_rules.facts.fact import A, B, D, N, T, fact
from cobranza_rules.language import N_

TASK_FACTS = (
    fact("task", T, N_("the name of the task"), 'task == "sales-intervention"'),
    fact("asked", T, N_("the role that has been asked"), 'asked == "sales_manager"'),
    fact("workdays_open", N, N_("business days since it was asked for"), "workdays_open >= 3", unit="business days", neutral=0),
    fact(
        "workdays_late",
        N,
        N_("business days since its deadline has passed; 0 before that, and without one"),
        "workdays_late >= 1",
        unit="business days",
        neutral=0,
    ),
)


APPROVAL_FACTS = (
    fact("gate", T, N_("what is asked for"), 'gate == "sign"', choices=("sign", "rubric", "release")),
    fact("asked", T, N_("the role that has been asked"), 'asked == "administration_manager"'),
    fact("planned_by", T, N_("the rule or rung whose message waits"), 'planned_by == "transmittal"'),
    fact(
        "workdays_waiting",
        N,
        N_("business days since that role was asked first, whatever was written anew since"),
        "workdays_waiting >= 2",
        unit="business days",
        neutral=0,
    ),
    fact(
        "total",
        A,
        N_("what the message claims; unknown of one about all of a customer"),
        "total >= 100000.00 MXN",
        currency_fact="currency",
        may_be_unknown=True,
    ),
    fact("currency", T, N_("the currency of that"), 'currency == "USD"', may_be_unknown=True),
)


PAYMENT_FACTS = (
    fact("amount", A, N_("what was paid"), "amount > 100000.00 MXN", currency_fact="currency"),
    fact("paid_on", D, N_("the day on which it was paid"), "paid_on >= 2026-01-01"),
    fact("currency", T, N_("the currency in which it was paid"), 'currency == "USD"'),
    fact(
        "applied_amount",
        A,
        N_("what of it covers invoices; unknown where one of them is in another currency and its rate is not known"),
        "applied_amount > 0",
        currency_fact="currency",
        may_be_unknown=True,
    ),
    fact(
        "unapplied_amount",
        A,
        N_("what of it covers no invoice yet; unknown where one that it covers is in another currency and its rate is not known"),
        "unapplied_amount > 0",
        currency_fact="currency",
        may_be_unknown=True,
    ),
    fact(
        "workdays_since_payment",
        N,
        N_("business days since it was paid"),
        "workdays_since_payment >= 3",
        unit="business days",
        neutral=0,
    ),
    fact(
        "rep_missing",
        B,
        N_("it covers an invoice issued as PPD, and no payment receipt (REP) of it has come"),
        "rep_missing",
        neutral=False,
    ),
    fact(
        "rep_overdue",
        B,
        N_("that receipt has not come by the day of the next month that the settings say (the fifth if they say none)"),
        "rep_overdue",
        neutral=False,
    ),
    fact(
        "settles_reminded",
        B,
        N_("an invoice that it covers is paid in full, and a reminder of it had been sent"),
        "settles_reminded",
        neutral=False,
    ),
    fact("before_program", B, N_("it was made before the program came: Accounting has it already"), "not before_program", neutral=False),
    fact("sent_to_accounting", B, N_("it is in a packet for Accounting that stands"), "not sent_to_accounting", neutral=False),
    fact(
        "days_since_payment_month",
        N,
        N_("days past the last day of the month in which it was paid; 0 on that day, negative before it"),
        "rep_missing and days_since_payment_month > 20",
        unit="days",
    ),
)
