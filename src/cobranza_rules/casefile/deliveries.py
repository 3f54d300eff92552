"""How the invoices of a case were delivered, who carried them, and what acknowledges their receipt, or how long that has been pending."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.store.tables import ActionRow, DocumentRow, EntryRow, InvoiceRow

DELIVERY_HEADINGS = (N_("Delivered"), N_("How"), N_("Carried by"), N_("Documents"), N_("Invoices"), N_("Acknowledgement"))
SHORT = 12  # Letters of a hash that are enough to find a document by


@dataclass(frozen=True, slots=True)
class CaseDelivery:
    """Invoices that were delivered together and stand alike. `documents` is the size of what was sent or printed.

    `acknowledgements` are the data of their entries; without any, `pending` are the days since the delivery.
    """

    on: dt.date
    action: int | None
    mode: str
    carried_by: str
    documents: int
    invoices: tuple[str, ...]
    acknowledgements: tuple[dict[str, Any], ...]
    acknowledged: bool
    pending: int

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "action": self.action,
            "mode": self.mode or None,
            "carried_by": self.carried_by or None,
            "documents": self.documents,
            "invoices": list(self.invoices),
            "acknowledgements": list(self.acknowledgements),
            "pending_days": None if self.acknowledged else self.pending,
        }

    def receipt(self) -> Sentence:
        if self.acknowledgements:
            return joined(map(_said, self.acknowledgements), "; ")
        return _("acknowledged") if self.acknowledged else _("pending for {days} days", days=self.pending)


def deliveries_of(session: Session, customer_id: int, today: dt.date) -> list[CaseDelivery]:
    """By the program, in the order of their days; a paid invoice that nobody has acknowledged waits for nothing any more."""
    rows = session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.customer_id == customer_id, InvoiceRow.delivered_by.is_not(None), InvoiceRow.closed.is_(None))
        .order_by(InvoiceRow.delivered_on, InvoiceRow.id)
    )
    found: dict[tuple[Any, ...], list[InvoiceRow]] = defaultdict(list)
    for row in rows:
        if row.acknowledged or row.status == "open":
            found[row.delivered_on, row.delivered_by, repr(row.acknowledgements), row.acknowledged].append(row)
    how = _how(session, [row.id for same in found.values() for row in same])
    return [_delivery(session, same, how.get(same[0].id, {}), today) for same in found.values()]


def _how(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    """The data of the last delivery of each invoice."""
    query = select(EntryRow.invoice_id, EntryRow.data).where(EntryRow.invoice_id.in_(ids), EntryRow.kind == "delivered")
    return dict(session.execute(query.order_by(EntryRow.id)).all())


def _delivery(session: Session, same: list[InvoiceRow], data: dict[str, Any], today: dt.date) -> CaseDelivery:
    first = same[0]
    assert first.delivered_on is not None
    printed = (
        select(func.count())
        .select_from(DocumentRow)
        .join(ActionRow, (ActionRow.id == DocumentRow.action_id) & (ActionRow.revision == DocumentRow.revision))
        .where(ActionRow.id == first.delivered_by)
    )
    return CaseDelivery(
        on=first.delivered_on,
        action=first.delivered_by,
        mode=data.get("mode", ""),
        carried_by=data.get("carried_by", ""),
        documents=session.scalar(printed) or 0,
        invoices=tuple(row.number for row in same),
        acknowledgements=tuple(first.acknowledgements),
        acknowledged=first.acknowledged,
        pending=(today - first.delivered_on).days,
    )


def _said(data: dict[str, Any]) -> Sentence:
    parts = [word(data.get("kind") or "acknowledged")]
    parts += [Sentence("{text}", {"text": data[name]}) for name in ("person", "number") if data.get(name)]
    if data.get("payment_on"):
        parts.append(_("payment programmed for {value}", value=data["payment_on"]))
    if data.get("document"):
        parts.append(_("SHA-256 {hash}…", hash=data["document"][:SHORT]))
    return joined(parts)


def delivery_row(each: CaseDelivery) -> tuple[Any, ...]:
    """Under DELIVERY_HEADINGS; what is to be translated is a sentence still."""
    return (each.on, word(each.mode or "-"), each.carried_by or "-", each.documents, ", ".join(each.invoices), each.receipt())
