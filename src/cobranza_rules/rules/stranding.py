"""Rungs that not every invoice gets beyond: none is skipped, so that one whose condition never holds is the end for an invoice."""

from __future__ import annotations

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.normal_form import arms, count_arms
from cobranza_rules.rules.possibility import MOST_ARMS, can_hold, implies
from cobranza_rules.rules.tree import AllOf, Compare, Known, Leaf, Node, Order, Test
from cobranza_rules.rules.written import problem_at

# What rises day by day for every invoice of a ladder, whatever anybody does.
GROWING = frozenset({"days_overdue", "workdays_since_delivery"})


def stranded(rules: RuleSet) -> list[Problem]:
    """Warnings. A rung that nothing can ever reach is told elsewhere."""
    return [
        problem_at(
            rung.place,
            _(
                "an invoice for which the 'when' of rung '{rung}' never holds stays below it for ever and reaches none of the rungs after it",
                rung=rung.id,
            ),
            _("make it the last rung, or a ladder of its own placed before '{ladder}', or put the condition on a rule", ladder=ladder.id),
            warning=True,
        )
        for ladder in rules.ladders
        for rung in ladder.rungs[:-1]
        if rung.when is not None and _may_strand(rung.when.tree, ladder.when.tree)
    ]


def _may_strand(when: Node, ladder: Node) -> bool:
    return can_hold(AllOf((ladder, when)), Scope.INVOICE) and not _comes_by_itself(when, ladder)


def _comes_by_itself(when: Node, ladder: Node) -> bool:
    """Whether days alone make it true for all that is on the ladder; taken to be so where the alternatives are too many to look at."""
    if count_arms(when) > MOST_ARMS:
        return True
    return any(all(_grows(test) or implies(ladder, Leaf("", (test,)), Scope.INVOICE) for test in arm) for arm in arms(when))


def _grows(test: Test) -> bool:
    match test:
        case Known(fact=fact):
            return fact in GROWING
        case Compare(terms=terms, order=Order.GREATER | Order.AT_LEAST, facts=facts):
            return set(facts) <= GROWING and all(times > 0 for times, _facts in terms)
        case _:
            return False
