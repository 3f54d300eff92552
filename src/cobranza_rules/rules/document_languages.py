"""Templates that are there, but not in each language in which they will be asked for: known before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.document_steps import MESSAGES
from cobranza_rules.rules.model import RuleSet, Step, StepKind
from cobranza_rules.rules.possibility import can_hold
from cobranza_rules.rules.tree import AllOf, Leaf, Node, OneOf
from cobranza_rules.rules.written import distinct, problem_at

LANGUAGE = "language"
OF_CUSTOMERS = VOCABULARY[Scope.INVOICE][LANGUAGE].choices
Languages = Mapping[str, frozenset[str]]  # By name of the template


@dataclass(frozen=True, slots=True)
class Templates:
    """`folder` is theirs as the user knows it."""

    folder: str
    letters: Languages
    mails: Languages
    notices: Languages


def check_languages(rules: RuleSet, templates: Templates, language: str) -> tuple[Problem, ...]:
    """`language` is that of the program, in which notices and memos are written: one that is missing there is an error, for it can never leave.

    Customers may be of either language, unless the condition says otherwise: there the program only warns, for nobody knows which will come.
    A template of which no language is there is told elsewhere.
    """
    found: list[Problem] = []
    for rule in rules.rules:
        found += _of_steps((*rule.do, *rule.after_last), rule.when.tree, rule.scope, templates, language)
    for ladder in rules.ladders:
        for rung in ladder.rungs:
            when = ladder.when.tree if rung.when is None else AllOf((ladder.when.tree, rung.when.tree))
            found += _of_steps(rung.do, when, Scope.INVOICE, templates, language)
    return distinct(found)


def _of_steps(steps: tuple[Step, ...], when: Node, scope: Scope, templates: Templates, language: str) -> Iterator[Problem]:
    needed = [each for each in OF_CUSTOMERS if can_hold(AllOf((when, Leaf("", (OneOf(LANGUAGE, (each,)),)))), scope)]
    for step in steps:
        if step.kind is StepKind.LETTER:
            yield from _missing(step, needed, templates.letters, f"{templates.folder}/letters/{step.name}.{{}}.docx")
        elif step.kind in MESSAGES:
            yield from _missing(step, needed, templates.mails, f"{templates.folder}/mail/{step.name}.{{}}.html")
            if step.form:
                form = replace(step, name=step.form)
                yield from _missing(form, needed, templates.letters, f"{templates.folder}/letters/{step.form}.{{}}.docx")
        if step.memo and language not in templates.letters.get(step.memo, {language}):
            what = _("the memo '{name}' is missing in '{language}', the language of the program", name=step.memo, language=language)
            yield problem_at(step.place, what, _("write {file}", file=f"{templates.folder}/letters/{step.memo}.{language}.docx"))
        if step.kind is StepKind.NOTICE and language not in templates.notices.get(step.name, {language}):
            what = _("the notice '{name}' is missing in '{language}', the language of the program", name=step.name, language=language)
            yield problem_at(step.place, what, _("write {file}", file=f"{templates.folder}/notices/{step.name}.{language}.html"))


def _missing(step: Step, needed: list[str], there: Languages, file: str) -> Iterator[Problem]:
    known = there.get(step.name, frozenset())
    for language in needed if known else ():
        if language not in known:
            what = _(
                "'{name}' is missing in '{language}', and the rule writes to customers of that language", name=step.name, language=language
            )
            hint = _("write {file}, or ask for 'language == \"{known}\"' in its 'when'", file=file.format(language), known=min(known))
            yield problem_at(step.place, what, hint, warning=True)
