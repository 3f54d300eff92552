"""docs/semantics.md names tests that are there, for every sentence, and leaves out no law of tests/semantics."""

from __future__ import annotations

import ast
import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULE_TESTS = {
    "C": ROOT / "rules" / "tests" / "collections.yaml",
    "S": ROOT / "tests" / "semantics" / "semantics.yaml",
    "D": ROOT / "tests" / "semantics" / "small-desk-tests.yaml",
}
NONE = "—"


def rows() -> list[tuple[str, list[str], str]]:
    """Sentence, property tests, and the cell of rule tests."""
    page = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.splitlines() if line.startswith("| ")]
    return [(one[0], re.findall(r"`([\w/]+::\w+)`", one[1]), one[2]) for one in cells if one[0] != "sentence"]


def rule_tests(cell: str) -> list[tuple[str, str]]:
    return re.findall(r'([CSD]) "([^"]+)"', cell)


def laws_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def names_in(file: Path) -> set[str]:
    return set(re.findall(r"^  - name: (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_sentence_has_a_property_test_and_a_rule_test_or_a_dash_in_its_place() -> None:
    assert len(rows()) > 45
    without = [sentence for sentence, laws, cell in rows() if not laws or (not rule_tests(cell) and cell.strip("| ") != NONE)]
    assert without == []


def test_the_tests_that_the_page_names_are_there() -> None:
    named = chain.from_iterable(laws for _sentence, laws, _cell in rows())
    lost = [law for law in named if law.partition("::")[2] not in laws_in(ROOT / "tests" / f"{law.partition('::')[0]}.py")]
    assert lost == []
    shown = set(chain.from_iterable(rule_tests(cell) for _sentence, _laws, cell in rows()))
    assert [one for one in sorted(shown) if one[1] not in names_in(RULE_TESTS[one[0]])] == []


def test_the_page_names_every_law_and_every_rule_test_of_the_semantics() -> None:
    named = set(chain.from_iterable(laws for _sentence, laws, _cell in rows()))
    there = {
        f"semantics/{file.stem}::{name}"
        for file in (ROOT / "tests" / "semantics").glob("test_*.py")
        for name in laws_in(file)
        if file.stem != "test_rule_tests"
    }
    assert there - named == set()
    shown = set(chain.from_iterable(rule_tests(cell) for _sentence, _laws, cell in rows()))
    assert {(letter, name) for letter in "SD" for name in names_in(RULE_TESTS[letter])} - shown == set()
