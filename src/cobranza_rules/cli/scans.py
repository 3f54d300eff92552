"""A scan that a command is given: kept under its hash."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.intake.support_content import media_type_of
from cobranza_rules.workspace import Workspace


def kept_scan(workspace: Workspace, scan: Path | None) -> str:
    """The digest of a PDF or a picture, "" without one. Raises ProblemError where it is neither."""
    if scan is None:
        return ""
    content = scan.read_bytes()
    media_type_of(content, str(scan))
    return workspace.archive.put(content)
