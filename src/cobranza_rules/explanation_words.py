"""How an explanation says a hold, a message that waits, and what comes next: for people, and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from cobranza_rules.forecast.coming import Next, StandingHold
from cobranza_rules.language import Sentence, Translate, _, joined, word
from cobranza_rules.plan.looking import Message
from cobranza_rules.rules.overrides import Override


def messages_in_words(messages: Iterable[Message]) -> Iterator[Sentence]:
    """Of those that would not leave, why."""
    for message in messages:
        if (what := message.look.sentence) is not None:
            yield _("  {rule}, which waits since {day}: {what}", rule=word(message.action.rule_id), day=message.planned_on, what=what)


def hold_sentence(standing: StandingHold) -> Sentence:
    hold = standing.hold
    ends = _("until {day}", day=standing.ends_on) if standing.ends_on else _("until {event}", event=standing.until)
    if isinstance(hold, Override):
        blocks = joined(word(blocked.value) for blocked in sorted(hold.blocks))
        return _("{hold} blocks {blocks} {ends}: {reason}", hold=word(hold.id), blocks=blocks, ends=ends, reason=hold.reason)
    return _(
        "{hold} ({file}:{line}) blocks {blocks} {ends}, because of {causes}",
        hold=word(hold.id),
        file=hold.place.file,
        line=hold.place.line,
        blocks=joined(word(blocked.value) for blocked in sorted(hold.blocks)),
        ends=ends,
        causes=standing.because,
    )


def next_sentence(coming: Next, last_day: dt.date) -> Sentence:
    """The forecast of one invoice in words."""
    if coming.on is None:
        nothing = _("nothing until {day} unless something new happens; by then {reason}", day=last_day, reason=coming.reason)
        if coming.rule_id:
            reason = _("{rule}: {reason}", rule=word(coming.rule_id), reason=coming.reason)
            nothing = _("nothing until {day} unless something new happens; by then {reason}", day=last_day, reason=reason)
        return _("{nothing}; it waits until {event}", nothing=nothing, event=coming.until) if coming.until else nothing
    assert coming.action is not None
    acts = _("on {day} {rule}", day=coming.on, rule=word(coming.rule_id))
    if coming.leaves:
        acts = _("on {day} {rule} leaves, which is ready", day=coming.on, rule=word(coming.rule_id))
    if coming.action.recipients:
        acts = _("{acts}, to {to}", acts=acts, to=", ".join(coming.action.recipients))
    if coming.until is not None:
        acts = _("{acts}; it leaves when {event}", acts=acts, event=coming.until)
    return acts if coming.leaves else _("{acts}; because of {reason}", acts=acts, reason=coming.reason)


def hold_json(standing: StandingHold, translate: Translate) -> dict[str, Any]:
    return {
        "hold": standing.hold.id,
        "blocks": sorted(standing.hold.blocks),
        "because": standing.because.text(translate),
        "ends_on": standing.ends_on.isoformat() if standing.ends_on else None,
        "waits_for": standing.until.text(translate) if standing.until else None,
    }


def message_json(message: Message, translate: Translate) -> dict[str, Any]:
    shown = {"rule": message.action.rule_id, "planned_on": message.planned_on.isoformat(), "state": message.state}
    return {**shown, **message.look.as_json(translate)}


def next_json(coming: Next, translate: Translate) -> dict[str, Any]:
    return {
        "on": coming.on.isoformat() if coming.on else None,
        "rule": coming.rule_id or None,
        "leaves": coming.leaves,
        "to": list(coming.action.recipients) if coming.action else [],
        "reason": coming.reason.text(translate),
        "waits_for": coming.until.text(translate) if coming.until else None,
    }
