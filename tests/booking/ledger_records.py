"""Documents and links of the accounting system for tests, written from a few values."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.cfdi_files import UNIVERSITY

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.ledger_books import LedgerOutcome, book_ledger
from cobranza_rules.booking.ledger_charges import LedgerOrigin
from cobranza_rules.clock import Clock
from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.ledger_document import LedgerBook, LedgerDocument, LedgerKind, LedgerLink, Nature
from cobranza_rules.money import Money
from cobranza_rules.store.database import Database

ORIGIN = LedgerOrigin("MGW10008.DBF", "0" * 64)
CONCEPTS = {
    LedgerKind.INVOICE: "Factura",
    LedgerKind.PAYMENT: "Pago del Cliente",
    LedgerKind.CREDIT_NOTE: "Nota de Crédito",
    LedgerKind.OTHER: "Descuento",
}


def document(number: str, total: str, left: str = "0.00", *, nature: Nature = Nature.CHARGE, **changes: Any) -> LedgerDocument:
    """`number` is SERIES-FOLIO, and its internal id too."""
    series, _dash, folio = number.partition("-")
    kind = changes.pop("kind", LedgerKind.INVOICE if nature is Nature.CHARGE else LedgerKind.PAYMENT)
    currency = changes.pop("currency", "MXN")
    given: dict[str, Any] = {
        "source": "dbf",
        "internal_id": number,
        "nature": nature,
        "kind": kind,
        "concept": CONCEPTS[kind],
        "series": series,
        "folio": folio,
        "uuid": "",
        "party": Party(*UNIVERSITY),
        "customer_code": "C-001",
        "issued_on": dt.date(2026, 1, 5) if nature is Nature.CHARGE else dt.date(2026, 2, 10),
        "due_on": dt.date(2026, 2, 19) if nature is Nature.CHARGE else None,
        "total": Money.of(total, currency),
        "open": Money.of(left, currency),
        "cancelled": False,
        "reference": "",
        "place": f"#{number}",
        **changes,
    }
    return LedgerDocument(**given)


def charge(number: str, total: str, left: str, **changes: Any) -> LedgerDocument:
    return document(number, total, left, **changes)


def credit(number: str, total: str, **changes: Any) -> LedgerDocument:
    return document(number, total, nature=Nature.CREDIT, **changes)


def link(credit_id: str, charge_id: str, amount: str) -> LedgerLink:
    return LedgerLink(credit_id, charge_id, Money.of(amount, "MXN"), dt.date(2026, 2, 10))


def taken(database: Database, clock: Clock, *documents: LedgerDocument, links: tuple[LedgerLink, ...] = (), **given: Any) -> LedgerOutcome:
    """Into the book, as a report or tables of that content would be."""
    book = LedgerBook(documents, links, given.pop("customers", ()))
    with database.writing() as session:
        return book_ledger(Bookkeeper(session, clock.now()), book, ORIGIN, clock.today(), **given)
