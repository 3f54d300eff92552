"""What the YAML library complains of, in the words of whoever writes rules: what stands there, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.written import problem_at

Said = tuple[Sentence, Sentence]  # What is wrong, and what to do
# What looks like an ordinary space, or like nothing, and is none to YAML; word processors and web pages leave it behind.
_ODD_SPACE = re.compile("[\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff]")
_LINE_END = re.compile("\r\n|\r|\n")
_OUT_OF_LINE = re.compile(r"but found \(?'(<block mapping start>|<block sequence start>|-|\?)'")  # `?` is the library's sign for a key.
_NOT_CLOSED = re.compile(r"expected ',' or '([\]}])'")
_ONE_TOO_MANY = re.compile(r"but found '([\]},])'")
_CANNOT_BEGIN = re.compile(r"found character '(.+)' that cannot start any token")
_UNKNOWN_ESCAPE = re.compile(r"found unknown escape character '(.+)'")
_OPENS = {"]": "[", "}": "{"}


def syntax_problem(error: Any, file: str, text: str) -> Problem:
    """`error` is a marked error of ruamel.yaml, `text` what the file holds."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(not_valid(str(error)), _("check the file in an editor"), file)
    said, place = str(error.problem or error.context or ""), Place(file, mark.line + 1, mark.column + 1)
    if "'\\t'" in said:
        return problem_at(place, _("a tabulator stands where YAML wants spaces"), _("indent with spaces"))
    if (spot := _odd_spot(text, place)) is not None:
        return problem_at(spot[0], *said_of_odd_space(spot[1]))
    return problem_at(place, *(_of_structure(said, error) or _of_a_value(said, error) or (not_valid(said), _GENERAL)))


def odd_space_in(text: str) -> str:
    """The first odd space; empty where there is none."""
    found = _ODD_SPACE.search(text)
    return found[0] if found is not None else ""


def said_of_odd_space(sign: str) -> Said:
    what = _("the character U+{code} stands here, which only looks like a space, or like nothing", code=f"{ord(sign):04X}")
    return what, _("delete it, and type a space where one belongs")


def not_valid(said: str) -> Sentence:
    return _("not valid YAML: {detail}", detail=" ".join(said.split()))


_GENERAL = _("check indentation, colons and quotation marks")


def _odd_spot(text: str, place: Place) -> tuple[Place, str] | None:
    """In the line at fault or in the one above it: a key that is none shows one line too late."""
    lines = _LINE_END.split(text)
    for number in (place.line, place.line - 1):
        if 0 < number <= len(lines) and (found := _ODD_SPACE.search(lines[number - 1])) is not None:
            return Place(place.file, number, found.start() + 1), found[0]
    return None


def _of_structure(said: str, error: Any) -> Said | None:
    if _OUT_OF_LINE.search(said):
        return _("this line is not indented like those it belongs to"), _("begin it under the first letter of its neighbours")
    if said == "could not find expected ':'":
        return _("here or in the line above a key has no colon"), _("write 'key: value', with a space after the colon")
    if "mapping values are not allowed" in said:
        return _("no colon is possible here"), _("put a text with a colon into quotation marks, or check the indentation")
    if (closed := _NOT_CLOSED.search(said)) is not None:
        what = _("the '{sign}' of line {line} is not closed", sign=_OPENS[closed[1]], line=error.context_mark.line + 1)
        return what, _("end it with '{sign}'; put commas between its values, and a text with a colon into quotation marks", sign=closed[1])
    if (many := _ONE_TOO_MANY.search(said)) is not None:
        return _("the '{sign}' belongs to nothing", sign=many[1]), _("take it out, or put the text into quotation marks")
    if "found '<scalar>'" in said or "found ('<scalar>'" in said:
        what = _("text goes on where the value has ended")
        return what, _("a condition that begins with a quotation mark goes as a whole into single quotation marks")
    return None


def _of_a_value(said: str, error: Any) -> Said | None:
    if "end of stream" in said or "found unexpected document separator" in said:
        return _("the quotation mark of line {line} is not closed", line=error.context_mark.line + 1), _("close the quotation mark")
    if (begins := _CANNOT_BEGIN.search(said)) is not None:
        return _("a value cannot begin with '{sign}'", sign=begins[1]), _("put it into quotation marks")
    if "expected alphabetic or numeric character" in said:
        return _("a value cannot begin with '{sign}'", sign="*" if "alias" in str(error.context) else "&"), _("put it into quotation marks")
    if "expected a comment or a line break" in said or "expected chomping or indentation" in said:
        return _("after '|' or '>' a line has to end"), _("put a text that begins so into quotation marks")
    if (escape := _UNKNOWN_ESCAPE.search(said)) is not None:
        what = _("'{text}' means nothing in double quotation marks", text="\\" + escape[1])
        return what, _("write two backslashes, or use single quotation marks")
    if "incompatible YAML document" in said:
        return _("the version of YAML is not known"), _("take the line that begins with '%YAML' out")
    return None
