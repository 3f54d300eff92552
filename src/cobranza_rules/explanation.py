"""Why: what is known of an invoice, which rules and rungs apply or do not, for which facts, what holds it until when, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.explanation_words import hold_json, hold_sentence, message_json, messages_in_words, next_json, next_sentence
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.forecast.coming import Forecast, Next, StandingHold, forecast
from cobranza_rules.forecast.under_way import Agreeing
from cobranza_rules.language import Sentence, Translate, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.origins import Origins, origins_of
from cobranza_rules.plan.looking import Message
from cobranza_rules.plan.planning import cycles_left_alone
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.reckoning import Reckoning, reckoning_of
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.matching import match
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Outcome, Plan, PlannedAction, Verdict
from cobranza_rules.rules.subjects import Book
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace

Said = tuple[str, str, Sentence]  # Rule, outcome, reason
# What no coming day changes by itself
SETTLED = frozenset({Outcome.DONE, Outcome.EXCLUDED, Outcome.UNCERTAIN, Outcome.UNDER_WAY})


@dataclass(frozen=True, slots=True)
class Standing:
    """One invoice: what it stands at, each rule's word on it, its holds, and what comes next; nothing does of one that is closed.

    `reckoning` says how it comes to be due when it is, `origins` under which agreement and for which request it was issued; `messages` are those that wait and claim it, with what the next run would make of
    them.
    """

    number: str
    state: Sentence
    reckoning: Reckoning
    verdicts: tuple[Said, ...]
    holds: tuple[StandingHold, ...]
    next: Next | None
    messages: tuple[Message, ...] = ()
    origins: Origins | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task, an approval, a payment or the customer as a whole: each rule's word on it, the messages about it, and what comes next."""

    scope: str
    name: str
    verdicts: tuple[Said, ...]
    next: Next | None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """`holds` are the customer's own; `last_day` is as far as was looked ahead.

    `of_invoices`: invoices were asked for by name, so that their due dates are reckoned line by line.
    """

    customer: str
    standings: tuple[Standing, ...]
    actions: tuple[PlannedAction, ...]
    holds: tuple[StandingHold, ...]
    last_day: dt.date
    waiting: tuple[Waiting, ...]
    of_invoices: bool = False
    credit_stopped_on: dt.date | None = None

    def lines(self) -> Iterator[Sentence]:
        if self.credit_stopped_on is not None:
            yield _("The credit of {customer} is stopped since {day}.", customer=self.customer, day=self.credit_stopped_on)
        for hold in self.holds:
            yield _("{customer} is on hold: {hold}", customer=self.customer, hold=hold_sentence(hold))
        if any(hold.ends_by_reading for hold in self.holds):
            yield _("What comes next is said as if mailbox and bank data were read each day.")
        for standing in self.standings:
            yield standing.state
            if self.of_invoices:
                yield from standing.reckoning.in_words()
                yield from standing.origins.in_words() if standing.origins else ()
            for rule, _outcome, reason in standing.verdicts:
                yield _("  {rule}: {reason}", rule=word(rule), reason=reason)
            yield from messages_in_words(standing.messages)
            for hold in standing.holds:
                yield _("  on hold: {hold}", hold=hold_sentence(hold))
            if standing.next is not None:
                yield _("  next: {next}", next=next_sentence(standing.next, self.last_day))
        for one in self.waiting:
            yield _("{what} {name}:", what=word(one.scope), name=word(one.name))
            for rule, _outcome, reason in one.verdicts:
                yield _("  {rule}: {reason}", rule=word(rule), reason=reason)
            yield from messages_in_words(one.messages)
            if one.next is not None:
                yield _("  next: {next}", next=next_sentence(one.next, self.last_day))
        for action in self.actions:
            yield _(
                "Today: {rule} for {invoices}, because of {reason}",
                rule=word(action.rule_id),
                invoices=joined(map(word, action.invoices)),
                reason=action.reason,
            )
        if not self.actions:
            yield _("Nothing is due today.")

    def as_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "credit_stopped_on": self.credit_stopped_on.isoformat() if self.credit_stopped_on else None,
            "holds": [hold_json(hold, translate) for hold in self.holds],
            "invoices": [
                {
                    "number": standing.number,
                    "state": standing.state.text(translate),
                    "due": standing.reckoning.as_json(translate),
                    **(standing.origins.as_json() if standing.origins else {}),
                    "verdicts": [
                        {"rule": rule, "outcome": outcome, "reason": reason.text(translate)} for rule, outcome, reason in standing.verdicts
                    ],
                    "messages": [message_json(message, translate) for message in standing.messages],
                    "holds": [hold_json(hold, translate) for hold in standing.holds],
                    "next": next_json(standing.next, translate) if standing.next else None,
                }
                for standing in self.standings
            ],
            "waiting": [
                {
                    "what": one.scope,
                    "name": one.name,
                    "verdicts": [
                        {"rule": rule, "outcome": outcome, "reason": reason.text(translate)} for rule, outcome, reason in one.verdicts
                    ],
                    "messages": [message_json(message, translate) for message in one.messages],
                    "next": next_json(one.next, translate) if one.next else None,
                }
                for one in self.waiting
            ],
            "looked_ahead_to": self.last_day.isoformat(),
            "actions": [
                {"rule": action.rule_id, "invoices": list(action.invoices), "reason": action.reason.text(translate)}
                for action in self.actions
            ],
        }


