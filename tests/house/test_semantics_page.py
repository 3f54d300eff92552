"""docs/semantics.md names, for every sentence, a property test and a rule test or story that are there, and leaves out no law of tests/semantics."""

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
    "T": ROOT / "tests" / "semantics" / "two-ladders-tests.yaml",
}
PAGE = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")


def rows() -> list[tuple[str, list[str], str]]:
    """Sentence, property tests, and the cell of rule tests."""
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")]
    return [(one[0], re.findall(r"`([\w/]+::\w+)`", one[1]), one[2]) for one in cells if one[0] != "sentence"]


def rule_tests(cell: str) -> list[tuple[str, str]]:
    return re.findall(r'([CSDT]) "([^"]+)"', cell)


def stories(cell: str) -> list[str]:
    return re.findall(r"`(stories/\w+::\w+)`", cell)


def excused() -> set[str]:
    """Sentences for which the page gives the reason why examples have to do."""
    return set(re.findall(r"^- \*\*(.+?)\*\*: \w", PAGE.partition("## Held by examples")[2], re.MULTILINE))


def is_property(law: str) -> bool:
    """Decorated with hypothesis' `given`."""
    file, _colons, name = law.partition("::")
    tree = ast.parse((ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8"))
    found = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name), None)
    return found is not None and any(ast.unparse(decorator).startswith("given(") for decorator in found.decorator_list)


def laws_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def names_in(file: Path) -> set[str]:
    return set(re.findall(r"^  - name: (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_sentence_has_a_property_test_and_a_rule_test_or_a_story_in_its_place() -> None:
    assert len(rows()) > 60
    without = [sentence for sentence, laws, cell in rows() if not laws or not (rule_tests(cell) or stories(cell))]
    assert without == []


def test_the_property_tests_look_at_random_input_or_the_page_says_why_examples_do() -> None:
    by_examples = {sentence for sentence, laws, _cell in rows() if not any(map(is_property, laws))}
    assert by_examples == excused()


def test_the_tests_that_the_page_names_are_there() -> None:
    named = chain.from_iterable([*laws, *stories(cell)] for _sentence, laws, cell in rows())
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
    assert {(letter, name) for letter in "SDT" for name in names_in(RULE_TESTS[letter])} - shown == set()
