"""What has to happen for something to change that no day changes by itself: said of facts, of holds and of verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.rules.causes import Cause, why_false, why_true
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome, Verdict

READ_AGAIN = frozenset({"workdays_since_bank_statement", "hours_since_mailbox_poll"})  # Facts of the company that the program reads itself
# Where they are known, each day changes them by itself.
COUNTED_IN_DAYS = frozenset(
    {
        "days_overdue",
        "days_since_issue_month",
        "workdays_since_delivery",
        "promise_workdays_late",
        "workdays_since_claim",
        "instalment_workdays_late",
        "workdays_since_reversal",
    }
)
# What somebody does that changes a fact; of the others it is said which facts they are.
EVENTS = {
    "workdays_since_bank_statement": N_("payments are taken in ('cobranza import ... --payments-through DAY')"),
    "hours_since_mailbox_poll": N_("the mailbox is read ('cobranza run')"),
    "inbox_open": N_("somebody looks at the messages that wait ('cobranza inbox list')"),
    "dispute_open": N_("the dispute is closed ('cobranza dispute close')"),
    "pue_unpaid_past_month": N_("the month of its issue ends"),
    "cfdi_missing": N_("its CFDI is imported"),
    "ledger_difference": N_("a report of the accounting system agrees ('cobranza differences')"),
    "promise_open": N_("the promise is kept"),
    "plan_open": N_("the payment plan is kept, or broken ('cobranza payment-plan list')"),
    "plan_broken": N_("what is late of the payment plan is paid ('cobranza payment-plan list')"),
    "payment_claimed": N_("the payment is found"),
    "cancellation_pending": N_("the cancellation is decided on"),
    "customer_ready": N_("the customer's data are complete ('cobranza import')"),
    "credit_stopped": N_("its credit is stopped, or the stop is lifted ('cobranza customer credit')"),
    "credit_stopped_on": N_("its credit is stopped, or the stop is lifted ('cobranza customer credit')"),
    "acknowledged": N_("the customer acknowledges receipt"),
    "support_missing": N_("what has to go with it comes ('cobranza support missing')"),
    "delivery": N_("the invoice is delivered"),
    "workdays_since_delivery": N_("the invoice is delivered"),
    "case_status": N_("somebody moves the case"),
    "intervention": N_("the intervention is answered ('cobranza tasks done')"),
    "intervention_overdue": N_("the intervention is answered ('cobranza tasks done')"),
    "agreement": N_("an agreement that covers it is taken in ('cobranza import', 'cobranza agreement add')"),
    "requested": N_("its billing request is taken in, or tied to it ('cobranza request')"),
    "workdays_since_reversal": N_("what covers it is taken back"),
    "unapplied_covers_overdue": N_("what it has paid is applied ('cobranza payment apply')"),
    "credit_limit_exceeded": N_("it pays, or its credit limit is raised ('cobranza agreement add')"),
    "due_on": N_("the due date becomes known ('cobranza import' with the customer's credit days)"),
    "days_overdue": N_("the due date becomes known ('cobranza import' with the customer's credit days)"),
}
# The reasons for which nothing happens, the one that tells most first.
TELLING = (
    Outcome.UNCERTAIN,
    Outcome.UNDER_WAY,
    Outcome.EXCLUDED,
    Outcome.HELD,
    Outcome.NO_ADDRESS,
    Outcome.UNKNOWN_RUNG,
    Outcome.LIMITED,
    Outcome.NOT_A_WORKDAY,
    Outcome.WAITING,
    Outcome.BELOW_MINIMUM,
    Outcome.DONE,
    Outcome.NOT_MATCHING,
)


def event_of(named: Sequence[str], facts: Mapping[str, Value]) -> Sentence | None:
    """What changes one of the `named` facts; None where the days alone change all of them."""
    changed_by_people = [fact for fact in dict.fromkeys(named) if fact not in COUNTED_IN_DAYS or facts.get(fact) is None]
    if not changed_by_people:
        return None
    known = list(dict.fromkeys(EVENTS[fact] for fact in changed_by_people if fact in EVENTS))
    if known:
        return reduce(lambda before, part: _("{before} or {part}", before=before, part=part), map(Sentence, known))
    return _("something new is known ({facts})", facts=", ".join(changed_by_people))


def facts_behind(causes: Iterable[Cause]) -> list[str]:
    return [name for cause in causes for name, _value in cause.facts]


def ends_with(condition: Condition, facts: Mapping[str, Value]) -> Sentence:
    """What ends a hold whose condition holds for these facts and that no day ends."""
    behind = facts_behind(why_true(condition, facts))
    read = [fact for fact in behind if fact in READ_AGAIN]
    return event_of(read, {}) or event_of(behind, facts) or _("something new is known ({facts})", facts=", ".join(behind))


def facts_that_keep(rules: RuleSet, rule_id: str, facts: Mapping[str, Value]) -> list[str]:
    """The facts that keep a rule, a rung or its ladder from applying."""
    conditions = [rule.when for rule in rules.rules if rule.id == rule_id]
    for ladder in rules.ladders:
        rungs = [rung for rung in ladder.rungs if rule_id in (rung.id, ladder.id)]
        conditions += [ladder.when] * bool(rungs) + [rung.when for rung in rungs[:1] if rung.when is not None]
    return next((behind for condition in conditions if (behind := facts_behind(why_false(condition, facts)))), [])


def most_telling(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Of several that tell as much it is the last: ladders come after rules, and are what an invoice is about."""
    return min(
        (verdict for verdict in reversed(verdicts) if verdict.outcome in TELLING),
        key=lambda verdict: TELLING.index(verdict.outcome),
        default=None,
    )
