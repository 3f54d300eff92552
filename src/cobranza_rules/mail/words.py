"""Text as patterns see it: letters folded without moving a position, sentences, clauses and words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_TEXT = 20_000  # characters of a reply that are analysed; what a customer says stands at the top
MOST_SENTENCES = 300

# A full stop behind these ends no sentence.
ABBREVIATIONS = frozenset(
    [
        "av",
        "lic",
        "ing",
        "sr",
        "sra",
        "srta",
        "sres",
        "dr",
        "dra",
        "mtro",
        "mtra",
        "c.p",
        "cp",
        "arq",
        "s.a",
        "c.v",
        "sa",
        "cv",
        "tel",
        "tels",
        "ext",
        "col",
        "c",
        "m.n",
        "mn",
        "a.m",
        "p.m",
        "fact",
        "fac",
        "dept",
        "depto",
        "atn",
        "inc",
        "ltd",
        "co",
        "corp",
        "mr",
        "mrs",
        "ms",
        "approx",
        "st",
        "vs",
        "e.g",
        "i.e",
        "aprox",
        "fol",
        "ref",
        "cta",
    ]
)
NUMBER_WORDS = frozenset({"no", "nos", "num"})  # "No. 123" goes on, "No. Pagamos." does not.
SENTENCE_END = re.compile(r"[.!?…]+[\"')»]?(?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*[-*•·])|\n|(?<=\S)\s?(?=¿)")
WORD = re.compile(r"\d{1,15}(?:[.,]\d{1,9}){1,6}(?![^\W_])|[^\W_]+(?:'[^\W_]+)?")  # An amount is one word.
CLAUSE_END = re.compile(r"[,;:()¿?¡!\n]")


class _Folding(dict[int, str]):
    """Fills itself: a base letter without accents in lower case, one letter for one, so that positions stay."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter.isspace():
            folded = " "
        elif letter in "‘’´`":
            folded = "'"
        elif letter in "‐‑‒–—":
            folded = "-"
        else:
            folded = (unicodedata.normalize("NFD", letter)[0].lower() or letter)[0]
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text`; `text` should be NFC."""
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Word:
    """`written` in lower case with its accents, `folded` without them. `clause` counts the stretches between commas and the like."""

    folded: str
    written: str
    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True)
class TextSentence:
    text: str
    start: int
    end: int
    question: bool
    words: tuple[Word, ...]


def sentences(text: str) -> list[TextSentence]:
    """Of the first LONGEST_TEXT characters; positions are those of `text`."""
    text = text[:LONGEST_TEXT]
    found: list[TextSentence] = []
    start = 0
    for end in [*_ends(text), len(text)]:
        if text[start:end].strip() and len(found) < MOST_SENTENCES:
            found.append(_sentence(text, start, end))
        start = end
    return found


def _ends(text: str) -> list[int]:
    ends = []
    for mark in SENTENCE_END.finditer(text):
        if mark[0] == ".":
            before = re.search(r"[\w.]*$", text[max(0, mark.start() - 8) : mark.start()])
            short = fold(before[0]).strip(".") if before else ""
            if short in ABBREVIATIONS or (short in NUMBER_WORDS and re.match(r"\s{1,3}\S{0,10}\d", text[mark.end() : mark.end() + 14])):
                continue
        if mark[0] == "\n" and _goes_on(text, mark.start()):
            continue
        ends.append(mark.end())
    return ends


def _goes_on(text: str, at: int) -> bool:
    """A single line end inside a paragraph that a program has wrapped: the line is long, or the next begins in lower case."""
    begin = text.rfind("\n", 0, at) + 1
    following = text[at + 1 : at + 3].lstrip()[:1]
    return at - begin >= 60 or (following.islower() and at - begin >= 25) or text[at - 1 : at] in ",;"


def _sentence(text: str, start: int, end: int) -> TextSentence:
    said = text[start:end]
    folded = fold(said)
    words = []
    clause, last = 0, 0
    for match in WORD.finditer(folded):
        clause += len(CLAUSE_END.findall(said, last, match.start()))
        last = match.end()
        words.append(Word(match[0], said[match.start() : match.end()].lower(), start + match.start(), start + match.end(), clause))
    return TextSentence(" ".join(said.split()), start, end, "?" in said, tuple(words))
