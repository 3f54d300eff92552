"""Workspace folders that are made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.starting import make_workspace
from tests.company_settings import company_settings
from tests.migrated import put_migrated

ROOT = Path(__file__).parents[2]
NOBODY_BY_MAIL = "\n[approvals]\nby_mail = []\n"


def make_folder(base: Path, **changes: str) -> Path:
    """The sample company's, with the shipped rules and templates; `changes` replace texts of its settings.

    Nobody is asked to sign by mail, for stories count what leaves.
    """
    settings = company_settings({'rubric = "automatic"': 'rubric = "automatic"\nengine = "native"', **changes})
    base.mkdir(parents=True, exist_ok=True)
    put_migrated(base / "cobranza.db")
    make_workspace(base, settings + NOBODY_BY_MAIL)
    for part in ("new", "cur", "tmp"):
        (base / "correo-recibido" / part).mkdir(parents=True, exist_ok=True)
    return base


def ask_by_mail(base: Path) -> None:
    """From now on, whoever has to sign."""
    file = base / "cobranza.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(NOBODY_BY_MAIL, ""), encoding="utf-8")
