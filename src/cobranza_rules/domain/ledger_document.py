"""What the accounting system's ledger says of its documents: AdminPAQ and CONTPAQi, from a report or from their tables.

A ledger is a second witness beside the CFDI. It knows due dates, what is still open and which credit covers which charge, and it may name no
UUID. These records say what stands there and decide nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.domain.customer import CustomerRecord, Party
from cobranza_rules.money import Money


class Nature(StrEnum):
    """CNATURALEZA (CNATURAL01): what a document does to the customer's account. Quotations and orders do nothing and are no ledger documents."""

    CHARGE = "charge"  # 0, cargo
    CREDIT = "credit"  # 1, abono


class LedgerKind(StrEnum):
    """What the document is, by its model (CIDDOCUMENTODE) or by the words of its concept; OTHER where neither tells."""

    INVOICE = "invoice"
    DEBIT_NOTE = "debit_note"
    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"  # Returns and bonuses, too
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LedgerDocument:
    """A charge or a credit on a customer's account.

    `source` is the name of the mapping by which a report was read, "report" where none was needed, "dbf" for tables. `internal_id` is
    CIDDOCUMENTO, "" in reports without it. `folio` is text: the tables keep it as a float, and 123.0 is "123". `uuid` is upper case or "".
    `due_on` is None where the ledger has none (blank, or its null date 1899-12-30). `open` is CPENDIENTE: what is left of a charge, or of a
    credit what covers nothing yet; it is in the currency of `total`. `place` names the sheet and cell, or table and record, for problems.
    `notes` are COBSERVACIONES, which only the tables with their memo file have.
    """

    source: str
    internal_id: str
    nature: Nature
    kind: LedgerKind
    concept: str
    series: str
    folio: str
    uuid: str
    party: Party
    customer_code: str
    issued_on: dt.date
    due_on: dt.date | None
    total: Money
    open: Money
    cancelled: bool
    reference: str
    place: str
    notes: str = ""

    @property
    def number(self) -> str:
        """Series and folio, as people call a document."""
        return "-".join(part for part in (self.series, self.folio) if part)


@dataclass(frozen=True, slots=True)
class LedgerLink:
    """A credit covers a charge, with their internal ids (admAsocCargosAbonos). `amount` is in the currency of the charge."""

    credit_id: str
    charge_id: str
    amount: Money
    applied_on: dt.date


@dataclass(frozen=True, slots=True)
class LedgerBook:
    """All that one report, or one set of tables, says. Links name documents of the same book, which are gone through once."""

    documents: Iterable[LedgerDocument] = ()
    links: tuple[LedgerLink, ...] = ()
    customers: tuple[CustomerRecord, ...] = ()
