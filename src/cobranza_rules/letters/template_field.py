"""What a field of a template is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    TEXT = "text"
    FLAG = "flag"  # true or false, for {% if %}
    GROUP = "group"  # has fields of its own: company.name
    LIST = "list"  # of groups, for {% for %}


@dataclass(frozen=True, slots=True)
class TemplateField:
    """`parts` are the fields of a group, or of each entry of a list."""

    name: str
    kind: FieldKind
    meaning: str
    parts: tuple[TemplateField, ...] = ()

    def part(self, name: str) -> TemplateField | None:
        return next((part for part in self.parts if part.name == name), None)


def text_field(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.TEXT, meaning)


def flag(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.FLAG, meaning)
