"""The notation of phrases in rules/replies.yaml, and the search for them in a sentence's words.

`acuse de recibo` words in this order; `recib*` any ending; `(pago|ya quedo)` one of these words or groups of words;
`pago [de la|del] factura` words that may be missing; `pago .. programado` up to three other words between;
`=si` written exactly so, accents too; `@pago` one of the words of that list. Accents and capitals count nowhere else.
The cost of a search is bounded by the phrase's length, so no phrase can be written that makes it slow.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.words import Word, fold

LONGEST_PHRASE = 12  # elements
MOST_GAPS = 2
WIDEST_GAP = 3  # words
SHORTEST_STEM = 3  # letters before a `*`
PIECE = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]|\S+")
WORD = re.compile(r"=?[^\W_]+(?:'[^\W_]+)?\*?")
NAME = re.compile(r"@\w+")


class PhraseError(Exception):
    """`reason` says what is wrong, `offset` where in the phrase."""

    def __init__(self, reason: Sentence, offset: int) -> None:
        self.reason, self.offset = reason, offset
        super().__init__(str(reason))


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to write a word."""

    text: str
    stem: bool  # any ending
    exact: bool  # accents count

    def fits(self, word: Word) -> bool:
        said = word.written if self.exact else word.folded
        return said.startswith(self.text) if self.stem else said == self.text


Way = tuple[Choice, ...]  # Words in a row


@dataclass(frozen=True, slots=True)
class Element:
    """One of its ways has to follow; a gap has none. `plain` are those of one plain word, which are looked up; `others` are tried."""

    ways: tuple[Way, ...]
    optional: bool = False
    plain: frozenset[str] = frozenset()
    others: tuple[Way, ...] = ()

    @staticmethod
    def of(ways: tuple[Way, ...], *, optional: bool = False) -> Element:
        plain = [way for way in ways if len(way) == 1 and not way[0].stem and not way[0].exact]
        return Element(ways, optional, frozenset(way[0].text for way in plain), tuple(way for way in ways if way not in plain))


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    elements: tuple[Element, ...]

    def keys(self) -> set[str]:
        """The words with which it can begin, and of stems the first three letters with a `*`: an index finds it by them."""
        first = (way[0] for way in self.elements[0].ways)
        return {f"{fold(choice.text)[:SHORTEST_STEM]}*" if choice.stem else fold(choice.text) for choice in first}

    def end_in(self, words: Sequence[Word], start: int) -> int:
        """The index behind its last word when it begins at `start`, the longest way; -1 where it does not."""
        ends = {start}
        for element in self.elements:
            ends = _ends(element, words, ends)
            if not ends:
                return -1
        return max(ends)


def read_phrase(text: str, lists: Mapping[str, tuple[Way, ...]]) -> Phrase:
    """`lists` are the words behind each `@name`. Raises PhraseError."""
    elements: list[Element] = []
    for match in PIECE.finditer(text):
        piece = match[0]
        optional = piece.startswith("[")
        if "|" in piece and piece[0] not in "([":
            raise PhraseError(_("alternatives stand in parentheses, as in (pago|deposito)"), match.start())
        inner = piece[1:-1] if piece[0] in "([" and len(piece) > 1 and piece[-1] in ")]" else piece
        elements.append(Element(()) if piece == ".." else Element.of(read_ways(inner, lists, match.start()), optional=optional))
    if len(elements) > LONGEST_PHRASE or sum(not element.ways for element in elements) > MOST_GAPS:
        raise PhraseError(_("the phrase has more than {words} words or {gaps} gaps", words=LONGEST_PHRASE, gaps=MOST_GAPS), 0)
    if not elements or not elements[0].ways or elements[0].optional or not elements[-1].ways:
        raise PhraseError(_("the phrase has to begin with a word that must be there, and '..' cannot end it"), 0)
    return Phrase(text, tuple(elements))


def read_ways(text: str, lists: Mapping[str, tuple[Way, ...]], offset: int = 0) -> tuple[Way, ...]:
    """What stands between `|`: words in a row, or the name of a list. Raises PhraseError."""
    ways: list[Way] = []
    for way in text.split("|"):
        said = way.strip()
        if NAME.fullmatch(said):
            if said[1:] not in lists:
                near = difflib.get_close_matches(said[1:], lists, 1)
                reason = _("there is no list of words '{name}'; is '{near}' meant?", name=said, near=f"@{near[0]}") if near else None
                raise PhraseError(reason or _("there is no list of words '{name}'", name=said), offset)
            ways.extend(lists[said[1:]])
        else:
            ways.append(_way(said, offset))
    return tuple(ways)


def _way(text: str, offset: int) -> Way:
    choices = []
    for word in text.split() or [text]:
        if not WORD.fullmatch(word):
            raise PhraseError(_("'{piece}' cannot stand in a phrase", piece=word), offset)
        exact, stem, letters = word.startswith("="), word.endswith("*"), word.strip("=*").lower()
        if stem and len(letters) < SHORTEST_STEM:
            raise PhraseError(_("'{word}*' is too short: write at least three letters before '*'", word=letters), offset)
        choices.append(Choice(letters if exact else fold(letters), stem, exact))
    if len(choices) > LONGEST_PHRASE:
        raise PhraseError(_("the phrase has more than {words} words or {gaps} gaps", words=LONGEST_PHRASE, gaps=MOST_GAPS), offset)
    return tuple(choices)


def _ends(element: Element, words: Sequence[Word], starts: set[int]) -> set[int]:
    """Every index at which the element can end. The set is no larger than the gaps allow, so nothing is tried twice."""
    if not element.ways:
        return {start + skipped for start in starts for skipped in range(WIDEST_GAP + 1) if start + skipped < len(words)}
    ends = set(starts) if element.optional else set()
    for start in starts:
        if start < len(words) and words[start].folded in element.plain:
            ends.add(start + 1)
        for way in element.others:
            if start + len(way) <= len(words) and all(choice.fits(words[start + at]) for at, choice in enumerate(way)):
                ends.add(start + len(way))
    return ends
