"""Small rules and small books for tests of the decision: everything ordinary unless a test says otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from cobranza_rules.domain.aging import bucket_of
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope, Value
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.rules.subjects import Book, Claims, CustomerSubject, InvoiceSubject, ReplySubject

MONDAY = dt.date(2026, 3, 2)
COMPANY = {"supervisor": "supervisor@kemper.example", "sales_manager": "ventas@kemper.example"}
LADDER = """
version: 1
calendar: {holidays: none}
limit: {per_customer: 1 in 3 workdays, per_run: 4}
holds:
  - {id: inbox, for: customer, when: inbox_open > 0, blocks: [contact, escalation]}
  - {id: disputed, for: invoice, when: dispute_open, blocks: contact}
  - {id: frozen, for: invoice, when: promise_open, blocks: escalation}
ladders:
  - id: collection
    when: balance > 0 and status == "open" and case_status == "collections"
    minimum_total: {MXN: 500.00}
    rungs:
      - {id: first, step: 8, when: days_overdue >= 1, do: [{email: first, to: collections_contact, cc: [supervisor]}]}
      - {id: second, step: 11, wait: 5 workdays, do: [{email: second, to: collections_contact, cc: [supervisor, sales_manager]}]}
      - {id: third, step: 12, wait: 10 workdays, do: [{email: third, to: collections_contact}]}
      - {id: handover, step: 13, wait: 5 workdays, do: [{task: decide-on-case, assign: boss}], sets: {case_status: with_administration}}
"""
# What a whole desk has: delivery, acknowledgement, reminders, and the case that is handed over.
DESK = """
version: 1
calendar: {holidays: none}
limit: {per_customer: 1 in 3 workdays, per_run: 500}
holds:
  - {id: inbox, for: customer, when: inbox_open > 0, blocks: [contact, escalation]}
  - {id: promised, for: invoice, when: promise_open and promise_workdays_late <= 2 and promise_count <= 1, blocks: [contact, escalation]}
  - {id: disputed, for: invoice, when: dispute_open, blocks: [contact, escalation]}
  - {id: claimed, for: invoice, when: payment_claimed and workdays_since_claim <= 5 and claim_count <= 1, blocks: [contact, escalation]}
rules:
  - id: transmittal
    for: invoice
    when: balance > 0 and delivery == "pending"
    group_by: [customer, currency]
    do:
      - {letter: transmittal, sign: boss}
      - {deliver: transmittal, to: invoice_contact, attach: [letter, cfdi]}
    sets: {delivery: sent}
  - id: request
    for: invoice
    when: delivery == "sent" and not acknowledged and workdays_since_delivery >= 3
    every: 3 workdays
    times: 2
    group_by: [customer]
    do: [{email: request, to: invoice_contact}]
    after_last: [{task: call, assign: analyst}]
ladders:
  - id: collection
    when: balance > 0 and delivery == "sent" and case_status == "collections"
    group_by: [customer, currency]
    minimum_total: {MXN: 500.00}
    rungs:
      - {id: first, when: days_overdue >= 1, do: [{email: first, to: collections_contact, cc: [supervisor]}]}
      - {id: second, wait: 5 workdays, do: [{email: second, to: collections_contact}, {task: talk, assign: sales, due: 5 workdays}]}
      - {id: third, wait: 10 workdays, do: [{email: third, to: collections_contact}]}
      - {id: handover, wait: 5 workdays, do: [{task: decide-on-case, assign: boss}], sets: {case_status: with_administration}}
