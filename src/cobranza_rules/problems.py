"""What a user can get wrong: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cobranza_rules.language import Sentence, Translate, in_english


@dataclass(frozen=True, slots=True)
class Problem:
    """`file` as the user named it; `line` and `column` count from 1 and are 0 where there is no such place.

    `place` names a spot that lines cannot: a sheet's cell, an XML element, a message part.
    """

    what: Sentence
    hint: Sentence | None = None
    file: str = ""
    line: int = 0
    column: int = 0
    place: str = ""
    warning: bool = False

    def where(self) -> str:
        spot = self.file
        if self.line:
            spot += f":{self.line}" + (f":{self.column}" if self.column else "")
        if self.place:
            spot += f" ({self.place})" if spot else self.place
        return spot

    def text(self, translate: Translate = in_english) -> str:
        """One line: `file:line:column: what; what to do`."""
        said = self.what.text(translate) + (f"; {self.hint.text(translate)}" if self.hint else "")
        where = self.where()
        return f"{where}: {said}" if where else said

    def __str__(self) -> str:
        return self.text()

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "place": self.place,
            "what": self.what.as_json(),
            "hint": self.hint.as_json() if self.hint else None,
            "warning": self.warning,
        }

    @staticmethod
    def from_json(kept: dict[str, Any]) -> Problem:
        return Problem(
            what=Sentence.from_json(kept["what"]),
            hint=Sentence.from_json(kept["hint"]) if kept["hint"] else None,
            file=kept["file"],
            line=kept["line"],
            column=kept["column"],
            place=kept["place"],
            warning=kept["warning"],
        )


class ProblemError(Exception):
    """Carries every problem that was found, never just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
