"""The documents of an action as files that a person can print, look at or carry."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from cobranza_rules.dispatch.shown import shown_of
from cobranza_rules.store.tables import ActionRow, ApprovalRow, DocumentRow
from cobranza_rules.workspace import Workspace


def write_documents(workspace: Workspace, action_id: int | None, folder: Path | None) -> list[str]:
    """Names of the documents of the action's present revision, written into `folder` where one is given."""
    if action_id is None:
        return []
    with workspace.database.reading() as session:
        row = session.get_one(ActionRow, action_id)
        query = select(DocumentRow).where(DocumentRow.action_id == row.id, DocumentRow.revision == row.revision).order_by(DocumentRow.id)
        files = [(document.name, document.digest) for document in session.scalars(query)]
    return _written(workspace, files, folder)


def write_shown(workspace: Workspace, approval: ApprovalRow, folder: Path | None) -> list[str]:
    """Names of what an approval shows, the message itself included: what was shown then, also where it is decided or written anew since."""
    if not approval.shown:
        return write_documents(workspace, approval.action_id, folder)
    files = [(file.name, file.digest) for file in shown_of(workspace, approval.shown).files]
    return _written(workspace, files, folder)


def _written(workspace: Workspace, files: Iterable[tuple[str, str]], folder: Path | None) -> list[str]:
    names = []
    for name, digest in files:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / Path(name).name).write_bytes(workspace.archive.get(digest))
        names.append(str(folder / name) if folder else name)
    return names
