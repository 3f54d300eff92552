"""What is said of tags that Jinja cannot read: a sentence of our own with what to do, and the line on which the mistake begins."""

from __future__ import annotations

import pytest

from cobranza_rules.letters.mail_body import ENVIRONMENT
from cobranza_rules.letters.template_check import check_source

BRACES = "a brace or bracket is missing, or there is one too many; write fields like {{ total }} and tags like {% if draft %}"
INCOMPLETE = "something is missing before the end of the tag; write fields like {{ total }} and tags like {% if draft %}"
TAGS = "the tags are if, elif, else, endif, for, endfor"
ONE_FIELD = "a tag names one field, like {{ total }}, or joins several with 'and', 'or', 'not'"
STRAIGHT = "use straight quotation marks, \" or '"


def said(source: str) -> list[str]:
    return [f"{finding.line}: {finding.what}; {finding.hint}" for finding in check_source(source, ENVIRONMENT)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\n{% if draft %}\nb\n", "2: the tag '{% if %}' is never closed; write '{% endif %}' where it ends"),
        (
            "{% if draft %}{% endif %}\n{% for line in lines %}\n{% if draft %}{% endif %}\n",
            "2: the tag '{% for %}' is never closed; write '{% endfor %}' where it ends",
        ),
        ("{% if draft %}{% endfor %}", "1: '{% endfor %}' comes while '{% if %}' is still open; write '{% endif %}' before it"),
        ("{% endif %}", "1: '{% endif %}' belongs to no 'if'; take it out, or write '{% if ... %}' before it"),
        ("{% endfor %}", "1: '{% endfor %}' belongs to no 'for'; take it out, or write '{% for ... %}' before it"),
        ("{% else %}", "1: '{% else %}' belongs to no 'if'; take it out, or write '{% if ... %}' before it"),
        ("{% si draft %}", f"1: there is no tag '{{% si %}}'; {TAGS}"),
        ("{% block a %}", f"1: there is no tag '{{% block %}}'; {TAGS}"),
        ("a\n{{ total", "2: a tag that begins here has no end; end it with '}}'"),
        ("{% if draft %", "1: a tag that begins here has no end; end it with '%}'"),
        ("{# nota", "1: a tag that begins here has no end; end it with '#}'"),
        ("{{ total }", f"1: {BRACES}"),
        ("{{{ total }}}", f"1: {BRACES}"),
        ("{{ total) }}", f"1: {BRACES}"),
        ("{{ (total }}", "1: ')' is missing before '}'; close each bracket that is opened"),
        ("{{ total total }}", f"1: 'total' is not expected here; {ONE_FIELD}"),
        ("{% if language = 'es' %}{% endif %}", "1: '=' is not expected here; to compare, write =="),
        ("{% for line lines %}{% endfor %}", "1: this loop names no list; write it like {% for line in lines %}"),
        ("{{ }}", f"1: {INCOMPLETE}"),
        ("{% %}", f"1: {INCOMPLETE}"),
        ("{% if total > %}{% endif %}", f"1: {INCOMPLETE}"),
        ("{{ total | }}", f"1: {INCOMPLETE}"),
        ("{{ total. }}", f"1: {INCOMPLETE}"),
        ("{% if language == “es” %}{% endif %}", f"1: '“' is not expected here; {STRAIGHT}"),
        ("{{ total $ }}", "1: '$' is not expected here; use fields, 'if', 'for' and names of filters only"),
        ("{% if language == 'es %}{% endif %}", "1: the text that begins here is not closed; end it with '"),
    ],
)
def test_what_is_said_of_a_tag(source: str, expected: str) -> None:
    assert said(source) == [expected]


def test_spaces_that_look_alike_do_no_harm_in_a_tag() -> None:
    assert said("{{\xa0total\xa0}}{%\xa0if draft %}{% endif %}") == []
