"""What a template may say: known fields, `if`, `for` and a few filters. Everything else is refused before anything runs.

Without assignment, call and arithmetic, and with loops nested at most twice, the work of a template is bounded by its own size and
that of the letter.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, meta, nodes

from cobranza_rules.language import Sentence, _
from cobranza_rules.letters.field_catalogue import BY_NAME, LOOP_FIELDS
from cobranza_rules.letters.sandbox import FILTERS, TESTS, LetterEnvironment
from cobranza_rules.letters.tag_faults import said_of
from cobranza_rules.letters.template_field import FieldKind, TemplateField

DEEPEST_LOOP = 2
DEEPEST_TAG = 60  # Levels of the syntax tree; Jinja goes down it by recursion when it compiles, too.
_HINT_FIELDS = _("docs/letters.md lists the fields")
_PLAIN_TEXT = TemplateField("", FieldKind.TEXT, "")


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts the lines of the source that was checked, from 1."""

    line: int
    what: Sentence
    hint: Sentence


def fields_named(source: str, environment: LetterEnvironment) -> frozenset[str]:
    """The fields that a source which was found right names outside of its own loops."""
    return frozenset(meta.find_undeclared_variables(environment.parse(source)))


def check_source(source: str, environment: LetterEnvironment, fields: Mapping[str, TemplateField] = BY_NAME) -> list[Finding]:
    """`fields` are those that the template may name, by their names."""
    tree: nodes.Template | None
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return [Finding(*said_of(error, source))]
    except RecursionError:
        tree = None
    if tree is None or _depth(tree) > DEEPEST_TAG:
        return [Finding(1, _("the tags are nested too deeply"), _("simplify the template"))]
    checker = _Checker()
    checker.statements(tree.body, dict(fields), 0)
    return checker.findings


def _depth(tree: nodes.Node) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]
    return deepest


@dataclass
class _Checker:
    findings: list[Finding] = field(default_factory=list)

    def statements(self, body: list[nodes.Node], names: Mapping[str, TemplateField], depth: int) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        self.printed(part, names)
                case nodes.If():
                    self.branch(node, names, depth)
                case nodes.For():
                    self.loop(node, names, depth)
                case _:
                    self.refuse(node)

    def branch(self, node: nodes.If, names: Mapping[str, TemplateField], depth: int) -> None:
        self.value(node.test, names)
        self.statements(node.body, names, depth)
        self.statements(list(node.elif_), names, depth)
        self.statements(node.else_, names, depth)

    def loop(self, node: nodes.For, names: Mapping[str, TemplateField], depth: int) -> None:
        looped = self.value(node.iter, names)
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name) or depth >= DEEPEST_LOOP:
            self.refuse(node)
            return
        if looped is None:
            return
        if looped.kind is not FieldKind.LIST:
            self.add(node, _("'{name}' is not a list", name=_written(node.iter)), _("loop over {lists}", lists=_lists(names)))
            return
        counter = TemplateField("loop", FieldKind.GROUP, "", tuple(TemplateField(name, FieldKind.TEXT, "") for name in sorted(LOOP_FIELDS)))
        item = TemplateField(node.target.name, FieldKind.GROUP, "", looped.parts)
        self.statements(node.body, {**names, "loop": counter, node.target.name: item}, depth + 1)
        self.statements(node.else_, names, depth + 1)

    def printed(self, node: nodes.Node, names: Mapping[str, TemplateField]) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        found = self.value(node, names)
        if found is not None and found.kind in (FieldKind.LIST, FieldKind.GROUP):
            what = _("'{name}' cannot be printed as a whole", name=_written(node))
            if found.kind is FieldKind.LIST:
                self.add(node, what, _("loop over it with for"))
            else:
                self.add(
                    node,
                    what,
                    _("name one of its fields: {fields}", fields=", ".join(f"{_written(node)}.{part.name}" for part in found.parts)),
                )

    def value(self, node: nodes.Node, names: Mapping[str, TemplateField]) -> TemplateField | None:
        """The field that an expression names, a plain text for what is reckoned, None where something was found wrong."""
        match node:
            case nodes.Name():
                return self.named(node, node.name, names.get(node.name), list(names))
            case nodes.Getattr():
                return self.part(node, node.node, node.attr, names)
            case nodes.Getitem(arg=nodes.Const(value=str(key))):
                return self.part(node, node.node, key, names)
            case nodes.Const():
                return _PLAIN_TEXT
            case nodes.Filter() if node.name in FILTERS and node.node is not None:
                return self.all_of(node, names)
            case nodes.Test() if node.name in TESTS:
                return self.all_of(node, names)
            case nodes.CondExpr() if node.expr2 is not None:
                return self.all_of(node, names)
            case nodes.Compare() | nodes.And() | nodes.Or() | nodes.Not():
                return self.all_of(node, names)
        self.refuse(node)
        return None

    def all_of(self, node: nodes.Node, names: Mapping[str, TemplateField]) -> TemplateField | None:
        found = [self.value(child, names) for child in _operands(node)]
        return _PLAIN_TEXT if all(child is not None for child in found) else None

    def part(self, node: nodes.Node, owner: nodes.Node, name: str, names: Mapping[str, TemplateField]) -> TemplateField | None:
        group = self.value(owner, names)
        if group is None:
            return None
        return self.named(node, _written(node), group.part(name), [part.name for part in group.parts])

    def named(self, node: nodes.Node, written: str, found: TemplateField | None, known: list[str]) -> TemplateField | None:
        if found is None:
            owner, dot, last = written.rpartition(".")
            near = difflib.get_close_matches(last, known, n=1)
            listed = _("its fields are {fields}", fields=", ".join(known)) if owner else _HINT_FIELDS
            hint = _("did you mean '{name}'?", name=owner + dot + near[0]) if near else listed
            self.add(node, _("there is no field '{name}'", name=written), hint)
        return found

    def refuse(self, node: nodes.Node) -> None:
        what = _("a template cannot use {construct} here", construct=_construct(node))
        self.add(node, what, _("use fields, if, for, and the filters {filters}", filters=", ".join(FILTERS)))

    def add(self, node: nodes.Node, what: Sentence, hint: Sentence) -> None:
        self.findings.append(Finding(node.lineno, what, hint))


def _lists(names: Mapping[str, TemplateField]) -> str:
    return ", ".join(name for name, found in names.items() if found.kind is FieldKind.LIST)


def _operands(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Operand):
            yield child.expr
        else:
            yield child


def _written(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_written(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const(value=str(key))):
            return f"{_written(node.node)}.{key}"
        case _:
            return type(node).__name__.lower()


def _construct(node: nodes.Node) -> Sentence | str:
    """What the author wrote, in the template language's own words."""
    match node:
        case nodes.Filter() | nodes.Test():
            return f"'{node.name}'"
        case nodes.Call():
            return f"'{_written(node.node)}()'"
        case nodes.For():
            return _("'for' in this form")
        case nodes.Assign() | nodes.AssignBlock():
            return "'set'"
        case _:
            return f"'{type(node).__name__.lower()}'"
