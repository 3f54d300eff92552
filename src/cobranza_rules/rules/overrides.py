"""What a person decided for one customer or one invoice, beside the rules: another ladder, a hold, or that it is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cobranza_rules.calendar import days_after
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.model import Blocks, RuleSet


class OverrideKind(StrEnum):
    """LADDER puts it on another ladder, HOLD keeps something from leaving, EXCLUDE leaves it alone altogether."""

    LADDER = "ladder"
    HOLD = "hold"
    EXCLUDE = "exclude"


# The names under which plans, digests and rule tests know what an override keeps from happening. No rule may have them.
HELD_BY = {OverrideKind.LADDER: "override", OverrideKind.HOLD: "override", OverrideKind.EXCLUDE: "exclude"}
USUALLY_BLOCKED = frozenset({Blocks.CONTACT, Blocks.ESCALATION})


@dataclass(frozen=True, slots=True)
class Override:
    """`scope` says whether it is the customer's or the invoice's own; `until` is the last day on which it counts.

    `ladder` belongs to LADDER, under its present id; `blocks` to the others.
    """

    number: int
    kind: OverrideKind
    scope: Scope
    who: str
    why: str
    until: dt.date | None = None
    ladder: str = ""
    blocks: frozenset[Blocks] = frozenset()

    @property
    def id(self) -> str:
        return HELD_BY[self.kind]

    @property
    def name(self) -> str:
        """Under which it stands among what holds for an invoice."""
        return f"override:{self.number}"

    @property
    def ends_on(self) -> dt.date | None:
        """The first day on which it counts no more."""
        return days_after(self.until, 1) if self.until else None

    @property
    def reason(self) -> Sentence:
        until = _(", until {day}", day=self.until) if self.until else ""
        said = {"number": self.number, "who": self.who, "until": until, "why": self.why}
        match self.kind:
            case OverrideKind.LADDER:
                return _("climbs ladder '{ladder}' by override {number} of {who}{until}: {why}", ladder=self.ladder, **said)
            case OverrideKind.HOLD:
                return _("on hold by override {number} of {who}{until}: {why}", **said)
            case OverrideKind.EXCLUDE:
                return _("left alone by override {number} of {who}{until}: {why}", **said)


class Overrides(NamedTuple):
    """What counts for an invoice on a day: one of each kind at most."""

    ladder: Override | None = None
    hold: Override | None = None
    exclude: Override | None = None


NO_OVERRIDES = Overrides()


def overrides_of(customers: Iterable[Override], own: Iterable[Override]) -> Overrides:
    """Of each kind the invoice's own wins over its customer's."""
    return Overrides(**{each.kind.value: each for each in (*customers, *own)})


def blocked_by(kind: OverrideKind, blocks: Iterable[str]) -> frozenset[Blocks]:
    """What an override keeps from happening: all of it, if nothing is to be done at all."""
    if kind is OverrideKind.EXCLUDE:
        return frozenset(Blocks)
    return frozenset(map(Blocks, blocks)) if kind is OverrideKind.HOLD else frozenset()


def lost_ladder(override: Override, rules: RuleSet) -> bool:
    """Whether it names a ladder that the rules do not have: then it changes nothing, so that no invoice falls silent."""
    return override.kind is OverrideKind.LADDER and override.ladder not in {ladder.id for ladder in rules.ladders}
