"""Files that break readers and facts that break engines: a clear problem or the right answer, in little time, by the real command."""

from __future__ import annotations

import datetime as dt
import time
import unicodedata
from pathlib import Path

import pytest

from cobranza_rules.engines import BothEngines
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.rules.engine import Conditions
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import Place, parse_condition
from tests.rules.test_rules_commands import call

RULE = "version: 1\nrules:\n  - id: a\n    for: invoice\n    when: {when}\n    do: [{{task: x, assign: boss}}]\n"


def _rule(when: str) -> str:
    return RULE.format(when=when)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
TOO_MANY = "r.yaml:{}: the condition has more than 250 comparisons, its defined names put in; make several rules of it, or use 'in' for many values"
LIST_OF_TERMS = "version: 1\nrules:\n  - id: a\n    for: invoice\n    when:\n" + "".join(
    f"      - days_overdue != {n}\n" for n in range(9000)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n", ["r.yaml:1: the file is not UTF-8 text; save it as UTF-8; if it is no text, it is the wrong file"]),
        ("version: 1".encode("utf-16"), ["r.yaml:1: the file is not UTF-8 text; save it as UTF-8; if it is no text, it is the wrong file"]),
        ("version: 1\n# " + "x" * 10_000_000, ["r.yaml: the file is larger than 1000000 bytes; split it into several files"]),
        ("version: " + "{a: " * 200_000, ["r.yaml:1:83: the file is nested more than 20 levels deep; make it flatter"]),
        ("version: 1\nrules:\n\t- id: a\n", ["r.yaml:3:1: a tabulator stands where YAML wants spaces; indent with spaces"]),
        (BOMB, ["r.yaml:5:15: the file has more than 20000 values, its aliases put in; split it into several files"]),
        (
            "%YAML 9.9\n---\nversion: 1\n",
            ["r.yaml:1:1: the version of YAML is not known; take the line that begins with '%YAML' out"],
        ),
        (
            _rule(" or ".join(f"days_overdue == {n}" for n in range(10_000))),
            [
                "r.yaml:5:11: the condition has 238886 characters; at most 4000 are allowed; move parts of it under 'define' and use their names"
            ],
        ),
        (LIST_OF_TERMS + "    do: [{task: x, assign: boss}]\n", [TOO_MANY.format("6:9")]),
        ('version: 1\n"\\e[2J": 1\n', ["r.yaml:2:1: the character U+001B is not allowed in YAML; delete it"]),
        ('version: 1\ndefine: {a: "\\ud800"}\n', ["r.yaml:2:13: the character U+D800 is not allowed in YAML; delete it"]),
        ("- a\n", ["r.yaml:1:1: a rules file is written as keys with values; write lines like 'key: value'"]),
        ("version:\n", ["r.yaml:1:1: the key 'version' has no value; write a value, or leave the line out"]),
        ("version: 1\nrules: [~]\n", ["r.yaml:2:9: a rule is written as keys with values; write lines like 'key: value'"]),
        (
            "version: 1\n\u202eyek: 1\n",
            [
                (
                    "r.yaml:2:1: the character U+202E stands here, which only looks like a space, or like nothing; "
                    "delete it, and type a space where one belongs"
                ),
                "r.yaml:2:1: a rules file has no key 'yek'; possible are: aging_buckets, calendar, define, holds, ladders, limit, rules, version",
            ],
        ),
    ],
)
def test_a_file_that_is_none_is_told_once_and_soon(
    content: str | bytes, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COBRANZA_LANGUAGE", "en")
    (tmp_path / "r.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    started = time.monotonic()
    code, shown, complained = call(tmp_path, "check", str(tmp_path / "r.yaml"))
    assert complained == said
    assert (code, shown) == (1, f"errors: {len(said)}, warnings: 0\n")
    assert time.monotonic() - started < 30


TEXTS = (
    'invoice == "á"',
    'invoice != "á"',
    'invoice contains "Á"',
    'invoice contains "😀"',
    "due_on < 2026-03-06",
    "due_on + 3 > issued_on",
    "issued_on == 0001-01-01 or due_on == 9999-12-31",
    "balance > 9999999999.99 MXN",
    "balance * 3 > total + 1.00 MXN",
    "days_overdue > 30",
    "not (days_overdue > 30)",
    "due_on is unknown or invoice is unknown",
    'invoice in ["", "x"]',
    "acknowledged or not dispute_open",
)
CONDITIONS: Conditions = {text: (Scope.INVOICE, parse_condition(text, Scope.INVOICE, Place("r.yaml", 1, 1))) for text in TEXTS}
NAMES = (
    "",
    "á",
    unicodedata.normalize("NFD", "á"),
    "😀" * 3,
    "x" * 65_535,
    "x" * 65_536 + "á",
    "á" * 65_536,
    "\0",
    "\ud800",
    '"\\\n',
    "x",
    "ﬃ",
)
NUMBERS = (0, 2**31, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63, 10**40)
DAYS = (1, dt.date.max.toordinal(), dt.date(2026, 3, 6).toordinal())


def _hostile() -> list[dict[str, Value]]:
    facts: list[dict[str, Value]] = [{"invoice": name, "currency": "MXN"} for name in NAMES]
    facts += [{"balance": one, "total": other, "currency": "MXN", "days_overdue": one} for one in NUMBERS for other in NUMBERS]
    facts += [{"issued_on": one, "due_on": other} for one in DAYS for other in DAYS]
    nothing: dict[str, Value] = dict.fromkeys(VOCABULARY[Scope.INVOICE])  # type: ignore[assignment] # what a row without values gives
    return [*facts, nothing, {}]


def test_both_engines_and_the_meaning_agree_on_hostile_facts() -> None:
    facts = _hostile()
    engine = BothEngines(CONDITIONS)
    try:
        found = engine.evaluate(Scope.INVOICE, facts)
        assert engine.incidents == []
    finally:
        engine.close()
    for each, names in zip(facts, found, strict=True):
        assert names == {text for text, (_scope, condition) in CONDITIONS.items() if holds(condition.tree, each)}


def test_every_fact_may_be_unknown_in_every_scope() -> None:
    """Of each fact one condition of its type, with all facts unknown, and with all but this one."""
    asks = {
        FactType.TEXT: '{} != "?"',
        FactType.BOOLEAN: "{}",
        FactType.NUMBER: "{} >= 0",
        FactType.AMOUNT: "{} >= 0",
        FactType.DATE: "{} < 2026-03-06",
    }
    for scope, vocabulary in VOCABULARY.items():
        texts = {
            name: f'{name} in ["{fact.choices[0]}"]' if fact.choices else asks[fact.type].format(name) for name, fact in vocabulary.items()
        }
        conditions: Conditions = {name: (scope, parse_condition(text, scope, Place("r.yaml", 1, 1))) for name, text in texts.items()}
        engine = BothEngines(conditions)
        try:
            assert engine.evaluate(scope, [{}, dict.fromkeys(vocabulary)]) == [frozenset(), frozenset()]  # type: ignore[list-item]
        finally:
            engine.close()