"""


def rules_of(text: str = LADDER) -> RuleSet:
    rules, _warnings = read_rules([("rules.yaml", text.encode())])
    return rules


def neutral(scope: Scope) -> dict[str, Value]:
    return {name: fact.neutral for name, fact in VOCABULARY[scope].items() if fact.neutral is not None}


def customer(
    key: int = 1, *, addresses: Mapping[str, tuple[str, ...]] | None = None, contacted: Any = None, **facts: Value
) -> CustomerSubject:
    own = {role: (f"{role}@customer-{key}.example",) for role in ("invoice_contact", "collections_contact")}
    return CustomerSubject(
        key,
        f"C-{key}",
        {**neutral(Scope.CUSTOMER), "customer": f"C-{key}", **facts},
        own if addresses is None else addresses,
        contacted or {},
    )


def invoice(
    key: int = 1,
    *,
    of: int = 1,
    overdue: int | None = 10,
    balance: int = 100_000,
    currency: str = "MXN",
    today: dt.date = MONDAY,
    rung: str = "",
    rung_on: dt.date | None = None,
    facts: Mapping[str, Value] | None = None,
    **rest: Any,
) -> InvoiceSubject:
    """`overdue` in days on `today`; amounts in minor units. Facts of customers have to be given with `facts`."""
    due_on = today - dt.timedelta(days=overdue) if overdue is not None else None
    known: dict[str, Value] = {
        **neutral(Scope.INVOICE),
        "customer": f"C-{of}",
        "invoice": f"F-{key}",
        "currency": currency,
        "balance": balance,
        "total": balance,
        "aging_bucket": bucket_of(overdue, (30, 60, 90)),
        **(facts or {}),
    }
    if overdue is not None and due_on is not None:
        known |= {"days_overdue": overdue, "due_on": due_on.toordinal()}
    return InvoiceSubject(
        id=key,
        customer_id=of,
        number=f"F-{key}",
        currency=currency,
        total=balance,
        balance=balance,
        issued_on=today - dt.timedelta(days=60),
        due_on=due_on,
        facts=known,
        ladder="collection" if rung else "",
        rung=rung,
        rung_on=rung_on,
        claims={**({rung: Claims(1, 0, rung_on)} if rung else {}), **rest.pop("claims", {})},
        **rest,
    )


def reply(key: int = 1, *, of: int = 1, invoices: tuple[int, ...] = (1,), claims: Any = None, **facts: Value) -> ReplySubject:
    return ReplySubject(key, of, {**neutral(Scope.REPLY), **facts}, invoices, claims or {})


def book(*invoices: InvoiceSubject, customers: Sequence[CustomerSubject] = (), replies: Sequence[ReplySubject] = ()) -> Book:
    keys = {each.customer_id for each in invoices} | {each.customer_id for each in replies}
    known = {each.id: each for each in customers}
    return Book({key: known.get(key, customer(key)) for key in sorted(keys | set(known))}, invoices, replies, COMPANY)


_ENGINES: dict[str, NativeEngine] = {}


def engine_of(rules: RuleSet) -> NativeEngine:
    """Compiled once for each text of rules."""
    if rules.digest not in _ENGINES:
        _ENGINES[rules.digest] = NativeEngine(rules.conditions())
    return _ENGINES[rules.digest]


def plan_for(rules: RuleSet, of: Book, today: dt.date = MONDAY) -> Plan:
    return decide(rules, of, today, engine_of(rules), trace=True)


def done(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """Each action as its rule and its invoices."""
    return [(action.rule_id, action.invoices) for action in plan.actions]


def outcomes(plan: Plan, key: int = 1) -> dict[str, Outcome]:
    """What was found of one invoice, by rule, rung or ladder; the last word counts."""
    return {verdict.rule_id: verdict.outcome for verdict in plan.verdicts if (verdict.subject, verdict.subject_id) == ("invoice", key)}


def until(plan: Plan, rule: str, key: int = 1) -> dt.date | None:
    return [verdict for verdict in plan.verdicts if (verdict.rule_id, verdict.subject_id) == (rule, key)][-1].until


def reasons(plan: Plan, rule: str, key: int = 1) -> list[str]:
    return [str(verdict.reason) for verdict in plan.verdicts if (verdict.rule_id, verdict.subject_id) == (rule, key)]


def workdays(count: int, start: dt.date = MONDAY) -> dt.date:
    """Business days after a day, or before it, Saturdays and Sundays apart: counted here by hand, not by the code under test."""
    day, step = start, dt.timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if day.weekday() < 5:
            count -= 1 if count > 0 else -1
    return day
