"""Credits of the accounting system in the book: what each covers, and what it counts for beside the receipts and credit notes that are here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.ledger_charges import LedgerOrigin
from cobranza_rules.booking.ledger_notes import settle_notes
from cobranza_rules.booking.ledger_numbers import number_of
from cobranza_rules.booking.ledger_payments import settle_payments
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind
from cobranza_rules.domain.ledger_matching import Standing
from cobranza_rules.store.tables import LedgerCreditRow, LedgerPartRow

TOGETHER = 200  # Documents that are booked or settled with one reading of the book
_Thing = TypeVar("_Thing")
LONGEST_KEY = 200
OF_PAYMENTS, OF_NOTES = frozenset({LedgerKind.PAYMENT.value}), frozenset({LedgerKind.CREDIT_NOTE.value})


def key_of(document: LedgerDocument) -> str:
    """Each concept counts its own folios; a credit without one is known by its place in the tables alone."""
    series, folio = number_of(document.series, document.folio) if document.folio else ("", "")
    if folio:
        return f"{document.concept.strip().upper()[:100]}|{series}|{folio}"[:LONGEST_KEY]
    return f"{document.source}|{document.internal_id}"[:LONGEST_KEY]


def book_credit(
    keeper: Bookkeeper,
    document: LedgerDocument,
    parts: Mapping[int, int] | None,
    customer_id: int,
    origin: LedgerOrigin,
) -> tuple[LedgerCreditRow, Taken]:
    """`parts` are minor units by invoice; None where the report says nothing of what credits cover, so that what is known of it stays."""
    key = key_of(document)
    row = keeper.session.scalar(select(LedgerCreditRow).where(LedgerCreditRow.key == key))
    series, folio = number_of(document.series, document.folio) if document.folio else ("", "")
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "kind": document.kind.value,
        "concept": document.concept,
        "number": "-".join(part for part in (series, folio) if part)[:70],
        "issued_on": document.issued_on,
        "currency": document.total.currency,
        "total": document.total.minor,
        "open": document.open.minor,
        "cancelled": document.cancelled,
        "reference": document.reference,
    }
    if document.uuid or row is None:
        values["uuid"] = document.uuid or None
    outcome = Taken.NEW
    if row is None:
        row = LedgerCreditRow(key=key, state=Standing.NOT_LINKED.value, decided="", applied={}, **values)
        _put_origin(row, document, origin, keeper)
        keeper.session.add(row)
        keeper.session.flush()
    else:
        changed = {name for name, value in values.items() if getattr(row, name) != value}
        outcome = Taken.UPDATED if changed - {"open"} else Taken.UNCHANGED
        for name in changed:
            setattr(row, name, values[name])
        _put_origin(row, document, origin, keeper)
    if parts is not None and _put_parts(keeper, row, parts) and outcome is Taken.UNCHANGED:
        outcome = Taken.UPDATED
    return row, outcome


def _put_origin(row: LedgerCreditRow, document: LedgerDocument, origin: LedgerOrigin, keeper: Bookkeeper) -> None:
    row.file, row.place, row.document, row.known_at = origin.file, document.place, origin.digest, keeper.known_at


def _put_parts(keeper: Bookkeeper, row: LedgerCreditRow, parts: Mapping[int, int]) -> bool:
    known = {part.invoice_id: part.minor for part in keeper.session.scalars(select(LedgerPartRow).where(LedgerPartRow.credit_id == row.id))}
    if known == parts:
        return False
    keeper.session.execute(delete(LedgerPartRow).where(LedgerPartRow.credit_id == row.id))
    keeper.session.add_all(LedgerPartRow(credit_id=row.id, invoice_id=invoice, minor=minor) for invoice, minor in parts.items())
    keeper.session.flush()
    return True


def settle_credits(keeper: Bookkeeper, ids: Collection[int], today: dt.date) -> None:
    """Brings what these credits count for in line with all that is known by now. Nothing is written where it is so already."""
    for some in batched(sorted(ids), TOGETHER):
        rows = list(keeper.session.scalars(select(LedgerCreditRow).where(LedgerCreditRow.id.in_(some))))
        settle_payments(keeper, [row for row in rows if row.kind in OF_PAYMENTS], today)
        settle_notes(keeper, [row for row in rows if row.kind in OF_NOTES], today)
        for row in rows:
            if row.kind not in OF_PAYMENTS | OF_NOTES:
                row.state = (Standing.CANCELLED if row.cancelled else Standing.UNKNOWN_KIND).value


def settle_invoices(keeper: Bookkeeper, ids: Iterable[int], today: dt.date) -> None:
    """The same for every credit that covers something of these invoices."""
    found: set[int] = set()
    for some in batched(sorted(set(ids)), TOGETHER):
        found.update(keeper.session.scalars(select(LedgerPartRow.credit_id).where(LedgerPartRow.invoice_id.in_(some))))
    settle_credits(keeper, found, today)


def batched(things: Sequence[_Thing], size: int) -> Iterator[Sequence[_Thing]]:
    """No database takes any number of values in one statement."""
    return (things[start : start + size] for start in range(0, len(things), size))
