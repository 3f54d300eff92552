"""Mail comes in exactly once: bytes into the archive, then one transaction for the row, what was read, its effects and the watermark."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.approval_answers import answered_requests, take_answer
from cobranza_rules.dispatch.bounces import undo_bounced
from cobranza_rules.dispatch.internal_mail import note_returned
from cobranza_rules.domain.reply import Classification, ReplyKind
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.authentication import sender_authenticated
from cobranza_rules.mail.mailbox import Fetched, MailboxUnavailable, Watermark, fingerprint
from cobranza_rules.mail.match import Match, OwnMessage, match, named_ids
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.mail.reading import read_classified
from cobranza_rules.problems import Problem
from cobranza_rules.store.heartbeat import MAILBOX, beat
from cobranza_rules.store.replies import facts_to_json
from cobranza_rules.store.tables import (
    ActionRow,
    BillingRequestRow,
    ContactRow,
    InvoiceRow,
    MailboxMarkRow,
    OutgoingRow,
    QuarantineRow,
    ReceivedRow,
    TakenRow,
)
from cobranza_rules.workspace import Workspace

OPEN, AUTOMATIC = "open", "automatic"
LONGEST_SHOWN = 990  # Characters of a subject or an id that the tables keep; the whole is in the archived bytes.


def ingest(workspace: Workspace) -> tuple[Counter[str], Sentence | None]:
    """Messages taken in, by kind, and what keeps the mailbox from being read, if anything does. What came before that is in."""
    counted: Counter[str] = Counter()
    mailbox = workspace.mailbox
    if mailbox is None:
        return counted, None
    with workspace.database.reading() as session:
        mark = _mark(session, workspace)
    try:
        for fetched in mailbox.fetch_new(mark):
            counted[_take(workspace, fetched)] += 1
    except MailboxUnavailable as unavailable:
        problem = unavailable.problems[0]
        return counted, problem.what
    with workspace.database.writing() as session:
        beat(session, MAILBOX, workspace.clock.now())
    return counted, None


def _mark(session: Session, workspace: Workspace) -> Watermark | None:
    row = session.get(MailboxMarkRow, workspace.settings.mail.incoming.folder)
    return Watermark(row.folder, row.uid_validity, row.last_uid) if row else None


def _take(workspace: Workspace, fetched: Fetched) -> str:
    """The kind of the message; `repeated` where another copy of it was taken before."""
    digest = workspace.archive.put(fetched.raw)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        _move_mark(session, fetched.watermark_after)
        if session.get(TakenRow, fetched.origin) is not None:
            return "repeated"
        same = fingerprint(fetched.raw)
        known = session.scalar(select(ReceivedRow.id).where(ReceivedRow.fingerprint == same))
        if known is not None:
            session.add(TakenRow(origin=fetched.origin, received_id=known, quarantined=None))
            return "repeated"
        try:
            message = parse_message(fetched.raw)
        except UnreadableMessage as error:
            _quarantine(keeper, fetched.origin, digest, error.reason)
            return "unreadable"
        try:
            with keeper.attempt():
                row = _receive(keeper, workspace, message, digest, same, complete=fetched.complete)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 (a message that the program fails on must not keep all others out)
            _quarantine(keeper, fetched.origin, digest, _("the program failed on this message ({kind})", kind=type(error).__name__))
            return "unreadable"
        session.add(TakenRow(origin=fetched.origin, received_id=row.id, quarantined=None))
        return row.kind


def _move_mark(session: Session, mark: Watermark) -> None:
    if mark.uidvalidity == 0:  # A Maildir: its files are told apart by their names alone.
        return
    row = session.get(MailboxMarkRow, mark.folder)
    if row is None:
        session.add(MailboxMarkRow(folder=mark.folder, uid_validity=mark.uidvalidity, last_uid=mark.last_uid))
    else:
        row.uid_validity, row.last_uid = mark.uidvalidity, mark.last_uid


def _quarantine(keeper: Bookkeeper, origin: str, digest: str, reason: Sentence) -> None:
    if keeper.session.scalar(select(QuarantineRow.id).where(QuarantineRow.document == digest)) is None:
        problem = Problem(reason, _("look at it in the mailbox"), place=origin)
        keeper.session.add(QuarantineRow(file=origin, document=digest, problems=[problem.as_json()], known_at=keeper.known_at))
    keeper.session.add(TakenRow(origin=origin, received_id=None, quarantined=digest))


def _receive(keeper: Bookkeeper, workspace: Workspace, message: IncomingMessage, digest: str, same: str, *, complete: bool) -> ReceivedRow:
    session = keeper.session
    contacts = _contacts(session, [message.sender])
    found = read_classified(workspace, message, _currency(session, contacts.get(message.sender, frozenset())))
    if found.bounce is not None:
        contacts = _contacts(session, [message.sender, *found.bounce.recipients])
    own = _own_messages(session, named_ids(message))
    matched = match(message, own_messages=own, contacts=contacts, bounced=found.bounce)
    answered = answered_requests(session, workspace, message) if not found.kind.automatic else None
    if answered is not None:  # It speaks of the company's own matter: no customer is answering, whatever his address.
        found, matched = Classification(ReplyKind.DECISION, doubtful=False), Match("request", 1.0)
    known = matched.customer_id is not None and matched.customer_id in contacts.get(message.sender, frozenset())
    row = ReceivedRow(
        fingerprint=same,
        raw=digest,
        message_id=message.message_id[:LONGEST_SHOWN],
        sender=message.sender[:320],
        subject=message.subject[:LONGEST_SHOWN],
        dated=message.dated,
        received_at=keeper.known_at,
        customer_id=matched.customer_id,
        action_id=matched.action_id,
        matched_by=matched.how,
        kind=found.kind.value,
        doubtful=found.doubtful or matched.doubtful or not complete,
        sender_authenticated=sender_authenticated(
            message.authentication_results, workspace.settings.mail.incoming.authserv_id, message.sender
        ),
        sender_known=known,
        facts=facts_to_json(found.facts),
        evidence=dict(found.evidence),
        doubts=[doubt.as_json() for doubt in found.doubts],
        state=AUTOMATIC if found.kind.automatic else OPEN,
        decided_by="",
    )
    session.add(row)
    session.flush()
    if answered is not None:
        take_answer(keeper, workspace, row, message, answered)
    _take_effect(keeper, workspace, row, found, matched, named_ids(message))
    return row


def _take_effect(
    keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, found: Classification, matched: Match, named: list[str]
) -> None:
    """The case file hears of it; a bounce undoes what it returns, and one that cannot be placed waits for a person.

    `named` are the message ids that it names: one of our messages to a colleague that comes back concerns no customer.
    """
    if row.customer_id is not None:
        data = {"message": row.id, "sender": row.sender, "subject": row.subject, "kind": row.kind, "matched_by": row.matched_by}
        keeper.note(row.customer_id, "message_received", workspace.clock.today(), data)
    if found.kind is ReplyKind.BOUNCE and found.bounce is not None:
        if matched.action_id is None:
            row.state = AUTOMATIC if note_returned(keeper, named, found.bounce) else OPEN
        else:
            undo_bounced(keeper, matched.action_id, found.bounce, workspace.clock.today())


def _contacts(session: Session, addresses: Iterable[str]) -> dict[str, frozenset[int]]:
    """Customers by address. Inactive contacts are known, too: they did write; and so are those to whom billing requests have delivered."""
    wanted = {address.lower() for address in addresses if address}
    found: dict[str, set[int]] = defaultdict(set)
    query = select(ContactRow.email, ContactRow.customer_id).where(func.lower(ContactRow.email).in_(wanted))
    named = select(BillingRequestRow.contact_email, BillingRequestRow.customer_id).where(
        func.lower(BillingRequestRow.contact_email).in_(wanted), BillingRequestRow.state == "accepted"
    )
    for email, customer_id in (*session.execute(query), *session.execute(named)):
        found[email.lower()].add(customer_id)
    return {email: frozenset(ids) for email, ids in found.items()}


def _own_messages(session: Session, ids: Iterable[str]) -> dict[str, OwnMessage]:
    query = select(OutgoingRow.message_id, OutgoingRow.action_id, ActionRow.customer_id, ActionRow.rule_id)
    query = query.join(ActionRow, ActionRow.id == OutgoingRow.action_id)
    query = query.where(OutgoingRow.message_id.in_(list(ids)), OutgoingRow.state != "approved")
    return {row.message_id: OwnMessage(row.message_id, row.action_id, row.customer_id, row.rule_id) for row in session.execute(query)}


def _currency(session: Session, customers: frozenset[int]) -> str:
    """What a bare `$` means to this sender: the currency of its invoices, pesos where there are several or none."""
    query = select(InvoiceRow.currency).where(InvoiceRow.customer_id.in_(customers), InvoiceRow.status == "open").distinct()
    currencies = list(session.scalars(query))
    return currencies[0] if len(currencies) == 1 else "MXN"
