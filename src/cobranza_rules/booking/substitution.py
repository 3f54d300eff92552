"""A CFDI that substitutes another (relation 04): the old one leaves the book at once, the new one goes on from where it stood."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.applications import cover, parts_of
from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.overriding import hand_on_overrides
from cobranza_rules.booking.plan_standing import hand_on_plan
from cobranza_rules.booking.tasks import hand_on_tasks, open_task
from cobranza_rules.domain.document import InvoiceRecord, RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.inheritance import inheritance
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.domain.taking_over import taken_over
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, RelationRow

REVIEW = "review-substitution"


def substitute(keeper: Bookkeeper, row: InvoiceRow, record: InvoiceRecord, today: dt.date) -> None:
    """Whichever of the two comes first."""
    replaced = [uuid for relation in record.relations if relation.kind == RelationKind.SUBSTITUTION for uuid in relation.uuids]
    for old in keeper.session.scalars(select(InvoiceRow).where(InvoiceRow.uuid.in_(replaced)).order_by(InvoiceRow.id)):
        _hand_over(keeper, old, row, today)
    for new in _substitutes(keeper, row):
        _hand_over(keeper, row, new, today)


def _substitutes(keeper: Bookkeeper, old: InvoiceRow) -> list[InvoiceRow]:
    named = (
        select(InvoiceRow)
        .join(RelationRow, RelationRow.source == InvoiceRow.uuid)
        .where(RelationRow.target == old.uuid, RelationRow.kind == RelationKind.SUBSTITUTION.value)
    )
    return list(keeper.session.scalars(named.order_by(InvoiceRow.id)))


def successors(keeper: Bookkeeper, invoice: InvoiceRow) -> list[InvoiceRow]:
    """Those that stand in its place, the nearest first; each is followed once, should two name each other."""
    found: list[InvoiceRow] = []
    waiting = [invoice]
    while waiting:
        for new in _substitutes(keeper, waiting.pop()):
            if new.id != invoice.id and new not in found:
                found.append(new)
                waiting.append(new)
    return found


def present_of(keeper: Bookkeeper, invoice: InvoiceRow) -> InvoiceRow:
    """The invoice itself, or the one that stands in its place today."""
    if invoice.status != InvoiceStatus.SUBSTITUTED:
        return invoice
    return next((new for new in successors(keeper, invoice) if new.status != InvoiceStatus.SUBSTITUTED), invoice)


def _hand_over(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow, today: dt.date) -> None:
    """Another receiver has never seen the old one, so for it the new one begins anew."""
    keeper.enter(old, EntryKind.SUBSTITUTED, new.issued_on, {"by": new.id})
    for part in parts_of(keeper, old, applied=False):  # Those that a cancellation had set free: now they are the new one's matter.
        cover(keeper, old, part)
    if old.customer_id == new.customer_id:
        _go_on(keeper, old, new)
        hand_on_tasks(keeper, new.customer_id, old.id, new.id)
        hand_on_plan(keeper, old, new, today)
        hand_on_overrides(keeper, old, new, today)
    if state_of(old).paid or on_its_way(keeper, old):
        hold_for_review(keeper, old, present_of(keeper, new), today)


def _go_on(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow) -> None:
    """Through the whole chain, should the new one have been substituted before the old one came."""
    for later in [new, *successors(keeper, new)]:
        if later.customer_id == old.customer_id and later.id != old.id:
            handed_on = inheritance(taken_over(state_of(old), state_of(later)))
            keeper.enter(later, EntryKind.INHERITED, later.issued_on, {"source": old.id, **handed_on})
            old = later


def on_its_way(keeper: Bookkeeper, old: InvoiceRow) -> bool:
    """A message about the old one may have left: until a person has settled that, the new one is not claimed."""
    query = (
        select(ClaimRow.id)
        .join(ActionRow, ActionRow.id == ClaimRow.action_id)
        .where(ClaimRow.subject == "invoice", ClaimRow.subject_id == old.id, ClaimRow.live, ActionRow.state.in_(("sending", "uncertain")))
    )
    return keeper.session.scalar(query.limit(1)) is not None


def hold_for_review(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow, today: dt.date) -> None:
    """What was paid on the old one no document carries over: a person decides, and until then the new one counts as disputed."""
    detail = {"substituted": old.number, "by": new.number, "paid": sum(old.applied.values())}
    open_task(keeper, REVIEW, new.customer_id, "collections_analyst", today, [old.id, new.id], detail)
    if new.status == InvoiceStatus.OPEN:
        keeper.enter(new, EntryKind.DISPUTE_OPENED, today, {"reason": REVIEW})


def end_review(keeper: Bookkeeper, ids: list[int], today: dt.date) -> None:
    for invoice in keeper.invoices(ids):
        if invoice.dispute_open:
            keeper.enter(invoice, EntryKind.DISPUTE_CLOSED, today, {"reason": REVIEW})
