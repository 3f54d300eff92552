"""Why a rule or rung acts on one invoice of a group. Pure: a message gives the reason of its first one only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.language import Sentence
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.climbing import reason_of_rung
from cobranza_rules.rules.considering import Consideration, because
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome, Plan
from cobranza_rules.rules.ruling import reason_of_rule
from cobranza_rules.rules.subjects import Book

Reasons = Iterator[tuple[tuple[str, int, str], Sentence]]


def own_reasons(rules: RuleSet, book: Book, plan: Plan) -> Reasons:
    """By subject, its id, and the rule or rung that is due for it; `plan` is what the rules decide over the book."""
    facts = {invoice.id: invoice.facts for invoice in book.invoices}
    for verdict in plan.verdicts:
        if verdict.subject == Scope.INVOICE and verdict.outcome is Outcome.DUE:
            reason = _reason(rules, verdict.rule_id, facts[verdict.subject_id], verdict.reason)
            if reason is not None:
                yield (verdict.subject, verdict.subject_id, verdict.rule_id), reason


def _reason(rules: RuleSet, rule_id: str, facts: Mapping[str, Value], how: Sentence) -> Sentence | None:
    for rule in rules.rules:
        if rule.id == rule_id:
            return reason_of_rule(rule, because(why_true(rule.when, facts)), Consideration(Outcome.DUE, how))
    for ladder in rules.ladders:
        for rung in ladder.rungs:
            if rung.id == rule_id:
                return reason_of_rung(ladder, rung, facts, how)
    return None
