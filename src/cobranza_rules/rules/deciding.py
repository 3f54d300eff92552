"""A decision while it is being taken: the inputs beside what has been found so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.considering import Consideration
from cobranza_rules.rules.matching import Matches
from cobranza_rules.rules.model import Blocks, Hold, RuleSet
from cobranza_rules.rules.overrides import Override
from cobranza_rules.rules.planned import Held, Outcome, Plan, PlannedAction, Verdict
from cobranza_rules.rules.subjects import Book, InvoiceSubject, QueueSubject, ReplySubject

# Shown only to who asks for them: they are many, and nothing is amiss.
ORDINARY = frozenset({Outcome.NOT_MATCHING, Outcome.WAITING, Outcome.DONE})


@dataclass
class Deciding:
    rules: RuleSet
    book: Book
    today: dt.date
    matches: Matches
    trace: bool
    actions: list[PlannedAction] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    hold_reasons: dict[str, Sentence] = field(default_factory=dict)

    @cached_property
    def day_off(self) -> Consideration | None:
        """What keeps people from being written to today, inside or outside of the company."""
        calendar = self.rules.calendar
        if calendar.is_workday(self.today):
            return None
        until = calendar.on_or_after(self.today)
        return Consideration(Outcome.NOT_A_WORKDAY, _("{day} is no business day", day=self.today), until)

    def note(self, subject: InvoiceSubject | ReplySubject | QueueSubject, rule_id: str, found: Consideration) -> None:
        if self.trace or found.outcome not in ORDINARY:
            self.verdicts.append(Verdict(subject.scope.value, subject.id, rule_id, found.outcome, found.reason, found.until))

    def note_held(self, subject: InvoiceSubject | QueueSubject, rule_id: str, hold: Hold | Override) -> None:
        if isinstance(hold, Override):
            reason, until = hold.reason, hold.ends_on
        else:
            reason, until = self._reason_of(hold), None
        self.held.append(_held(subject, hold, reason))
        self.verdicts.append(Verdict(subject.scope.value, subject.id, rule_id, Outcome.HELD, reason, until))

    def note_left_alone(self, subject: InvoiceSubject | QueueSubject, rule_id: str, decided: Override) -> None:
        self.held.append(_held(subject, decided, decided.reason))
        self.verdicts.append(Verdict(subject.scope.value, subject.id, rule_id, Outcome.EXCLUDED, decided.reason, decided.ends_on))

    def _reason_of(self, hold: Hold) -> Sentence:
        """One sentence for all invoices that it holds."""
        if (reason := self.hold_reasons.get(hold.name)) is None:
            reason = _("on hold by '{hold}' ({file}:{line})", hold=hold.id, file=hold.place.file, line=hold.place.line)
            self.hold_reasons[hold.name] = reason
        return reason

    def note_excluded(self) -> None:
        """Each invoice with which nothing is to be done at all; rules and ladders do not look at it."""
        for invoice in self.book.invoices:
            if (decided := invoice.overrides.exclude) is not None:
                self.note_left_alone(invoice, decided.id, decided)

    def note_group(
        self, invoices: list[InvoiceSubject], rule_id: str, outcome: Outcome, reason: Sentence, until: dt.date | None = None
    ) -> None:
        for invoice in invoices:
            self.note(invoice, rule_id, Consideration(outcome, reason, until))

    def plan(self) -> Plan:
        return Plan(self.today, self.rules.digest, tuple(self.actions), tuple(self.held), tuple(self.verdicts))


def _held(subject: InvoiceSubject | QueueSubject, by: Hold | Override, reason: Sentence) -> Held:
    name = subject.name if isinstance(subject, QueueSubject) else subject.number
    return Held(subject.scope.value, subject.id, name, subject.customer_id, by.id, _in_order(by.blocks), reason, by.scope is Scope.CUSTOMER)


@lru_cache(maxsize=64)
def _in_order(blocks: frozenset[Blocks]) -> tuple[Blocks, ...]:
    return tuple(sorted(blocks))
