"""Who could not take a message yet that has left for others: noted with it, and whether what it says still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.clock import shifted
from cobranza_rules.dispatch.content_key import content_key
from cobranza_rules.dispatch.pacing import wait_after
from cobranza_rules.dispatch.standings import Recipient, Standing, standings
from cobranza_rules.plan.ledger import planned
from cobranza_rules.store import attempts
from cobranza_rules.store.tables import ActionRow, ContactRow, OutgoingRow
from cobranza_rules.workspace import Workspace


def recipients_of(keeper: Bookkeeper, outgoing: OutgoingRow) -> list[Recipient]:
    """To and Cc as they stand."""
    keeper.session.flush()
    past = attempts.of_message(keeper.session, outgoing.id)
    return list(standings([*outgoing.recipients, *outgoing.copies], past).values())


def put_off(found: Iterable[Recipient]) -> tuple[str, ...]:
    return tuple(one.address for one in found if one.standing is Standing.POSTPONED)


def leave_open(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow) -> None:
    """After an attempt: what was not accepted stands in the case file, and what may be later is tried again."""
    found = recipients_of(keeper, outgoing)
    left_out = [one for one in found if one.standing in (Standing.POSTPONED, Standing.REFUSED, Standing.UNCERTAIN)]
    outgoing.next_try_at = None
    if not left_out:
        outgoing.said = None
        return
    told = [f"{one.address} ({one.answer})" if one.answer else one.address for one in left_out]
    keeper.note(
        row.customer_id, "recipients_left_out", workspace.clock.today(), {"action": row.id, "rule": row.rule_id, "recipients": told}
    )
    if put_off(found):
        tries = sum(attempt.phase not in attempts.UNHEARD for attempt in attempts.of_message(keeper.session, outgoing.id))
        outgoing.next_try_at = shifted(keeper.known_at, wait_after(max(tries, 1), workspace.settings.mail.out.retry_minutes))
        outgoing.said = outgoing.said or said_now(keeper, workspace, row)


def said_now(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> str:
    """Names what the message says and how its invoices stand: when either has changed, it is not what should reach somebody today."""
    action = planned(row)
    keeper.session.flush()
    stands = [
        [one.id, one.status, one.balance, one.rung, one.dispute_open, str(one.promised_on), str(one.claimed_on)]
        for one in sorted(keeper.invoices(action.invoice_ids), key=lambda invoice: invoice.id)
    ]
    said: list[object] = [content_key(keeper, workspace, action), stands]
    if blocked := _blocked(keeper, row.customer_id):
        said.append(blocked)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _blocked(keeper: Bookkeeper, customer_id: int) -> list[int]:
    """Whose data are blocked, for nothing goes there any more, late either."""
    query = select(ContactRow.id).where(ContactRow.customer_id == customer_id, ContactRow.blocked_on.is_not(None))
    return list(keeper.session.scalars(query.order_by(ContactRow.id)))
