"""What can never go on, because the one who must agree is the very one who was silent."""

from __future__ import annotations

from collections.abc import Iterator

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.model import RuleSet, Step, StepKind
from cobranza_rules.rules.possibility import can_hold
from cobranza_rules.rules.tree import AllOf, Holds, Leaf
from cobranza_rules.rules.written import problem_at

OVERDUE = "intervention_overdue"
SILENT = Leaf(OVERDUE, (Holds(OVERDUE),))


def deadlocked(rules: RuleSet) -> list[Problem]:
    """Warnings. An intervention is a task that a rung has opened; a rung of the same ladder, or a rule, may ask what became of it."""
    found: list[Problem] = []
    tasks: list[Step] = []
    for ladder in rules.ladders:
        opened: list[Step] = []
        for rung in ladder.rungs:
            if rung.when is not None and _acts_on_silence(ladder.when, rung.when):
                found += _signed_by_the_silent(rung.do, opened)
            opened += (step for step in rung.do if step.kind is StepKind.TASK)
        tasks += opened
    for rule in rules.rules:
        if rule.scope is Scope.INVOICE and _acts_on_silence(rule.when):
            found += _signed_by_the_silent((*rule.do, *rule.after_last), tasks)
    return found


def _acts_on_silence(*conditions: Condition) -> bool:
    """One of them asks for it, and all can hold when the task is overdue."""
    asked = any(OVERDUE in condition.facts for condition in conditions)
    return asked and can_hold(AllOf((SILENT, *(condition.tree for condition in conditions))), Scope.INVOICE)


def _signed_by_the_silent(steps: tuple[Step, ...], opened: list[Step]) -> Iterator[Problem]:
    for step in steps:
        task = next((task for task in opened if task.assign == step.sign), None)
        if task is not None and step.sign and not step.sign_substitute:
            what = _("'{role}' has to sign this, and is silent already on the task '{task}'", role=step.sign, task=task.name)
            yield problem_at(step.place, what, _("let another role sign, or name a substitute under 'sign_substitute'"), warning=True)
