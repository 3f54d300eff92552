"""A synthetic book of open invoices, five a customer, written straight into a database of the program's own schema. Always the same bytes.

Beside each open invoice lies half a paid one with its history, since a real book keeps what is over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import synthetic_invoice, workdays
from benchmarks.synthetic_invoice import Invoice, Row, open_invoice, paid_invoice
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.store import migrations
from cobranza_rules.store.database import open_database

INVOICES_A_CUSTOMER = 5
DUE_SHARE = 0.03  # Of the open invoices
STEPS = [{"kind": "email", "name": "first-reminder", "to": "collections_contact", "cc": ["supervisor"], "attach": ["letter", "statement"]}]
HOUR = dt.timedelta(hours=1)

Rows = tuple[str, list[Row]]  # Of one table


def book_of(n: int, folder: Path, due_share: float = DUE_SHARE) -> Path:
    """The database with `n` open invoices of which `due_share` are due; made the first time, and again when the schema or this generator is another."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (synthetic_invoice, workdays)] + [Path(__file__).read_bytes()]
    version = hashlib.sha256(b"".join([*sources, migrations.HEAD.encode()])).hexdigest()[:12]
    kept = f"rules-{n}-due-{100 * due_share:g}"
    path = folder / f"{kept}-{version}.sqlite"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        for outdated in folder.glob(f"{kept}-*"):
            outdated.unlink()
        unfinished = path.with_suffix(f".{os.getpid()}")
        _write(unfinished, n, due_share)
        unfinished.rename(path)
    return path


def _write(path: Path, n: int, due_share: float) -> None:
    open_database(f"sqlite:///{path}", path.parent).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    with connection:
        for table, rows in rows_of(n, due_share):
            insert(connection, table, rows)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")  # The program puts it back to WAL; until then one file is all there is.
    connection.close()


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Rows that all have the same columns."""
    marks = ", ".join(f":{column}" for column in rows[0])
    stored = [{column: _stored(value) for column, value in row.items()} for row in rows]
    connection.executemany(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})", stored)


def _stored(value: Any) -> Any:
    """As the program's types keep it in SQLite."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict | list) else value


