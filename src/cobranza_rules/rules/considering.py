"""Is a rule or rung due for one invoice? Pure answers with a named reason, from what matched and what was already done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.language import Sentence, _, joined
from cobranza_rules.rules.causes import Cause, why_false
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import Ladder, Rule, RuleSet, Rung, closing_claim
from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Claims, CustomerSubject, InvoiceSubject, QueueSubject, ReplySubject


@dataclass(frozen=True, slots=True)
class Consideration:
    """`claim` is the id under which the deed is counted: the rung's or rule's, or the rule's closing one."""

    outcome: Outcome
    reason: Sentence
    until: dt.date | None = None
    claim: str = ""
    closing: bool = False


DOES_NOT_APPLY = Consideration(Outcome.NOT_MATCHING, Sentence(""))


def because(causes: tuple[Cause, ...]) -> Sentence:
    """The causes in one sentence, each still to be said in the reader's language."""
    if not causes:
        return _("always")
    return joined((cause.sentence for cause in causes), "; ")


def not_matching(condition: Condition, facts: Mapping[str, Value]) -> Consideration:
    return Consideration(Outcome.NOT_MATCHING, _("does not apply: {causes}", causes=because(why_false(condition, facts))))


NOBODY_KNOWS = Consideration(Outcome.UNCERTAIN, _("nobody knows whether the last message left: a person has to settle it in the outbox"))
UNDER_WAY = Consideration(Outcome.UNDER_WAY, _("already under way"))


def _still_open(claims: Claims) -> Consideration | None:
    if claims.uncertain:
        return NOBODY_KNOWS
    return UNDER_WAY if claims.waiting else None


@lru_cache(maxsize=4096)
def _due(rung_id: str, days_overdue: int, since: dt.date | None) -> Consideration:
    """Most invoices share these with others."""
    if days_overdue >= 0:
        reason = _("{days} days overdue", days=days_overdue)
        if since is not None:
            reason = _("{days} days overdue, next contact since {day}", days=days_overdue, day=since)
    else:  # A rung without a day of its own follows the one before, whether the invoice is due or not.
        reason = _("due in {days} days", days=-days_overdue)
        if since is not None:
            reason = _("due in {days} days, next contact since {day}", days=-days_overdue, day=since)
    return Consideration(Outcome.DUE, reason, claim=rung_id)


@lru_cache(maxsize=4096)
def _due_for_the_first_time(rule_id: str) -> Consideration:
    return Consideration(Outcome.DUE, _("for the first time"), claim=rule_id)


@lru_cache(maxsize=4096)
def _due_again(rule_id: str) -> Consideration:
    return Consideration(Outcome.DUE, _("once more, for what was sent before did not arrive"), claim=rule_id)


def uncertain_before(names: Iterable[str], customer: CustomerSubject, currency: str) -> Consideration | None:
    """A message of the rule, or of a rung of the ladder, of which nobody knows whether it left, whatever has become of its invoices."""
    unknown = customer.uncertain  # Of nearly all customers nothing is.
    return NOBODY_KNOWS if unknown and any((name, currency) in unknown for name in names) else None


def consider_rule(
    rule: Rule, subject: InvoiceSubject | ReplySubject | QueueSubject, names: Names, rules: RuleSet, today: dt.date
) -> Consideration:
    if f"rule:{rule.id}" not in names:
        return not_matching(rule.when, subject.facts)
    claims = subject.claims.get(rule.id, NOTHING_CLAIMED)
    if (still_open := _still_open(claims)) is not None:
        return still_open
    if claims.standing == 0:
        return _due_again(rule.id) if claims.undone else _due_for_the_first_time(rule.id)
    if rule.every_workdays == 0:
        return Consideration(Outcome.DONE, _("done on {on}, once is enough", on=claims.last_sent_on))
    return _consider_repetition(rule, claims, subject.claims.get(closing_claim(rule.id), NOTHING_CLAIMED), rules, today)


def _consider_repetition(rule: Rule, claims: Claims, closing: Claims, rules: RuleSet, today: dt.date) -> Consideration:
    last = rule.times > 0 and claims.standing >= rule.times
    if last and (closing.standing or closing.waiting or not rule.after_last):
        return Consideration(Outcome.DONE, _("done {count} times, the last on {on}", count=claims.standing, on=claims.last_sent_on))
    assert claims.last_sent_on is not None
    due = rules.calendar.plus(claims.last_sent_on, rule.every_workdays)
    if today < due:
        return Consideration(Outcome.WAITING, _("{days} business days after {on}", days=rule.every_workdays, on=claims.last_sent_on), due)
    if last:
        return Consideration(
            Outcome.DUE, _("after the last of {count} times", count=rule.times), claim=closing_claim(rule.id), closing=True
        )
    return Consideration(Outcome.DUE, _("for the {number}. time", number=claims.standing + 1), claim=rule.id)


