"""Every example of the manual is a rules file that can be used as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cobranza_rules.facts.vocabulary import VOCABULARY
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.document_rules import HOLD_KEYS, LADDER_KEYS, RULE_KEYS, RUNG_KEYS
from cobranza_rules.rules.document_settings import CALENDAR_KEYS
from cobranza_rules.rules.document_steps import RECORDS, STEP_KEYS
from cobranza_rules.rules.expression import Definitions, Place, Written, parse_condition
from cobranza_rules.rules.testing import parse_tests, read_tests, run_tests

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("rules.md", "rules.es.md")
PLACE = Place("docs", 1, 1)


def blocks(page: str) -> list[str]:
    """The examples that are rules files; the one that is a file of rule tests stands apart."""
    return [block for block in all_blocks(page) if not block.startswith("rules:")]


def all_blocks(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_are_rules_files(page: str) -> None:
    found = blocks(page)
    assert len(found) == 12
    for block in found:
        rules, warnings = read_rules([(page, block.encode())])
        assert warnings == ()
        assert rules.conditions() or "calendar" in block


def test_both_pages_have_the_same_examples() -> None:
    assert blocks("rules.md") == blocks("rules.es.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_conditions_in_the_table_can_be_written(page: str) -> None:
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / page).read_text(encoding="utf-8").split("## ")[2], re.MULTILINE)
    written = [text for row in rows for text in re.findall(r"`([^`]*)`", row) if text != "( )"]
    assert len(written) == 14
    definitions = Definitions({"a": Written("acknowledged", PLACE), "b": Written("dispute_open", PLACE)})
    scope = next(scope for scope, facts in VOCABULARY.items() if "due_on" in facts)
    for text in written:
        assert parse_condition(text, scope, PLACE, definitions).text == text


@pytest.mark.parametrize("page", PAGES)
def test_every_key_is_told(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    keys = {*HOLD_KEYS, *RULE_KEYS, *LADDER_KEYS, *RUNG_KEYS, *CALENDAR_KEYS, *RECORDS, *STEP_KEYS}
    keys |= {key for more in STEP_KEYS.values() for key in more}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_rule_test_passes_on_the_shipped_rules(page: str) -> None:
    _statements, block = [block for block in all_blocks(page) if block.startswith("rules:")]
    shipped = DOCS.parent / "rules" / "collections.yaml"
    rules, _warnings = read_rules([("collections.yaml", shipped.read_bytes())])
    (result,) = run_tests(read_tests(parse_tests(page, block.encode()), rules), rules)
    assert result.passed


@pytest.mark.parametrize("page", PAGES)
def test_the_example_about_customers_and_payments_passes_its_own_test(page: str) -> None:
    (rules_file,) = [block for block in blocks(page) if "monthly-statement" in block]
    test_file, _shipped = [block for block in all_blocks(page) if block.startswith("rules:")]
    rules, _warnings = read_rules([("statements.yaml", rules_file.encode())])
    (result,) = run_tests(read_tests(parse_tests(page, test_file.encode()), rules), rules)
    assert result.passed


def test_both_pages_have_the_same_example_of_a_rule_test() -> None:
    assert all_blocks("rules.md") == all_blocks("rules.es.md")
