"""What a command shows: sentences in the user's language, tables, JSON, and problems on the error stream."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from cobranza_rules.catalogue import translator
from cobranza_rules.language import Sentence
from cobranza_rules.problems import Problem

# Texts come from files and mails: what would steer a terminal, turn the order of a line around, or cannot be
# written at all (half a pair of UTF-16), shows as a replacement character.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def harmless(text: str) -> str:
    return _STEERING.sub("\ufffd", text)


class Screen:
    def __init__(self, language: str, *, as_json: bool = False) -> None:
        self.language = language
        self.as_json = as_json
        self.translate = translator(language)

    def say(self, sentence: Sentence) -> None:
        if not self.as_json:
            click.echo(harmless(sentence.text(self.translate)))

    def text(self, sentence: Sentence | str) -> str:
        return sentence.text(self.translate) if isinstance(sentence, Sentence) else sentence

    def word(self, template: str) -> str:
        """A single word or heading that was marked with N_."""
        return self.translate(template)

    def json(self, value: dict[str, Any]) -> None:
        click.echo(_HALF_A_PAIR.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=2, default=str)))

    def problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            click.echo(harmless(problem.text(self.translate)), err=True)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]], right: frozenset[int] = frozenset()) -> None:
        """Columns as wide as their widest cell; those in `right` are set to the right. Headings are marked texts."""
        cells = [[self.translate(heading) for heading in headings], *([self._cell(value) for value in row] for row in rows)]
        widths = [max(_width(row[column]) for row in cells) for column in range(len(headings))]
        for number, row in enumerate(cells):
            line = "  ".join(_padded(text, widths[column], column in right) for column, text in enumerate(row))
            click.echo(harmless(line).rstrip())
            if number == 0:
                click.echo("  ".join("-" * width for width in widths))

    def _cell(self, value: Any) -> str:
        if isinstance(value, Sentence):
            return value.text(self.translate)
        return "" if value is None else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_the_right else text + space
