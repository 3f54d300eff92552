"""What rules name outside of their file: templates of letters and mails, and roles of people. It is checked where those are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cobranza_rules.domain.customer import ContactRole
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.document_steps import TO_CUSTOMERS
from cobranza_rules.rules.model import ASKED, TELLING, RuleSet, Step, StepKind
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.written import distinct, problem_at

CUSTOMER_ROLES = frozenset(role.value for role in ContactRole)
Unfit = Callable[[StepKind, str, Scope], Iterable[Sentence]]


def all_fit(_kind: StepKind, _name: str, _scope: Scope) -> Iterable[Sentence]:
    return ()


def check_against(
    ruleset: RuleSet,
    *,
    letter_templates: set[str],
    mail_templates: set[str],
    notice_templates: set[str],
    roles: set[str],
    unfit: Unfit = all_fit,
) -> tuple[Problem, ...]:
    """Templates that are missing and roles that nobody holds; `roles` are those of the company's people.

    `unfit` says what a template of that kind and name wants to say that a rule of that scope does not know.
    """
    found: list[Problem] = []
    for scope, step in _steps(ruleset):
        if step.kind is StepKind.LETTER and step.name not in letter_templates:
            what = _("there is no letter template '{name}'", name=step.name)
            found.append(problem_at(step.place, what, suggestion(step.name, letter_templates)))
        if step.kind in (StepKind.DELIVER, StepKind.EMAIL) and step.name not in mail_templates:
            what = _("there is no mail template '{name}'", name=step.name)
            found.append(problem_at(step.place, what, suggestion(step.name, mail_templates)))
        if step.kind is StepKind.NOTICE and step.name not in notice_templates:
            what = _("there is no notice template '{name}'", name=step.name)
            found.append(problem_at(step.place, what, suggestion(step.name, notice_templates)))
        if step.kind in TO_CUSTOMERS:
            found += [problem_at(step.place, what, _("docs/letters.md lists the fields")) for what in unfit(step.kind, step.name, scope)]
        for name in filter(None, (step.form, step.memo)):
            if name not in letter_templates:
                what = _("there is no letter template '{name}'", name=name)
                found.append(problem_at(step.place, what, suggestion(name, letter_templates)))
            found += [problem_at(step.place, what, _("docs/letters.md lists the fields")) for what in unfit(StepKind.LETTER, name, scope)]
        found += _unknown_roles(step, roles)
    return distinct(found)


def _steps(ruleset: RuleSet) -> Iterator[tuple[Scope, Step]]:
    for rule in ruleset.rules:
        yield from ((rule.scope, step) for step in (*rule.do, *rule.after_last))
    for ladder in ruleset.ladders:
        for rung in ladder.rungs:
            yield from ((Scope.INVOICE, step) for step in rung.do)


def _unknown_roles(step: Step, roles: set[str]) -> Iterator[Problem]:
    """Letters are signed, notices read, and tasks done, by people of the company; a message may go to them or to the customer's contacts."""
    told = (step.to, *step.cc)
    inside = (step.sign, step.sign_substitute, step.rubric, step.assign, *(told if step.kind in TELLING else ()))
    for role in dict.fromkeys(told if step.kind not in TELLING else ()):
        if role and role not in roles | CUSTOMER_ROLES:
            yield problem_at(step.place, _("nobody has the role '{role}'", role=role), suggestion(role, roles | CUSTOMER_ROLES))
    for role in dict.fromkeys(inside):
        if role and role not in roles and not (role == ASKED and step.kind in (StepKind.NOTICE, StepKind.TASK)):
            yield problem_at(step.place, _("nobody of the company has the role '{role}'", role=role), suggestion(role, roles))
