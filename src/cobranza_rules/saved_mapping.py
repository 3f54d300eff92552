"""A source's mapping written into `cobranza.toml`, with everything else of the file left as it is, its remarks too."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from cobranza_rules.config import read_settings
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


def save_mapping(settings: Path, mapping: ReportMapping) -> None:
    """Puts the block `[intake.adminpaq.NAME]`, in place of the one that is there. Raises ProblemError where it cannot be done safely."""
    if not _NAME.fullmatch(mapping.name):
        what = _("'{name}' is no name of a source", name=mapping.name)
        raise ProblemError([Problem(what, _("take letters without accents, digits, - and _"), place="--save")])
    before = settings.read_text(encoding="utf-8")
    after = _with_block(before, mapping)
    expected = _expected(tomllib.loads(before), mapping)
    try:
        written = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        written = {}
    if written != expected:
        what = _("the block cannot be put into the settings as they are written")
        raise ProblemError([Problem(what, _("put it there by hand: {block}", block=block_of(mapping)), str(settings))])
    _replace(settings, after)


def block_of(mapping: ReportMapping) -> str:
    """As it stands in the settings."""
    lines = [f"[intake.adminpaq.{mapping.name}]", f"match = {_text(mapping.match)}"]
    if mapping.currency:
        lines.append(f"currency = {_text(mapping.currency)}")
    if mapping.columns:
        lines.append(f"columns = {{ {', '.join(f'{name} = {_text(heading)}' for name, heading in mapping.columns.items())} }}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """Basic strings of TOML are written as those of JSON are, but for a sign that no heading has (U+007F)."""
    return json.dumps(value, ensure_ascii=False)


def _with_block(text: str, mapping: ReportMapping) -> str:
    own = re.compile(
        rf"^[ \t]*\[[ \t]*intake[ \t]*\.[ \t]*adminpaq[ \t]*\.[ \t]*{re.escape(mapping.name)}[ \t]*\][^\n]*\n?(?:(?![ \t]*[\[#])[^\n]*(?:\n|\Z))*?(?=[ \t]*[\[#]|\s*\Z)",
        re.MULTILINE,
    )
    block = block_of(mapping)
    if own.search(text):
        return own.sub(lambda _found: block + "\n", text, count=1)
    return text.rstrip("\n") + "\n\n" + block


def _expected(raw: dict[str, Any], mapping: ReportMapping) -> dict[str, Any]:
    block: dict[str, Any] = {"match": mapping.match}
    if mapping.currency:
        block["currency"] = mapping.currency
    if mapping.columns:
        block["columns"] = dict(mapping.columns)
    intake = dict(raw.get("intake", {}))
    return {**raw, "intake": {**intake, "adminpaq": {**intake.get("adminpaq", {}), mapping.name: block}}}


def _replace(settings: Path, text: str) -> None:
    """Whole or not at all, and only what the program can read."""
    handle, name = tempfile.mkstemp(dir=settings.parent, prefix=".cobranza-", suffix=".toml")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        read_settings(new)
        new.chmod(settings.stat().st_mode)
        new.replace(settings)
    finally:
        new.unlink(missing_ok=True)