def ladder_of(rules: RuleSet, invoice: InvoiceSubject, names: Names) -> Ladder | None:
    """The ladder that a person has chosen or that has taken the invoice, or the first in the order of the file that matches.

    An invoice whose ladder is not in the rules any more is free to be taken by another: it must not fall silent because of a new name.
    """
    decided = invoice.overrides.ladder
    for taken_by in (decided.ladder if decided is not None else "", invoice.ladder):
        if taken_by:
            for ladder in rules.ladders:
                if ladder.id == taken_by:
                    return ladder
    for ladder in rules.ladders:
        if ladder.name in names:
            return ladder
    return None


def comes_from_elsewhere(ladder: Ladder, invoice: InvoiceSubject) -> bool:
    """A person has put it on this ladder, and its last rung was another's."""
    decided = invoice.overrides.ladder
    return decided is not None and decided.ladder == ladder.id != invoice.ladder != ""


def stands_on_unknown_rung(ladder: Ladder, invoice: InvoiceSubject) -> bool:
    return invoice.rung != "" and ladder.rung_index(invoice.rung) < 0 and not comes_from_elsewhere(ladder, invoice)


def next_rung(ladder: Ladder, invoice: InvoiceSubject) -> Rung | None:
    """None after the last rung, and where the invoice stands on one that the ladder has no more: it must not start over.

    One that a person has put on this ladder goes on above the highest of its rungs that it ever had, for it may have been here before.
    """
    if stands_on_unknown_rung(ladder, invoice):
        return None
    index = ladder.rung_index(invoice.rung)
    if invoice.climbed:
        index = max(index, *map(ladder.rung_index, invoice.climbed))
    return ladder.rungs[index + 1] if index + 1 < len(ladder.rungs) else None


def consider_rung(
    ladder: Ladder, rung: Rung, invoice: InvoiceSubject, names: Names, rules: RuleSet, today: dt.date, *, explained: bool = True
) -> Consideration:
    """To say why something does not apply costs more than to see that it does not: without `explained` it is not said."""
    if ladder.name not in names:
        return not_matching(ladder.when, invoice.facts) if explained else DOES_NOT_APPLY
    if (still_open := _still_open(invoice.claims.get(rung.id, NOTHING_CLAIMED))) is not None:
        return still_open
    due = rung_due_on(rung, invoice, rules)
    if due is not None and today < due:
        return Consideration(Outcome.WAITING, _("the next contact is on {day}", day=due), due)
    if rung.when is not None and f"rung:{ladder.id}/{rung.id}" not in names:
        return not_matching(rung.when, invoice.facts) if explained else DOES_NOT_APPLY
    if (open_elsewhere := _open_on_another(ladder, invoice, rules)) is not None:
        return open_elsewhere
    return _due(rung.id, (today - invoice.due_on).days if invoice.due_on else 0, due)


def _open_on_another(ladder: Ladder, invoice: InvoiceSubject, rules: RuleSet) -> Consideration | None:
    """What another ladder, from which the invoice was taken, still has under way for it: two reminders must not cross."""
    others = (rung.id for other in rules.ladders if other is not ladder for rung in other.rungs if rung.id in invoice.claims)
    return next((found for rung in others if (found := _still_open(invoice.claims[rung])) is not None), None)


def rung_due_on(rung: Rung, invoice: InvoiceSubject, rules: RuleSet) -> dt.date | None:
    """The day from which a rung may act; None before the first.

    The day that a message has promised the customer is kept whatever the rung waits: that of another ladder, from which a person took the
    invoice, and that of a higher rung, in whose message it rode. What stays in the house need not wait for it.

    It is the promised next contact, or the rung's wait after the last one; later if a reversal or the end of a dispute set the wait back.
    """
    if invoice.rung_on is None:
        return None
    if rung.wait_workdays == 0:
        return invoice.next_contact if rung.writes or invoice.overrides.ladder is not None else None
    due = invoice.next_contact or rules.calendar.plus(invoice.rung_on, rung.wait_workdays)
    if invoice.waits_from is not None and invoice.waits_from > invoice.rung_on:
        due = max(due, rules.calendar.plus(invoice.waits_from, rung.wait_workdays))
    return due


def next_contact_after(ladder: Ladder, rung: Rung, sent_on: dt.date, calendar: BusinessCalendar) -> dt.date | None:
    """The day on which the customer will be written to again, as a message of `rung` may say.

    None after the last rung, where only a condition and no wait decides on the next one, and where one of the two writes to nobody.
    """
    following = ladder.rungs[ladder.rung_index(rung.id) + 1 :][:1]
    if not following or not following[0].wait_workdays or not all(each.writes for each in (rung, *following)):
        return None
    return calendar.plus(sent_on, following[0].wait_workdays)
