"""Workspace folders that are made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.starting import make_workspace

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "samples" / "cobranza.toml"


def make_folder(base: Path, **changes: str) -> Path:
    """The sample company's, with the shipped rules and templates; `changes` replace texts of its settings."""
    settings = SETTINGS.read_text(encoding="utf-8")
    for old, new in {'rubric = "automatic"': 'rubric = "automatic"\nengine = "native"', **changes}.items():
        assert old in settings
        settings = settings.replace(old, new)
    make_workspace(base, settings)
    for part in ("new", "cur", "tmp"):
        (base / "correo-recibido" / part).mkdir(parents=True, exist_ok=True)
    return base
