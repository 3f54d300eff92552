"""rules/replies.yaml as patterns: every mistake with its line and column, all at once."""

from __future__ import annotations

import difflib
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cobranza_rules.domain.reply import AUTOMATIC_KINDS, ReplyKind
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.patterns import Entry, Patterns, PhraseIndex, Strength
from cobranza_rules.mail.phrase import Phrase, PhraseError, Way, read_phrase, read_ways
from cobranza_rules.mail.words import fold
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.yaml_faults import not_valid, syntax_problem

LARGEST_FILE = 500_000  # bytes
MOST_PHRASES = 5_000
NESTED_TOO_DEEP = re.compile(rb"(?:[\[{?-]\s{0,20}){30}")  # Depth costs the YAML reader more than linear time.
TOP_KEYS = ("version", "words", "courtesies", "negations", "harmless", "conditions", "partial", "reservations", "kinds")
STRENGTHS = {"certain": Strength.CERTAIN, "likely": Strength.LIKELY, "hint": Strength.HINT}
KIND_KEYS = (*STRENGTHS, "gives_way_to", "may_be_asked")
KINDS = {kind.value: kind for kind in ReplyKind if kind not in AUTOMATIC_KINDS and kind is not ReplyKind.UNKNOWN}


@dataclass
class _Reading:
    """What was read so far, and what is wrong with the rest."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    statements: set[ReplyKind] = field(default_factory=set)
    gives_way: dict[ReplyKind, frozenset[ReplyKind]] = field(default_factory=dict)
    lists: dict[str, tuple[Way, ...]] = field(default_factory=dict)

    def wrong(self, node: Node, what: Sentence, hint: Sentence, offset: int = 0) -> None:
        mark = node.start_mark
        self.problems.append(Problem(what, hint, self.file, mark.line + 1, mark.column + 1 + offset))


@lru_cache(maxsize=8)
def read_patterns(file: str, content: bytes) -> Patterns:
    """The same bytes are read once in a process. Raises ProblemError. `file` is the name that the problems say."""
    reading = _Reading(file)
    top = dict(_pairs(reading, _composed(file, content), TOP_KEYS))
    if "words" in top:
        _read_lists(reading, top["words"])
    courtesies, negations, harmless, conditions, reservations, partial = (
        PhraseIndex.of(Entry(phrase) for phrase in _phrases(reading, top.get(name)))
        for name in ("courtesies", "negations", "harmless", "conditions", "reservations", "partial")
    )
    if "kinds" not in top:
        reading.problems.append(Problem(_("there are no kinds"), _("add 'kinds:' with the phrases of each kind"), file, 1, 1))
    else:
        for name, node in _pairs(reading, top["kinds"], tuple(KINDS)):
            _read_kind(reading, KINDS[name], node, negations)
    if len(reading.entries) > MOST_PHRASES:
        reading.problems.append(
            Problem(_("there are more than {limit} phrases", limit=MOST_PHRASES), _("remove the ones that others cover"), file)
        )
    if reading.problems:
        raise ProblemError(reading.problems)
    return Patterns(
        kinds=PhraseIndex.of(reading.entries),
        courtesies=courtesies,
        negations=negations,
        harmless=harmless,
        conditions=conditions,
        reservations=reservations,
        partial=partial,
        statements=frozenset(reading.statements),
        gives_way=reading.gives_way,
        digest=hashlib.sha256(content).hexdigest(),
    )


def _composed(file: str, content: bytes) -> Node:
    if len(content) > LARGEST_FILE:
        raise ProblemError([Problem(_("the file is larger than {limit} kB", limit=LARGEST_FILE // 1000), _("split or shorten it"), file)])
    if NESTED_TOO_DEEP.search(content):
        raise ProblemError([Problem(_("lists are nested too deep"), _("write one phrase a line, each behind '- '"), file)])
    try:
        node = YAML(pure=True).compose(io.StringIO(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise ProblemError([Problem(_("the file is not UTF-8 text"), _("save it again as UTF-8"), file)]) from None
    except MarkedYAMLError as error:
        raise ProblemError([syntax_problem(error, file, content.decode(errors="replace"))]) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise ProblemError([Problem(not_valid(str(error).split("\n")[0]), _("correct the line, or the one above it"), file)]) from None
    if node is None:
        raise ProblemError([Problem(_("the file is empty"), _("copy the one that the program ships"), file, 1, 1)])
    assert isinstance(node, Node)
    return node


def _read_lists(reading: _Reading, node: Node) -> None:
    """Lists of words, each usable in those that follow it."""
    for name, listed in _pairs(reading, node, ()):
        if not re.fullmatch(r"\w+", name):
            reading.wrong(listed, _("'{name}' cannot be the name of a list", name=name), _("use letters, digits and '_'"))
            continue
        ways: list[Way] = []
        for item in _texts(reading, listed):
            try:
                ways.extend(read_ways(item.value, reading.lists))
            except PhraseError as error:
                reading.wrong(item, error.reason, _("docs/replies.md shows how phrases are written"), error.offset)
        reading.lists[name] = tuple(ways[:MOST_PHRASES])


def _pairs(reading: _Reading, node: Node, allowed: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """The keys of a mapping, each once; only those `allowed`, where that is not empty."""
    if not isinstance(node, MappingNode):
        reading.wrong(node, _("a list of 'name: value' lines is expected here"), _("see the file that the program ships"))
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if allowed and name not in allowed:
            near = difflib.get_close_matches(name, allowed, 1)
            hint = _("did you mean '{near}'?", near=near[0]) if near else _("one of these is expected: {names}", names=", ".join(allowed))
            reading.wrong(key, _("'{name}' is not known here", name=name), hint)
        elif name in seen:
            reading.wrong(key, _("'{name}' stands here twice", name=name), _("join both into one"))
        else:
            seen.add(name)
            yield name, value


def _texts(reading: _Reading, node: Node | None) -> Iterator[ScalarNode]:
    if node is None:
        return
    if not isinstance(node, SequenceNode):
        reading.wrong(node, _("a list is expected here"), _("begin each line with '- '"))
        return
    for item in node.value:
        if isinstance(item, ScalarNode) and item.value.strip():
            yield item
        else:
            reading.wrong(item, _("a text is expected here"), _("write it in quotes"))


def _phrases(reading: _Reading, node: Node | None) -> Iterator[Phrase]:
    for item in _texts(reading, node):
        try:
            yield read_phrase(item.value, reading.lists)
        except PhraseError as error:
            quoted = 1 if item.style in ("'", '"') else 0
            reading.wrong(item, error.reason, _("docs/replies.md shows how phrases are written"), error.offset + quoted)


def _read_kind(reading: _Reading, kind: ReplyKind, node: Node, negations: PhraseIndex) -> None:
    asked = False
    for name, value in _pairs(reading, node, KIND_KEYS):
        if name in STRENGTHS:
            reading.entries.extend(Entry(phrase, kind, STRENGTHS[name], _denies(phrase, negations)) for phrase in _phrases(reading, value))
        elif name == "gives_way_to":
            reading.gives_way[kind] = frozenset(_kinds(reading, value))
        elif isinstance(value, ScalarNode) and value.value in ("true", "false"):
            asked = value.value == "true"
        else:
            reading.wrong(value, _("true or false is expected here"), _("write 'may_be_asked: true' where a question makes this kind"))
    if not asked:
        reading.statements.add(kind)


def _denies(phrase: Phrase, negations: PhraseIndex) -> bool:
    return any(negations.holds(fold(choice.text)) for element in phrase.elements for way in element.ways for choice in way)


def _kinds(reading: _Reading, node: Node) -> Iterator[ReplyKind]:
    for item in _texts(reading, node):
        if item.value in KINDS:
            yield KINDS[item.value]
        else:
            near = difflib.get_close_matches(item.value, KINDS, 1)
            hint = _("did you mean '{near}'?", near=near[0]) if near else _("one of these is expected: {names}", names=", ".join(KINDS))
            reading.wrong(item, _("'{name}' is not known here", name=item.value), hint)
