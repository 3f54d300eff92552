"""What was taken from mailboxes is read exactly once: what it says and its effects are one transaction, some messages at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import takewhile

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.approval_answers import answered_requests, take_answer
from cobranza_rules.dispatch.bounces import undo_bounced
from cobranza_rules.dispatch.internal_mail import note_returned
from cobranza_rules.dispatch.intervention_answers import answered_task, take_task_answer
from cobranza_rules.dispatch.packet_answers import answered_packet, take_packet_answer
from cobranza_rules.dispatch.reported import note_reports
from cobranza_rules.domain.reply import Classification, ReplyKind
from cobranza_rules.full_disk import FullDiskError, full_disk_told
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.authentication import sender_authenticated
from cobranza_rules.mail.mailbag import Packed, place
from cobranza_rules.mail.match import Match, named_ids
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.message_reports import reports_of
from cobranza_rules.mail.reading_process import Read
from cobranza_rules.mail.taking import WAITING, take_new, throw_away_emptied
from cobranza_rules.mail.whose import whose_message
from cobranza_rules.problems import Problem
from cobranza_rules.store.replies import facts_to_json
from cobranza_rules.store.tables import (
    QuarantineRow,
    ReceivedRow,
    TakenRow,
)
from cobranza_rules.workspace import Workspace

OPEN, AUTOMATIC = "open", "automatic"
READ_TOGETHER = 50
MOST_TRIES = 3  # After so many the program was ended each time, by whatever it was
LONGEST_SHOWN = 990  # Characters of a subject or an id that the tables keep; the whole is in the archived bytes.


def ingest(workspace: Workspace) -> tuple[Counter[str], list[Sentence]]:
    """Messages read, by kind, and what keeps mailboxes from being polled, if anything does."""
    troubles = take_new(workspace)
    counted: Counter[str] = Counter()
    try:
        with full_disk_told():
            read_waiting(workspace, counted)
    except FullDiskError as full:
        troubles += [problem.what for problem in full.problems if problem.what not in troubles]
    return counted, troubles


def read_waiting(workspace: Workspace, counted: Counter[str]) -> None:
    """All that was taken and that nobody has read, in the order in which it came; by kind it is counted how many.

    Messages are parsed before the database is asked to wait for what they say. Raises OSError where they cannot be put into the archive; what was
    read before is counted.
    """
    for group, found in _parsed_groups(workspace):
        ids = [taken.id for taken in group]
        kinds: list[str] = []
        _count_try(workspace, ids)
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            rows = {row.id: row for row in session.scalars(select(TakenRow).where(TakenRow.id.in_(ids)))}
            for taken, read in zip(group, found, strict=True):
                row = rows[taken.id]
                row.bag = row.bag if row.bag and not workspace.archive.holds(row.raw) else None
                kinds.append(_take(keeper, workspace, row, read))
        counted.update(kinds)
    throw_away_emptied(workspace)


def _parsed_groups(workspace: Workspace) -> Iterator[tuple[list[TakenRow], list[Read]]]:
    """While one group is being read, the next one is parsed: that is another process's work."""
    with ThreadPoolExecutor(1) as beside:
        group = _next_group(workspace, 0)
        parsing = beside.submit(_parsed, workspace, group)
        while group:
            found = parsing.result()
            following = _next_group(workspace, group[-1].id)
            parsing = beside.submit(_parsed, workspace, following)
            yield group, found
            group = following


def _parsed(workspace: Workspace, group: list[TakenRow]) -> list[Read]:
    """From the archive, into which they go first where they lie in a mailbag still. Raises OSError."""
    place(workspace.archive, [(taken.bag, Packed(taken.raw, taken.start or 0, taken.size or 0)) for taken in group if taken.bag])
    return list(workspace.message_reader.read([workspace.archive.path_of(taken.raw) for taken in group]))


def _next_group(workspace: Workspace, last: int) -> list[TakenRow]:
    """What was tried before comes alone: should the program end at it, no other is tried with it."""
    waiting = select(TakenRow).where(TakenRow.state == WAITING, TakenRow.id > last).order_by(TakenRow.id).limit(READ_TOGETHER)
    with workspace.database.reading() as session:
        found = list(session.scalars(waiting))
        return list(takewhile(lambda taken: taken.tries == 0, found)) or found[:1]


def _count_try(workspace: Workspace, ids: list[int]) -> None:
    """Before it is begun."""
    with workspace.database.writing() as session:
        session.execute(update(TakenRow).where(TakenRow.id.in_(ids)).values(tries=TakenRow.tries + 1))


