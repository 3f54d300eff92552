"""The documents of an action as files that a person can print, look at or carry."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from cobranza_rules.store.tables import ActionRow, DocumentRow
from cobranza_rules.workspace import Workspace


def write_documents(workspace: Workspace, action_id: int | None, folder: Path | None) -> list[str]:
    """Names of the documents of the action's present revision, written into `folder` where one is given."""
    if action_id is None:
        return []
    with workspace.database.reading() as session:
        row = session.get_one(ActionRow, action_id)
        query = select(DocumentRow).where(DocumentRow.action_id == row.id, DocumentRow.revision == row.revision).order_by(DocumentRow.id)
        documents = list(session.scalars(query))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for document in documents:
            (folder / Path(document.name).name).write_bytes(workspace.archive.get(document.digest))
    return [str(folder / document.name) if folder else document.name for document in documents]
