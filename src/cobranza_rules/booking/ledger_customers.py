"""Whose account a ledger's document stands on: told by RFC, by the company's own code where the RFC identifies nobody, never by a likeness."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customers import book_customer, customer_of
from cobranza_rules.booking.identity import identity_of_record, normal_name
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payment_terms import date_invoices
from cobranza_rules.domain.customer import GENERIC_RFCS, CustomerRecord, CustomerStatus
from cobranza_rules.domain.ledger_document import LedgerDocument
from cobranza_rules.intake.rfc import is_rfc
from cobranza_rules.store.tables import CustomerRow


@dataclass(slots=True)
class LedgerCustomers:
    """Bound to one import; `find` asks the database once for each party."""

    keeper: Bookkeeper
    today: dt.date
    _known: dict[tuple[object, str], CustomerRow | None] = field(default_factory=dict)
    _coded: dict[str, CustomerRow] = field(default_factory=dict)

    def find(self, document: LedgerDocument) -> CustomerRow | None:
        """None where neither RFC nor code tells. One whose RFC is not on file is made, and waits for its data as that of a CFDI does."""
        key = (document.party, document.customer_code)
        if key not in self._known:
            self._known[key] = self._find(document)
        return self._known[key]

    def _find(self, document: LedgerDocument) -> CustomerRow | None:
        rfc = document.party.rfc
        if is_rfc(rfc) and rfc not in GENERIC_RFCS:
            return customer_of(self.keeper, document.party, self.today)
        by_code = self._by_code(document.customer_code)
        if by_code is not None and (not rfc or by_code.rfc == rfc):
            return by_code
        return customer_of(self.keeper, document.party, self.today) if rfc in GENERIC_RFCS and document.party.name else None

    def _by_code(self, code: str) -> CustomerRow | None:
        known = self._coded.get(code)
        if code and known is None and (known := self.keeper.session.scalar(select(CustomerRow).where(CustomerRow.code == code))):
            self._coded[code] = known
        return known

    def contradicts(self, document: LedgerDocument, customer: CustomerRow) -> bool:
        """Whether it says that it belongs to somebody else."""
        rfc = document.party.rfc
        if rfc and rfc not in GENERIC_RFCS:
            return customer.rfc != rfc
        if document.customer_code and customer.code == document.customer_code:
            return False
        if rfc:
            return customer.rfc != rfc or normal_name(customer.name) != normal_name(document.party.name)
        return self._by_code(document.customer_code) is not None


def complete_customer(keeper: Bookkeeper, record: CustomerRecord, today: dt.date, file: str) -> Taken:
    """A customer's data as the ledger has them. Whoever's are on file keeps them: only credit days that nobody has given are taken.

    Raises ProblemError where code and RFC belong to different customers.
    """
    known = keeper.session.scalar(select(CustomerRow).where(CustomerRow.identity == identity_of_record(record)))
    if known is None or known.status == CustomerStatus.WAITING_FOR_DATA:
        return book_customer(keeper, record, today, file, [])
    if known.credit_days is not None or record.credit_days is None:
        return Taken.UNCHANGED
    known.credit_days = record.credit_days
    keeper.note(known.id, "customer_data", today, {"credit_days": record.credit_days})
    date_invoices(keeper, known, today)
    return Taken.UPDATED
