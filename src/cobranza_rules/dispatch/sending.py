"""Before a message goes to the wire its intent is in the ledger, after it the outcome; what is uncertain is never tried again by itself."""

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
from cobranza_rules.dispatch.chains import Chain, read_chain
from cobranza_rules.dispatch.confirming import confirm
from cobranza_rules.dispatch.pacing import given_up, wait_after
from cobranza_rules.dispatch.standings import on_the_wire
from cobranza_rules.dispatch.steps import advance, go_on
from cobranza_rules.dispatch.still_to_get import leave_open
from cobranza_rules.dispatch.wire_journal import Attempt
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import move, planned, tell
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store import attempts
from cobranza_rules.store.tables import ActionRow, AttemptRow, BillingRequestRow, ContactRow, OutgoingRow, StepRow
from cobranza_rules.workspace import Workspace

REFUSED_MESSAGE = "message-refused"
POLICY = re.compile(r"5\d\d[ -]5\.7\.")


@dataclass(frozen=True, slots=True)
class Intended:
    """A message that the ledger says is being sent: `to` are those of whom one has to be accepted, `recipients` all of the envelope.

    `asked` says that a person wants it to be tried now.
    """

    action_id: int
    action: PlannedAction
    attempt: Attempt
    raw: bytes
    recipients: tuple[str, ...]
    to: tuple[str, ...]
    asked: bool


def intend(keeper: Bookkeeper, workspace: Workspace, chain: Chain) -> Intended | Problem | None:
    """Marks the message as being sent and gives its bytes; None where somebody else has done so in the meantime.

    A problem where its bytes are not those that everybody has agreed to: then they are asked again. Raises ProblemError where the archive has
    lost the bytes of what nobody had to agree to; then nothing is marked.
    """
    row, outgoing = chain.row, chain.outgoing
    if row.state != State.APPROVED or outgoing is None or outgoing.state != "approved":
        return None
    raw = bytes_agreed_to(keeper, workspace, chain)
    if isinstance(raw, Problem):
        return raw
    archive, asked = workspace.settings.mail.out.archive, outgoing.retry_asked
    recipients = on_the_wire([*outgoing.recipients, *outgoing.copies, *([archive] if archive else [])])
    attempts.begin(keeper.session, outgoing, recipients, keeper.known_at)
    outgoing.state = "sending"
    outgoing.changed_at = keeper.known_at
    reason = _("handed to the mail server as {message_id}", message_id=outgoing.message_id)
    move(keeper, row, State.SENDING, workspace.clock.today(), reason, told=False)  # The case file hears of it once there was a server.
    attempt = Attempt(outgoing.message_id, outgoing.attempts)
    return Intended(row.id, chain.action, attempt, raw, recipients, on_the_wire(outgoing.recipients), asked)


def put_back(keeper: Bookkeeper, workspace: Workspace, chain: Chain, intended: Intended, why: Sentence) -> None:
    """Its turn has not come, so this was no attempt."""
    assert chain.outgoing is not None
    attempts.take_back(keeper.session, chain.outgoing)
    chain.outgoing.state, chain.outgoing.changed_at, chain.outgoing.retry_asked = "approved", keeper.known_at, intended.asked
    move(keeper, chain.row, State.APPROVED, workspace.clock.today(), why)


def note_outcomes(keeper: Bookkeeper, workspace: Workspace, told: Sequence[tuple[Chain, DeliveryReport]]) -> None:
    """Chains that are done with it are confirmed."""
    done = []
    begun = attempts.begun(keeper.session, [chain.outgoing.id for chain, _report in told if chain.outgoing is not None])
    for chain, report in told:
        assert chain.outgoing is not None
        _note_outcome(keeper, workspace, chain, begun.get(chain.outgoing.id), report)
        if report.outcome is Delivery.SENT and chain.done:
            recipients = ", ".join(_accepted(chain.outgoing, report))
            done.append((chain.row, chain.action, _("accepted for {recipients}", recipients=recipients)))
    confirm(keeper, workspace, done)
    for chain, report in told:  # How its invoices stand once it has left is what those are waiting for who could not take it yet.
        if report.outcome is Delivery.SENT and report.refused:
            assert chain.outgoing is not None
            leave_open(keeper, workspace, chain.row, chain.outgoing)


def _note_outcome(keeper: Bookkeeper, workspace: Workspace, chain: Chain, attempt: AttemptRow | None, report: DeliveryReport) -> None:
    row, outgoing, today = chain.row, chain.outgoing, workspace.clock.today()
    assert outgoing is not None
    outgoing.phase, outgoing.detail, outgoing.changed_at = report.phase, report.detail, keeper.known_at
    outgoing.next_try_at = None
    if attempt is not None:
        attempts.complete(attempt, report.outcome, report.phase, report.detail, dict(report.refused))
    if not (report.outcome is Delivery.POSTPONED and report.phase in attempts.UNHEARD):
        tell(keeper, row, today, **({"began_at": attempt.began_at.isoformat()} if attempt is not None else {}))
    if report.outcome is Delivery.SENT:
        outgoing.state = "sent"
        _message_step_of(chain).confirmed_at = keeper.known_at
        advance(keeper, workspace, chain)
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


def _message_step_of(chain: Chain) -> StepRow:
    found = message_step(chain.action)
    assert found is not None
    return chain.steps[found[0]]


def note_left(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, reason: Sentence) -> None:
    """The message is known to have left after somebody looked: its chain goes on."""
    outgoing.state = "sent"
    _message_step_of(read_chain(keeper, row.id)).confirmed_at = keeper.known_at
    go_on(keeper, workspace, row, reason)


def _accepted(outgoing: OutgoingRow, report: DeliveryReport) -> list[str]:
    refused = dict(report.refused)
    return [address for address in on_the_wire(outgoing.recipients) if address not in refused]


def _put_off(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, report: DeliveryReport) -> None:
    """It waits a little longer after each refusal, and after some days a person is asked. That no server was there says nothing of it."""
    out, today = workspace.settings.mail.out, workspace.clock.today()
    outgoing.state = "approved"
    detail = word(report.said)
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


def permanent(refused: Iterable[tuple[str, str]]) -> list[str]:
    """Addresses that do not exist; a refusal for reasons of policy (RFC 3463: X.7.X) says nothing about the address."""
    return [address for address, answer in refused if answer.startswith("5") and not POLICY.match(answer)]


def _refused(keeper: Bookkeeper, row: ActionRow, report: DeliveryReport, today: dt.date) -> None:
    """Refused addresses are marked, and the same is planned again to the fallback; a refusal of the message itself needs a person."""
    marked = mark_addresses(keeper, row.customer_id, permanent(report.refused), today)
    detail = word(report.said)
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
    if not addresses:
        return 0
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
