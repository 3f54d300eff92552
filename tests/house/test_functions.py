"""The house keeps its functions and modules short, so that each can be read at a glance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FUNCTION = 60
LONGEST_MODULE = 300
# These say what the thing is called like, not what it does.
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def modules() -> list[Path]:
    """Migrations are left out: each is the record of one step that is never edited again."""
    found = [file for folder in ("src", "script", "benchmarks") for file in (ROOT / folder).rglob("*.py")]
    return sorted(file for file in found if "migrations" not in file.parts)


def too_long(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.name, length


def test_no_function_is_longer_than_sixty_lines() -> None:
    found = {str(module.relative_to(ROOT)): list(too_long(module.read_text(encoding="utf-8"))) for module in modules()}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    lengths = {str(module.relative_to(ROOT)): len(module.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_modules_are_named_after_what_they_hold() -> None:
    assert [str(module) for module in modules() if module.stem in NAMES_THAT_SAY_NOTHING] == []


def test_a_function_of_sixty_one_lines_is_found() -> None:
    source = "def short():\n" + "    pass\n" * (LONGEST_FUNCTION - 1) + "\ndef long():\n" + "    pass\n" * LONGEST_FUNCTION
    assert list(too_long(source)) == [("long", LONGEST_FUNCTION + 1)]
