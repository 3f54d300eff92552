"""YAML 1.2 read to nodes that know where they stand. Every scalar is its own text: no date, number or truth is guessed, `on` is a word.

Hostile files are bounded before anything recurses: size, depth, number of nodes with aliases counted each time they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.written import Written, problem_at
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


def read_yaml(file: str, content: bytes) -> tuple[YamlNode, list[Problem]]:
    """The file's one document, and its duplicate keys, of which the first counts: what else is wrong can be told in the same breath.

    Raises ProblemError where a fault of syntax ends the reading.
    """
    reader = _Reader(file, _decoded(file, content))
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


# What the parser says of two common slips; its own words do not help whoever writes rules.
OUT_OF_LINE = (
    "but found '<block mapping start>'",
    "but found ('<block mapping start>',)",
    "but found '<block sequence start>'",
    "but found '-'",
)
NO_COLON = "could not find expected ':'"


class _Reader:
    """Builds nodes from ruamel.yaml's events: those come one by one, so that depth and number are known before memory is spent."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
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
            raise ProblemError([self._syntax_problem(error)]) from None
        except YAMLError as error:
            raise ProblemError([Problem(_not_valid(str(error)), _("check the file in an editor"), self.file)]) from None

    def _syntax_problem(self, error: Any) -> Problem:
        mark = error.problem_mark or error.context_mark
        said = str(error.problem or error.context or "")
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark is not None else Place(self.file, 0, 0)
        if "'\\t'" in said:
            return problem_at(place, _("a tabulator stands where YAML wants spaces"), _("indent with spaces"))
        if said.endswith(OUT_OF_LINE):
            return problem_at(
                place, _("this line is not indented like those it belongs to"), _("begin it under the first letter of its neighbours")
            )
        if said == NO_COLON:
            return problem_at(
                place, _("here or in the line above a key has no colon"), _("write 'key: value', with a space after the colon")
            )
        return problem_at(place, _not_valid(said), _syntax_hint(said))

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
            raise ProblemError([Problem(_("the file is empty"), _("write 'version: 1' and rules into it"), self.file)])
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
        if getattr(event, "tag", None) is not None and str(event.tag) != "!":
            raise self._fail(mark, _("a tag ('!') is not allowed here"), _("put the text into quotation marks"))
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
        from ruamel.yaml.events import MappingEndEvent

        seen: dict[str, int] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, YamlScalar):
                self.problems.append(problem_at(key.place, _("a key must be a word"), _("put quotation marks around a text with brackets")))
            elif key.text in seen:
                what = _("the key '{key}' is here twice; it stands first on line {line}", key=key.text, line=seen[key.text])
                self.problems.append(problem_at(key.place, what, _("keep one of the two")))
            else:
                seen[key.text] = key.place.line
                yield key, value


def _not_valid(said: str) -> Sentence:
    return _("not valid YAML: {detail}", detail=" ".join(said.split()))


def _syntax_hint(said: str) -> Sentence:
    if "mapping values are not allowed" in said:
        return _("put a text with a colon into quotation marks, or check the indentation")
    if "<block end>" in said:
        return _("check the indentation; a condition that begins with a quotation mark goes as a whole into single quotation marks")
    if "scanning a quoted scalar" in said or "end of stream" in said:
        return _("close the quotation mark")
    if "incompatible YAML document" in said:
        return _("take the line that begins with '%YAML' out")
    return _("check indentation, colons and quotation marks")
