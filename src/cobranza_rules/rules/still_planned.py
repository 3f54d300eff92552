"""The last look: whether an action that waits or is about to leave is still what the rules plan now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome, Plan, PlannedAction

# Reasons that pass by themselves: the action stays as it is and waits. A hold on the whole customer is of this kind, too.
PASSING = frozenset({Outcome.NOT_A_WORKDAY, Outcome.LIMITED, Outcome.UNDER_WAY, Outcome.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Look:
    """`action` is what would be planned now for the same items, None where it would not be; `passing` tells a wait from an end."""

    action: PlannedAction | None
    passing: bool
    reason: Sentence


def look_for(action: PlannedAction, plan: Plan, rules: RuleSet) -> Look:
    """`plan` is the customer's, traced, as if `action` had not been planned."""
    mine = {item.subject_id for item in action.items}
    for fresh in plan.actions:
        if _which(fresh, rules) == _which(action, rules):
            items = tuple(item for item in fresh.items if item.subject_id in mine)
            # A second reminder that has lost every invoice due for it must not go to those that are due for the first.
            if items and (not action.ladder or any(item.rule_id == fresh.rule_id for item in items)):
                return Look(replace(fresh, items=items), passing=False, reason=fresh.reason)
    return _why_not(plan, rules, action)


def _which(action: PlannedAction, rules: RuleSet) -> tuple[object, ...]:
    return action.subject, rules.current(action.rule_id), action.closing, action.currency


def _why_not(plan: Plan, rules: RuleSet, action: PlannedAction) -> Look:
    mine = {item.subject_id: rules.current(item.rule_id) for item in action.items}
    about = [
        verdict
        for verdict in plan.verdicts
        if mine.get(verdict.subject_id) == verdict.rule_id
        or verdict.rule_id == rules.current(action.ladder)
        or verdict.outcome is Outcome.EXCLUDED
    ]
    about = [verdict for verdict in about if verdict.subject == action.subject and verdict.subject_id in mine]
    if not about:
        gone = _("its invoices are no longer open") if action.subject == "invoice" else _("it waits no more")
        return Look(None, passing=False, reason=gone)
    held = {held.subject_id for held in plan.held if held.of_customer and held.subject == action.subject}
    waits = [verdict for verdict in about if verdict.outcome is not Outcome.EXCLUDED]
    passing = any(verdict.outcome in PASSING or verdict.subject_id in held for verdict in waits)
    return Look(None, passing, about[0].reason)
