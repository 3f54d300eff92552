"""A decision while it is being taken: the inputs beside what has been found so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.considering import Consideration
from cobranza_rules.rules.matching import Matches
from cobranza_rules.rules.model import Hold, RuleSet
from cobranza_rules.rules.planned import Held, Outcome, Plan, PlannedAction, Verdict
from cobranza_rules.rules.subjects import Book, InvoiceSubject, ReplySubject

# Shown only to who asks for them: they are many, and nothing is amiss.
ORDINARY = frozenset({Outcome.NOT_MATCHING, Outcome.WAITING, Outcome.DONE})


@dataclass(slots=True)
class Deciding:
    rules: RuleSet
    book: Book
    today: dt.date
    matches: Matches
    trace: bool
    actions: list[PlannedAction] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def note(self, subject: InvoiceSubject | ReplySubject, rule_id: str, found: Consideration) -> None:
        if self.trace or found.outcome not in ORDINARY:
            kind = "invoice" if isinstance(subject, InvoiceSubject) else "reply"
            self.verdicts.append(Verdict(kind, subject.id, rule_id, found.outcome, found.reason, found.until))

    def note_held(self, invoice: InvoiceSubject, rule_id: str, hold: Hold) -> None:
        reason = _("on hold by '{hold}' ({file}:{line})", hold=hold.id, file=hold.place.file, line=hold.place.line)
        blocks = tuple(sorted(hold.blocks))
        self.held.append(Held("invoice", invoice.id, invoice.number, invoice.customer_id, hold.id, blocks, reason))
        self.verdicts.append(Verdict("invoice", invoice.id, rule_id, Outcome.HELD, reason))

    def note_group(
        self, invoices: list[InvoiceSubject], rule_id: str, outcome: Outcome, reason: Sentence, until: dt.date | None = None
    ) -> None:
        for invoice in invoices:
            self.note(invoice, rule_id, Consideration(outcome, reason, until))

    def plan(self) -> Plan:
        return Plan(self.today, self.rules.digest, tuple(self.actions), tuple(self.held), tuple(self.verdicts))
