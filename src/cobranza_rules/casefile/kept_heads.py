"""Hashes of the chain's head that were kept outside of the program: from a mail, a file of lines, or as somebody has written one down.

A line is `cobranza-head DAY NUMBER HASH`: the day on which it was mailed, the number of the last event then, and its hash. A hash alone, 64
figures and letters a to f, is one of which the number is not known.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.problems import Problem, ProblemError

LARGEST = 5_000_000  # Bytes of a file of heads: one line a day for centuries
WORD = "cobranza-head"
_LINE = re.compile(rf"\b{WORD}\s+\d{{4}}-\d{{2}}-\d{{2}}\s+(\d{{1,15}})\s+([0-9a-f]{{64}})\b")
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class KeptHeads:
    """`by_number` are hashes by the numbers of their events, `hashes` those without one."""

    by_number: Mapping[int, str] = field(default_factory=dict)
    hashes: frozenset[str] = frozenset()


def head_line(day: dt.date, seq: int, digest: str) -> str:
    return f"{WORD} {day.isoformat()} {seq} {digest}"


def heads_of(given: Iterable[str]) -> KeptHeads:
    """Each is a hash, or the name of a file: a text, or a mail. Raises ProblemError with each that tells none, or not the same as another."""
    by_number: dict[int, str] = {}
    hashes: set[str] = set()
    problems: list[Problem] = []
    for one in given:
        try:
            numbered, alone = _heads_in(one)
        except ProblemError as error:
            problems += error.problems
            continue
        for seq, digest in numbered:
            if by_number.setdefault(seq, digest) != digest:
                what = _("two different hashes were kept of event {seq}", seq=seq)
                problems.append(
                    Problem(what, _("look which of them comes from a mail of the program: one was written by somebody else"), one)
                )
        hashes |= alone
    if problems:
        raise ProblemError(problems)
    return KeptHeads(by_number, frozenset(hashes))


def _heads_in(given: str) -> tuple[list[tuple[int, str]], set[str]]:
    if _HASH.fullmatch(given.strip().lower()):
        return [], {given.strip().lower()}
    text = _text_of(Path(given))
    numbered = [(int(number), digest) for number, digest in _LINE.findall(text)]
    alone = set() if numbered else set(_HASH.findall(text))
    if not numbered and not alone:
        what = _("no hash of a head stands in it")
        raise ProblemError([Problem(what, _("give a hash of 64 figures and letters, or a mail of the program that tells one"), given)])
    return numbered, alone


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise ProblemError([Problem(_("the file is too large"), _("5 MB are the most"), str(file))])
        content = file.read_bytes()
    except OSError as error:
        what = _("it is neither a hash nor a file that can be read: {detail}", detail=error.strerror or "")
        raise ProblemError([Problem(what, _("give a hash of 64 figures and letters, or the file"), str(file))]) from None
    if file.suffix.lower() == ".eml":
        try:
            return parse_message(content).text
        except UnreadableMessage:
            pass  # Then the line may still stand in it as it is.
    return content.decode("utf-8", "replace")
