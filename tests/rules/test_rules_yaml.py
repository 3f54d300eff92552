"""The YAML below the rules: hostile and damaged files, and the place of every character whatever the style of its scalar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.yaml_marks import YamlList, YamlMap, YamlScalar, read_yaml

SHIPPED = Path(__file__).parents[2] / "rules" / "collections.yaml"
SMALL = """\
version: 1
rules:
  - id: ask
    for: invoice
    when: customer_ready and balance > 0
    do:
      - email: first-reminder
        to: collections_contact
"""


def read(text: str) -> RuleSet:
    rules, warnings = read_rules([("r.yaml", text.encode())])
    assert warnings == ()
    return rules


def refused(*texts: str | bytes) -> list[str]:
    files = [(f"{'rst'[index]}.yaml", text if isinstance(text, bytes) else text.encode()) for index, text in enumerate(texts)]
    with pytest.raises(ProblemError) as caught:
        read_rules(files)
    return [str(problem) for problem in caught.value.problems if not problem.warning]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "r.yaml: the file is empty; write 'version: 1' and rules into it"),
        (b"# nothing\n", "r.yaml: the file is empty; write 'version: 1' and rules into it"),
        (b"version: 1\n\trules: []\n", "r.yaml:2:1: a tabulator stands where YAML wants spaces; indent with spaces"),
        (b"version: 1\nrules: \xff\n", "r.yaml:2: the file is not UTF-8 text; save it as UTF-8; if it is no text, it is the wrong file"),
        (
            b"version: 1\n#\0\n",
            "r.yaml:2:2: the character U+0000 is not allowed in YAML; delete it; the file may be damaged, or no text at all",
        ),
        (
            b"PK\x03\x04" + bytes(40),
            "r.yaml:1:3: the character U+0003 is not allowed in YAML; delete it; the file may be damaged, or no text at all",
        ),
        (b"version: 1\nversion: 1\n", "r.yaml:2:1: the key 'version' is here twice; it stands first on line 1; keep one of the two"),
        (b"[" * 5000, "r.yaml:1:21: the file is nested more than 20 levels deep; make it flatter"),
        (b"version: 1" + b" " * 1_000_000, "r.yaml: the file is larger than 1000000 bytes; split it into several files"),
        (b"version: &a [*a]\n", "r.yaml:1:14: there is no anchor 'a' before this; write the value out"),
        (b"version: !!int 1\n", "r.yaml:1:10: a tag ('!') is not allowed here; put the text into quotation marks"),
        (b"version: 1\n---\nversion: 1\n", "r.yaml:2:1: a second document begins here; put it into a file of its own"),
        (b"version: 'x", "r.yaml:1:12: not valid YAML: found unexpected end of stream; close the quotation mark"),
        (
            b"define:\n  a: b: c\n",
            "r.yaml:2:7: not valid YAML: mapping values are not allowed here; put a text with a colon into quotation marks, or check the indentation",
        ),
        (
            b"define:\n  a: b\n c: d\n",
            "r.yaml:3:2: this line is not indented like those it belongs to; begin it under the first letter of its neighbours",
        ),
        (
            b"holds:\n  - id: a\n- id: b\n",
            "r.yaml:3:1: this line is not indented like those it belongs to; begin it under the first letter of its neighbours",
        ),
        (
            b"holds:\n  - id: a\n   - id: b\n",
            "r.yaml:3:4: this line is not indented like those it belongs to; begin it under the first letter of its neighbours",
        ),
        (
            b"  - id: a\nversion: 1\n",
            "r.yaml:2:1: this line is not indented like those it belongs to; begin it under the first letter of its neighbours",
        ),
        (
            b"define:\n  c: d\n  a b\nholds: []\n",
            "r.yaml:4:1: here or in the line above a key has no colon; write 'key: value', with a space after the colon",
        ),
        (b"- version\n", "r.yaml:1:1: a rules file is written as keys with values; write lines like 'key: value'"),
        (b"rules: []\n", "r.yaml:1:1: a rules file needs the key 'version'; add it"),
        (b"version: 1\nrules:\n", "r.yaml:2:1: the key 'rules' has no value; write a value, or leave the line out"),
    ],
)
def test_files_that_are_no_rules_file(content: bytes, said: str) -> None:
    assert said in refused(content)


def test_one_broken_file_does_not_hide_the_mistakes_of_another() -> None:
    said = refused("version: 'x", SMALL.replace("balance", "balanc"))
    assert said == [
        "r.yaml:1:12: not valid YAML: found unexpected end of stream; close the quotation mark",
        "s.yaml:5:30: unknown fact 'balanc'; did you mean 'balance'?",
    ]


def test_aliases_are_counted_each_time() -> None:
    rows = ["- &a0 [x,x,x,x,x,x,x,x,x,x]"] + [f"- &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (problem,) = refused("\n".join(rows))
    assert problem.endswith("the file has more than 20000 values, its aliases put in; split it into several files")


def test_an_alias_of_ordinary_size_is_taken() -> None:
    rules = read(
        SMALL.replace("customer_ready and balance > 0", "&w customer_ready and balance > 0")
        + "\nladders:\n  - id: l\n    when: *w\n    rungs:\n      - id: r\n        do: [{task: t, assign: a}]\n"
    )
    assert rules.ladders[0].when == rules.rules[0].when


@pytest.mark.parametrize(
    ("when", "line", "column"),
    [
        ("balance > 0 and zzz", 5, 27),
        ("'balance > 0 and zzz'", 5, 28),
        ('"balance > 0 and\\u0020zzz"', 5, 33),
        ("'customer == ''a'' and zzz'", 5, 34),
        (">\n      balance > 0\n      and zzz", 7, 11),
        (">-\n      balance > 0 and\n\n      zzz", 8, 7),
        ("|\n      balance > 0\n        and zzz", 7, 13),
        ("balance > 0\n      and zzz", 6, 11),
        ('"balance > 0\n      and \\\n      zzz"', 7, 7),
        ("[balance > 0, zzz]", 5, 25),
        ("\n      - balance > 0\n      - acknowledged and zzz", 7, 26),
    ],
)
def test_the_column_is_right_in_every_style_of_scalar(when: str, line: int, column: int) -> None:
    text = SMALL.replace("customer_ready and balance > 0", when)
    lines = text.split("\n")
    assert lines[line - 1][column - 1 :].startswith("zzz")
    assert f"r.yaml:{line}:{column}: unknown fact 'zzz'; 'cobranza rules facts' lists all facts" in refused(text)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_columns_with_any_line_ending_and_a_byte_order_mark(ending: str) -> None:
    text = "\ufeff" + SMALL.replace("balance", "balanc").replace("\n", ending)
    assert refused(text) == ["r.yaml:5:30: unknown fact 'balanc'; did you mean 'balance'?"]


def test_words_stay_words() -> None:
    """YAML 1.1 would make truths of these, and a float of the amount."""
    node, _doubled = read_yaml("r.yaml", b"on: yes\nno: 1e3\nday: 2026-03-06\nx: [1_000, 0x1F, ~]\n")
    assert isinstance(node, YamlMap)
    assert [(name.text, value.text) for name, value in node.entries if isinstance(value, YamlScalar)] == [
        ("on", "yes"),
        ("no", "1e3"),
        ("day", "2026-03-06"),
    ]
    numbers = node.get("x")
    assert isinstance(numbers, YamlList)
    assert [item.text for item in numbers.items if isinstance(item, YamlScalar)] == ["1_000", "0x1F", "~"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SHIPPED.read_bytes()) - 1), st.binary(max_size=4), st.integers(0, 30))
def test_a_damaged_file_is_read_or_refused_with_places(at: int, put: bytes, cut: int) -> None:
    content = SHIPPED.read_bytes()
    damaged = content[:at] + put + content[at + cut :]
    try:
        rules, problems = read_rules([("r.yaml", damaged)])
        assert isinstance(rules, RuleSet)
    except ProblemError as error:
        problems = error.problems
        assert any(not problem.warning for problem in problems)
    lines = len(re.split(b"\r\n|\r|\n", damaged))  # YAML 1.2, 5.4: a carriage return alone breaks a line too
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.file == "r.yaml"
        assert 0 <= problem.line <= lines
        assert str(problem)


def test_a_doubled_key_hides_nothing_else_that_is_wrong() -> None:
    text = b"version: 1\ndefine: {late: days_overdu > 3, late: days_overdue > 3}\nholds: [{id: h, for: invoce, when: dispute_open, blocks: contact}]\n"
    assert refused(text) == [
        "r.yaml:2:33: the key 'late' is here twice; it stands first on line 2; keep one of the two",
        "r.yaml:3:22: 'invoce' is not possible under 'for'; did you mean 'invoice'?",
        "r.yaml:2:16: unknown fact 'days_overdu'; did you mean 'days_overdue'?",
    ]
