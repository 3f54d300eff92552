"""The story that the demonstration plays: what arrives on which day, and what people do. Its format stands at its own head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """`customer` and `template` name the message that it answers: the last one of that template to that customer."""

    file: str
    customer: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does: `do` is one of those that `demo.acting` knows; `more` holds what that needs."""

    role: str
    do: str
    customer: str
    comment: str
    more: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoryDay:
    on: dt.date
    note: str
    files: tuple[str, ...]
    replies: tuple[Reply, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Story:
    opening_on: dt.date
    opening_lists: tuple[str, ...]
    opening_files: tuple[str, ...]
    days: tuple[StoryDay, ...]


def read_story(file: Path) -> Story:
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=True).load(file)
    opening = raw["opening"]
    return Story(
        opening_on=_day(opening["on"]),
        opening_lists=(opening["customers"], opening["agreements"]),
        opening_files=tuple(opening["files"]),
        days=tuple(_story_day(day) for day in raw["days"]),
    )


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _story_day(raw: Mapping[str, Any]) -> StoryDay:
    return StoryDay(
        on=_day(raw["on"]),
        note=raw.get("note", ""),
        files=tuple(raw.get("files", ())),
        replies=tuple(
            Reply(each["file"], each.get("answers", {}).get("customer", ""), each.get("answers", {}).get("template", ""))
            for each in raw.get("replies", ())
        ),
        acts=tuple(_act(each) for each in raw.get("people", ())),
    )


def _act(raw: Mapping[str, Any]) -> Act:
    more = {key: value for key, value in raw.items() if key not in ("as", "do", "customer", "comment")}
    return Act(raw["as"], raw["do"], raw.get("customer", ""), raw.get("comment", ""), more)
