"""Expected beside got: what a day should have brought and did not, and what it brought and should not have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.planned import Outcome, PlannedAction, Verdict
from cobranza_rules.rules.testing_given import REQUESTED_CONTACT
from cobranza_rules.rules.testing_model import ExpectedAction, ExpectedDay, RuleTest
from cobranza_rules.rules.testing_present import roles_of
from cobranza_rules.rules.testing_simulation import SimulatedDay

Replied = Mapping[int, frozenset[str]]  # Numbers of the invoices that each reply is about
Pair = tuple[str, str]  # An invoice and what holds it
MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """One day on which things went differently. `what` is actions, told, sent, asked, held or an event; `why` are reasons of the decision."""

    on: dt.date
    place: Place
    what: str
    expected: tuple[Sentence, ...]
    got: tuple[Sentence, ...]
    why: tuple[Sentence, ...] = ()


def features_of(action: PlannedAction, replied: Replied) -> dict[str, Any]:
    """An action under the words of a test. `replied` are the invoices of replies, which their actions do not name themselves."""
    items = action.items
    named = frozenset(action.invoices)
    of_reply = replied.get(items[0].subject_id, frozenset()) if action.subject == "reply" else frozenset()
    by_hand = next((step.to for step in action.steps if step.kind is StepKind.DELIVER and not action.recipients), "")
    if by_hand and action.requested is not None and action.requested.contact:
        by_hand = REQUESTED_CONTACT
    return {
        "rule_id": action.rule_id,
        "after_last": action.closing,
        "customer": action.customer,
        "currency": action.currency,
        "invoices": named if action.subject == "invoice" else of_reply,
        "to": roles_of(action.recipients) or frozenset({by_hand} - {""}),
        "cc": roles_of(action.copies),
        "total": Money(action.total, action.currency),
        "next_contact": action.next_contact,
        "apart": frozenset(held.number for held in action.held),
        "about": named if action.subject not in ("invoice", "reply") else frozenset(),
    }


def compare_day(test: RuleTest, day: SimulatedDay, expected: ExpectedDay | None, replied: Replied) -> list[Difference]:
    place = expected.place if expected is not None else test.place
    numbers = dict(enumerate((invoice.id for invoice in test.invoices), 1))
    found = [Difference(day.on, event.place, "event", (), (), (why,)) for event, why in day.missed]
    wanted = expected.actions if expected is not None else None
    if wanted is None and test.quiet:
        wanted = ()
    if wanted is not None:
        found += _compare_actions(day, place, "actions", wanted, day.actions, replied, numbers)
    told = expected.told if expected is not None else None
    if told is None and test.quiet and any(each.told is not None for each in test.expected):
        told = ()
    if told is not None:
        found += _compare_actions(day, place, "told", told, day.told, replied, numbers)
    if expected is not None and expected.sent is not None:
        found += _compare_actions(day, place, "sent", expected.sent, day.sent, replied, numbers)
    asked = expected.asked if expected is not None else None
    if asked is None and test.quiet and any(each.asked is not None for each in test.expected):
        asked = ()
    if asked is not None:
        features = [{**_who(each.action), "gate": each.gate.kind, "of": each.gate.role} for each in day.asked]
        found += _compare(day, place, "asked", asked, [each.action for each in day.asked], features, numbers)
    if expected is not None and expected.held is not None and day.plan is not None:
        held = {(each.number, each.hold_id): each.reason for each in day.plan.held}
        if expected.held != held.keys():
            why = _why_held(day, expected.held, held, numbers)
            found.append(Difference(day.on, place, "held", _pairs(expected.held), _pairs(held), why))
    return found


def _pairs(held: Any) -> tuple[Sentence, ...]:
    return tuple(Sentence("{invoice} {hold}", {"invoice": invoice, "hold": hold}) for invoice, hold in sorted(held))


def _why_held(
    day: SimulatedDay, wanted: frozenset[Pair], held: Mapping[Pair, Sentence], numbers: Mapping[int, str]
) -> tuple[Sentence, ...]:
    """What came of an invoice that was to be held, for nothing is held that is not due; and why another one is."""
    assert day.plan is not None
    free = {invoice for invoice, _hold in wanted - held.keys()}
    said = [
        Sentence("{rule}, {subject}: {reason}", {"rule": each.rule_id, "subject": numbers[each.subject_id], "reason": each.reason})
        for each in day.plan.verdicts
        if each.subject == "invoice" and numbers[each.subject_id] in free and each.outcome is not Outcome.NOT_MATCHING
    ]
    kept = [Sentence("{invoice}: {reason}", {"invoice": pair[0], "reason": held[pair]}) for pair in sorted(held.keys() - wanted)]
    return (*said[:MOST_REASONS], *kept[:MOST_REASONS])


def _compare_actions(
    day: SimulatedDay,
    place: Place,
    what: str,
    wanted: Sequence[ExpectedAction],
    got: Sequence[PlannedAction],
    replied: Replied,
    numbers: Mapping[int, str],
) -> list[Difference]:
    return _compare(day, place, what, wanted, got, [features_of(action, replied) for action in got], numbers)


def _who(action: PlannedAction) -> dict[str, Any]:
    """What is told of an action that is put before somebody."""
    shown = features_of(action, {})
    return {key: shown[key] for key in ("rule_id", "customer", "currency", "invoices", "total")}


def _compare(
    day: SimulatedDay,
    place: Place,
    what: str,
    wanted: Sequence[ExpectedAction],
    got: Sequence[PlannedAction],
    features: Sequence[Mapping[str, Any]],
    numbers: Mapping[int, str],
) -> list[Difference]:
    if len(wanted) == len(got) and _all_met(wanted, features):
        return []
    expected = tuple(_expected_sentence(each) for each in wanted)
    return [Difference(day.on, place, what, expected, tuple(map(_got_sentence, features)), _why(day, wanted, got, numbers))]


def _fits(wanted: ExpectedAction, features: Mapping[str, Any]) -> bool:
    return wanted.rule_id == features["rule_id"] and all(features[key] == value for key, value in wanted.wanted.items())


def _all_met(wanted: Sequence[ExpectedAction], features: Sequence[Mapping[str, Any]]) -> bool:
    """Each expectation finds an action of its own: a matching along augmenting paths, for an expectation may fit several actions."""
    taken: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        for index, each in enumerate(features):
            if index in seen or not _fits(wanted[one], each):
                continue
            seen.add(index)
            if index not in taken or place(taken[index], seen):
                taken[index] = one
                return True
        return False

    return all(place(one, set()) for one in range(len(wanted)))


def _why(
    day: SimulatedDay, wanted: Sequence[ExpectedAction], got: Sequence[PlannedAction], numbers: Mapping[int, str]
) -> tuple[Sentence, ...]:
    """What the decision says of the rules that were expected to act or acted: the first thing that whoever reads a failure would ask."""
    assert day.plan is not None
    if day.plan.stopped is not None:
        return (_("the run stops: {reason}", reason=day.plan.stopped),)
    rules = {each.rule_id for each in wanted} - {action.rule_id for action in got}
    said = [
        Sentence("{rule}, {subject}: {reason}", {"rule": each.rule_id, "subject": _named(each, numbers), "reason": each.reason})
        for each in day.plan.verdicts
        if each.rule_id in rules and each.subject != "reply"
    ]
    acted = [Sentence("{reason}", {"reason": action.reason}) for action in got]
    return (*said[:MOST_REASONS], *acted[:MOST_REASONS])


def _named(verdict: Verdict, numbers: Mapping[int, str]) -> str:
    return numbers[verdict.subject_id] if verdict.subject == "invoice" else f"{verdict.subject} {verdict.subject_id}"


def _said(pairs: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_readable(value)}" for key, value in pairs.items())


def _readable(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else str(value)


def _expected_sentence(wanted: ExpectedAction) -> Sentence:
    return Sentence("{action}", {"action": f"{wanted.rule_id} {_said(wanted.wanted)}".rstrip()})


def _got_sentence(features: Mapping[str, Any]) -> Sentence:
    shown = {key: value for key, value in features.items() if key != "rule_id" and value not in (None, False, "", frozenset())}
    if not features["currency"]:
        shown.pop("total", None)
    return Sentence("{rule} {features}", {"rule": features["rule_id"], "features": _said(shown)})
