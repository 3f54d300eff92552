"""The decision: rules, facts and what was done so far go in, a plan with a named reason for everything comes out. It reads no clock."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.attending import attend_queues
from cobranza_rules.rules.climbing import climb_ladders
from cobranza_rules.rules.deciding import Deciding
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.matching import Matches, match
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.ruling import answer_replies, apply_rules
from cobranza_rules.rules.subjects import Book


def decide(rules: RuleSet, book: Book, today: dt.date, engine: Engine, *, trace: bool = False) -> Plan:
    """With `trace` the plan also holds the verdicts of everything that does not apply or waits, for `explain`."""
    return decide_matched(rules, book, today, match(rules, book, engine), trace=trace)


def decide_matched(rules: RuleSet, book: Book, today: dt.date, matches: Matches, *, trace: bool = False) -> Plan:
    """The decision where it is known already which conditions hold."""
    deciding = Deciding(rules, book, today, matches, trace)
    deciding.note_excluded()
    answer_replies(deciding)
    apply_rules(deciding)
    climb_ladders(deciding)
    attend_queues(deciding)
    return within_limit(deciding.plan(), rules)


def within_limit(plan: Plan, rules: RuleSet) -> Plan:
    """A run that would exceed `per_run` stops before anything leaves, and says so."""
    reason = beyond_limit(sum(reaches_customer(action.steps) for action in plan.actions), rules)
    return plan if reason is None else Plan(plan.on, plan.rules_digest, plan.actions, plan.held, plan.verdicts, reason)


def beyond_limit(messages: int, rules: RuleSet) -> Sentence | None:
    if not rules.limit.per_run or messages <= rules.limit.per_run:
        return None
    return _(
        "{count} messages would leave, and the rules allow {limit} a run; check the plan and raise `per_run`, or find out why there are so many",
        count=messages,
        limit=rules.limit.per_run,
    )
