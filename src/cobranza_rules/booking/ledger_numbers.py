"""Numbers of invoices as the accounting system writes them, whose folio is a number: `FA 0012` and `fa-12` are one."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.store.tables import InvoiceRow, LedgerChargeRow

Number = tuple[str, str]  # Series and folio in one form


def number_of(series: str, folio: str) -> Number:
    return series.strip().upper(), plain_folio(folio)


def plain_folio(folio: str) -> str:
    """Without zeros before it, which a folio that is a number cannot keep."""
    plain = folio.strip().upper()
    return plain.lstrip("0") or "0" if plain.isdigit() else plain


def without_cfdi(session: Session, series: str, folio: str) -> InvoiceRow | None:
    """The invoice of that number of which only the ledger tells; one that has left the book because of a conflict is no more."""
    if not (series or folio):
        return None
    upper, plain = number_of(series, folio)
    told = select(InvoiceRow).join(LedgerChargeRow, LedgerChargeRow.invoice_id == InvoiceRow.id)
    query = told.where(InvoiceRow.series == upper, InvoiceRow.folio == plain, InvoiceRow.document.is_(None))
    return session.scalar(query.order_by(InvoiceRow.closed.is_not(None), InvoiceRow.id))


@dataclass(slots=True)
class InvoiceNumbers:
    """Ids of the book's invoices by UUID and by number. Of several with one number that which is open or paid stands for it."""

    by_uuid: dict[str, int] = field(default_factory=dict)
    by_number: dict[Number, int] = field(default_factory=dict)

    @staticmethod
    def of_the_book(session: Session) -> InvoiceNumbers:
        found = InvoiceNumbers()
        columns = (InvoiceRow.id, InvoiceRow.uuid, InvoiceRow.series, InvoiceRow.folio)
        for key, uuid, series, folio in session.execute(select(*columns).order_by(InvoiceRow.closed.is_not(None), InvoiceRow.id)):
            found.add(key, uuid or "", series or "", folio or "")
        return found

    def add(self, key: int, uuid: str, series: str, folio: str) -> None:
        if uuid:
            self.by_uuid.setdefault(uuid, key)
        if series or folio:
            self.by_number.setdefault(number_of(series, folio), key)

    def put(self, key: int, uuid: str, series: str, folio: str) -> None:
        """For an invoice that was not found under any of these: whoever is told by them from now on."""
        if uuid:
            self.by_uuid[uuid] = key
        if series or folio:
            self.by_number[number_of(series, folio)] = key

    def find(self, uuid: str, series: str, folio: str) -> int | None:
        """By UUID, else by number: the ledger may know an invoice by a UUID that the book has not heard of."""
        found = self.by_uuid.get(uuid) if uuid else None
        return found if found is not None or not (series or folio) else self.by_number.get(number_of(series, folio))
