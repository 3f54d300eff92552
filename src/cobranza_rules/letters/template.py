"""A letter's template: one .docx, checked whole, compiled once to Word and to HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from cobranza_rules.letters import html_template
from cobranza_rules.letters.docx_package import open_docx
from cobranza_rules.letters.field_catalogue import BY_NAME
from cobranza_rules.letters.numbering import Numbering
from cobranza_rules.letters.sandbox import render_bounded
from cobranza_rules.letters.template_check import check_source, fields_named
from cobranza_rules.letters.template_field import TemplateField
from cobranza_rules.letters.template_parts import TemplateParts, read_parts
from cobranza_rules.letters.word import ENVIRONMENT, PROPERTY_ENVIRONMENT, WordTemplate, core_source
from cobranza_rules.problems import Problem, ProblemError


@dataclass(frozen=True)
class CompiledTemplate:
    """`digest` is the SHA-256 of the .docx, so that a case file can say which template a letter was made from. `named` are its fields."""

    name: str
    digest: str
    word_template: WordTemplate
    html_template: Template
    numbering: Numbering
    named: frozenset[str] = frozenset()

    def word(self, fields: dict[str, Any]) -> bytes:
        """The letter as .docx; the same fields give the same bytes. Raises ProblemError."""
        return self.word_template.render(fields)

    def html(self, fields: dict[str, Any]) -> str:
        """The letter as one HTML page for a PDF engine, without any reference to the outside. Raises ProblemError."""
        return self.numbering.filled(render_bounded(self.html_template, fields, self.name))


def compile_template(content: bytes, name: str, fields: Mapping[str, TemplateField] = BY_NAME) -> CompiledTemplate:
    """`fields` are those that it may name. Raises ProblemError with everything that is wrong: unknown fields, tags that are not well written, elements that a PDF cannot show."""
    package = open_docx(content, name)
    parts = read_parts(package)
    problems = _tag_problems(parts, name, fields)
    properties = core_source(package)
    problems += [
        Problem(finding.what, finding.hint, name, place="document properties")
        for finding in check_source(properties, PROPERTY_ENVIRONMENT, fields)
    ]
    numbering = Numbering(package)
    source, unsupported = html_template.html_source(package, parts, numbering)
    problems += unsupported
    if problems:
        raise ProblemError(problems)
    digest = hashlib.sha256(content).hexdigest()
    named = fields_named(properties, PROPERTY_ENVIRONMENT).union(
        *(fields_named(part.by_paragraph, ENVIRONMENT) for part in parts.parts.values())
    )
    return CompiledTemplate(name, digest, WordTemplate(package, parts), html_template.ENVIRONMENT.from_string(source), numbering, named)


def _tag_problems(parts: TemplateParts, name: str, fields: Mapping[str, TemplateField]) -> list[Problem]:
    problems = []
    for part in parts.parts.values():
        for finding in check_source(part.by_paragraph, ENVIRONMENT, fields):
            problem = Problem(finding.what, finding.hint, name, place=part.paragraph_at(finding.line))
            if problem not in problems:
                problems.append(problem)
    return problems
