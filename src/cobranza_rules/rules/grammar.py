"""The grammar of conditions: a text becomes a syntax tree with the offset of every part. Nothing is known of facts and types here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.yaml_faults import odd_space_in, said_of_odd_space

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedInput

LONGEST = 4000  # Characters of one condition
DEEPEST = 40  # Levels of one condition, defined names included

GRAMMAR = r"""
start: either
?either: both | both ("or" both)+ -> any_of
?both: inverse | inverse ("and" inverse)+ -> all_of
?inverse: comparison | "not" inverse -> negation
?comparison: sum
    | sum ORDER sum -> compare
    | sum "in" list -> one_of
    | sum "not" "in" list -> none_of
    | sum "is" "known" -> known
    | sum "is" "unknown" -> unknown
    | sum "contains" sum -> contains
list: "[" [sum ("," sum)* ","?] "]"
?sum: product | sum "+" product -> plus | sum "-" product -> minus
?product: factor | product "*" factor -> times
?factor: NAME -> name
    | NUMBER -> number
    | AMOUNT -> amount
    | DATE -> date
    | TEXT -> text
    | "true" -> yes
    | "false" -> no
    | "-" factor -> opposite
    | "(" either ")"
ORDER: "==" | "!=" | "<=" | ">=" | "<" | ">"
DATE.3: /\d{4}-\d{2}-\d{2}(?![\w.])/
AMOUNT.2: /\d+(\.\d+)?[ \t]*[A-Z]{3}(?!\w)/
NUMBER.1: /\d+(\.\d+)?(?![\w.])/
TEXT: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%ignore /\s+/
"""


class SyntaxFault(Exception):  # noqa: N818 (it becomes a Problem as soon as the place is known; it is no error of the program)
    """`offset` into the condition's text."""

    def __init__(self, offset: int, what: Sentence, hint: Sentence | None = None) -> None:
        self.offset, self.what, self.hint = offset, what, hint
        super().__init__(str(what))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@lru_cache(maxsize=1024)
def parse(text: str) -> Tree[Token]:
    """The syntax tree, which nobody may change: a definition is read for each scope, and a file is read again with every command.

    At most DEEPEST levels deep. Raises SyntaxFault.
    """
    from lark.exceptions import UnexpectedInput

    if len(text) > LONGEST:
        raise SyntaxFault(
            0,
            _("the condition has {length} characters; at most {limit} are allowed", length=len(text), limit=LONGEST),
            _("move parts of it under 'define' and use their names"),
        )
    if not text.strip():
        raise SyntaxFault(0, _("the condition is empty"), _("write a condition, or leave the line out"))
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as found:
        raise _fault(text, found) from None
    if _depth(tree) > DEEPEST:
        raise SyntaxFault(0, _("the condition is nested more than {limit} levels deep", limit=DEEPEST), _("simplify it with 'define'"))
    return tree


def _depth(tree: Tree[Token]) -> int:
    """Counted without recursion: this is what protects the recursion that comes later."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in part.children if not isinstance(child, str)]
    return deepest


def _fault(text: str, found: UnexpectedInput) -> SyntaxFault:
    token = getattr(found, "token", None)
    if token is not None and token.type == "$END":
        return SyntaxFault(len(text.rstrip()), _("the condition ends too early"), _("complete it, or close its brackets"))
    offset = min(found.pos_in_stream or 0, len(text) - 1)
    word = str(token) if token is not None else text[offset]
    if odd := odd_space_in(word):
        return SyntaxFault(offset, *said_of_odd_space(odd))
    hint = _hint(text, offset, word)
    if word in "\"'":
        return SyntaxFault(offset, _("the text that begins here is not closed"), _("end it with {quote}", quote=word))
    return SyntaxFault(offset, _("'{word}' is not expected here", word=word), hint)


_SIGNS = {
    "=": _("to compare, write =="),
    "&": _("write and"),
    "|": _("write or"),
    "!": _("write not, or != to compare"),
    "/": _("there is no division; multiply the other side instead"),
    "$": _("write the currency after the amount, like 500.00 MXN"),
    "%": _("write a percentage as a factor, like 0.5 * total"),
}


def _hint(text: str, offset: int, word: str) -> Sentence:
    before = text[:offset].rstrip()
    if (turned := text[offset : offset + 2]) in ("=>", "=<"):
        return _("write {sign}", sign=turned[::-1])
    if word in _SIGNS:
        return _SIGNS[word]
    if word in "“”„«»‘’":
        return _("use straight quotation marks, \" or '")
    if word == "," and re.search(r"\d$", before):
        return _("write numbers without thousands separators, like 1200.00 MXN")
    if word.lower() in {"and", "or", "not", "in", "is", "known", "unknown", "contains", "true", "false"} and not word.islower():
        return _("write '{word}' in small letters", word=word.lower())
    if re.fullmatch(r"[=!<>]=?", word):
        return _("write two comparisons and join them with and")
    if re.search(r"\b[A-Z]{3}\s*$", before) and re.match(r"\d", word):
        return _SIGNS["$"]
    if re.search(r"\d$", before) and re.fullmatch(r"[A-Za-z]+", word):
        return _("a currency is three capital letters, like 500.00 MXN")
    if before.endswith(" is"):
        return _("after 'is' comes known or unknown; to compare, write ==")
    if word[0].isdigit() and re.match(r"\d+(\.\d+)?[A-Za-z_.]", text[offset:]):
        return _("write numbers like 30 or 0.5, amounts like 500.00 MXN and dates like 2026-03-06")
    return _("see the examples in docs/rules.md")
