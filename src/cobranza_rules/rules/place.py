"""Where something stands in a rules file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a rules file, for messages: line and column count from 1."""

    file: str
    line: int
    column: int
