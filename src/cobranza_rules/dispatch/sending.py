"""One message to the wire: intent is on the disk before, the outcome after, and what is uncertain is never tried again by itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.clock import shifted
from cobranza_rules.dispatch.agreed_bytes import bytes_agreed_to
from cobranza_rules.dispatch.pacing import given_up, wait_after
from cobranza_rules.dispatch.pausing import pause_on
from cobranza_rules.dispatch.standings import on_the_wire
from cobranza_rules.dispatch.steps import go_on, steps_of
from cobranza_rules.dispatch.still_to_get import leave_open
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import move, planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store import attempts
from cobranza_rules.store.tables import ActionRow, AttemptRow, BillingRequestRow, ContactRow, OutgoingRow
from cobranza_rules.workspace import Workspace

REFUSED_MESSAGE = "message-refused"
POLICY = re.compile(r"5\d\d[ -]5\.7\.")


@dataclass(frozen=True, slots=True)
class Intended:
    """What is about to be handed over: `to` are those of whom one has to be accepted, `recipients` all of the envelope."""

    outgoing_id: int
    raw: bytes
    recipients: tuple[str, ...]
    to: tuple[str, ...]


def send(workspace: Workspace, action_id: int, position: int) -> DeliveryReport | None:
    """None where somebody else has sent it meanwhile, or sending was paused.

    Raises ProblemError where the sink is not fit or the archive has lost the bytes; then nothing is marked as being sent.
    """
    sink = workspace.sink
    intended = _intend(workspace, action_id)
    if intended is None:
        return None
    if isinstance(intended, Problem):
        raise ProblemError([intended])
    report = sink.deliver(intended.raw, workspace.settings.mail.address, intended.recipients, intended.to)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        note_outcome(keeper, workspace, action_id, position, report)
    return report


def _intend(workspace: Workspace, action_id: int) -> Intended | Problem | None:
    """Marks the message as being sent; None where that may not be.

    A problem where its bytes are not those that everybody has agreed to: then they are asked again.
    """
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = session.get_one(ActionRow, action_id)
        outgoing = session.scalar(select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.revision == row.revision))
        if row.state != State.APPROVED or outgoing is None or outgoing.state != "approved":
            return None
        if pause_on(session, workspace.clock.today()) is not None:
            return None
        raw = bytes_agreed_to(keeper, workspace, row, outgoing)
        if isinstance(raw, Problem):
            return raw
        archive = workspace.settings.mail.out.archive
        recipients = on_the_wire([*outgoing.recipients, *outgoing.copies, *([archive] if archive else [])])
        attempts.begin(session, outgoing, recipients, keeper.known_at)
        outgoing.state = "sending"
        outgoing.changed_at = keeper.known_at
        reason = _("handed to the mail server as {message_id}", message_id=outgoing.message_id)
        move(keeper, row, State.SENDING, workspace.clock.today(), reason)
        return Intended(outgoing.id, raw, recipients, on_the_wire(outgoing.recipients))


def note_outcome(keeper: Bookkeeper, workspace: Workspace, action_id: int, position: int, report: DeliveryReport) -> None:
    row = keeper.session.get_one(ActionRow, action_id)
    outgoing = keeper.session.scalar(select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.revision == row.revision))
    assert outgoing is not None
    outgoing.phase, outgoing.detail, outgoing.changed_at = report.phase, report.detail, keeper.known_at
    outgoing.next_try_at = None
    attempts.complete(keeper.session, outgoing.id, report.outcome, report.phase, report.detail, dict(report.refused))
    today = workspace.clock.today()
    if report.outcome is Delivery.SENT:
        recipients = ", ".join(_accepted(outgoing, report))
        note_left(keeper, workspace, row, outgoing, position, _("accepted for {recipients}", recipients=recipients))
        if report.refused:
            leave_open(keeper, workspace, row, outgoing)
        mark_addresses(keeper, row.customer_id, permanent(report.refused), today)
    elif report.outcome is Delivery.POSTPONED:
        _put_off(keeper, workspace, row, outgoing, report)
    elif report.outcome is Delivery.UNCERTAIN:
        outgoing.state = "uncertain"
        reason = _("it may have left ({phase}): {detail}", phase=word(report.phase), detail=word(report.detail))
        move(keeper, row, State.UNCERTAIN, today, reason)
    else:
        outgoing.state = "failed"
        _refused(keeper, row, report, today)


def note_left(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, position: int, reason: Sentence) -> None:
    """The message is known to have left, at once or after somebody looked: its chain goes on."""
    outgoing.state = "sent"
    steps_of(keeper, row)[position].confirmed_at = keeper.known_at
    go_on(keeper, workspace, row, reason)


def _accepted(outgoing: OutgoingRow, report: DeliveryReport) -> list[str]:
    refused = dict(report.refused)
    return [address for address in on_the_wire(outgoing.recipients) if address not in refused]


def _put_off(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, report: DeliveryReport) -> None:
    """It waits a little longer after each refusal, and after some days a person is asked. That no server was there says nothing of it."""
    out, today = workspace.settings.mail.out, workspace.clock.today()
    outgoing.state = "approved"
    detail = _said(report)
    if report.phase not in attempts.UNHEARD:
        refusals = attempts.refusals_for_now(keeper.session, row.id)
        if given_up(refusals[0].counted_at, keeper.known_at, out.give_up_days):
            outgoing.state = "failed"
            reason = _("given up, for the server has put it off since {day}: {detail}", day=_day(refusals[0], workspace), detail=detail)
            _ask_about(keeper, row, reason, str(detail), today)
            return
        own = sum(attempt.outgoing_id == outgoing.id for attempt in refusals)
        outgoing.next_try_at = shifted(keeper.known_at, wait_after(own, out.retry_minutes))
    move(keeper, row, State.APPROVED, today, _("not sent yet ({phase}): {detail}", phase=word(report.phase), detail=detail))


def _day(first: AttemptRow, workspace: Workspace) -> dt.date:
    return first.began_at.astimezone(ZoneInfo(workspace.settings.timezone)).date()


def _said(report: DeliveryReport) -> Sentence:
    """The server's words about the recipients where these are what it would not take."""
    if report.phase == "envelope" and report.refused:
        return word("; ".join(f"{address}: {answer}" for address, answer in report.refused))
    return word(report.detail)


