"""One customer's coming days: what happens first to each open invoice, or what it waits for; and when each of today's holds ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cobranza_rules.calendar import days_after
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.forecast.imagined import Imagined
from cobranza_rules.forecast.playing import ComingDay, Player
from cobranza_rules.forecast.under_way import Agreeing, Stage, UnderWay, still_to_leave
from cobranza_rules.forecast.waiting import READ_AGAIN, ends_with, event_of, facts_behind, facts_that_keep, most_telling
from cobranza_rules.language import Sentence, _, joined, word
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import because
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.matching import Matches
from cobranza_rules.rules.model import Hold
from cobranza_rules.rules.overrides import Override
from cobranza_rules.rules.planned import Outcome, PlannedAction, Verdict
from cobranza_rules.rules.subjects import Book, InvoiceSubject
from cobranza_rules.store.books import BookReader, named_facts
from cobranza_rules.store.reading import Once

Queue = tuple[str, int]  # Scope and id
HORIZON = 90  # Calendar days
SETTLED_BY = {
    Outcome.UNCERTAIN: _("somebody says whether the message left ('cobranza outbox settle')"),
    Outcome.NO_ADDRESS: _("a valid address is known ('cobranza import')"),
}


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold whose condition holds today. `ends_on` is the first day on which it no longer does; without one `until` says what ends it."""

    hold: Hold | Override
    because: Sentence
    ends_on: dt.date | None = None
    until: Sentence | None = None
    ends_by_reading: bool = False  # Mailbox or bank data; the coming days are forecast as if they were read


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next to an invoice. `on` is None where nothing does within the horizon; then `reason` says why not.

    `leaves` tells an action that is planned already, and leaves on that day, from one that the rules plan on it. `until` is what has to
    happen before anything does, or before what is planned leaves.
    """

    on: dt.date | None
    action: PlannedAction | None
    reason: Sentence
    leaves: bool = False
    rule_id: str = ""
    until: Sentence | None = None


@dataclass(slots=True)
class Forecast:
    """By invoice id; `queues` by scope and id of what waits beside them. `customer_holds` are those of the customer itself."""

    last_day: dt.date
    next: dict[int, Next] = field(default_factory=dict)
    queues: dict[Queue, Next] = field(default_factory=dict)
    holds: dict[int, list[StandingHold]] = field(default_factory=dict)
    customer_holds: list[StandingHold] = field(default_factory=list)


def forecast(
    reader: BookReader,
    engine: Engine,
    agreeing: Agreeing,
    book: Book,
    invoice_ids: Sequence[int],
    matches: Matches,
    waiting: Collection[Queue] = (),
) -> Forecast:
    """`book` is one customer's of today, with all facts, and `matches` are its own; `reader` reads the coming days.

    `waiting` are those things beside invoices of which it is asked what happens next.
    """
    looking = _Looking(reader, engine, agreeing, book, tuple(invoice_ids), matches, frozenset(waiting))
    return looking.ahead()


class _Looking:
    def __init__(
        self,
        reader: BookReader,
        engine: Engine,
        agreeing: Agreeing,
        book: Book,
        invoice_ids: tuple[int, ...],
        matches: Matches,
        waiting: frozenset[Queue],
    ) -> None:
        self.reader = replace(reader, coming=True, reading=Once())
        self.book, self.rules, self.today = book, reader.rules, reader.today
        self.customer_id = next(iter(book.customers))
        followed = still_to_leave(reader.session, agreeing, [self.customer_id])
        self.named = named_facts(reader.rules)
        self.player = Player(reader.rules, engine, agreeing, Imagined(reader.session, reader.rules, followed, self.named))
        self.wanted, self.waiting = invoice_ids, waiting
        self.found = Forecast(days_after(self.today, HORIZON))
        self.open_holds: dict[tuple[Scope, int, str], StandingHold] = {}
        self.ended: dict[tuple[Scope, int, str], dt.date] = {}
        self._note_holds(matches)
        self._note_overrides()

    def _note_holds(self, matches: Matches) -> None:
        invoices = {invoice.id: invoice for invoice in self.book.invoices}
        for hold in self.rules.holds:
            if hold.scope is Scope.CUSTOMER:
                if f"hold:{hold.id}" in matches.customers[self.customer_id]:
                    self._note_hold(hold, self.customer_id, self.book.customers[self.customer_id].own_facts)
                continue
            for invoice_id in self.wanted:
                if invoice_id in invoices and f"hold:{hold.id}" in matches.invoices[invoice_id]:
                    self._note_hold(hold, invoice_id, invoices[invoice_id].facts)

    def _note_overrides(self) -> None:
        """A customer's own are noted once, and only where one of the invoices has none of its own in their place."""
        for invoice in self.book.invoices:
            for decided in (invoice.overrides.hold, invoice.overrides.exclude):
                if decided is not None and invoice.id in self.wanted:
                    subject_id = invoice.id if decided.scope is Scope.INVOICE else self.customer_id
                    key = (decided.scope, subject_id, decided.id)
                    self.open_holds[key] = StandingHold(decided, decided.reason, until=ended_by_hand(decided))
                    self.ended[key] = decided.ends_on or dt.date.max

    def _note_hold(self, hold: Hold, subject_id: int, facts: Mapping[str, Value]) -> None:
        causes = why_true(hold.when, facts)
        by_reading = bool(READ_AGAIN.intersection(facts_behind(causes)))
        key = (hold.scope, subject_id, hold.id)
        self.open_holds[key] = StandingHold(hold, because(causes), until=ends_with(hold.when, facts), ends_by_reading=by_reading)
        if by_reading:
            self.ended[key] = dt.date.max  # No day ends it.

    def ahead(self) -> Forecast:
        day = self._play(self.today)
        while self._is_open() and day.on < self.found.last_day:
            day = self._play(days_after(day.on, 1))
        self._say_what_is_waited_for(day)
        for (scope, subject_id, _hold_id), standing in self.open_holds.items():
            ends_on = self.ended.get((scope, subject_id, standing.hold.id), dt.date.max)
            shown = standing if ends_on == dt.date.max else replace(standing, ends_on=ends_on, until=None)
            (self.found.customer_holds if scope is Scope.CUSTOMER else self.found.holds.setdefault(subject_id, [])).append(shown)
        return self.found

    def _is_open(self) -> bool:
        unanswered = len(self.found.next) < len(self.wanted) or len(self.found.queues) < len(self.waiting)
        return unanswered or len(self.ended) < len(self.open_holds)

    def _play(self, today: dt.date) -> ComingDay:
        reader = replace(self.reader, today=today)
        day = self.player.play(reader.of([self.customer_id], wanted=self.named), today)
        for one in day.left:
            if one.since < self.today or one.id > 0:
                self._happens(one.action, Next(today, one.action, one.action.reason, leaves=True, rule_id=one.action.rule_id))
        for one in self.player.imagined.of_customer(self.customer_id):
            if one.since == today and one.id < 0:
                until = waits_for(one)
                self._happens(one.action, Next(today, one.action, one.action.reason, rule_id=one.action.rule_id, until=until))
        self._end_holds(day)
        return day

    def _happens(self, action: PlannedAction, what: Next) -> None:
        for item in action.items:
            if item.subject_id in self.wanted and action.subject == "invoice":
                self.found.next.setdefault(item.subject_id, what)
            elif (action.subject, item.subject_id) in self.waiting:
                self.found.queues.setdefault((action.subject, item.subject_id), what)

    def _end_holds(self, day: ComingDay) -> None:
        if day.on == self.today:
            return
        for key in self.open_holds:
            scope, subject_id, hold_id = key
            if key not in self.ended:
                names = (day.matches.customers if scope is Scope.CUSTOMER else day.matches.invoices).get(subject_id, frozenset())
                if f"hold:{hold_id}" not in names:
                    self.ended[key] = day.on

    def _say_what_is_waited_for(self, day: ComingDay) -> None:
        missing = [invoice_id for invoice_id in self.wanted if invoice_id not in self.found.next]
        if not missing:
            return
        on = self._last_business_day(day.on)
        read = replace(self.reader, today=on).of([self.customer_id])
        book, plan = self.player.look_at(read, on)
        invoices = {invoice.id: invoice for invoice in book.invoices}
        for invoice_id in missing:
            about = [one for one in plan.verdicts if one.subject == "invoice" and one.subject_id == invoice_id]
            verdict = most_telling(about)
            if verdict is None or invoice_id not in invoices:
                self.found.next[invoice_id] = Next(None, None, _("no rule speaks of it"))
                continue
            if verdict.outcome is Outcome.UNDER_WAY and (kept := self._kept_back(invoices[invoice_id], read, book, on)) is not None:
                self.found.next[invoice_id] = kept
                continue
            hold = next((held.hold_id for held in plan.held if held.subject_id == invoice_id), "")
            until = self._until(verdict, invoices[invoice_id], hold, book)
            self.found.next[invoice_id] = Next(None, None, verdict.reason, rule_id=verdict.rule_id, until=until)

    def _kept_back(self, invoice: InvoiceSubject, read: Book, book: Book, on: dt.date) -> Next | None:
        """Why what is under way for an invoice would not leave whoever agreed to it; None where it would."""
        for one in self.player.imagined.of_customer(self.customer_id):
            if one.stage not in (Stage.AWAITED, Stage.OPEN) or not _is_about(invoice.id, one):
                continue
            look = self.player.look(one, read, on)
            if look.action is None:
                ends = self._until(look.verdict, invoice, look.hold_id, book) if look.verdict is not None else None
                agreed = waits_for(one)
                until = _("{first}, and {second}", first=ends, second=agreed) if ends and agreed else ends or agreed
                return Next(None, None, look.reason, rule_id=one.action.rule_id, until=until)
        return None

    def _last_business_day(self, day: dt.date) -> dt.date:
        """Of a day off there is nothing to say but that it is one."""
        while day > self.today and not self.rules.calendar.is_workday(day):
            day = days_after(day, -1)
        return day

    def _until(self, verdict: Verdict, invoice: InvoiceSubject, hold_id: str, book: Book) -> Sentence | None:
        decided = invoice.overrides.exclude if verdict.outcome is Outcome.EXCLUDED else invoice.overrides.hold
        if decided is not None and decided.id in (verdict.rule_id, hold_id):
            return ended_by_hand(decided)
        if verdict.outcome is Outcome.HELD:
            hold = next(hold for hold in self.rules.holds if hold.id == hold_id)
            return ends_with(hold.when, book.customers[self.customer_id].own_facts if hold.scope is Scope.CUSTOMER else invoice.facts)
        if verdict.outcome is Outcome.UNDER_WAY:
            return self._awaited(invoice)
        if verdict.outcome is Outcome.NOT_MATCHING:
            return event_of(facts_that_keep(self.rules, verdict.rule_id, invoice.facts), invoice.facts)
        return SETTLED_BY.get(verdict.outcome)

    def _awaited(self, invoice: InvoiceSubject) -> Sentence:
        """Whom an action for the invoice waits for, or one for others that it waits behind; else somebody has to settle a task first."""
        followed = [
            one for one in self.player.imagined.of_customer(self.customer_id) if one.stage in (Stage.AWAITED, Stage.CARRIED, Stage.OPEN)
        ]
        own = [one for one in followed if _is_about(invoice.id, one)]
        before_it = [one for one in followed if one.action.subject == "invoice" and one.action.currency == invoice.currency]
        for one in (*own, *before_it, *followed):
            if (awaited := waits_for(one)) is not None:
                return awaited
        return _("somebody finishes what was begun ('cobranza tasks list')")


def _is_about(invoice_id: int, one: UnderWay) -> bool:
    return one.action.subject == "invoice" and any(item.subject_id == invoice_id for item in one.action.items)


def ended_by_hand(decided: Override) -> Sentence:
    return _("somebody ends it ('cobranza override end {number}')", number=decided.number)


def waits_for(one: UnderWay) -> Sentence | None:
    if one.stage is Stage.AWAITED:
        return _("it is agreed to by {roles} ('cobranza approvals list')", roles=joined(word(role) for role in one.roles))
    if one.stage is Stage.CARRIED:
        return _("somebody finishes its task ('cobranza tasks list')")
    return None
