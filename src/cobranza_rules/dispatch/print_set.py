"""The documents of an action as files that a person can print, look at or carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.dispatch.case_packet import CASE_PACKET
from cobranza_rules.dispatch.rendering import MEMO
from cobranza_rules.dispatch.shown import ShownFile, shown_of
from cobranza_rules.domain.task import MEMOS
from cobranza_rules.store.tables import ActionRow, ApprovalRow, DocumentRow, TaskRow
from cobranza_rules.workspace import Workspace


def write_documents(workspace: Workspace, action_id: int, folder: Path | None) -> list[str]:
    """Names of the documents of the action's present revision, written into `folder` where one is given."""
    with workspace.database.reading() as session:
        return _written(workspace, documents_of(session, action_id), folder)


def write_task_documents(workspace: Workspace, task: TaskRow, folder: Path | None) -> list[str]:
    """What a person needs for a task: what is to be carried, but for what is of the house alone, or the memos and packets that go with it."""
    with workspace.database.reading() as session:
        carried = [] if task.action_id is None else [each for each in documents_of(session, task.action_id) if each.kind != MEMO]
        memos = [
            each for action in task.detail.get(MEMOS, ()) for each in documents_of(session, action) if each.kind in (MEMO, CASE_PACKET)
        ]
        return _written(workspace, [*carried, *memos], folder)


def write_shown(workspace: Workspace, approval: ApprovalRow, folder: Path | None) -> list[str]:
    """Names of what an approval shows, the message itself included: what was shown then, also where it is decided or written anew since."""
    if not approval.shown:
        return write_documents(workspace, approval.action_id, folder)
    return _written(workspace, shown_of(workspace, approval.shown).files, folder)


def documents_of(session: Session, action_id: int) -> list[DocumentRow]:
    """Those of the action's present revision."""
    row = session.get_one(ActionRow, action_id)
    query = select(DocumentRow).where(DocumentRow.action_id == row.id, DocumentRow.revision == row.revision)
    return list(session.scalars(query.order_by(DocumentRow.id)))


def _written(workspace: Workspace, documents: Sequence[DocumentRow | ShownFile], folder: Path | None) -> list[str]:
    named = [(name, document.digest) for name, document in zip(_distinct(documents), documents, strict=True)]
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, digest in named:
            (folder / name).write_bytes(workspace.archive.get(digest))
    return [str(folder / name) if folder else name for name, _digest in named]


def _distinct(documents: Sequence[DocumentRow | ShownFile]) -> Iterator[str]:
    """Memos of several actions may have one name: in a folder one would take the place of the other."""
    seen: Counter[str] = Counter()
    for document in documents:
        name = Path(document.name)
        seen[name.name] += 1
        yield name.name if seen[name.name] == 1 else f"{name.stem}-{seen[name.name]}{name.suffix}"
