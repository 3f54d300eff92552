"""What the text of a movement tells beside its amount: references, who paid, from which account, by which way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from cobranza_rules.domain.bank import LineKind
from cobranza_rules.intake.bank.profile import Find, Shape
from cobranza_rules.intake.heading_row import plain

# None of these can be made slow: each begins at one place and never goes back.
_SHAPES = {
    Shape.DIGITS: re.compile(r"[0-9]+"),
    Shape.WORD: re.compile(r"[^\s,;]+"),
    # Anexo 20, t_RFC, with nothing that could belong to it on either side.
    Shape.RFC: re.compile(r"(?<![A-Z0-9&Ñ])[A-Z&Ñ]{3,4}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A](?![A-Z0-9])"),
    Shape.CLABE: re.compile(r"(?<![0-9])[0-9]{18}(?![0-9])"),
}
_WEIGHTS = (3, 7, 1)  # Banxico: the check digit of a CLABE


def found_in(text: str, finds: Mapping[str, Find]) -> dict[str, str]:
    """What is there, by name."""
    letters = _aligned(text)
    return {name: found for name, find in finds.items() if (found := _found(text, letters, find))}


def _found(text: str, letters: str, find: Find) -> str:
    start, end = 0, len(text)
    if find.after:
        at = letters.find(_aligned(find.after))
        if at < 0:
            return ""
        start = at + len(find.after)
    if find.until and (at := letters.find(_aligned(find.until), start)) >= 0:
        end = at
    if find.take is Shape.REST:
        return text[start:end].strip(" :;,.-/\t")
    part = text[start:end].upper() if find.take is Shape.RFC else text[start:end].lstrip(" :")
    if find.take is Shape.CLABE:  # A tracking key may have eighteen digits as well.
        return next((digits for digits in _SHAPES[find.take].findall(part) if is_clabe(digits)), "")
    found = _SHAPES[find.take].search(part)
    return found[0] if found else ""


def kind_of(text: str, kinds: Sequence[tuple[str, LineKind]]) -> str:
    """The first whose words stand in the text, as whole words; those with a `*` at their end may go on. "" where none do."""
    letters = f" {plain(text)} "
    return next((kind.value for words, kind in kinds if f" {plain(words)}{'' if words.endswith('*') else ' '}" in letters), "")


def is_clabe(text: str) -> bool:
    """18 digits of which the last one is the check digit."""
    if not (len(text) == 18 and text.isascii() and text.isdigit()):
        return False
    weighted = sum(int(digit) * _WEIGHTS[at % 3] % 10 for at, digit in enumerate(text[:17]))
    return (10 - weighted % 10) % 10 == int(text[17])


def _aligned(text: str) -> str:
    """Lower case without accents, letter for letter, so that a place in it is the same place in the text."""
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter
