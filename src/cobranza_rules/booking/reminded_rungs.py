"""Rungs as the people of a desk name them who had no program yet: by id, in words, or by their place in the only ladder."""

from __future__ import annotations

from dataclasses import dataclass

from cobranza_rules.catalogue import SPANISH, translator
from cobranza_rules.intake.heading_row import plain
from cobranza_rules.language import Sentence
from cobranza_rules.rules.model import Ladder, RuleSet, Rung
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.suggestions import suggestion


@dataclass(frozen=True, slots=True)
class NamedRung:
    ladder: Ladder
    rung: Rung

    @property
    def below(self) -> list[str]:
        return [each.id for each in self.ladder.rungs[: self.ladder.rung_index(self.rung.id)]]

    @property
    def case_status(self) -> str:
        """Where the case stands after this rung and those below it; empty where none of them moves it."""
        climbed = self.ladder.rungs[: self.ladder.rung_index(self.rung.id) + 1]
        return next((each.sets["case_status"] for each in reversed(climbed) if "case_status" in each.sets), "")

    @property
    def writes(self) -> bool:
        return reaches_customer(self.rung.do)


class RungNames:
    def __init__(self, rules: RuleSet) -> None:
        self._known: dict[str, NamedRung] = {}
        self._ids = [rung.id for ladder in rules.ladders for rung in ladder.rungs]
        in_spanish = translator(SPANISH)
        for ladder in rules.ladders:
            for place, rung in enumerate(ladder.rungs, 1):
                names = [rung.id, *rung.was, in_spanish(rung.id), *([str(place)] if len(rules.ladders) == 1 else [])]
                self._known |= {plain(name): NamedRung(ladder, rung) for name in names}

    def find(self, name: str) -> NamedRung | None:
        return self._known.get(plain(name))

    def suggestion(self, name: str) -> Sentence:
        return suggestion(plain(name).replace(" ", "-"), self._ids)
