"""Numbers of Word's lists as text (ECMA-376 part 1, 17.18.59): 3 is 3, 03, c, C, iii or III; and its bullets as signs of ordinary fonts."""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
# Word draws bullets with Symbol and Wingdings, whose signs stand in the private use area.
_BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf02d": "–", "\uf0d8": "›", "\uf0fc": "√", "\uf06f": "□", "\uf071": "□", "o": "○"}
_PRIVATE = range(0xE000, 0xF900)
PLAIN_BULLET = "•"


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text


def _letter(number: int) -> str:
    """A to Z, then AA, BB and so on: each letter is repeated, as Word does it."""
    repeated, index = divmod(number - 1, 26)
    return chr(ord("A") + index) * (repeated + 1) if number > 0 else ""


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letter,
    "lowerLetter": lambda number: _letter(number).lower(),
    "none": lambda _number: "",
}


def bullet(sign: str) -> str:
    """What stands for a bullet of Word's in fonts that everybody has."""
    return _BULLETS.get(sign, PLAIN_BULLET if len(sign) == 1 and ord(sign) in _PRIVATE else sign)
