"""Conditions as analysts write them, checked against the vocabulary: what rules, holds and rungs have under `when`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.checking import Checker, currencies_of
from cobranza_rules.rules.grammar import DEEPEST, SyntaxFault, parse
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.possibility import can_hold
from cobranza_rules.rules.tree import AllOf, AnyOf, Known, Leaf, Negation, Node, OneOf, Unknown, depth_of, facts_of, leaves, size_of
from cobranza_rules.rules.written import Written, distinct, problem_at

MOST_LEAVES = 250  # Comparisons of one condition, defined names put in; it bounds names that double one another.

__all__ = ["Condition", "Definitions", "Place", "Written", "parse_condition"]


@dataclass(frozen=True, slots=True)
class Condition:
    """`text` as the analyst wrote it (a list is joined with `and`), `facts` all that it needs, the currencies of amounts among them."""

    text: str
    tree: Node
    place: Place
    scope: Scope
    facts: frozenset[str]
    warnings: tuple[Problem, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one text: no tree where there is an error. `negated` as the checker has them, and where."""

    tree: Node | None
    problems: tuple[Problem, ...] = ()
    negated: tuple[tuple[Written, int, str, str], ...] = ()


class Definitions:
    """The conditions under `define`, by name. Each is read once a scope, because a name means the facts of the scope that uses it."""

    def __init__(self, texts: Mapping[str, Written] | None = None) -> None:
        self.texts = dict(texts or {})
        self.names = frozenset(self.texts)
        self._read: dict[tuple[Scope, str], Reading] = {}
        self._under_way: list[str] = []

    def read(self, scope: Scope, name: str) -> Reading:
        if name in self._under_way:
            circle = " → ".join([*self._under_way[self._under_way.index(name) :], name])
            written = self.texts[name]
            what = _("the definition leads back to itself: {circle}", circle=circle)
            return Reading(None, (written.problem(0, what, _("take one of the names out")),))
        if len(self._under_way) >= DEEPEST:
            what = _("'{name}' is defined through more than {limit} other names", name=self._under_way[0], limit=DEEPEST)
            return Reading(None, (self.texts[self._under_way[0]].problem(0, what, _("write the condition with fewer names")),))
        if (scope, name) not in self._read:
            self._under_way.append(name)
            try:
                self._read[scope, name] = _read(self.texts[name], scope, self)
            finally:
                self._under_way.pop()
        return self._read[scope, name]


def _read(written: Written, scope: Scope, definitions: Definitions) -> Reading:
    try:
        parsed = parse(written.text)
    except SyntaxFault as fault:
        return Reading(None, (written.problem(fault.offset, fault.what, fault.hint),))
    inherited: list[Reading] = []

    def inline(name: str) -> Node | None:
        inherited.append(definitions.read(scope, name))
        return inherited[-1].tree

    checker = Checker(written, scope, definitions.names, inline)
    start = parsed.children[0]
    assert not isinstance(start, str)
    tree = checker.formula(start)
    problems = [problem for reading in inherited for problem in reading.problems] + checker.problems
    if tree is not None and not problems:
        problems = _too_big(tree, written)
    negated = [place for reading in inherited for place in reading.negated] + [(written, *found) for found in checker.negated]
    return Reading(None if problems else tree, distinct(problems), tuple(negated))


def _too_big(tree: Node, written: Written) -> list[Problem]:
    if size_of(tree) > MOST_LEAVES:
        return _too_many(written)
    if depth_of(tree) > DEEPEST:
        return [
            written.problem(0, _("the condition is nested more than {limit} levels deep", limit=DEEPEST), _("simplify it with 'define'"))
        ]
    return []


def _too_many(written: Written) -> list[Problem]:
    what = _("the condition has more than {limit} comparisons, its defined names put in", limit=MOST_LEAVES)
    return [written.problem(0, what, _("make several rules of it, or use 'in' for many values"))]


def parse_condition(
    text: str | Written | Sequence[str | Written],
    scope: Scope,
    place: Place,
    definitions: Definitions | None = None,
) -> Condition:
    """A list means `and`. A plain text is taken to stand at `place`. Raises ProblemError with everything that is wrong, each at its column."""
    items = [text] if isinstance(text, str | Written) else list(text)
    texts = [item if isinstance(item, Written) else Written(item, place) for item in items]
    known = definitions or Definitions()
    if len(texts) > MOST_LEAVES:
        raise ProblemError(_too_many(texts[0]))
    readings = [_read(written, scope, known) for written in texts]
    trees = [reading.tree for reading in readings if reading.tree is not None]
    problems = [problem for reading in readings for problem in reading.problems]
    if not texts:
        problems.append(problem_at(place, _("the condition is empty"), _("write a condition, or leave the line out")))
    tree: Node = trees[0] if len(trees) == 1 else AllOf(tuple(trees))
    if not problems and len(trees) > 1:
        problems += _too_big(tree, texts[0])
    if problems:
        raise ProblemError(distinct(problems))
    negated = [where for reading in readings for where in reading.negated]
    warnings = _doubtful_negations(tree, negated) + _impossible(tree, scope, place)
    return Condition(_joined(texts, trees), tree, place, scope, facts_of(tree), distinct(warnings))


def _joined(texts: list[Written], trees: list[Node]) -> str:
    parts = [" ".join(written.text.split()) for written in texts]
    if len(parts) == 1:
        return parts[0]
    return " and ".join(f"({part})" if isinstance(tree, AnyOf) else part for part, tree in zip(parts, trees, strict=True))


def _doubtful_negations(tree: Node, negated: list[tuple[Written, int, str, str]]) -> list[Problem]:
    """`not` makes a comparison with an unknown fact, or with an amount in another currency, true.

    Whoever asks in the same condition whether the fact is known, or for the currency, has thought of it.
    """
    asked = {test.fact for leaf in leaves(tree) for test in leaf.tests if isinstance(test, Known | Unknown)}
    chosen = {test.fact for leaf in _not_negated(tree) for test in leaf.tests if isinstance(test, OneOf)}
    found = []
    for written, offset, fact, currency in negated:
        if currency and fact not in chosen:
            what = _("this is true too where the amount is in another currency than {currency}", currency=currency)
            hint = _("add '{fact} == \"{currency}\"' if that is not meant", fact=fact, currency=currency)
            found.append(written.problem(offset, what, hint, warning=True))
        elif not currency and fact not in asked:
            what = _("this is true too where '{fact}' is unknown", fact=fact)
            found.append(written.problem(offset, what, _("add '{fact} is known' if that is not meant", fact=fact), warning=True))
    return found


def _not_negated(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case AllOf(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from _not_negated(part)
        case Negation():
            return


def _impossible(tree: Node, scope: Scope, place: Place) -> list[Problem]:
    if can_hold(tree, scope):
        return []
    hint = _("look for two parts that exclude each other")
    found = sorted({currency for leaf in _not_negated(tree) for _fact, currency in currencies_of(leaf)})
    if len(found) > 1:
        hint = _("no subject has amounts in {names} at once: join them with 'or', or write a rule for each", names=", ".join(found))
    return [problem_at(place, _("this condition can never hold"), hint, warning=True)]
