"""Holds that another one hides, and rules that send a customer the same message twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.document_steps import MESSAGES
from cobranza_rules.rules.model import Hold, Rule, RuleSet
from cobranza_rules.rules.possibility import implies
from cobranza_rules.rules.written import problem_at

MOST_COMPARED = 1500  # Pairs of conditions; a file with more is not looked through to its end.

Implies = Callable[[Hold | Rule, Hold | Rule], bool]


def overshadowed(rules: RuleSet) -> list[Problem]:
    """Warnings; only what is certain is told."""
    left = iter(range(MOST_COMPARED))

    def certain(first: Hold | Rule, second: Hold | Rule) -> bool:
        """Whatever `first` holds for `second` holds for too. What shares no fact cannot say so of one another, which spares the look."""
        if not first.when.facts & second.when.facts or next(left, None) is None:
            return False
        return implies(first.when.tree, second.when.tree, first.scope)

    return [*_hidden_holds(rules, certain), *_sent_twice(rules, certain)]


def _hidden_holds(rules: RuleSet, certain: Implies) -> Iterator[Problem]:
    """The first hold in the order of the files is the one that is named. One of the customer holds all invoices of the customer."""
    for index, hold in enumerate(rules.holds):
        for earlier in rules.holds[:index]:
            if earlier.scope in (hold.scope, Scope.CUSTOMER) and hold.blocks <= earlier.blocks and certain(hold, earlier):
                what = _(
                    "hold '{hold}' holds nothing that '{earlier}', which stands before it, does not hold", hold=hold.id, earlier=earlier.id
                )
                yield problem_at(hold.place, what, _("put it before the other one, or take it out"), warning=True)
                break


def _sent_twice(rules: RuleSet, certain: Implies) -> Iterator[Problem]:
    for earlier, later in combinations(rules.rules, 2):
        if earlier.scope is not later.scope:
            continue
        for template in sorted(_messages(earlier) & _messages(later)):
            narrow, wide = (later, earlier) if certain(later, earlier) else (earlier, later)
            if narrow is earlier and not certain(earlier, later):
                continue
            what = _(
                "whatever '{narrow}' applies to '{wide}' applies to too, so that '{role}' gets the message '{template}' twice",
                narrow=narrow.id,
                wide=wide.id,
                role=template[1],
                template=template[0],
            )
            yield problem_at(later.place, what, _("narrow the 'when' of '{rule}', or make one rule of both", rule=wide.id), warning=True)


def _messages(rule: Rule) -> set[tuple[str, str]]:
    """Templates of messages, and to whom each goes."""
    return {(step.name, step.to) for step in rule.do if step.kind in MESSAGES}
