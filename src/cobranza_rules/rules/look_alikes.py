"""Texts that differ in capitals, accents or spaces alone: to a condition they are two, to whoever wrote them mostly one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.tree import Node, OneOf, leaves
from cobranza_rules.rules.written import problem_at


def look_alikes(rules: RuleSet) -> list[Problem]:
    """Warnings, one for each other way in which a text is written for a fact. Facts with given choices are checked against those."""
    first: dict[tuple[str, str], tuple[str, Place]] = {}
    told: set[tuple[str, str]] = set()
    found = []
    for scope, condition in rules.conditions().values():
        for fact, value in _texts(condition.tree, scope):
            before, place = first.setdefault((fact, _plain(value)), (value, condition.place))
            if before != value and (fact, value) not in told:
                told.add((fact, value))
                what = _(
                    '{fact} is compared with "{value}" here and with "{before}" in {file}:{line}: capitals, accents and spaces count',
                    fact=fact,
                    value=value[:80],
                    before=before[:80],
                    file=place.file,
                    line=place.line,
                )
                found.append(
                    problem_at(
                        condition.place, what, _("write both alike, as the data have it; 'contains' looks past capitals"), warning=True
                    )
                )
    return found


def _texts(tree: Node, scope: Scope) -> Iterator[tuple[str, str]]:
    for leaf in leaves(tree):
        for test in leaf.tests:
            if isinstance(test, OneOf) and not VOCABULARY[scope][test.fact].choices:
                yield from ((test.fact, value) for value in test.values if isinstance(value, str))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
