"""YAML 1.2 read to nodes that know where they stand. Every scalar is its own text: no date, number or truth is guessed, `on` is a word.

Hostile files are bounded before anything recurses: size, depth, number of nodes with aliases counted each time they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.written import Written, problem_at
from cobranza_rules.rules.yaml_faults import not_valid, odd_space_in, said_of_odd_space, syntax_problem
from cobranza_rules.rules.yaml_spots import spots

LARGEST = 1_000_000  # Bytes
DEEPEST = 20
MOST_NODES = 20_000
# YAML 1.2, production [1] c-printable.
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """`text` after YAML's quoting; `plain` where it had none. `written` finds each of its characters in the file."""

    text: str
    place: Place
    plain: bool = True
    source: str = field(default="", repr=False)  # As it stands in the file, quotes and all

    @property
    def is_empty(self) -> bool:
        return self.plain and self.text in ("", "~", "null")

    def written(self) -> Written:
        return Written(self.text, self.place, spots(self.source, self.text, self.place.line, self.place.column))


@dataclass(frozen=True, slots=True)
class YamlList:
    items: tuple[YamlNode, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class YamlMap:
    """Keys are unique."""

    entries: tuple[tuple[YamlScalar, YamlNode], ...]
    place: Place

    def get(self, key: str) -> YamlNode | None:
        return next((value for name, value in self.entries if name.text == key), None)


YamlNode = YamlScalar | YamlList | YamlMap


def read_yaml(file: str, content: bytes, when_empty: Sentence) -> tuple[YamlNode, list[Problem]]:
    """The file's one document, and problems after which reading goes on: what else is wrong can be told in the same breath.

    Of a key that is there twice the first counts. `when_empty` is what to write into an empty file. Raises ProblemError where a fault of
    syntax ends the reading.
    """
    reader = _Reader(file, _decoded(file, content), when_empty)
    return reader.document(), reader.problems


def _decoded(file: str, content: bytes) -> str:
    if len(content) > LARGEST:
        what = _("the file is larger than {limit} bytes", limit=LARGEST)
        raise ProblemError([Problem(what, _("split it into several files"), file)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProblemError(
            [Problem(_("the file is not UTF-8 text"), _("save it as UTF-8; if it is no text, it is the wrong file"), file, line)]
        ) from None
    if (odd := _NOT_YAML.search(text)) is not None:
        line, column = _line_and_column(text, odd.start())
        raise ProblemError([Problem(_not_allowed(odd[0]), _("delete it; the file may be damaged, or no text at all"), file, line, column)])
    return text


def _not_allowed(sign: str) -> Sentence:
    return _("the character U+{code} is not allowed in YAML", code=f"{ord(sign):04X}")


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


class _Reader:
    """Builds nodes from ruamel.yaml's events: those come one by one, so that depth and number are known before memory is spent."""

    def __init__(self, file: str, text: str, when_empty: Sentence) -> None:
        self.file, self.text, self.when_empty = file, text, when_empty
        self.problems: list[Problem] = []
        self._anchors: dict[str, tuple[YamlNode, int]] = {}
        self._nodes = 0
        self._events = self._all_events()

    def _all_events(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except MarkedYAMLError as error:
            raise ProblemError([*self.problems, syntax_problem(error, self.file, self.text)]) from None
        except YAMLError as error:
            raise ProblemError([*self.problems, Problem(not_valid(str(error)), _("check the file in an editor"), self.file)]) from None

    def _fail(self, mark: Any, what: Sentence, hint: Sentence) -> ProblemError:
        return ProblemError([*self.problems, problem_at(self._place(mark), what, hint)])

    def _place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def document(self) -> YamlNode:
        from ruamel.yaml.events import DocumentStartEvent, StreamEndEvent, StreamStartEvent

        first = next(self._events)
        while isinstance(first, StreamStartEvent | DocumentStartEvent):
            first = next(self._events)
        if isinstance(first, StreamEndEvent):
            raise ProblemError([Problem(_("the file is empty"), self.when_empty, self.file)])
        node = self._node(first, 1)
        next(self._events)  # The document's end
        after = next(self._events)
        if not isinstance(after, StreamEndEvent):
            raise self._fail(after.start_mark, _("a second document begins here"), _("put it into a file of its own"))
        return node

    def _node(self, event: Any, depth: int) -> YamlNode:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent

        mark = event.start_mark
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > DEEPEST:
            raise self._fail(mark, _("the file is nested more than {limit} levels deep", limit=DEEPEST), _("make it flatter"))
        if getattr(event, "tag", None) is not None:
            hint = _("put the text into quotation marks; to turn a condition around, write 'not'")
            raise self._fail(mark, _("a tag ('!') is not allowed here"), hint)
        before = self._nodes
        self._count(mark, 1)
        if isinstance(event, ScalarEvent):
            if (odd := _NOT_YAML.search(event.value)) is not None:  # Written as an escape
                raise self._fail(mark, _not_allowed(odd[0]), _("delete it"))
            end = event.end_mark.index
            node: YamlNode = YamlScalar(event.value, self._place(mark), event.style is None, self.text[mark.index : end])
        elif isinstance(event, MappingStartEvent):
            node = YamlMap(tuple(self._entries(depth)), self._place(mark))
        else:
            node = YamlList(tuple(self._items(depth)), self._place(mark))
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._nodes - before)
        return node

    def _count(self, mark: Any, more: int) -> None:
        self._nodes += more
        if self._nodes > MOST_NODES:
            raise self._fail(
                mark, _("the file has more than {limit} values, its aliases put in", limit=MOST_NODES), _("split it into several files")
            )

    def _alias(self, event: Any) -> YamlNode:
        if event.anchor not in self._anchors:
            raise self._fail(event.start_mark, _("there is no anchor '{name}' before this", name=event.anchor), _("write the value out"))
        node, size = self._anchors[event.anchor]
        self._count(event.start_mark, size)
        return node

    def _items(self, depth: int) -> Iterator[YamlNode]:
        from ruamel.yaml.events import SequenceEndEvent

        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[YamlScalar, YamlNode]]:
        seen: dict[str, int] = {}
        for key, value in _with_whole_numbers(self._pairs(depth), self.problems):
            if not isinstance(key, YamlScalar):
                self.problems.append(problem_at(key.place, _("a key must be a word"), _("put quotation marks around a text with brackets")))
            elif key.text in seen:
                what = _("the key '{key}' is here twice; it stands first on line {line}", key=key.text, line=seen[key.text])
                self.problems.append(problem_at(key.place, what, _("keep one of the two")))
            else:
                seen[key.text] = key.place.line
                yield key, value

    def _pairs(self, depth: int) -> Iterator[tuple[YamlNode, YamlNode]]:
        from ruamel.yaml.events import MappingEndEvent

        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            if isinstance(key, YamlScalar) and key.plain and (odd := odd_space_in(key.text)):
                self.problems.append(problem_at(key.written().at(key.text.index(odd)), *said_of_odd_space(odd)))
                key = replace(key, text=key.text.replace(odd, " ").strip())
            yield key, self._node(next(self._events), depth + 1)


def _with_whole_numbers(pairs: Iterable[tuple[YamlNode, YamlNode]], problems: list[Problem]) -> list[tuple[YamlNode, YamlNode]]:
    """`{balance: 1,200.00 MXN}` is one value to whoever writes it, and two entries to YAML, the second without a value."""
    entries: list[tuple[YamlNode, YamlNode]] = []
    written: dict[int, str] = {}  # As it stands there, by the entry's number
    for key, value in pairs:
        before = entries[-1][1] if entries else None
        if isinstance(key, YamlScalar) and isinstance(before, YamlScalar) and _goes_on(before, key, value):
            number = len(entries) - 1
            written[number] = f"{written.get(number, before.text)},{key.text}"
            entries[-1] = (entries[-1][0], YamlScalar(before.text + key.text, before.place))
        else:
            entries.append((key, value))
    for number, text in written.items():
        what = _("'{text}' has a comma, which begins another value between braces", text=text[:80])
        whole = entries[number][1]
        assert isinstance(whole, YamlScalar)
        problems.append(problem_at(whole.place, what, _("write {text}", text=whole.text[:80])))
    return entries


def _goes_on(before: YamlScalar, key: YamlScalar, value: YamlNode) -> bool:
    empty = isinstance(value, YamlScalar) and value.is_empty
    return empty and before.plain and key.plain and bool(re.search(r"\d$", before.text)) and bool(re.match(r"\d{3}(?!\d)", key.text))
