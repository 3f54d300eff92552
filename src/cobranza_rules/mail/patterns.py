"""What people's words say: the phrases of each kind of reply, and where they occur in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.mail.phrase import SHORTEST_STEM, Phrase
from cobranza_rules.mail.words import NUMBER_WORDS, TextSentence, Word

LATEST_ASKING = 4  # Words before a question's phrase in a sentence without a question mark: behind more, `de que` joins and does not ask.
JOINING = frozenset({"porque", "pues", "pero", "sino", "because", "since", "but", "as"})  # Behind these nothing is denied any more.
NEGATION_REACH = 3  # Words that may stand between a negation and what it denies, in the same clause


class Strength(IntEnum):
    """How surely a phrase means its kind."""

    HINT = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """`denies` where the phrase itself holds a negation ("no reconocemos"): another one inside its words denies nothing more."""

    phrase: Phrase
    kind: ReplyKind | None = None
    strength: Strength = Strength.CERTAIN
    denies: bool = False


@dataclass(frozen=True)
class PhraseIndex:
    """Phrases by their first word, or the first letters of its stem, so that a word is compared with few of them."""

    entries: Mapping[str, tuple[Entry, ...]]

    @staticmethod
    def of(entries: Iterable[Entry]) -> PhraseIndex:
        by_key: dict[str, list[Entry]] = {}
        for entry in entries:
            for key in sorted(entry.phrase.keys()):
                by_key.setdefault(key, []).append(entry)
        return PhraseIndex({key: tuple(listed) for key, listed in by_key.items()})

    def at(self, words: Sequence[Word], index: int) -> list[tuple[Entry, int]]:
        """What begins at a word, and the index behind its last word."""
        said = words[index].folded
        near = (*self.entries.get(said, ()), *self.entries.get(f"{said[:SHORTEST_STEM]}*", ()))
        found = ((entry, entry.phrase.end_in(words, index)) for entry in near)
        return [(entry, end) for entry, end in found if end >= 0]

    def spans(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """The indices of every occurrence, in order."""
        return [(index, end) for index in range(len(words)) for _entry, end in self.at(words, index)]

    def holds(self, word: str) -> bool:
        """Whether some phrase is this one folded word."""
        alone = (Word(word, word, 0, len(word), 0),)
        return bool(self.at(alone, 0))


@dataclass(frozen=True)
class Patterns:
    """`statements` are kinds that a question does not make; `gives_way` names for a kind those that count more when both are said.

    `conditions` are words that make a promise or a notice conditional ("si", "en cuanto"), `reservations` those that limit it when they
    follow ("pero"), `partial` those that speak of a part of what is owed. `harmless` are words that look like a negation and deny nothing
    ("no se preocupe"), `courtesies` those that say nothing of the matter. `digest` names the file's version.
    """

    kinds: PhraseIndex
    negations: PhraseIndex
    harmless: PhraseIndex
    courtesies: PhraseIndex
    conditions: PhraseIndex
    reservations: PhraseIndex
    partial: PhraseIndex
    statements: frozenset[ReplyKind]
    gives_way: Mapping[ReplyKind, frozenset[ReplyKind]] = field(default_factory=dict)
    digest: str = ""

    def mentions(self, said: Sequence[TextSentence], kinds: frozenset[ReplyKind]) -> bool:
        """Whether a phrase of these kinds occurs at all, be it asked or denied."""
        return any(
            entry.kind in kinds
            for sentence in said
            for index in range(len(sentence.words))
            for entry, _end in self.kinds.at(sentence.words, index)
        )

    def denials(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """The indices of every negation; `No. 4512` and what is harmless are none."""
        harmless = self.harmless.spans(words)
        return [
            (start, end)
            for start, end in self.negations.spans(words)
            if not any(begin <= start < behind for begin, behind in harmless) and not _is_number_sign(words, start)
        ]


def _is_number_sign(words: Sequence[Word], index: int) -> bool:
    return words[index].folded in NUMBER_WORDS and index + 1 < len(words) and words[index + 1].folded[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that occurs: positions in the text, and the index of its sentence."""

    kind: ReplyKind
    strength: Strength
    start: int
    end: int
    sentence: int


def find_hits(patterns: Patterns, said: Sequence[TextSentence]) -> list[Hit]:
    """Every phrase that is stated: not denied, and not asked where its kind is a statement. The longest at a place counts for its kind."""
    hits: dict[tuple[ReplyKind, int], Hit] = {}
    for number, sentence in enumerate(said):
        words = sentence.words
        denials = patterns.denials(words)
        for index, word in enumerate(words):
            for entry, end in patterns.kinds.at(words, index):
                if entry.kind is None or (entry.kind in patterns.statements and sentence.question):
                    continue
                if _is_denied(denials, words, (index, end), within=not entry.denies):
                    continue
                asked = entry.kind is ReplyKind.QUESTION and not sentence.question and index > LATEST_ASKING
                strength = Strength.HINT if asked else entry.strength
                hit = Hit(entry.kind, strength, word.start, words[end - 1].end, number)
                known = hits.get((entry.kind, word.start))
                if known is None or (hit.strength, hit.end) > (known.strength, known.end):
                    hits[entry.kind, word.start] = hit
    return sorted(hits.values(), key=lambda hit: hit.start)


def _is_denied(denials: Sequence[tuple[int, int]], words: Sequence[Word], span: tuple[int, int], *, within: bool) -> bool:
    """A negation a few words before, inside a gap, or right behind it ("payment will not be made"), all in one clause."""
    start, end = span
    for negation, behind in denials:
        if 0 <= start - behind <= NEGATION_REACH and words[behind - 1].clause == words[start].clause:
            if any(word.folded in JOINING for word in words[behind:start]):
                continue
            return True
        if within and start < negation <= end and words[negation].clause == words[min(negation, end - 1)].clause:
            return True
    return False
