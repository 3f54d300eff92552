"""One message a group: what a plan must hold is worked out by hand, sentence by sentence, from every invoice of a random book."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings

from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.rules.effects import entries_when_confirmed
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Book, InvoiceSubject
from cobranza_rules.rules.testing_model import RuleTest
from tests.rules.decide_books import DESK, plan_for, rules_of, workdays
from tests.rules.random_books import RULES, RUNGS, crowds
from tests.semantics.stories import MINIMUM, WAITS, watched, weeks, writes

COPIES = {"first": ("supervisor",), "second": (), "third": ()}
TASKS = {"first": [], "second": ["talk"], "third": []}
slowly = settings(max_examples=300, deadline=None)


@dataclass
class Hand:
    """What somebody finds who goes through the invoices of one customer in one currency."""

    due: list[tuple[InvoiceSubject, str]] = field(default_factory=list)
    apart: list[InvoiceSubject] = field(default_factory=list)
    inside: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    overdue: int = 0
    under_way: bool = False


def is_held(one: InvoiceSubject, rung: str) -> bool:
    """The reminders by all holds; what stays in the house too, for all of them block escalations as well."""
    return bool(one.facts["inbox_open"] or one.facts["dispute_open"] or one.facts["promise_open"])


def sort_in(hand: Hand, one: InvoiceSubject, today: dt.date) -> None:
    on_ladder = one.balance > 0 and one.facts["delivery"] == "sent" and one.facts["case_status"] == "collections"
    if on_ladder and one.due_on is not None and one.due_on < today and not is_held(one, "first"):
        hand.overdue += one.balance
    place = RUNGS.index(one.rung) + 1 if one.rung else 0
    if not on_ladder or place == len(RUNGS):
        return
    rung = RUNGS[place]
    claims = one.claims.get(rung, NOTHING_CLAIMED)
    if claims.waiting or claims.uncertain:
        hand.under_way = hand.under_way or rung != "handover"
    elif due_by(one, rung, today):
        if is_held(one, rung):
            hand.apart += [one] if rung != "handover" else []
        elif rung == "handover":
            hand.inside[rung].add(one.id)
        else:
            hand.due.append((one, rung))


def due_by(one: InvoiceSubject, rung: str, today: dt.date) -> bool:
    if one.rung_on is None:
        return one.due_on is not None and one.due_on < today
    day = one.next_contact or workdays(WAITS[rung], one.rung_on)
    if one.waits_from is not None and one.waits_from > one.rung_on:
        day = max(day, workdays(WAITS[rung], one.waits_from))
    return day <= today


def may_be_written(hand: Hand, of: Book, customer: int, currency: str, today: dt.date) -> bool:
    if not hand.due or hand.under_way or today.weekday() >= 5 or hand.overdue < MINIMUM.get(currency, 0):
        return False
    who = of.customers[customer]
    if not {"collections_contact", "fallback_contact"} & set(who.addresses):
        return False
    promised = any(one.next_contact is not None and one.next_contact <= today for one, _rung in hand.due)
    free = [day for day in who.contacted.get(currency, ()) if workdays(3, day) > today]
    return promised or not free


@slowly
@given(crowds)
def test_a_group_gets_one_message_of_its_highest_rung_and_each_invoice_records_its_own(case: tuple[Book, dt.date]) -> None:
    """What is on hold stands apart outside the total, currencies never mix, and what stays in the house goes whatever is written."""
    found, today = case
    hands: dict[tuple[int, str], Hand] = defaultdict(Hand)
    for one in found.invoices:
        sort_in(hands[one.customer_id, one.currency], one, today)
    messages, inside = {}, {}
    for (customer, currency), hand in hands.items():
        if hand.inside:
            inside[customer, currency] = dict(hand.inside)
        if may_be_written(hand, found, customer, currency, today):
            top = max((rung for _one, rung in hand.due), key=RUNGS.index)
            own = {one.id: rung for one, rung in hand.due}
            total = sum(one.balance for one, _rung in hand.due)
            messages[customer, currency] = (top, own, {one.id for one in hand.apart}, total, COPIES[top], TASKS[top])
    planned = [action for action in plan_for(RULES, found, today).actions if action.ladder]
    written = [action for action in planned if action.rule_id != "handover"]
    assert len({(action.customer_id, action.currency) for action in written}) == len(written)
    assert {
        (action.customer_id, action.currency): (
            action.rule_id,
            recorded,
            {held.subject_id for held in action.held},
            action.total,
            tuple(role for step in action.steps for role in step.cc),
            [step.name for step in action.steps if step.assign],
        )
        for action in written
        if (
            recorded := {
                key: entry.data["rung"] for key, entry in entries_when_confirmed(action, 1, today) if entry.kind is EntryKind.RUNG_SENT
            }
        )
    } == messages
    assert {
        (action.customer_id, action.currency): {action.rule_id: {item.subject_id for item in action.items}}
        for action in planned
        if action.rule_id == "handover"
    } == inside


NOISE = """\
  - {id: look, for: invoice, when: balance > 0, every: 1 workdays, do: [{task: look-at-it, assign: analyst}]}
  - {id: late, for: invoice, when: days_overdue >= 1, group_by: [customer], do: [{task: read-it, assign: analyst}]}
"""
NOISY = rules_of(DESK.replace("ladders:\n", NOISE + "ladders:\n"))


@settings(max_examples=15, deadline=None)
@given(weeks())
def test_what_is_internal_neither_suppresses_nor_delays_a_message_to_the_customer(test: RuleTest) -> None:
    def letters(noisy: bool) -> list[tuple[dt.date, str, tuple[tuple[int, str, int], ...]]]:
        return [
            (leaving.on, leaving.action.rule_id, tuple((item.subject_id, item.rule_id, item.occurrence) for item in leaving.action.items))
            for leaving in watched(test, NOISY if noisy else RULES).left
            if writes(leaving.action) and leaving.action.rule_id not in ("look", "late")
        ]

    assert letters(noisy=True) == letters(noisy=False)
