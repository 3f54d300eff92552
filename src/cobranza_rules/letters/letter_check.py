"""What is wrong with the letters of a folder, all at once: what cannot be compiled, and what fails on sample data."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cobranza_rules.language import _
from cobranza_rules.letters.field_catalogue import Subject
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.packet_catalogue import PACKET_TEMPLATES
from cobranza_rules.letters.sample_letters import sample_document
from cobranza_rules.letters.sample_packet import sample_packet_fields
from cobranza_rules.letters.template import CompiledTemplate
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    name: str
    language: str
    problems: tuple[Problem, ...]


def check_letters(folder: TemplateFolder, names: tuple[str, ...] = ()) -> list[CheckedLetter]:
    """Each letter of these names in each of its languages; of all names where none is given. Raises ProblemError for names that are not there."""
    there = trial_templates(folder)
    if unknown := [name for name in names if name not in there]:
        raise ProblemError([no_such_letter(name, there) for name in unknown])
    return [
        CheckedLetter(name, language, tuple(_problems_of(folder, name, language)))
        for name in (names or there)
        for language in sorted(there[name])
    ]


def trial_templates(folder: TemplateFolder) -> dict[str, frozenset[str]]:
    """The languages of letters and of pages of packets, by their names: what can be tried on sample data."""
    return {**folder.letters(), **folder.packet_pages()}


def no_such_letter(name: str, there: dict[str, frozenset[str]]) -> Problem:
    near = difflib.get_close_matches(name, there, n=1)
    hint = _("did you mean '{name}'?", name=near[0]) if near else _("there are: {names}", names=", ".join(sorted(there)))
    return Problem(_("there is no letter '{name}'", name=name), hint)


def sample_of(folder: TemplateFolder, name: str, language: str) -> tuple[CompiledTemplate, dict[str, Any]]:
    """A letter, or a page of a packet, with sample data that has all it may name. Raises ProblemError."""
    if name in PACKET_TEMPLATES:
        return folder.packet(name, language), sample_packet_fields(name, language)
    template, subject = folder.fitting(name, language)
    return template, fields_of(sample_document(name, language, subject))


def _problems_of(folder: TemplateFolder, name: str, language: str) -> Iterator[Problem]:
    try:
        template, full = sample_of(folder, name, language)
        subject = None if name in PACKET_TEMPLATES else folder.fitting(name, language)[1]
    except ProblemError as error:
        yield from error.problems
        return
    said: list[Problem] = []
    for fields in (full, *([] if subject is None else [_bare(name, language, subject)])):
        for output in (template.word, template.html):
            try:
                output(fields)
            except ProblemError as error:
                said += [problem for problem in error.problems if problem not in said]
    yield from said


def _bare(name: str, language: str, subject: Subject) -> dict[str, Any]:
    """Nobody has signed it, and nobody is in charge."""
    full = sample_document(name, language, subject)
    return fields_of(dataclasses.replace(full, number="", draft=True, signer=None, analyst=None, copies=(), last_contact=None, rubric=""))
