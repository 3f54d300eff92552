"""Random books: those of the benchmark with everything that a decision looks at thrown about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks.synthetic_book import Rows, rows_of
from benchmarks.workdays import NOW, TODAY
from sqlalchemy import insert
from sqlalchemy.orm import Session

from cobranza_rules.store.tables import Base

OPEN_STATES = ("planned", "awaiting_signature", "approved", "sending", "uncertain", "cancelled", "failed")
RUNGS = ("", "first-reminder", "second-reminder", "third-reminder", "fourth-reminder", "lost-reminder")

A_REQUEST = {
    **dict.fromkeys(("reference", "customer", "agreement", "concept", "purchase_order", "approver", "requested_by", "requester_email"), ""),
    **dict.fromkeys(("contact_name", "contact_title", "contact_address", "contact_email", "contact_phone"), ""),
    **dict.fromkeys(("delivery", "source", "refused_by"), ""),
    "id": 1,
    "fingerprint": "0" * 64,
    "currency": "MXN",
    "minor": 100,
    "approved_on": TODAY,
    "requested_on": TODAY,
    "state": "accepted",
    "reasons": [],
    "known_at": NOW,
}


def put_book(session: Session, rows: Iterator[Rows]) -> None:
    for table, of_table in rows:
        session.execute(insert(Base.metadata.tables[table]), of_table)


NO_PLAN = {"instalment_on": None, "instalment_until": None, "instalment_minor": 0, "plan_percent": 0}


def random_rows(seed: int, invoices: int = 60) -> Iterator[Rows]:
    """A third of the invoices keep what the benchmark gave them."""
    random = Random(seed)
    opened: set[int] = set()
    requested = False
    for table, rows in rows_of(invoices, random.choice((0.05, 0.3))):
        match table:
            case "invoice":
                if not requested:
                    yield "billing_request", [A_REQUEST | {"customer_id": rows[0]["customer_id"]}]
                requested = True
                yield table, [_thrown_about(row | NO_PLAN, random) for row in rows]
            case "customer":
                stopped = (None, TODAY - dt.timedelta(days=9), TODAY)
                yield table, [row | {"credit_stopped_on": Random(str(row["code"])).choice(stopped)} for row in rows]
            case "action":
                opened = {row["id"] for row in rows if row["state"] != "sent" or random.random() < 0.15}
                yield table, [_action(row, row["id"] in opened, random) for row in rows]
            case "claim":
                yield table, [_claim(row, row["action_id"] in opened, random) for row in rows]
            case _:
                yield table, rows


def _action(row: dict[str, Any], under_way: bool, random: Random) -> dict[str, Any]:
    return row | ({"state": random.choice(OPEN_STATES), "finished_on": None} if under_way else {"finished_on": _day(random)})


def _claim(row: dict[str, Any], under_way: bool, random: Random) -> dict[str, Any]:
    """What is under way has no day of sending, and only what was sent may have come back."""
    live = random.random() < 0.9
    if under_way:
        return row | {"sent_on": None, "live": live}
    return row | {"sent_on": _day(random), "live": live, "undone": random.random() < 0.2}


def _day(random: Random) -> dt.date:
    return TODAY - dt.timedelta(days=random.choice((-400, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 31, 400)))


def _day_or_none(random: Random) -> dt.date | None:
    return _day(random) if random.random() < 0.6 else None


def _paid_by_a_plan(random: Random) -> dict[str, Any]:
    if random.random() < 0.4:
        return {}
    named = {"instalment_on": _day(random), "instalment_until": _day(random)}
    return {**named, "instalment_minor": random.choice((1, 49_999, 50_000)), "plan_percent": random.randrange(101)}


def _thrown_about(row: dict[str, Any], random: Random) -> dict[str, Any]:
    if row["status"] != "open" or random.random() < 0.3:
        return row
    rung = random.choice(RUNGS)
    told = Random(str(row["number"]))  # Of its own, so that the other draws stay what they were
    days = ("due_on", "delivered_on", "promised_on", "claimed_on", "reversed_on", "dispute_closed_on", "intervention_due", "next_contact")
    balance = random.choice((row["balance"], 1, 49_999, 50_000, 50_001))
    return row | {
        **{name: _day_or_none(random) for name in days},
        **{name: random.random() < 0.3 for name in ("acknowledged", "cancellation_pending", "dispute_open")},
        **{name: told.random() < 0.2 for name in ("cfdi_missing", "ledger_difference", "support_missing")},
        **_paid_by_a_plan(told),
        **{name: random.randrange(4) for name in ("promise_count", "claim_count", "dunning_level")},
        "delivery": random.choice(("sent", "pending")),
        "delivered_by": row["delivered_by"] if random.random() < 0.7 else None,
        "case_status": random.choice(("collections", "collections", "legal")),
        "payment_method": random.choice(("PUE", "PPD")),
        "agreement": random.choice(("", "CT-1")),
        "request": random.choice((None, 1)),
        "intervention": random.choice(("none", "open", "no_agreement")),
        "promised_minor": random.choice((0, 1000)),
        "promise_paid": random.choice((0, 999, 1000)),
        "currency": random.choice(("MXN", "MXN", "USD")),
        "balance": balance,
        "total": max(balance, row["total"]),
        "ladder": random.choice(("", "collection", "other", "gone")),
        "rung": rung,
        "rung_on": _day(random) if rung or random.random() < 0.1 else None,
    }


def random_overrides(seed: int, ladders: list[str], count: int = 12) -> Iterator[Rows]:
    """What people decided for the first customers and invoices of a random book, some of it over."""
    random = Random(seed)
    invoices = {row["id"]: row for table, rows in random_rows(seed) if table == "invoice" for row in rows}
    made = []
    for _number in range(random.randrange(count)):
        invoice = invoices[random.choice(sorted(invoices))]
        kind = random.choice(("ladder", "hold", "exclude"))
        ended = random.random() < 0.2
        made.append(
            {
                "customer_id": invoice["customer_id"],
                "invoice_id": invoice["id"] if random.random() < 0.7 else None,
                "kind": kind,
                "ladder": random.choice([*ladders, "gone"]) if kind == "ladder" else "",
                "blocks": ["contact"] if kind == "hold" else [],
                "set_by": "ana@kemper.example",
                "why": "a reason",
                "set_on": TODAY,
                "known_at": NOW,
                "until": random.choice((None, TODAY - dt.timedelta(days=1), TODAY)),
                "ended_on": TODAY if ended else None,
                "ended_at": NOW if ended else None,
                "ended_by": "",
                "ended_why": "",
            }
        )
    if made:
        yield "override", made