def _take(keeper: Bookkeeper, workspace: Workspace, taken: TakenRow, read: Read) -> str:
    """The kind of the message; `repeated` where another copy of it was read before."""
    if isinstance(read, Sentence) or taken.tries > MOST_TRIES:
        _quarantine(
            keeper, taken, read if isinstance(read, Sentence) else _("reading it has ended the program {count} times", count=MOST_TRIES)
        )
        return "unreadable"
    known = keeper.session.scalar(select(ReceivedRow.id).where(ReceivedRow.fingerprint == read.fingerprint))
    if known is not None:
        taken.state, taken.received_id = "repeated", known
        return "repeated"
    try:
        with keeper.attempt():
            row = _receive(keeper, workspace, read, taken)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 (a message that the program fails on must not keep all others out)
        _quarantine(keeper, taken, _("the program failed on this message ({kind})", kind=type(error).__name__))
        return "unreadable"
    taken.state, taken.received_id = "read", row.id
    return row.kind


def _quarantine(keeper: Bookkeeper, taken: TakenRow, reason: Sentence) -> None:
    if keeper.session.scalar(select(QuarantineRow.id).where(QuarantineRow.document == taken.raw)) is None:
        problem = Problem(reason, _("look at it in the mailbox"), place=taken.origin)
        keeper.session.add(QuarantineRow(file=taken.origin, document=taken.raw, problems=[problem.as_json()], known_at=keeper.known_at))
    taken.state = "quarantined"


def _receive(keeper: Bookkeeper, workspace: Workspace, message: IncomingMessage, taken: TakenRow) -> ReceivedRow:
    session = keeper.session
    whose = whose_message(session, workspace, message)
    found, matched = whose.found, whose.matched
    answered = answered_requests(session, workspace, message) if not found.kind.automatic else None
    packet = answered_packet(session, workspace, message) if answered is None and not found.kind.automatic else None
    task = answered_task(session, workspace, message) if answered is None and packet is None and not found.kind.automatic else None
    if (
        answered is not None or packet is not None or task is not None
    ):  # It speaks of the company's own matter: no customer is answering, whatever his address.
        found, matched = Classification(ReplyKind.DECISION, doubtful=False), Match("request", 1.0)
    trusted = workspace.settings.mail.mailbox(taken.folder.partition("/")[0]).authserv_id
    row = ReceivedRow(
        fingerprint=message.fingerprint,
        raw=taken.raw,
        message_id=message.message_id[:LONGEST_SHOWN],
        sender=message.sender[:320],
        subject=message.subject[:LONGEST_SHOWN],
        dated=message.dated,
        received_at=keeper.known_at,
        customer_id=matched.customer_id,
        action_id=matched.action_id,
        matched_by=matched.how,
        kind=found.kind.value,
        doubtful=found.doubtful or matched.doubtful or not taken.complete,
        sender_authenticated=sender_authenticated(message.authentication_results, trusted, message.sender),
        sender_known=matched.customer_id is not None and matched.customer_id in whose.of_sender,
        facts=facts_to_json(found.facts),
        evidence=dict(found.evidence),
        doubts=[doubt.as_json() for doubt in found.doubts],
        attachments=[asdict(each) for each in message.attachments],
        state=AUTOMATIC if found.kind.automatic else OPEN,
        decided_by="",
    )
    session.add(row)
    session.flush()
    if answered is not None:
        take_answer(keeper, workspace, row, message, answered)
    elif packet is not None:
        take_packet_answer(keeper, workspace, row, message, packet)
    elif task is not None:
        take_task_answer(keeper, workspace, row, message, task)
    _take_effect(keeper, workspace, row, found, matched, named_ids(message))
    if matched.action_id is not None and matched.how == "own_id":
        note_reports(keeper, workspace, row, matched.action_id, reports_of(message))
    return row


def _take_effect(
    keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, found: Classification, matched: Match, named: list[str]
) -> None:
    """The case file hears of it; a bounce undoes what it returns, and one that cannot be placed waits for a person.

    `named` are the message ids that it names: one of our messages to a colleague that comes back concerns no customer.
    """
    if row.customer_id is not None:
        data = {"message": row.id, "sender": row.sender, "subject": row.subject, "kind": row.kind, "matched_by": row.matched_by}
        data["document"] = row.raw
        keeper.note(row.customer_id, "message_received", workspace.clock.today(), data)
    if found.kind is ReplyKind.BOUNCE and found.bounce is not None:
        if matched.action_id is None:
            row.state = AUTOMATIC if note_returned(keeper, named, found.bounce) else OPEN
        else:
            undo_bounced(keeper, matched.action_id, found.bounce, workspace.clock.today())
