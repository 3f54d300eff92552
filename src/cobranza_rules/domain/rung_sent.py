"""A rung that was sent for an invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RungSent:
    ladder: str
    rung: str
    on: dt.date
    action: int | None = None
    next_contact: dt.date | None = None


def rung_json(rung: RungSent) -> dict[str, Any]:
    return {
        "ladder": rung.ladder,
        "rung": rung.rung,
        "on": rung.on.isoformat(),
        "action": rung.action,
        "next_contact": rung.next_contact.isoformat() if rung.next_contact else None,
    }


def rung_of_json(kept: Mapping[str, Any]) -> RungSent:
    next_contact = dt.date.fromisoformat(kept["next_contact"]) if kept.get("next_contact") else None
    return RungSent(kept["ladder"], kept["rung"], dt.date.fromisoformat(kept["on"]), kept.get("action"), next_contact)
