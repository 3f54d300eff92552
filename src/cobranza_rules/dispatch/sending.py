"""What the ledger says of a message before the wire and after it; what is uncertain is never tried again by itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.agreed_bytes import bytes_agreed_to
from cobranza_rules.dispatch.chains import Chain
from cobranza_rules.dispatch.confirming import confirm
from cobranza_rules.dispatch.steps import advance
from cobranza_rules.dispatch.wire_journal import Attempt
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import move, planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.tables import ActionRow, BillingRequestRow, ContactRow
from cobranza_rules.workspace import Workspace

REFUSED_MESSAGE = "message-refused"
POLICY = re.compile(r"5\d\d[ -]5\.7\.")


@dataclass(frozen=True, slots=True)
class Intended:
    """A message that the ledger says is being sent; `to` are those for whom it is meant."""

    action_id: int
    action: PlannedAction
    attempt: Attempt
    raw: bytes
    recipients: tuple[str, ...]
    to: tuple[str, ...]


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
    outgoing.state = "sending"
    outgoing.attempts += 1
    outgoing.changed_at = keeper.known_at
    reason = _("handed to the mail server as {message_id}", message_id=outgoing.message_id)
    move(keeper, row, State.SENDING, workspace.clock.today(), reason)
    to = tuple(outgoing.recipients)
    return Intended(row.id, chain.action, Attempt(outgoing.message_id, outgoing.attempts), raw, (*to, *outgoing.copies), to)


def put_back(keeper: Bookkeeper, workspace: Workspace, chain: Chain, why: Sentence) -> None:
    """Its turn has not come, so this was no attempt."""
    assert chain.outgoing is not None
    chain.outgoing.state, chain.outgoing.changed_at = "approved", keeper.known_at
    chain.outgoing.attempts -= 1
    move(keeper, chain.row, State.APPROVED, workspace.clock.today(), why)


def note_outcomes(keeper: Bookkeeper, workspace: Workspace, told: Sequence[tuple[Chain, DeliveryReport]]) -> None:
    """Chains that are done with it are confirmed."""
    today = workspace.clock.today()
    done = []
    for chain, report in told:
        note_outcome(keeper, workspace, chain, report)
        if report.outcome is Delivery.SENT and chain.done:
            assert chain.outgoing is not None
            reason = _("accepted for {recipients}", recipients=", ".join(chain.outgoing.recipients))
            done.append((chain.row, chain.action, reason))
    confirm(keeper, done, today)


def note_outcome(keeper: Bookkeeper, workspace: Workspace, chain: Chain, report: DeliveryReport) -> None:
    row, outgoing, today = chain.row, chain.outgoing, workspace.clock.today()
    assert outgoing is not None
    outgoing.phase, outgoing.detail, outgoing.changed_at = report.phase, report.detail, keeper.known_at
    if report.outcome is Delivery.SENT:
        outgoing.state = "sent"
        found = message_step(chain.action)
        assert found is not None
        chain.steps[found[0]].confirmed_at = keeper.known_at
        advance(keeper, workspace, chain)
        mark_addresses(keeper, row.customer_id, _permanent(report), today)
    elif report.outcome is Delivery.POSTPONED:
        outgoing.state = "approved"
        move(keeper, row, State.APPROVED, today, _("not sent yet ({phase}): {detail}", phase=word(report.phase), detail=report.detail))
    elif report.outcome is Delivery.UNCERTAIN:
        outgoing.state = "uncertain"
        move(keeper, row, State.UNCERTAIN, today, _("it may have left ({phase}): {detail}", phase=word(report.phase), detail=report.detail))
    else:
        outgoing.state = "failed"
        _refused(keeper, row, report, today)


def _permanent(report: DeliveryReport) -> list[str]:
    """Addresses that do not exist; a refusal for reasons of policy (RFC 3463: X.7.X) says nothing about the address."""
    return [address for address, answer in report.refused if answer.startswith("5") and not POLICY.match(answer)]


def _refused(keeper: Bookkeeper, row: ActionRow, report: DeliveryReport, today: dt.date) -> None:
    """Refused addresses are marked, and the same is planned again to the fallback; a refusal of the message itself needs a person."""
    marked = mark_addresses(keeper, row.customer_id, _permanent(report), today)
    another_way = marked > 0 and report.phase == "envelope"
    detail = "; ".join(f"{address}: {answer}" for address, answer in report.refused) if report.phase == "envelope" else ""
    detail = detail or report.detail
    reason = _("refused ({phase}): {detail}", phase=word(report.phase), detail=detail)
    move(keeper, row, State.FAILED, today, reason, keep_claims=not another_way)
    if not another_way:
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
