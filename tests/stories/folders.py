"""Workspace folders that are made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

from cobranza_rules.rulebook.publishing import publish_shipped
from cobranza_rules.workspace import open_workspace
from tests.company_settings import company_settings, keep_accounting_out
from tests.migrated import put_migrated

ROOT = Path(__file__).parents[2]
NOBODY_BY_MAIL = "\n[approvals]\nby_mail = []\n"


def make_folder(base: Path, **changes: str) -> Path:
    """The sample company's, with the shipped rules, but for Accounting's packets, and templates; `changes` replace texts of its settings.

    Nobody is asked to sign by mail, for stories count what leaves.
    """
    settings = company_settings({'rubric = "automatic"': 'rubric = "automatic"\nengine = "native"', **changes})
    base.mkdir(parents=True, exist_ok=True)
    put_migrated(base / "cobranza.db")
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, base / name, dirs_exist_ok=True)
    keep_accounting_out(base)
    (base / "cobranza.toml").write_text(settings + NOBODY_BY_MAIL, encoding="utf-8")
    workspace = open_workspace(base)
    publish_shipped(workspace, "cobranza init")
    workspace.close()
    for part in ("new", "cur", "tmp"):
        (base / "correo-recibido" / part).mkdir(parents=True, exist_ok=True)
    return base


def ask_by_mail(base: Path) -> None:
    """From now on, whoever has to sign."""
    file = base / "cobranza.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(NOBODY_BY_MAIL, ""), encoding="utf-8")
