"""The YAML below the rules: hostile and damaged files, and the place of every character whatever the style of its scalar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.language import Sentence
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
        (
            b"version: !!int 1\n",
            "r.yaml:1:10: a tag ('!') is not allowed here; put the text into quotation marks; to turn a condition around, write 'not'",
        ),
        (b"version: 1\n---\nversion: 1\n", "r.yaml:2:1: a second document begins here; put it into a file of its own"),
        (b"version: 'x", "r.yaml:1:12: the quotation mark of line 1 is not closed; close the quotation mark"),
        (
            b"define:\n  a: b: c\n",
            "r.yaml:2:7: no colon is possible here; put a text with a colon into quotation marks, or check the indentation",
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
        "r.yaml:1:12: the quotation mark of line 1 is not closed; close the quotation mark",
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
    node, _doubled = read_yaml("r.yaml", b"on: yes\nno: 1e3\nday: 2026-03-06\nx: [1_000, 0x1F, ~]\n", Sentence("write into it"))
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


RULE = "version: 1\nrules:\n  - id: a\n    for: invoice\n    when: {}\n    do: [{{task: x, assign: boss}}]\n"
ODD = "the character U+00A0 stands here, which only looks like a space, or like nothing; delete it, and type a space where one belongs"
OF_SPACES = [
    ("version: 1\nrules:\n  \xa0- id: a\n", f"3:3: {ODD}"),
    (RULE.format("balance > 0").replace("    when", "\xa0\xa0\xa0\xa0when"), f"5:1: {ODD}"),
    (RULE.format("balance > 0").replace("when: ", "when:\xa0"), f"5:10: {ODD}"),
    (RULE.format("balance > 0").replace("when:", "when\xa0:"), f"5:9: {ODD}"),
    (RULE.format("balance > 0").replace("  - id: a", "  -\xa0id: a"), f"3:4: {ODD}"),
    (RULE.format("balance > 0\n    every: 3\xa0workdays"), f"6:12: {ODD}"),
    (RULE.format("balance > 0").replace("task: x", "task: x\u200b"), f"6:17: {ODD.replace('00A0', '200B')}"),
    (RULE.format("balance > 0").replace("for: invoice", "for: invoice\u2007"), f"4:10: {ODD.replace('00A0', '2007')}"),
]
OF_SIGNS = [
    (
        "[balance > 0",
        "6:7: the '[' of line 5 is not closed; end it with ']'; put commas between its values, and a text with a colon into quotation marks",
    ),
    (
        "{a: b c: d}",
        "5:18: the '{' of line 5 is not closed; end it with '}'; put commas between its values, and a text with a colon into quotation marks",
    ),
    ("[balance > 0]]", "5:24: the ']' belongs to nothing; take it out, or put the text into quotation marks"),
    ("'balance > 0", "7:1: the quotation mark of line 5 is not closed; close the quotation mark"),
    (
        '"open" == status',
        "5:18: text goes on where the value has ended; a condition that begins with a quotation mark goes as a whole into single quotation marks",
    ),
    ("@x", "5:11: a value cannot begin with '@'; put it into quotation marks"),
    ("* 3", "5:12: a value cannot begin with '*'; put it into quotation marks"),
    ("& 3", "5:12: a value cannot begin with '&'; put it into quotation marks"),
    ("> 3", "5:13: after '|' or '>' a line has to end; put a text that begins so into quotation marks"),
    ('"a\\qb"', "5:14: '\\q' means nothing in double quotation marks; write two backslashes, or use single quotation marks"),
    (
        "! acknowledged",
        "5:11: a tag ('!') is not allowed here; put the text into quotation marks; to turn a condition around, write 'not'",
    ),
]


@pytest.mark.parametrize(("text", "said"), [*OF_SPACES, *((RULE.format(when), said) for when, said in OF_SIGNS)])
def test_what_the_yaml_library_says_is_said_in_words_of_our_own(text: str, said: str) -> None:
    """Another sign than a space is told where it stands; what else becomes of it is told beside it."""
    assert refused(text)[0] == f"r.yaml:{said}"


@pytest.mark.parametrize(
    "code", [0xA0, 0xAD, 0x1680, 0x2000, 0x2003, 0x200B, 0x200D, 0x200F, 0x2028, 0x202E, 0x202F, 0x205F, 0x2060, 0x2066, 0x3000, 0xFEFF]
)
def test_every_space_that_is_none_is_named(code: int) -> None:
    assert refused(RULE.format(f"balance > 0\n    every: 3{chr(code)}workdays")) == [f"r.yaml:6:12: {ODD.replace('00A0', f'{code:04X}')}"]


@pytest.mark.parametrize("code", [0xAD, 0x200B, 0x202E, 0x2060, 0xFEFF])
def test_a_sign_that_nobody_sees_is_named_in_a_condition_too(code: int) -> None:
    assert refused(RULE.format(f"balance {chr(code)}> 0")) == [f"r.yaml:5:19: {ODD.replace('00A0', f'{code:04X}')}"]


def test_odd_spaces_that_do_no_harm_are_left_alone() -> None:
    read(RULE.format("balance\xa0> 0 and segment == 'Oro\xa0A' # una nota:\xa0sí").replace("'Oro\xa0A'", '"Oro\xa0A"'))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("minimum_total: {MXN: 1,500.00}", "7:26: '1,500.00' has a comma, which begins another value between braces; write 1500.00"),
        (
            "minimum_total: {USD: 30, MXN: 1,234,567.89}",
            "7:35: '1,234,567.89' has a comma, which begins another value between braces; write 1234567.89",
        ),
        ("minimum_total: {MXN: 10,000, USD: 30}", "7:26: '10,000' has a comma, which begins another value between braces; write 10000"),
    ],
)
def test_a_number_with_a_comma_is_one_mistake(written: str, said: str) -> None:
    ladder = f"version: 1\nladders:\n  - id: l\n    when: balance > 0\n    rungs:\n      - {{id: r, do: [{{task: t, assign: a}}]}}\n    {written}\n"
    assert refused(ladder) == [f"r.yaml:{said}"]


def test_a_condition_with_such_a_number_is_one_mistake_too() -> None:
    text = "version: 1\nholds:\n  - {id: h, for: invoice, when: balance > 1,200.00 MXN, blocks: contact}\n"
    assert refused(text) == [
        "r.yaml:3:33: 'balance > 1,200.00 MXN' has a comma, which begins another value between braces; write balance > 1200.00 MXN"
    ]
