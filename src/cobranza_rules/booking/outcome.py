"""What became of each document of an import."""

from __future__ import annotations

from enum import StrEnum

from cobranza_rules.language import Sentence
from cobranza_rules.problems import Problem, ProblemError


class Taken(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def refuse(file: str, what: Sentence, hint: Sentence, place: str = "") -> ProblemError:
    return ProblemError([Problem(what, hint, file, place=place)])
