"""Sentences for people: a template in English with named fields, put into the reader's language only where it is shown.

A sentence is a value, so that pure code can give reasons, the store can keep them, and each reader sees them in his own language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Translate = Callable[[str], str]


def in_english(template: str) -> str:
    return template


@dataclass(frozen=True, slots=True)
class Sentence:
    """`template` is the gettext message id; `fields` fill its `{names}`: texts, numbers, dates, money or further sentences."""

    template: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Translate = in_english) -> str:
        said = {name: value.text(translate) if isinstance(value, Sentence) else value for name, value in self.fields.items()}
        return translate(self.template).format_map(_Fields(said)) if said else translate(self.template)

    def __str__(self) -> str:
        return self.text()

    def as_json(self) -> dict[str, Any]:
        """The form in which the store keeps it: {"text": template, "fields": {...}}, nested sentences alike."""
        return {"text": self.template, "fields": {k: v.as_json() if isinstance(v, Sentence) else str(v) for k, v in self.fields.items()}}

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Sentence:
        fields = {k: Sentence.from_json(v) if isinstance(v, Mapping) else v for k, v in kept.get("fields", {}).items()}
        return Sentence(kept["text"], fields)


class _Fields(dict[str, Any]):
    """A field that an older, kept sentence does not have shows as a dash instead of breaking what is shown around it."""

    def __missing__(self, key: str) -> str:
        return "-"


def _(template: str, /, **fields: Any) -> Sentence:
    """A sentence that is translated when it is shown. The name is gettext's, so that its tools find the templates."""
    return Sentence(template, fields)


def word(identifier: object) -> Sentence:
    """An identifier such as `payment_notice`, shown as the word that the catalogue has for it (cobranza_rules.words), else as it stands."""
    return Sentence(str(identifier))


def joined(parts: Iterable[Sentence], separator: str = ", ") -> Sentence:
    """Sentences one after the other, each still to be said in the reader's language."""
    listed = tuple(parts)
    names, template = _list_of(len(listed), separator)
    return Sentence(template, dict(zip(names, listed, strict=True)))


@lru_cache(maxsize=256)
def _list_of(count: int, separator: str) -> tuple[tuple[str, ...], str]:
    names = tuple(f"part{number}" for number in range(1, count + 1))
    return names, separator.join(f"{{{name}}}" for name in names)


def N_(template: str, /) -> str:  # noqa: N802 (gettext's own name for a text that is marked now and translated later)
    return template
