"""Rungs and ladders that nothing can ever come to."""

from __future__ import annotations

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.possibility import can_hold, implies
from cobranza_rules.rules.tree import AllOf
from cobranza_rules.rules.written import problem_at


def unreachable(rules: RuleSet) -> list[Problem]:
    """Warnings; only what is certain is told."""
    found = []
    for index, ladder in enumerate(rules.ladders):
        for earlier in rules.ladders[:index]:
            if implies(ladder.when.tree, earlier.when.tree, Scope.INVOICE):
                what = _(
                    "ladder '{ladder}' gets no invoice: '{earlier}', which stands before it, takes them all",
                    ladder=ladder.id,
                    earlier=earlier.id,
                )
                found.append(problem_at(ladder.place, what, _("put it before the other one, or narrow that one's 'when'"), warning=True))
                break
        for rung in ladder.rungs:
            if rung.when is not None and not can_hold(AllOf((ladder.when.tree, rung.when.tree)), Scope.INVOICE):
                what = _(
                    "rung '{rung}' can never be reached: its 'when' and that of ladder '{ladder}' exclude each other",
                    rung=rung.id,
                    ladder=ladder.id,
                )
                found.append(problem_at(rung.place, what, _("change one of the two"), warning=True))
    return found
