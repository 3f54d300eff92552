"""What a part of a message calls itself, made harmless."""

from __future__ import annotations

import re

from cobranza_rules.mail.charsets import clean
from cobranza_rules.mail.headers import decode_words
from cobranza_rules.mail.mime import Part, content_type

LONGEST_NAME = 120


def disposition(part: Part) -> tuple[str, dict[str, str]]:
    """RFC 2183, which has a media type's syntax without its first half."""
    kind, parameters = content_type("x/" + part.header("content-disposition"))
    return kind.removeprefix("x/"), parameters


def file_name(part: Part) -> str:
    """As the message has it: not to be trusted. Empty where it has none."""
    _kind, parameters = disposition(part)
    return decode_words(parameters.get("filename", "") or part.parameters.get("name", ""))


def clean_name(name: str) -> str:
    """A file name without folders, control characters, or what Windows and shells take for something else."""
    last = re.split(r"[/\\]", clean(name).replace("\n", " "))[-1]
    safe = re.sub(r"[<>:\"|?*\x00-\x1f$`]", "_", last).strip(" .~-")
    stem, dot, extension = safe.rpartition(".")
    return safe if len(safe) <= LONGEST_NAME else (stem or extension)[: LONGEST_NAME - 10] + dot + extension[:9]
