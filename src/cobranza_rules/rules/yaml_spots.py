"""Finds each character of a YAML scalar in the file, whatever its style: plain, quoted, folded over lines, or a block."""

from __future__ import annotations

_ESCAPED_DIGITS = {"x": 2, "u": 4, "U": 8}


def spots(source: str, text: str, line: int, column: int) -> tuple[tuple[int, int], ...]:
    """Line and column of every character of `text` and of its end, where `source` begins at `line` and `column`.

    Empty where `source` is `text` itself on one line, or where the two cannot be brought together: then the start has to do.
    """
    if source == text and "\n" not in source:
        return ()
    indices = _indices(source, text)
    if indices is None:
        return tuple((line, column) for _sign in range(len(text) + 1)) if "\n" in source else ()
    places = _places(source, line, column)
    return tuple(places[index] for index in indices)


def _places(source: str, line: int, column: int) -> list[tuple[int, int]]:
    places = []
    for sign in source:
        places.append((line, column))
        line, column = (line + 1, 1) if sign == "\n" else (line, column + 1)
    return [*places, (line, column)]


def _indices(source: str, text: str) -> list[int] | None:
    """Walks both side by side: white space stands for white space of any length, an escape for one character."""
    quote = source[:1] if source[:1] in ('"', "'") else ""
    block = source[:1] in ("|", ">")
    at = source.find("\n") + 1 if block else len(quote)
    found: list[int] = []
    for sign in text:
        while quote == '"' and source[at : at + 1] == "\\" and source[at + 1 : at + 2] in ("\r", "\n"):
            at = _past_space(source, at + 1, "")  # A line that ends with a backslash goes on without a space.
        if sign != " " or not source[at : at + 1].isspace():
            at = _past_space(source, at, sign)
        if at >= len(source):
            return None
        found.append(at)
        if quote == '"' and source[at] == "\\":
            at = _past_escape(source, at)
        elif quote == "'" and source.startswith("''", at):
            at += 2
        elif sign == " " and source[at] != " ":
            at = _past_space(source, at, "")
        elif source[at] == sign or (sign == "\n" and source[at].isspace()):
            at += 1
        else:
            return None
    return [*found, at]


def _past_space(source: str, at: int, wanted: str) -> int:
    while at < len(source) and source[at].isspace() and source[at] != wanted:
        at += 1
    return at


def _past_escape(source: str, at: int) -> int:
    kind = source[at + 1 : at + 2]
    return at + 2 + _ESCAPED_DIGITS.get(kind, 0)
