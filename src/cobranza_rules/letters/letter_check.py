"""What is wrong with the letters of a folder, all at once: what cannot be compiled, and what fails on sample data, in the PDF engine too."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.letters.curly_quotes import curly_quotes
from cobranza_rules.letters.field_catalogue import Subject
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.packet_catalogue import PACKET_TEMPLATES
from cobranza_rules.letters.pdf_engine import PdfEngine
from cobranza_rules.letters.sample_letters import letter, sample_document
from cobranza_rules.letters.sample_packet import sample_packet_fields
from cobranza_rules.letters.template import CompiledTemplate
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import Problem, ProblemError

OF_SEVERAL_PAGES = 60  # Invoices of a sample: what repeats on later pages is tried too.


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """`problems` are such that it cannot be used as it is; with `warnings` it can."""

    name: str
    language: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def check_letters(folder: TemplateFolder, engine: PdfEngine, names: tuple[str, ...] = ()) -> list[CheckedLetter]:
    """Each letter of these names in each of its languages; of all names where none is given. Raises ProblemError for names that are not there."""
    there = trial_templates(folder)
    if unknown := [name for name in names if name not in there]:
        raise ProblemError([no_such_letter(name, there) for name in unknown])
    return [_checked(folder, engine, name, language) for name in (names or there) for language in sorted(there[name])]


def _checked(folder: TemplateFolder, engine: PdfEngine, name: str, language: str) -> CheckedLetter:
    problems = tuple(_problems_of(folder, engine, name, language))
    warnings: list[Problem] = []
    with contextlib.suppress(ProblemError):  # Said already.
        file, content = folder.letter_file(name, language)
        warnings = curly_quotes(content, file)
    return CheckedLetter(name, language, problems, tuple(warnings))


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


def _problems_of(folder: TemplateFolder, engine: PdfEngine, name: str, language: str) -> Iterator[Problem]:
    try:
        template, full = sample_of(folder, name, language)
        subject = None if name in PACKET_TEMPLATES else folder.fitting(name, language)[1]
    except ProblemError as error:
        yield from error.problems
        return
    others = [] if subject is None else [_bare(name, language, subject)]
    long = [fields_of(letter(name, language, OF_SEVERAL_PAGES))] if subject is Scope.INVOICE else []
    said: list[Problem] = []
    for fields in (full, *others):
        said += _new(said, template.word, fields)
        said += _new(said, template.html, fields)
    for fields in () if said else (full, *long):  # The engine says nothing new of what cannot even be written.
        said += _new(said, lambda fields: engine.render(template.html(fields)), fields)
    yield from (problem if problem.file else replace(problem, file=template.name) for problem in said)


def _new(said: list[Problem], output: Callable[[dict[str, Any]], object], fields: dict[str, Any]) -> list[Problem]:
    try:
        output(fields)
    except ProblemError as error:
        return [problem for problem in error.problems if problem not in said]
    return []


def _bare(name: str, language: str, subject: Subject) -> dict[str, Any]:
    """Nobody has signed it, and nobody is in charge."""
    full = sample_document(name, language, subject)
    return fields_of(replace(full, number="", draft=True, signer=None, analyst=None, copies=(), last_contact=None, rubric=""))
