"""Random books of one day: invoices of all kinds that stand on every rung of the desk's ladder, with what is under way for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from cobranza_rules.rules.subjects import Book, Claims, InvoiceSubject
from cobranza_rules.rules.testing_given import CONTACTS
from tests.rules.decide_books import DESK, MONDAY, book, customer, invoice, rules_of

RULES = rules_of(DESK)
# Nobody else takes the cases, for what is taken away may leave less than the minimum behind.
KEEPING = rules_of(DESK.replace(", sets: {case_status: with_administration}", ""))
LADDER_OF = RULES.ladders[0]
RUNGS = tuple(rung.id for rung in LADDER_OF.rungs)
days_ago = st.integers(0, 40).map(lambda days: MONDAY - dt.timedelta(days=days))


def claims_of(rung: str, rung_on: dt.date) -> st.SearchStrategy[dict[str, Claims]]:
    open_ones = st.sampled_from([Claims(), Claims(waiting=True), Claims(waiting=True, uncertain=True), Claims(1, 1), Claims(2, 1, rung_on)])
    ids = (*RUNGS[RUNGS.index(rung) + 1 if rung else 0 :][:1], "transmittal", "request", "request:after-last")
    return st.fixed_dictionaries({}, optional=dict.fromkeys(ids, open_ones))


@st.composite
def invoices(draw: Any, key: int, of: int, today: dt.date, waiting: int) -> InvoiceSubject:
    rung, rung_on = draw(st.sampled_from(("", *RUNGS))), draw(days_ago)
    facts = {
        "inbox_open": waiting,
        "delivery": draw(st.sampled_from(["sent", "pending"])),
        "workdays_since_delivery": draw(st.integers(0, 5)),
        **{name: draw(st.booleans()) for name in ("dispute_open", "promise_open", "acknowledged")},
        "case_status": draw(st.sampled_from(["collections", "collections", "legal"])),
    }
    return invoice(
        key,
        of=of,
        today=today,
        overdue=draw(st.none() | st.integers(-5, 120)),
        balance=draw(st.sampled_from([1, 20_000, 60_000, 1_000_000])),
        currency=draw(st.sampled_from(["MXN", "USD"])),
        rung=rung,
        rung_on=rung_on if rung else None,
        next_contact=draw(st.none() | days_ago) if rung else None,
        waits_from=draw(st.none() | days_ago),
        facts=facts,
        claims=draw(claims_of(rung, rung_on)),
    )


@st.composite
def books(draw: Any) -> tuple[Book, dt.date]:
    today = MONDAY + dt.timedelta(days=draw(st.integers(0, 8)))
    customers, found = [], []
    for of in range(1, draw(st.integers(1, 4)) + 1):
        waiting = draw(st.sampled_from([0, 0, 0, 1]))
        roles = draw(st.sets(st.sampled_from(CONTACTS)))
        addresses = {role: (f"{role}@customer-{of}.example",) for role in sorted(roles)}
        contacted = draw(st.fixed_dictionaries({}, optional={"MXN": st.lists(days_ago, max_size=3).map(sorted).map(tuple)}))
        mode = draw(st.sampled_from(["email", "in_person"]))
        customers.append(customer(of, addresses=addresses, contacted=contacted, inbox_open=waiting, delivery_mode=mode))
        found += [draw(invoices(of * 10 + index, of, today, waiting)) for index in range(draw(st.integers(0, 5)))]
    return book(*found, customers=customers), today