def rows_of(n: int, due_share: float = DUE_SHARE) -> Iterator[Rows]:
    """Everything in a book of `n` open invoices of which `due_share` are due, in an order that foreign keys allow."""
    yield "heartbeat", [{"name": name, "at": NOW - HOUR} for name in ("bank", "mailbox")]
    book = _Book(due_share)
    for first in range(0, n, INVOICES_A_CUSTOMER):
        yield from book.customer(first // INVOICES_A_CUSTOMER + 1, min(INVOICES_A_CUSTOMER, n - first))


class _Book:
    def __init__(self, due_share: float) -> None:
        self._due_share = due_share
        self._invoices = self._actions = 0

    def customer(self, number: int, invoices: int) -> Iterator[Rows]:
        random = Random(number)
        customer = _customer(number, random)
        yield "customer", [customer]
        if contacts := list(_contacts(number, random)):
            yield "contact", contacts
        if random.random() < 0.005:
            yield "received", [_received(number)]
        made = [open_invoice(random, self._due_share) for _each in range(invoices)]
        made += [paid_invoice(random) for _each in range(number % 2, invoices, 2)]
        home = "USD" if customer["kind"] == "foreign" else "MXN"
        other = "MXN" if home == "USD" else "USD"
        currencies = [other if random.random() < 0.03 else home for _each in made]
        rows = [self._numbered(number, invoice, currency, random) for invoice, currency in zip(made, currencies, strict=True)]
        yield from self._history(number, made, rows)
        yield "invoice", rows

    def _numbered(self, customer: int, invoice: Invoice, currency: str, random: Random) -> Row:
        self._invoices += 1
        total = random.randrange(5_000, 50_000) if random.random() < 0.02 else random.randrange(100_000, 25_000_000)
        paid = total if invoice.row["status"] == "paid" else total // 3 if random.random() < 0.1 else 0
        return invoice_row(self._invoices, customer, invoice, currency, total, paid)

    def _history(self, customer: int, made: list[Invoice], rows: list[Row]) -> Iterator[Rows]:
        """Invoices of a currency for which a rule did the same on the same day share an action."""
        shared: dict[tuple[Any, ...], list[tuple[Row, int]]] = defaultdict(list)
        for invoice, row in zip(made, rows, strict=True):
            for rule, occurrence, day, state in invoice.claims:
                shared[rule, row["currency"], day, state].append((row, occurrence))
        actions: list[Row] = []
        claims: list[Row] = []
        for (rule, currency, day, state), items in shared.items():
            self._actions += 1
            actions.append(_action(self._actions, rule, customer, currency, day, state, [row for row, _occurrence in items]))
            for row, occurrence in items:
                claims.append(_claim(self._actions, row["id"], rule, occurrence, day))
                if rule == "transmittal" and day is not None:
                    row["delivered_by"] = self._actions
        if actions:
            yield "action", actions
            yield "claim", claims


def invoice_row(number: int, customer: int, invoice: Invoice, currency: str, total: int, paid: int = 0) -> Row:
    """`total` and `paid` are minor units."""
    rungs = [{"ladder": "collection", "rung": invoice.row["rung"], "on": str(invoice.row["rung_on"])}] if invoice.row["rung"] else []
    return {
        "id": number,
        "customer_id": customer,
        "uuid": f"{number:08X}-0000-4000-8000-{number:012X}",
        "series": "F",
        "folio": str(number),
        "number": f"F-{number}",
        "currency": currency,
        "payment_method": "PPD",
        "payment_terms": "30 DIAS",
        "purchase_order": "",
        "document": f"{number:064x}",
        "total": total,
        "paid": paid,
        "balance": total - paid,
        "credit_days": 30,
        "applied": {"1": paid} if paid else {},
        "rungs": rungs,
        "acknowledgements": [],
        "support": [],
        "support_required": [],
        **invoice.row,
    }


def _customer(number: int, random: Random) -> Row:
    foreign = random.random() < 0.1
    (delivery,) = random.choices(("email", "in_person", "portal"), (85, 10, 5))
    status = "waiting_for_data" if random.random() < 0.02 else "active"
    return customer_row(number, foreign=foreign, delivery=delivery, status=status)


def customer_row(number: int, *, foreign: bool = False, delivery: str = "email", status: str = "active") -> Row:
    return {
        "id": number,
        "code": f"C-{number:06d}",
        "identity": f"code:C-{number:06d}",
        "name": f"CLIENTE SINTETICO {number}",
        "tax_id": "",
        "rfc": "XEXX010101000" if foreign else "EKU9003173C9",
        "kind": "foreign" if foreign else "domestic",
        "credit_days": 30,
        "language": "en" if foreign else "es",
        "delivery": delivery,
        "address": "Calle Uno 1, Centro, 06000 Ciudad de México",
        "status": status,
        "segment": "",
        "terms": None,
        "support_required": [],
        "portal": "",
    }


def _contacts(customer: int, random: Random) -> Iterator[Row]:
    """Some customers have but one contact for everything, a few have none, and some addresses have bounced."""
    share = random.random()
    roles = () if share < 0.01 else ("fallback_contact",) if share < 0.06 else ("invoice_contact", "collections_contact")
    for role in roles:
        yield contact_row(customer, role, bounced_on=TODAY if random.random() < 0.02 else None)


def contact_row(customer: int, role: str, bounced_on: dt.date | None = None) -> Row:
    return {
        "customer_id": customer,
        "role": role,
        "name": "Persona Sintética",
        "email": f"{role}@customer-{customer}.example",
        "title": "",
        "phone": "",
        "address": "",
        "active": True,
        "bounced_on": bounced_on,
    }


def _received(customer: int) -> Row:
    """A question, which no rule answers: it holds the customer until somebody has looked."""
    return {
        "fingerprint": f"{customer:064x}",
        "raw": f"{customer:064x}",
        "message_id": f"<{customer}@customer.example>",
        "subject": "Duda",
        "sender": f"collections_contact@customer-{customer}.example",
        "dated": None,
        "received_at": NOW,
        "customer_id": customer,
        "action_id": None,
        "matched_by": "",
        "kind": "question",
        "doubtful": False,
        "sender_authenticated": True,
        "sender_known": True,
        "facts": {},
        "evidence": {},
        "doubts": [],
        "attachments": [],
        "state": "open",
        "decided_by": "",
    }


def _action(number: int, rule: str, customer: int, currency: str, day: dt.date | None, state: str, rows: list[Row]) -> Row:
    items = [
        {"subject_id": row["id"], "number": row["number"], "rule_id": rule, "occurrence": 1, "balance": row["balance"]} for row in rows
    ]
    plan = {
        "rule_id": rule,
        "subject": "invoice",
        "customer_id": customer,
        "currency": currency,
        "items": items,
        "held": [],
        "steps": STEPS,
    }
    return {
        "id": number,
        "rule_id": rule,
        "customer_id": customer,
        "currency": currency,
        "plan": plan,
        "rules_digest": "0" * 64,
        "planned_on": day or TODAY,
        "state": state,
        "revision": 1,
        "rendered_on": day or TODAY,
        "content": "0" * 64,
        "next_contact": None,
        "finished_on": day,
        "reason": {"text": "", "fields": {}},
    }


def _claim(action: int, invoice: int, rule: str, occurrence: int, day: dt.date | None) -> Row:
    return {
        "action_id": action,
        "subject": "invoice",
        "subject_id": invoice,
        "rule_id": rule,
        "occurrence": occurrence,
        "live": True,
        "sent_on": day,
        "undone": False,
    }


if __name__ == "__main__":
    print(book_of(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