def explain_subject(workspace: Workspace, name: str) -> Explanation:
    """`name` is an invoice's number or UUID, or a customer's code. Raises ProblemError where there is no such thing."""
    with workspace.database.reading() as session:
        customer, invoices, by_number = _find(session, name)
        today = workspace.clock.today()
        reader = BookReader(session, workspace.rules, workspace.addresses, today, workspace.clock.now())
        book = reader.of([customer.id])
        plan = decide(workspace.rules, book, today, workspace.engine, trace=True)
        wanted = {row.id for row in invoices}
        actions = tuple(
            action
            for action in plan.actions
            if (action.subject not in ("invoice", Scope.DEPOSIT)) or wanted & {item.subject_id for item in action.items}
        )
        # Two engines agree on every fact; the one inside this process asks for the least, and there are many days to ask about.
        engine = NativeEngine(workspace.rules.conditions())
        agreeing = Agreeing(workspace.settings.mode, workspace.settings.rubric)
        open_ids = [row.id for row in invoices if row.status == "open"]
        unsettled = {(one.subject, one.subject_id) for one in plan.verdicts if one.outcome not in SETTLED}
        waiting = unsettled.intersection((each.scope.value, each.id) for each in book.queues)
        with cycles_left_alone():
            coming = forecast(reader, engine, agreeing, book, open_ids, match(workspace.rules, book, engine), waiting)
        verdicts = defaultdict(list)
        for verdict in plan.verdicts:
            if verdict.subject == "invoice":
                verdicts[verdict.subject_id].append(verdict)
        messages = what_waits(session, workspace, customer.id).values()
        standings = tuple(
            replace(_standing(row, reckoning_of(session, row), verdicts[row.id], coming, messages, today), origins=origins_of(session, row))
            for row in invoices
        )
        waiting_now, holds = _waiting(book, plan, coming, messages), tuple(coming.customer_holds)
        stopped_on = customer.credit_stopped_on
        return Explanation(customer.code, standings, actions, holds, coming.last_day, waiting_now, by_number, stopped_on)


def _find(session: Session, name: str) -> tuple[CustomerRow, list[InvoiceRow], bool]:
    """With whether invoices were named, and no customer."""
    invoices = list(session.scalars(select(InvoiceRow).where(or_(InvoiceRow.number.in_(spellings(name)), InvoiceRow.uuid == name.upper()))))
    if invoices:
        return session.get_one(CustomerRow, invoices[0].customer_id), invoices, True
    customer = session.scalar(select(CustomerRow).where(or_(CustomerRow.code.in_(spellings(name)), CustomerRow.rfc == name.upper())))
    if customer is None:
        raise ProblemError(
            [Problem(_("there is no invoice and no customer '{name}'", name=name), _("'cobranza aging --detail' lists the open invoices"))]
        )
    query = (
        select(InvoiceRow)
        .where(InvoiceRow.customer_id == customer.id, InvoiceRow.status == "open")
        .order_by(InvoiceRow.due_on, InvoiceRow.id)
    )
    return customer, list(session.scalars(query)), False


def _standing(
    row: InvoiceRow, reckoning: Reckoning, verdicts: Sequence[Verdict], coming: Forecast, messages: Iterable[Message], today: dt.date
) -> Standing:
    overdue = (today - row.due_on).days if row.due_on else 0
    state = _(
        "{number}: {balance} of {total}, {status}; {due}; {overdue} days overdue; last rung sent: {rung}",
        number=row.number,
        balance=Money(row.balance, row.currency),
        total=Money(row.total, row.currency),
        status=word(row.status),
        due=_due(row),
        overdue=max(overdue, 0),
        rung=_("{rung} on {on}", rung=word(row.rung), on=row.rung_on) if row.rung else _("none"),
    )
    said = tuple(_said(verdict) for verdict in verdicts)
    holds = tuple(coming.holds.get(row.id, ()))
    return Standing(row.number, state, reckoning, said, holds, coming.next.get(row.id), _about("invoice", row.id, messages))


def _due(row: InvoiceRow) -> Sentence:
    if row.due_on is None and row.credit_days is None:
        return _("issued on {issued}, without a due date: the customer's credit days are not known", issued=row.issued_on)
    if row.due_on is None:
        return _("issued on {issued}, not due before it is delivered or acknowledged", issued=row.issued_on)
    if row.credit_days is not None and row.due_on == days_after(row.issued_on, row.credit_days):
        return _("issued on {issued} and due {days} days later on {due}", issued=row.issued_on, days=row.credit_days, due=row.due_on)
    return _("issued on {issued} and due on {due}", issued=row.issued_on, due=row.due_on)


def _about(scope: str, subject_id: int, messages: Iterable[Message]) -> tuple[Message, ...]:
    """Ids of invoices, payments and customers are counted apart: the same number says nothing by itself."""
    of_scope = (one for one in messages if one.action.subject == scope)
    return tuple(one for one in of_scope if subject_id in {item.subject_id for item in one.action.items})


def _said(verdict: Verdict) -> Said:
    reason = _("{reason} (changes on {day})", reason=verdict.reason, day=verdict.until) if verdict.until else verdict.reason
    return verdict.rule_id, verdict.outcome.value, reason


def _waiting(book: Book, plan: Plan, coming: Forecast, messages: Iterable[Message]) -> tuple[Waiting, ...]:
    verdicts = defaultdict(list)
    for verdict in plan.verdicts:
        verdicts[verdict.subject, verdict.subject_id].append(_said(verdict))
    # Whatever customer stands for deposits in the ledger, they are not said to be its own.
    keys = [(each, (each.scope.value, each.id)) for each in book.queues if each.scope is not Scope.DEPOSIT]
    return tuple(Waiting(key[0], each.name, tuple(verdicts[key]), coming.queues.get(key), _about(*key, messages)) for each, key in keys)
