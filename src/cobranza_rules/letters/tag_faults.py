"""What Jinja complains of in a template, in the words of whoever writes letters: where it begins, what is wrong, and what to write."""

from __future__ import annotations

import re

from jinja2 import TemplateSyntaxError

from cobranza_rules.language import Sentence, _

Said = tuple[Sentence, Sentence]  # What is wrong, and what to do
_TAG = re.compile(r"\{%[-+]?\s*(\w+)")
_OPENS = {"endif": "if", "else": "if", "elif": "if", "endfor": "for"}
_STILL_OPEN = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_UNKNOWN_TAG = re.compile(r"Encountered unknown tag '(\w+)'")
_ENDLESS = re.compile(r"unexpected end of template, expected '(.*)'\.$|unexpected 'end of (template)'|Missing end of (comment) tag")
_SIGN = re.compile(r"unexpected char (['\"])(.)\1")
_BRACKET = re.compile(r"unexpected '(.)', expected '(.)'")
_ONE_TOO_MANY = re.compile(r"expected token 'end of (?:print statement|statement block)', got '(.*)'")
_INCOMPLETE = re.compile(r"Expected an expression|unexpected 'end of|expected name or number|expected token 'name'|tag name expected")
_BRACES = re.compile(r"unexpected '[{}()\[\]]'|expected token ':'")
_GENERAL = _("look for a missing brace, endif or endfor")
FIELD, TAG, LOOP = "{{ total }}", "{% if draft %}", "{% for line in lines %}"


def said_of(error: TemplateSyntaxError, source: str) -> tuple[int, Sentence, Sentence]:
    """The line in `source`, from 1; what is wrong; and what to do."""
    detail = error.message or ""
    still = _STILL_OPEN.search(detail)
    if still is not None and still[1] not in _OPENS.values():
        return (error.lineno, *_no_tag(still[1]))
    if still is not None and "Unexpected end of template" in detail:
        what = _("the tag '{tag}' is never closed", tag=f"{{% {still[1]} %}}")
        return _line_of_open(source, error.lineno), what, _("write '{tag}' where it ends", tag=f"{{% end{still[1]} %}}")
    said = _of_a_tag(detail, still[1] if still is not None else "") or _of_its_inside(detail)
    return (error.lineno, *(said or (_("the tag is not well written: {detail}", detail=detail), _GENERAL)))


def _line_of_open(source: str, otherwise: int) -> int:
    """Jinja says where the template ends; whoever looks for the mistake wants to know where the innermost open tag begins."""
    opened: list[tuple[str, int]] = []
    for found in _TAG.finditer(source):
        if found[1] in ("if", "for"):
            opened.append((found[1], found.start()))
        elif found[1] in ("endif", "endfor") and opened:
            opened.pop()
    return source.count("\n", 0, opened[-1][1]) + 1 if opened else otherwise


def _of_a_tag(detail: str, still_open: str) -> Said | None:
    found = _UNKNOWN_TAG.search(detail)
    if found is None:
        return None
    tag, begin = f"{{% {found[1]} %}}", _OPENS.get(found[1])
    if begin is None:
        return _no_tag(found[1])
    if still_open:
        what = _("'{tag}' comes while '{open}' is still open", tag=tag, open=f"{{% {still_open} %}}")
        return what, _("write '{tag}' before it", tag=f"{{% end{still_open} %}}")
    return _("'{tag}' belongs to no '{begin}'", tag=tag, begin=begin), _(
        "take it out, or write '{tag}' before it", tag=f"{{% {begin} ... %}}"
    )


def _no_tag(name: str) -> Said:
    return _("there is no tag '{tag}'", tag=f"{{% {name} %}}"), _("the tags are {tags}", tags="if, elif, else, endif, for, endfor")


def _of_its_inside(detail: str) -> Said | None:
    if (sign := _SIGN.search(detail)) is not None:
        return _of_a_sign(sign[2])
    if (bracket := _BRACKET.search(detail)) is not None:
        return _("'{expected}' is missing before '{sign}'", expected=bracket[2], sign=bracket[1]), _("close each bracket that is opened")
    if detail == "unexpected '/'":  # The markup that follows in a document
        return _("a tag that begins here has no end"), _("end it with '{sign}'", sign="}}' / '%}")
    if (endless := _ENDLESS.search(detail)) is not None:
        ends = "#}" if endless[3] else "}}" if endless[1] and "print" in endless[1] else "%}"
        return _("a tag that begins here has no end"), _("end it with '{sign}'", sign=ends)
    if _BRACES.search(detail):
        return _("a brace or bracket is missing, or there is one too many"), _(
            "write fields like {field} and tags like {tag}", field=FIELD, tag=TAG
        )
    if (word := _ONE_TOO_MANY.search(detail)) is not None:
        hint = (
            _("to compare, write ==")
            if word[1] == "="
            else _("a tag names one field, like {field}, or joins several with 'and', 'or', 'not'", field=FIELD)
        )
        return _("'{word}' is not expected here", word=word[1]), hint
    if "expected token 'in'" in detail:
        return _("this loop names no list"), _("write it like {example}", example=LOOP)
    if _INCOMPLETE.search(detail):
        return _("something is missing before the end of the tag"), _("write fields like {field} and tags like {tag}", field=FIELD, tag=TAG)
    return None


def _of_a_sign(sign: str) -> Said:
    if sign in "'\"":
        return _("the text that begins here is not closed"), _("end it with {quote}", quote=sign)
    what = _("'{word}' is not expected here", word=sign)
    if sign in "“”„«»‘’":
        return what, _("use straight quotation marks, \" or '")
    return what, _("use fields, 'if', 'for' and names of filters only")
