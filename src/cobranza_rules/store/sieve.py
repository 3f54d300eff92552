"""Which open invoices a plan has to look at, as conditions in SQL that are made of the rules' own trees.

Rules stay where they are written: nothing here knows what any of them says. A condition in SQL holds wherever that of the rules does, and
perhaps elsewhere; the engine decides on the rows that come through.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from sqlalchemy import and_, false, or_, select, true

from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.spans import last_with_workdays
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import Ladder, Rule, RuleSet, Rung
from cobranza_rules.rules.normal_form import opposite
from cobranza_rules.rules.tree import AllOf, AnyOf, Leaf, Negation, Never, Node, Test
from cobranza_rules.store.fact_columns import INVOICE, Clause, FactColumns, is_one_of
from cobranza_rules.store.tables import ClaimRow

CLAIM = ClaimRow.__table__.c


class Columns(Protocol):
    """Says tests of facts in columns: true wherever one passes, and perhaps elsewhere."""

    def clause(self, test: Test) -> Clause: ...


def superset(node: Node, columns: Columns, *, negated: bool = False) -> Clause:
    """True wherever the condition holds (fails, if `negated`). By De Morgan down to the tests, so that SQL sees no `NOT` around anything."""
    match node:
        case Leaf(tests=tests):
            if not negated:
                return and_(true(), *map(columns.clause, tests))
            others = [columns.clause(other) for test in tests for other in opposite(test)]
            return true() if Never() in tests else or_(false(), *others)
        case Negation(of=inner):
            return superset(inner, columns, negated=not negated)
        case AllOf(of=parts) | AnyOf(of=parts):
            found = [superset(part, columns, negated=negated) for part in parts]
            return or_(false(), *found) if isinstance(node, AnyOf) is not negated else and_(true(), *found)


class Sieve:
    """`ruled` invoices may be due by a rule, `climbing` ones may be due on a ladder or have lost their rung there.

    Of the climbing ones `small` are those that may not reach their ladder's minimum by themselves: then the customer's other overdue
    invoices count, which are `beside`. An invoice for which something is under way has to be looked at too; it is found by its claims.
    """

    def __init__(self, rules: RuleSet, today: dt.date, company: Facts) -> None:
        self._rules, self.today = rules, today
        self._columns = FactColumns(Day(today, rules.calendar, rules.aging_buckets), company)
        self.ruled: Clause = or_(false(), *(self._due_by_rule(rule) for rule in rules.rules if rule.scope is Scope.INVOICE))
        self.climbing: Clause = or_(false(), *map(self._due_on_ladder, rules.ladders))
        with_minimum = [ladder for ladder in rules.ladders if ladder.minimum_total]
        self.small: Clause = and_(or_(false(), *map(self._below_minimum, with_minimum)), self.climbing)
        self.beside: Clause = or_(false(), *map(self._counted, with_minimum))

    def _due_by_rule(self, rule: Rule) -> Clause:
        return and_(superset(rule.when.tree, self._columns), *self._not_resting(rule))

    def _not_resting(self, rule: Rule) -> list[Clause]:
        """What a rule has done and need not do again yet. An action that came back, or is still open, lets nothing rest."""
        rests = [
            CLAIM.subject == "invoice",
            CLAIM.subject_id == INVOICE.id,
            CLAIM.rule_id.in_(_names(rule)),
            CLAIM.live,
            CLAIM.undone.is_(False),
        ]
        if not rule.every_workdays:
            return [~select(CLAIM.id).where(*rests, CLAIM.sent_on.is_not(None)).exists()]
        due_again = self._workdays_ago(rule.every_workdays)
        return [~select(CLAIM.id).where(*rests, CLAIM.sent_on > due_again).exists()] if due_again else []

    def _due_on_ladder(self, ladder: Ladder) -> Clause:
        """Each invoice stands before one rung, and its wait may be over."""
        before = [("",), *map(_names, ladder.rungs)]
        steps = [
            and_(
                is_one_of(INVOICE.rung, last),
                self._waited(rung),
                superset(rung.when.tree, self._columns) if rung.when is not None else true(),
            )
            for last, rung in zip(before, ladder.rungs, strict=False)
        ]
        lost = and_(*(INVOICE.rung != name for names in before for name in names))
        # Where an invoice stands is asked first: nearly all stand before a rung that is not due, and the database asks no further then.
        climbing = and_(self._taken(ladder), or_(*steps, lost), superset(ladder.when.tree, self._columns))
        return or_(and_(is_one_of(INVOICE.ladder, _names(ladder)), lost), climbing)

    def _taken(self, ladder: Ladder) -> Clause:
        """It stands on this ladder, or on none that the rules have."""
        others = [name for each in self._rules.ladders if each is not ladder for name in _names(each)]
        return and_(true(), *(INVOICE.ladder != name for name in others))

    def _waited(self, rung: Rung) -> Clause:
        """As `considering.rung_due_on` counts: the promised day, or the wait since the last rung; no earlier than the wait since a setback."""
        since = self._workdays_ago(rung.wait_workdays) if rung.wait_workdays else None
        if since is None:
            return true()
        promised = or_(INVOICE.next_contact <= self.today, and_(INVOICE.next_contact.is_(None), INVOICE.rung_on <= since))
        setbacks = [
            or_(column.is_(None), column <= INVOICE.rung_on, column <= since) for column in (INVOICE.reversed_on, INVOICE.dispute_closed_on)
        ]
        return or_(INVOICE.rung_on.is_(None), and_(promised, *setbacks))

    def _below_minimum(self, ladder: Ladder) -> Clause:
        too_little = [and_(INVOICE.currency == currency, INVOICE.balance < least) for currency, least in ladder.minimum_total.items()]
        return and_(self._taken(ladder), or_(INVOICE.due_on.is_(None), INVOICE.due_on >= self.today, *too_little))

    def _counted(self, ladder: Ladder) -> Clause:
        return and_(INVOICE.due_on < self.today, self._taken(ladder), superset(ladder.when.tree, self._columns))

    def _workdays_ago(self, count: int) -> dt.date | None:
        """None where nobody looks so far back: what would have to lie before that day is not asked for."""
        return last_with_workdays(self._rules.calendar, self.today, count)


def _names(of: Rule | Rung | Ladder) -> tuple[str, ...]:
    """The present one and those it had before: what was recorded under them counts as its own."""
    return (of.id, *of.was)
