"""The last look: whether an action that waits or is about to leave is still what the rules plan now, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cobranza_rules.language import Sentence, Translate, _
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome, Plan, PlannedAction, Verdict

# Reasons that pass by themselves: the action stays as it is and waits. A hold on the whole customer is of this kind, too.
PASSING = frozenset({Outcome.NOT_A_WORKDAY, Outcome.LIMITED, Outcome.UNDER_WAY, Outcome.UNCERTAIN})


class Prospect(StrEnum):
    """What the next run makes of it: it leaves as soon as all have agreed, it waits whoever agrees, or it is called off."""

    STANDS = "stands"
    KEPT_BACK = "kept_back"
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class Look:
    """`action` is what would be planned now for the same items, None where it would not be; `passing` tells a wait from an end.

    `verdict` is what the decision says against it, with the hold's id in `hold_id` where it is one; None where it says nothing of it.
    """

    action: PlannedAction | None
    passing: bool
    reason: Sentence
    verdict: Verdict | None = None
    hold_id: str = ""

    @property
    def prospect(self) -> Prospect:
        if self.action is not None:
            return Prospect.STANDS
        return Prospect.KEPT_BACK if self.passing else Prospect.CALLED_OFF

    @property
    def sentence(self) -> Sentence | None:
        """What whoever has to agree must know; None where it would leave."""
        until = self.verdict.until if self.verdict is not None else None
        reason = _("{reason} (changes on {day})", reason=self.reason, day=until) if until else self.reason
        match self.prospect:
            case Prospect.KEPT_BACK:
                return _("does not leave today: {reason}", reason=reason)
            case Prospect.CALLED_OFF:
                return _("the next run calls it off: {reason}", reason=reason)
            case Prospect.STANDS:
                return None

    def as_json(self, translate: Translate) -> dict[str, str | None]:
        """What stands needs no reason."""
        if self.prospect is Prospect.STANDS:
            return {"prospect": self.prospect.value, "reason": None, "until": None}
        until = self.verdict.until if self.verdict is not None else None
        return {
            "prospect": self.prospect.value,
            "reason": self.reason.text(translate),
            "until": until.isoformat() if until else None,
        }


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
    """What lets it wait counts more than what ends it."""
    rule_id = rules.current(action.rule_id)
    if not _knows(rules, rule_id):
        return Look(None, passing=False, reason=_("the rules have no '{rule}' any more", rule=rule_id))
    mine = {item.subject_id: rules.current(item.rule_id) for item in action.items}
    of_mine = [verdict for verdict in plan.verdicts if verdict.subject == action.subject and verdict.subject_id in mine]
    names = (rule_id, rules.current(action.ladder))
    about = [one for one in of_mine if one.rule_id in (mine[one.subject_id], *names) or one.outcome is Outcome.EXCLUDED]
    of_customers = {(held.subject_id, held.hold_id) for held in plan.held if held.of_customer and held.subject == action.subject}
    waits = [one for one in about if one.outcome in PASSING or (one.subject_id, _hold_of(one, plan)) in of_customers]
    # That an invoice is due is no reason against it.
    against = next((one for one in (*waits, *about) if one.outcome is not Outcome.DUE), None)
    if against is None:
        return Look(None, passing=False, reason=_instead(plan, action, rule_id, of_mine))
    return Look(None, bool(waits), against.reason, against, _hold_of(against, plan))


def _knows(rules: RuleSet, rule_id: str) -> bool:
    return any(rule.id == rule_id for rule in rules.rules) or any(ladder.rung_index(rule_id) >= 0 for ladder in rules.ladders)


def _hold_of(verdict: Verdict, plan: Plan) -> str:
    """The plan keeps beside what is held by what, under the very reason that the verdict gives."""
    if verdict.outcome is not Outcome.HELD:
        return ""
    about = (held for held in plan.held if (held.subject, held.subject_id) == (verdict.subject, verdict.subject_id))
    return next(held.hold_id for held in about if held.reason == verdict.reason)


def _instead(plan: Plan, action: PlannedAction, rule_id: str, of_mine: Sequence[Verdict]) -> Sentence:
    """Nothing speaks against it, and yet it is not planned: what its items have come to."""
    if not of_mine:
        return _("its invoices are no longer open") if action.subject == "invoice" else _("it waits no more")
    mine = {item.subject_id for item in action.items}
    others = [one for one in plan.actions if one.subject == action.subject and mine & {item.subject_id for item in one.items}]
    found = [(one.rule_id, one.reason) for one in others]
    found += [(one.rule_id, one.reason) for one in of_mine if one.outcome not in (Outcome.DUE, Outcome.NOT_MATCHING)]
    for name, reason in found:
        if name != rule_id:
            return _("'{rule}' takes its place: {reason}", rule=name, reason=reason)
    return _("none of its invoices is due for '{rule}' any more", rule=rule_id)
