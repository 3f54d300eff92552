"""What is known of a CFDI at the SAT takes effect on the document, whichever of the two comes first."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cancellation import follow
from cobranza_rules.booking.credit_notes import cancel_credit_note
from cobranza_rules.booking.payments import withdraw_cancelled
from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState, CfdiStatus, Standing, standing_of
from cobranza_rules.store.tables import CfdiStatusRow, CreditNoteRow, InvoiceRow


def statuses_of(keeper: Bookkeeper, uuid: str) -> list[CfdiStatus]:
    """In the order in which they came to be known."""
    rows = keeper.session.scalars(select(CfdiStatusRow).where(CfdiStatusRow.uuid == uuid).order_by(CfdiStatusRow.id))
    return [CfdiStatus(row.uuid, CfdiState(row.state), CancellationProcess(row.process), row.as_of, row.cancelled_on) for row in rows]


def settle_invoice(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> bool:
    """False where that changes nothing."""
    said = statuses_of(keeper, invoice.uuid) if invoice.uuid else []
    return bool(said) and follow(keeper, invoice, standing_of(said), _decisive(said), today)


def settle_credit_note(keeper: Bookkeeper, note: CreditNoteRow, today: dt.date) -> bool:
    cancelled = _cancellation(keeper, note.uuid) if note.uuid else None
    return cancelled is not None and cancel_credit_note(keeper, note, cancelled.happened_on, today)


def settle_receipt(keeper: Bookkeeper, uuid: str, today: dt.date) -> bool:
    return _cancellation(keeper, uuid) is not None and withdraw_cancelled(keeper, uuid, today)


def _cancellation(keeper: Bookkeeper, uuid: str) -> CfdiStatus | None:
    said = statuses_of(keeper, uuid)
    return _decisive(said) if standing_of(said) is Standing.CANCELLED else None


def _decisive(said: list[CfdiStatus]) -> CfdiStatus:
    """The first that tells of the cancellation, else the last one."""
    of_days = sorted(said, key=lambda status: status.as_of)
    return next((status for status in of_days if status.state is CfdiState.CANCELLED), of_days[-1])
