"""Messages that holds on contacts let pass: without `every` a message counts as a delivery, whatever it says to the customer."""

from __future__ import annotations

from collections.abc import Iterator

from cobranza_rules.domain.customer import ContactRole
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.document_references import CUSTOMER_ROLES
from cobranza_rules.rules.document_steps import MESSAGES
from cobranza_rules.rules.model import Blocks, Hold, Rule, RuleSet, Step, StepKind
from cobranza_rules.rules.possibility import can_hold
from cobranza_rules.rules.tree import AllOf
from cobranza_rules.rules.written import problem_at

MOST_COMPARED = 1500  # Pairs of conditions; beyond it a hold is taken to be possible.
MOST_NAMED = 10


def unheld(rules: RuleSet) -> list[Problem]:
    """Warnings. What hands the invoices over is meant to pass such holds, and so are messages to the company's own people."""
    left = iter(range(MOST_COMPARED))
    found = []
    for rule in rules.rules:
        passed = [hold.id for hold in _passing(rule, rules, left)] if _writes_once(rule) else []
        if passed and (step := _message(rule)) is not None:
            named = ", ".join(f"'{name}'" for name in passed[:MOST_NAMED]) + (", ..." if len(passed) > MOST_NAMED else "")
            what = _("without 'every' this message counts as a delivery, and these holds on contacts let it pass: {holds}", holds=named)
            hint = _(
                "add 'every: 1 workday' and 'times: 1' to rule '{rule}', so that they keep it back, or 'delivery' to their 'blocks'",
                rule=rule.id,
            )
            found.append(problem_at(step.place, what, hint, warning=True))
    return found


def _writes_once(rule: Rule) -> bool:
    return rule.scope is Scope.INVOICE and not rule.every_workdays and "delivery" not in rule.sets


def _message(rule: Rule) -> Step | None:
    return next((step for step in rule.do if step.kind in MESSAGES and _claims(step)), None)


def _claims(step: Step) -> bool:
    hands_over = step.kind is StepKind.DELIVER and step.to == ContactRole.INVOICE
    return not hands_over and not CUSTOMER_ROLES.isdisjoint({step.to, *step.cc})


def _passing(rule: Rule, rules: RuleSet, left: Iterator[int]) -> Iterator[Hold]:
    """Holds that can stand on an invoice of the rule. A rule that hands the case over is kept back by what blocks escalations."""
    concerned = {Blocks.DELIVERY, Blocks.ESCALATION} if "case_status" in rule.sets else {Blocks.DELIVERY}
    for hold in rules.holds:
        if Blocks.CONTACT in hold.blocks and not hold.blocks & concerned and _may_stand(hold, rule, left):
            yield hold


def _may_stand(hold: Hold, rule: Rule, left: Iterator[int]) -> bool:
    """What shares no fact cannot exclude one another."""
    if not hold.when.facts & rule.when.facts or next(left, None) is None:
        return True
    return can_hold(AllOf((rule.when.tree, hold.when.tree)), Scope.INVOICE)
