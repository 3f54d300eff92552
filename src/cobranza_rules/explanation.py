"""Why: what is known of an invoice, which rules and rungs apply or do not, for which facts, what holds it until when, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.forecast.coming import Forecast, Next, StandingHold, forecast
from cobranza_rules.forecast.under_way import Agreeing
from cobranza_rules.language import Sentence, Translate, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.plan.looking import Message
from cobranza_rules.plan.planning import cycles_left_alone
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.matching import match
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.overrides import Override
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

    `messages` are those that wait and claim it, with what the next run would make of them.
    """

    number: str
    state: Sentence
    verdicts: tuple[Said, ...]
    holds: tuple[StandingHold, ...]
    next: Next | None
    messages: tuple[Message, ...] = ()


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
    """`holds` are the customer's own; `last_day` is as far as was looked ahead."""

    customer: str
    standings: tuple[Standing, ...]
    actions: tuple[PlannedAction, ...]
    holds: tuple[StandingHold, ...]
    last_day: dt.date
    waiting: tuple[Waiting, ...]

    def lines(self) -> Iterator[Sentence]:
        for hold in self.holds:
            yield _("{customer} is on hold: {hold}", customer=self.customer, hold=hold_sentence(hold))
        if any(hold.ends_by_reading for hold in self.holds):
            yield _("What comes next is said as if mailbox and bank data were read each day.")
        for standing in self.standings:
            yield standing.state
            for rule, _outcome, reason in standing.verdicts:
                yield _("  {rule}: {reason}", rule=word(rule), reason=reason)
            yield from _of_messages(standing.messages)
            for hold in standing.holds:
                yield _("  on hold: {hold}", hold=hold_sentence(hold))
            if standing.next is not None:
                yield _("  next: {next}", next=next_sentence(standing.next, self.last_day))
        for one in self.waiting:
            yield _("{what} {name}:", what=word(one.scope), name=word(one.name))
            for rule, _outcome, reason in one.verdicts:
                yield _("  {rule}: {reason}", rule=word(rule), reason=reason)
            yield from _of_messages(one.messages)
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
            "holds": [_hold_json(hold, translate) for hold in self.holds],
            "invoices": [
                {
                    "number": standing.number,
                    "state": standing.state.text(translate),
                    "verdicts": [
                        {"rule": rule, "outcome": outcome, "reason": reason.text(translate)} for rule, outcome, reason in standing.verdicts
                    ],
                    "messages": [_message_json(message, translate) for message in standing.messages],
                    "holds": [_hold_json(hold, translate) for hold in standing.holds],
                    "next": _next_json(standing.next, translate) if standing.next else None,
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
                    "messages": [_message_json(message, translate) for message in one.messages],
                    "next": _next_json(one.next, translate) if one.next else None,
                }
                for one in self.waiting
            ],
            "looked_ahead_to": self.last_day.isoformat(),
            "actions": [
                {"rule": action.rule_id, "invoices": list(action.invoices), "reason": action.reason.text(translate)}
                for action in self.actions
            ],
        }


def _of_messages(messages: Iterable[Message]) -> Iterator[Sentence]:
    """Of those that would not leave, why."""
    for message in messages:
        if (what := message.look.sentence) is not None:
            yield _("  {rule}, which waits since {day}: {what}", rule=word(message.action.rule_id), day=message.planned_on, what=what)


def hold_sentence(standing: StandingHold) -> Sentence:
    hold = standing.hold
    ends = _("until {day}", day=standing.ends_on) if standing.ends_on else _("until {event}", event=standing.until)
    if isinstance(hold, Override):
        blocks = joined(word(blocked.value) for blocked in sorted(hold.blocks))
        return _("{hold} blocks {blocks} {ends}: {reason}", hold=word(hold.id), blocks=blocks, ends=ends, reason=hold.reason)
    return _(
        "{hold} ({file}:{line}) blocks {blocks} {ends}, because of {causes}",
        hold=word(hold.id),
        file=hold.place.file,
        line=hold.place.line,
        blocks=joined(word(blocked.value) for blocked in sorted(hold.blocks)),
        ends=ends,
        causes=standing.because,
    )


