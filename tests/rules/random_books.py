"""Random books of one day: invoices of all kinds that stand on every rung of the desk's ladder, with what is under way for them."""

from __future__ import annotations

import datetime as dt
from random import Random
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
# Most are in order: else hardly any would be due together with others.
rarely = st.sampled_from([False, False, False, False, True])
days_ago = st.integers(0, 40).map(lambda days: MONDAY - dt.timedelta(days=days))


def claims_of(rung: str, rung_on: dt.date) -> st.SearchStrategy[dict[str, Claims]]:
    open_ones = st.sampled_from([Claims(), Claims(waiting=True), Claims(waiting=True, uncertain=True), Claims(1, 1), Claims(2, 1, rung_on)])
    following = RUNGS[RUNGS.index(rung) + 1 if rung else 0 :][:1]
    of_rules = st.fixed_dictionaries({}, optional=dict.fromkeys(("transmittal", "request", "request:after-last"), open_ones))
    nothing: st.SearchStrategy[dict[str, Claims]] = st.just({})
    of_next = nothing | nothing | st.fixed_dictionaries(dict.fromkeys(following, open_ones))
    return st.tuples(of_rules, of_next).map(lambda both: both[0] | both[1])


@st.composite
def invoices(draw: Any, key: int, of: int, today: dt.date, waiting: int) -> InvoiceSubject:
    rung, rung_on = draw(st.sampled_from(("", *RUNGS))), draw(days_ago)
    facts = {
        "inbox_open": waiting,
        "delivery": draw(st.sampled_from(["sent", "sent", "sent", "pending"])),
        "workdays_since_delivery": draw(st.integers(0, 5)),
        **{name: draw(rarely) for name in ("dispute_open", "promise_open")},
        "acknowledged": draw(st.booleans()),
        "case_status": draw(st.sampled_from(["collections"] * 4 + ["legal"])),
    }
    return invoice(
        key,
        of=of,
        today=today,
        overdue=draw(st.integers(1, 120) | st.none() | st.integers(-5, 120)),
        balance=draw(st.sampled_from([1, 20_000, 60_000, 1_000_000])),
        currency=draw(st.sampled_from(["MXN", "MXN", "USD"])),
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
        waiting = draw(st.sampled_from([0, 0, 0, 0, 0, 1]))
        roles = draw(st.just({*CONTACTS}) | st.sets(st.sampled_from(CONTACTS)))
        addresses = {role: (f"{role}@customer-{of}.example",) for role in sorted(roles)}
        contacted = draw(st.fixed_dictionaries({}, optional={"MXN": st.lists(days_ago, max_size=3).map(sorted).map(tuple)}))
        mode = draw(st.sampled_from(["email", "in_person"]))
        customers.append(customer(of, addresses=addresses, contacted=contacted, inbox_open=waiting, delivery_mode=mode))
        found += [draw(invoices(of * 10 + index, of, today, waiting)) for index in range(draw(st.integers(0, 5)))]
    return book(*found, customers=customers), today


def crowd(seed: int) -> tuple[Book, dt.date]:
    """Customers with many invoices, most of which are due for something, so that they meet in groups; drawn at once, for drawing is slow."""
    chance = Random(seed)
    today = MONDAY + dt.timedelta(days=chance.choice([*range(5), *range(5), 5]))
    customers, found = [], []
    for of in (1, 2):
        roles = CONTACTS if chance.random() < 0.8 else ()
        contacted = {"MXN": (today - dt.timedelta(days=chance.randrange(12)),)} if chance.random() < 0.4 else {}
        waiting = int(chance.random() < 0.1)
        addresses = {role: (f"{role}@customer-{of}.example",) for role in roles}
        customers.append(customer(of, addresses=addresses, contacted=contacted, inbox_open=waiting))
        found += [_one_of_many(chance, of * 10 + index, of, today, waiting) for index in range(chance.randint(1, 6))]
    return book(*found, customers=customers), today


def _one_of_many(chance: Random, key: int, of: int, today: dt.date, waiting: int) -> InvoiceSubject:
    rung = chance.choice(("", *RUNGS))
    rung_on = today - dt.timedelta(days=chance.randrange(30))
    following = RUNGS[RUNGS.index(rung) + 1 if rung else 0 :][:1]
    open_ones = [Claims(waiting=True), Claims(waiting=True, uncertain=True), Claims(1, 1), Claims(2, 1, rung_on)]
    return invoice(
        key,
        of=of,
        today=today,
        overdue=chance.choice([None, -5, 0, 1, 40, 40, 90, 90]),
        balance=chance.choice([1, 20_000, 60_000, 1_000_000]),
        currency=chance.choice(["MXN", "MXN", "USD"]),
        rung=rung,
        rung_on=rung_on if rung else None,
        next_contact=today + dt.timedelta(days=chance.randrange(-9, 3)) if rung and chance.random() < 0.4 else None,
        waits_from=today - dt.timedelta(days=chance.randrange(20)) if chance.random() < 0.2 else None,
        facts={
            "inbox_open": waiting,
            "delivery": "pending" if chance.random() < 0.1 else "sent",
            "acknowledged": chance.random() < 0.7,
            "dispute_open": chance.random() < 0.15,
            "promise_open": chance.random() < 0.1,
            "case_status": "legal" if chance.random() < 0.1 else "collections",
        },
        claims={} if chance.random() < 0.8 else dict.fromkeys(following, chance.choice(open_ones)),
    )


crowds = st.integers(0, 2**32 - 1).map(crowd)
