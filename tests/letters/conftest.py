from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.letters.template_folder import TemplateFolder

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden files of letters and mails anew")


@pytest.fixture(scope="session")
def templates() -> TemplateFolder:
    return TemplateFolder(ROOT / "templates")
