"""Messages are taken from mailboxes exactly once: bytes into a mailbag, then one transaction for some of them and how far the mailbox is read.

Nobody has read them yet. A message whose bytes cannot be read, or on which the program fails, is safe before it is tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cobranza_rules.full_disk import FullDiskError, full_disk_told
from cobranza_rules.language import Sentence
from cobranza_rules.mail.mailbag import Mailbag, Packed, bags_in, throw_away
from cobranza_rules.mail.mailbox import Fetched, Mailbox, MailboxUnavailable, Watermark
from cobranza_rules.mail.mailbox_history import MailboxHistory
from cobranza_rules.store.heartbeat import MAILBOX, beat, last_beats
from cobranza_rules.store.tables import MailboxMarkRow, TakenRow
from cobranza_rules.workspace import Workspace

WAITING = "waiting"
GROUP, GROUP_BYTES = 500, 16_000_000  # So many messages are made safe together.

Group = tuple[Mailbag, list[tuple[Fetched, Packed]]]


def take_new(workspace: Workspace) -> list[Sentence]:
    """What keeps mailboxes from being read, if anything does. What came before that is in, and so is what the others hold."""
    troubles: list[Sentence] = []
    workspace.archive.sweep()
    throw_away_emptied(workspace)
    for mailbox in workspace.mailboxes:
        try:
            with full_disk_told():
                _take_from(workspace, mailbox)
        except (MailboxUnavailable, FullDiskError) as trouble:
            if (what := trouble.problems[0].what) not in troubles:
                troubles.append(what)
        else:
            with workspace.database.writing() as session:
                _note_success(session, workspace, mailbox.name)
    return troubles


def throw_away_emptied(workspace: Workspace) -> None:
    """Mailbags that no message needs any longer, those included that a killed process has not come to name."""
    root = workspace.archive.root
    if not (bags := bags_in(root)):
        return
    with workspace.database.reading() as session:
        needed = set(session.scalars(select(TakenRow.bag).where(TakenRow.bag.is_not(None)).distinct()))
    for bag in bags:
        if bag not in needed:
            throw_away(root, bag)


def _take_from(workspace: Workspace, mailbox: Mailbox) -> None:
    """While the bytes of some messages are made safe on the disk, the next ones come over the wire."""
    history = MailboxHistory(workspace.database, mailbox.name, workspace.clock.today())
    with ThreadPoolExecutor(1) as beside:
        before: tuple[Future[None], Group] | None = None
        try:
            for group in _groups(workspace, mailbox.fetch_new(history)):
                now = beside.submit(group[0].seal), group
                _keep(workspace, mailbox.name, before)
                before = now
        finally:
            _keep(workspace, mailbox.name, before)


def _groups(workspace: Workspace, fetched: Iterator[Fetched]) -> Iterator[Group]:
    """Messages that lie together in a mailbag. What came before a fault of the mailbox is given before it is raised."""
    bag, packed = Mailbag(workspace.archive.root), list[tuple[Fetched, Packed]]()
    try:
        for message in fetched:
            packed.append((message, bag.add(message.pieces)))
            if len(packed) >= GROUP or bag.size >= GROUP_BYTES:
                yield bag, packed
                bag, packed = Mailbag(workspace.archive.root), []
    except MailboxUnavailable:
        yield bag, packed
        raise
    except OSError:  # No room for it: what is not there need not be waited for.
        bag.close()
        throw_away(workspace.archive.root, bag.name)
        raise
    yield bag, packed


def _keep(workspace: Workspace, mailbox: str, group: tuple[Future[None], Group] | None) -> None:
    """The watermark of a folder is that of its last message. Somebody else may have taken the same in the meantime."""
    if group is None:
        return
    safe, (bag, packed) = group
    safe.result()
    if not packed:
        return
    rows = {f"{mailbox}/{message.origin}": _row(mailbox, message, bag, each) for message, each in packed}
    with workspace.database.writing() as session:
        known = set(session.scalars(select(TakenRow.origin).where(TakenRow.origin.in_(list(rows)))))
        new = [{"origin": origin, **row} for origin, row in rows.items() if origin not in known]
        if new:
            session.execute(insert(TakenRow), new)
        for mark in {mark.folder: mark for message, _each in packed if (mark := message.watermark_after) is not None}.values():
            _move_mark(session, mailbox, mark)


def _row(mailbox: str, message: Fetched, bag: Mailbag, packed: Packed) -> dict[str, str | int | bool]:
    return {
        "folder": f"{mailbox}/{message.folder}",
        "raw": packed.digest,
        "complete": message.complete,
        "state": WAITING,
        "tries": 0,
        "bag": bag.name,
        "start": packed.start,
        "size": packed.size,
    }


def _move_mark(session: Session, mailbox: str, mark: Watermark) -> None:
    row = session.get(MailboxMarkRow, (mailbox, mark.folder))
    if row is None:
        session.add(MailboxMarkRow(mailbox=mailbox, folder=mark.folder, uid_validity=mark.uidvalidity, last_uid=mark.last_uid))
    else:
        row.uid_validity, row.last_uid = mark.uidvalidity, mark.last_uid


def _note_success(session: Session, workspace: Workspace, mailbox: str) -> None:
    """All mailboxes count as read at the instant at which that one was that waits the longest."""
    now: dt.datetime = workspace.clock.now()
    compared = update(MailboxMarkRow).where(MailboxMarkRow.mailbox == mailbox).values(compared_on=workspace.clock.today())
    session.execute(compared)
    beat(session, f"{MAILBOX}:{mailbox}", now)
    beats = last_beats(session)
    each = [beats.get(f"{MAILBOX}:{known.name}") for known in workspace.mailboxes]
    read = [at for at in each if at is not None]
    if len(read) == len(each):
        beat(session, MAILBOX, min(read))