def permanent(refused: Iterable[tuple[str, str]]) -> list[str]:
    """Addresses that do not exist; a refusal for reasons of policy (RFC 3463: X.7.X) says nothing about the address."""
    return [address for address, answer in refused if answer.startswith("5") and not POLICY.match(answer)]


def _refused(keeper: Bookkeeper, row: ActionRow, report: DeliveryReport, today: dt.date) -> None:
    """Refused addresses are marked, and the same is planned again to the fallback; a refusal of the message itself needs a person."""
    marked = mark_addresses(keeper, row.customer_id, permanent(report.refused), today)
    detail = _said(report)
    reason = _("refused ({phase}): {detail}", phase=word(report.phase), detail=detail)
    if marked > 0 and report.phase == "envelope":  # There is another way.
        move(keeper, row, State.FAILED, today, reason)
    else:
        _ask_about(keeper, row, reason, str(detail), today)


def _ask_about(keeper: Bookkeeper, row: ActionRow, reason: Sentence, detail: str, today: dt.date) -> None:
    """It failed, and is not planned again before a person has looked into it."""
    move(keeper, row, State.FAILED, today, reason, keep_claims=True)
    ids = planned(row).invoice_ids
    open_task(keeper, REFUSED_MESSAGE, row.customer_id, "collections_analyst", today, ids, {"detail": detail}, action_id=row.id)


def mark_addresses(keeper: Bookkeeper, customer_id: int, addresses: Sequence[str], today: dt.date) -> int:
    """How many of the customer's contacts were marked by it, those that its billing requests name included."""
    contacts = select(ContactRow).where(
        ContactRow.customer_id == customer_id, ContactRow.email.in_(addresses), ContactRow.bounced_on.is_(None)
    )
    found = list(keeper.session.scalars(contacts))
    for contact in found:
        contact.bounced_on = today
    named = select(BillingRequestRow).where(
        BillingRequestRow.customer_id == customer_id,
        BillingRequestRow.contact_email.in_(addresses),
        BillingRequestRow.contact_bounced_on.is_(None),
    )
    requests = list(keeper.session.scalars(named))
    for request in requests:
        request.contact_bounced_on = today
    for address in dict.fromkeys([*(contact.email for contact in found), *(request.contact_email for request in requests)]):
        keeper.note(customer_id, "address_marked", today, {"address": address})
    return len(found) + len(requests)