def next_sentence(coming: Next, last_day: dt.date) -> Sentence:
    """The forecast of one invoice in words."""
    if coming.on is None:
        nothing = _("nothing until {day} unless something new happens; by then {reason}", day=last_day, reason=coming.reason)
        if coming.rule_id:
            reason = _("{rule}: {reason}", rule=word(coming.rule_id), reason=coming.reason)
            nothing = _("nothing until {day} unless something new happens; by then {reason}", day=last_day, reason=reason)
        return _("{nothing}; it waits until {event}", nothing=nothing, event=coming.until) if coming.until else nothing
    assert coming.action is not None
    acts = _("on {day} {rule}", day=coming.on, rule=word(coming.rule_id))
    if coming.leaves:
        acts = _("on {day} {rule} leaves, which is ready", day=coming.on, rule=word(coming.rule_id))
    if coming.action.recipients:
        acts = _("{acts}, to {to}", acts=acts, to=", ".join(coming.action.recipients))
    if coming.until is not None:
        acts = _("{acts}; it leaves when {event}", acts=acts, event=coming.until)
    return acts if coming.leaves else _("{acts}; because of {reason}", acts=acts, reason=coming.reason)


def _hold_json(standing: StandingHold, translate: Translate) -> dict[str, Any]:
    return {
        "hold": standing.hold.id,
        "blocks": sorted(standing.hold.blocks),
        "because": standing.because.text(translate),
        "ends_on": standing.ends_on.isoformat() if standing.ends_on else None,
        "waits_for": standing.until.text(translate) if standing.until else None,
    }


def _message_json(message: Message, translate: Translate) -> dict[str, Any]:
    shown = {"rule": message.action.rule_id, "planned_on": message.planned_on.isoformat(), "state": message.state}
    return {**shown, **message.look.as_json(translate)}


def _next_json(coming: Next, translate: Translate) -> dict[str, Any]:
    return {
        "on": coming.on.isoformat() if coming.on else None,
        "rule": coming.rule_id or None,
        "leaves": coming.leaves,
        "to": list(coming.action.recipients) if coming.action else [],
        "reason": coming.reason.text(translate),
        "waits_for": coming.until.text(translate) if coming.until else None,
    }


def explain_subject(workspace: Workspace, name: str) -> Explanation:
    """`name` is an invoice's number or UUID, or a customer's code. Raises ProblemError where there is no such thing."""
    with workspace.database.reading() as session:
        customer, invoices = _find(session, name)
        today = workspace.clock.today()
        reader = BookReader(session, workspace.rules, workspace.addresses, today, workspace.clock.now())
        book = reader.of([customer.id])
        plan = decide(workspace.rules, book, today, workspace.engine, trace=True)
        wanted = {row.id for row in invoices}
        actions = tuple(
            action for action in plan.actions if action.subject != "invoice" or wanted & {item.subject_id for item in action.items}
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
        standings = tuple(_standing(row, verdicts[row.id], coming, messages, today) for row in invoices)
        waiting_now = _waiting(book, plan, coming, messages)
        return Explanation(customer.code, standings, actions, tuple(coming.customer_holds), coming.last_day, waiting_now)


def _find(session: Session, name: str) -> tuple[CustomerRow, list[InvoiceRow]]:
    invoices = list(session.scalars(select(InvoiceRow).where(or_(InvoiceRow.number.in_(spellings(name)), InvoiceRow.uuid == name.upper()))))
    if invoices:
        return session.get_one(CustomerRow, invoices[0].customer_id), invoices
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
    return customer, list(session.scalars(query))


def _standing(row: InvoiceRow, verdicts: Sequence[Verdict], coming: Forecast, messages: Iterable[Message], today: dt.date) -> Standing:
    due = (
        _("issued on {issued} and due {days} days later on {due}", issued=row.issued_on, days=row.credit_days, due=row.due_on)
        if row.due_on
        else _("issued on {issued}, without a due date: the customer's credit days are not known", issued=row.issued_on)
    )
    overdue = (today - row.due_on).days if row.due_on else 0
    state = _(
        "{number}: {balance} of {total}, {status}; {due}; {overdue} days overdue; last rung sent: {rung}",
        number=row.number,
        balance=Money(row.balance, row.currency),
        total=Money(row.total, row.currency),
        status=word(row.status),
        due=due,
        overdue=max(overdue, 0),
        rung=_("{rung} on {on}", rung=word(row.rung), on=row.rung_on) if row.rung else _("none"),
    )
    said = tuple(_said(verdict) for verdict in verdicts)
    holds = tuple(coming.holds.get(row.id, ()))
    return Standing(row.number, state, said, holds, coming.next.get(row.id), _about("invoice", row.id, messages))


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
    keys = [(each, (each.scope.value, each.id)) for each in book.queues]
    return tuple(Waiting(key[0], each.name, tuple(verdicts[key]), coming.queues.get(key), _about(*key, messages)) for each, key in keys)
