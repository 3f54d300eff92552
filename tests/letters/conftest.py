from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.letters.template_folder import TemplateFolder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def templates() -> TemplateFolder:
    return TemplateFolder(ROOT / "templates")
