"""A planned action as the JSON that the ledger keeps, and back: equal after the round trip."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from cobranza_rules.language import Sentence
from cobranza_rules.rules.planned import PlannedAction


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[PlannedAction]:
    return TypeAdapter(PlannedAction)


def to_json(action: PlannedAction) -> dict[str, Any]:
    kept: dict[str, Any] = _adapter().dump_python(replace(action, reason=Sentence("")), mode="json")
    return {**kept, "reason": action.reason.as_json()}


def from_json(kept: dict[str, Any]) -> PlannedAction:
    reason = Sentence.from_json(kept["reason"])
    action = _adapter().validate_python({**kept, "reason": {"template": "", "fields": {}}})
    return replace(action, reason=reason)
