"""A message that came back: its addresses are marked, and what it did is undone, so that it is planned again to the fallback contact."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of
from cobranza_rules.booking.substitution import successors
from cobranza_rules.dispatch.sending import mark_addresses
from cobranza_rules.domain.case import case_before, case_came_from
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.reply import Bounce
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import move, planned
from cobranza_rules.plan.states import State
from cobranza_rules.rules.effects import entries_when_undone
from cobranza_rules.store.attempts import decide_uncertain
from cobranza_rules.store.tables import ActionRow, BillingRequestRow, ClaimRow, ContactRow, InvoiceRow, OutgoingRow


def undo_bounced(keeper: Bookkeeper, action_id: int, bounce: Bounce, today: dt.date) -> bool:
    """True where every To recipient of the message has failed for good and its effects were undone."""
    row = keeper.session.get_one(ActionRow, action_id)
    outgoing = keeper.session.scalar(
        select(OutgoingRow).where(OutgoingRow.action_id == action_id, OutgoingRow.state.in_(("sent", "uncertain")))
    )
    if outgoing is None or not bounce.permanent:
        return False
    recipients = [address.lower() for address in outgoing.recipients]
    failed = {address.lower() for address in bounce.recipients} or set(recipients)
    mark_addresses(keeper, row.customer_id, [address for address in outgoing.recipients if address.lower() in failed], today)
    if not _all_failed(keeper, row.customer_id, recipients, failed):
        return False
    if row.state == State.SENT:
        _undo(keeper, row, today)
    elif row.state == State.UNCERTAIN:  # It did leave, and reached nobody: that settles it.
        outgoing.state = "failed"
        decide_uncertain(keeper.session, outgoing.id, "sent")
        move(keeper, row, State.FAILED, today, _("it left and came back from every recipient"))
    return True


def _all_failed(keeper: Bookkeeper, customer_id: int, recipients: list[str], failed: set[str]) -> bool:
    """Reports come one an address, so what earlier ones have marked counts as well. An address that was dropped since is no failure."""
    marked = select(ContactRow.email).where(ContactRow.customer_id == customer_id, ContactRow.bounced_on.is_not(None))
    named = select(BillingRequestRow.contact_email).where(
        BillingRequestRow.customer_id == customer_id, BillingRequestRow.contact_bounced_on.is_not(None)
    )
    return set(recipients) <= failed | {email.lower() for email in keeper.session.scalars(marked.union(named))}


def _undo(keeper: Bookkeeper, row: ActionRow, today: dt.date) -> None:
    """A bounced send still counts in the occurrence; its claims stay and are marked as undone."""
    keeper.session.execute(update(ClaimRow).where(ClaimRow.action_id == row.id, ClaimRow.live).values(undone=True))
    action = planned(row)
    invoices = {invoice.id: invoice for invoice in keeper.invoices(action.invoice_ids)}
    for invoice_id, entry in entries_when_undone(action, row.id, today):
        for invoice in (invoices[invoice_id], *successors(keeper, invoices[invoice_id])):  # A substitute inherited what came back.
            keeper.enter(invoice, entry.kind, entry.happened_on, entry.data)
    for invoice in invoices.values():
        _give_case_back(keeper, invoice, row.id, today)
    keeper.note(row.customer_id, "message_undone", today, {"action": row.id, "rule": row.rule_id})


def _give_case_back(keeper: Bookkeeper, invoice: InvoiceRow, action_id: int, today: dt.date) -> None:
    """The case goes back to who had it, if nobody has moved it since this message did; and so does that of a substitute that came with it."""
    keeper.session.flush()
    former = case_before(entries_of(keeper.session, invoice.id), action_id)
    if former is None:
        return
    given = {invoice.id: invoice}
    for heir in successors(keeper, invoice):
        if case_came_from(entries_of(keeper.session, heir.id)) in given:
            given[heir.id] = heir
    for each in given.values():
        keeper.enter(each, EntryKind.CASE_MOVED, today, {"case_status": former, "undoes": action_id})
