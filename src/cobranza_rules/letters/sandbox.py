"""The one environment in which templates run. Templates come from people who edit documents, data from anybody.

Three walls, each enough alone for most attacks: `template_check` refuses all but fields, if, for and a few filters before anything runs;
this sandbox calls nothing and reads nothing but the entries of plain dicts; and what a template writes, and how long it loops, is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_OUTPUT = 20_000_000  # Characters; a letter with a thousand invoices has about two million.
MOST_ROUNDS = 1_000_000  # Of all loops of a document; a loop inside a loop over a thousand invoices.
FILTERS = ("capitalize", "default", "length", "lower", "title", "trim", "upper")
TESTS = ("defined", "even", "odd")
# XML 1.0 production [2] leaves these out; the directional overrides can make an amount read backwards.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_NEWLINE = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class LetterEnvironment(ImmutableSandboxedEnvironment):
    """`newline` is the markup that a line break in a value becomes: another one in Word's XML than in HTML."""

    def __init__(self, newline: str) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=self._shown, auto_reload=False, cache_size=0)
        self.newline = Markup(newline)  # noqa: S704 (a constant of the calling module, never data)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def _shown(self, value: object) -> object:
        """What stands in the document for a value: texts and numbers only, cleaned."""
        if isinstance(value, Undefined):
            return str(value)  # Raises, for the undefined is strict.
        if isinstance(value, str):
            clean = _ILLEGAL.sub("", value).replace("\t", " ")
            lines = _NEWLINE.split(clean)
            return lines[0] if len(lines) == 1 else self.newline.join(escape(str(line)) for line in lines)
        if isinstance(value, bool | int):
            return str(value)
        raise SecurityError(f"a {type(value).__name__} cannot be printed")

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: str | Any) -> Any:
        """Entries of dicts; never a method, so that a field may be called `items` or `copies`."""
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def call(self, *_args: Any, **_keywords: Any) -> Any:
        raise SecurityError("templates call nothing")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return isinstance(obj, LoopContext) and super().is_safe_attribute(obj, attr, value)


class _Rounds:
    """How often the loops of one document have gone round."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = MOST_ROUNDS


class _Counted(list[Any]):
    """A list that a template may go through only so often: an empty loop inside another writes nothing, but takes its time."""

    def __init__(self, items: list[Any], rounds: _Rounds) -> None:
        super().__init__(items)
        self._rounds = rounds

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self._rounds.left -= 1
            if self._rounds.left < 0:
                raise ProblemError([Problem(_("the template goes round in its loops too often"), _("check its loops"), self._rounds.name)])
            yield item


def render_bounded(template: Template, fields: dict[str, Any], name: str) -> str:
    """`name` is what the user calls the template.

    Raises ProblemError if it fails, writes more than LARGEST_OUTPUT characters, or goes round in its loops more than MOST_ROUNDS times.
    """
    pieces: list[str] = []
    size = 0
    rounds = _Rounds(name)
    counted = {key: _Counted(value, rounds) if isinstance(value, list) else value for key, value in fields.items()}
    try:
        for piece in template.generate(counted):
            size += len(piece)
            if size > LARGEST_OUTPUT:
                raise ProblemError([Problem(_("the template writes too much text"), _("check its loops"), name)])
            pieces.append(piece)
    except TemplateError as error:
        raise ProblemError(
            [Problem(_("the template cannot be filled in: {detail}", detail=str(error)), _("correct the field it names"), name)]
        ) from None
    return "".join(pieces)
