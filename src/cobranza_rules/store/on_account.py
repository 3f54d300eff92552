"""What customers have paid that covers no invoice: what is left of deposits, and what was paid beyond a balance."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, String, cast, false, func, select, text, true
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.cash import NOTHING_ON_ACCOUNT, OnAccount, on_account_facts
from cobranza_rules.facts.vocabulary import ON_ACCOUNT_FACTS
from cobranza_rules.rules.evaluation import passes
from cobranza_rules.rules.tree import Test, facts_of_test
from cobranza_rules.store.chunks import Within, one_of
from cobranza_rules.store.instalments import in_instalments_of, overdue_by_invoice
from cobranza_rules.store.tables import BankLineRow, CustomerRow, EntryRow, EvidenceRow, InvoiceRow, PaymentRow
from cobranza_rules.store.tables.book import OVERPAID

CUSTOMER, ENTRY, EVIDENCE, INVOICE, LINE, PAYMENT = (
    row.__table__.c for row in (CustomerRow, EntryRow, EvidenceRow, InvoiceRow, BankLineRow, PaymentRow)
)
_FACTS = {fact.name for fact in ON_ACCOUNT_FACTS}
BANK = "bank"  # The kind of evidence that a deposit is; its source is the id of the bank's line
# What takes off a balance; the last of it is what went beyond.
COVERING = (EntryKind.PAYMENT_APPLIED.value, EntryKind.CREDIT_APPLIED.value, EntryKind.DISCOUNT_APPLIED.value)


class OnAccountColumns:
    """True wherever a test of a customer passes, and perhaps elsewhere; `known` is what customers have paid that covers no invoice.

    Most have nothing of the kind: what is asked of it alone leaves them out.
    """

    def __init__(self, known: Mapping[int, Sequence[OnAccount]]) -> None:
        self._known = one_of(sorted(known))(CUSTOMER.id) if known else false()

    def clause(self, test: Test) -> ColumnElement[bool]:
        named = set(facts_of_test(test))
        if not named or not named <= _FACTS or passes(test, NOTHING_ON_ACCOUNT):
            return true()
        return self._known


def on_account(session: Session, within: Within | None) -> dict[int, list[OnAccount]]:
    """By customer, of those that are `within`, or of all; most have nothing of the kind."""
    found: dict[int, list[OnAccount]] = defaultdict(list)
    for customer_id, _line, cash in rests_of_deposits(session):
        found[customer_id].append(cash)
    for customer_id, cash in _overpaid(session, within):
        found[customer_id].append(cash)
    return found


def rests_of_deposits(session: Session, customer_id: int | None = None) -> Iterator[tuple[int, int, OnAccount]]:
    """Customer, id of the bank's line, and what is left of it; of all customers, or of one. Of one that paid for several customers the rest is nobody's yet."""
    rests: dict[int, tuple[OnAccount, set[int]]] = {}
    query = (
        select(LINE.id, LINE.currency, LINE.minor, LINE.detail, LINE.booked_on, PAYMENT.customer_id)
        .join(EvidenceRow, (EVIDENCE.kind == BANK) & (EVIDENCE.source == cast(LINE.id, String)))
        .join(PaymentRow, PAYMENT.id == EVIDENCE.payment_id)
        .where(LINE.state == LineState.PART_APPLIED.value)
        .order_by(LINE.id)
    )
    if customer_id is not None:
        own = select(EVIDENCE.source).join(PaymentRow, PAYMENT.id == EVIDENCE.payment_id)
        own = own.where(EVIDENCE.kind == BANK, PAYMENT.customer_id == customer_id)
        query = query.where(cast(LINE.id, String).in_(own))
    for line, currency, minor, detail, booked_on, owner in session.execute(query):
        left = minor - sum(share["paid"] for share in (detail or {}).get("shares", ()))
        rests.setdefault(line, (OnAccount(currency, left, booked_on), set()))[1].add(owner)
    for line, (cash, customers) in rests.items():
        if len(customers) == 1 and cash.minor > 0:
            yield min(customers), line, cash


def _overpaid(session: Session, within: Within | None) -> Iterator[tuple[int, OnAccount]]:
    """Since the day on which the last thing came that took off the balance."""
    query = select(INVOICE.id, INVOICE.customer_id, INVOICE.currency, INVOICE.balance, INVOICE.issued_on)
    query = query.where(text(OVERPAID))  # In these words, so that SQLite sees that the index of few rows is enough.
    rows = session.execute(query.where(within(INVOICE.customer_id)) if within is not None else query).all()
    if not rows:
        return
    last = select(ENTRY.invoice_id, func.max(ENTRY.happened_on)).where(ENTRY.kind.in_(COVERING))
    of_them = one_of([row.id for row in rows])(ENTRY.invoice_id)
    since: dict[int, dt.date] = dict(session.execute(last.where(of_them).group_by(ENTRY.invoice_id)).all())
    for row in rows:
        yield row.customer_id, OnAccount(row.currency, -row.balance, since.get(row.id, row.issued_on))


def facts_on_account(
    session: Session, found: Mapping[int, Sequence[OnAccount]], today: dt.date, calendar: BusinessCalendar
) -> Mapping[int, Facts]:
    """Of what `on_account` has found, by customer."""
    overdue = _overdue(session, sorted(found), today) if found else {}
    return {customer: on_account_facts(cash, overdue.get(customer, {}), today, calendar) for customer, cash in found.items()}


def _overdue(session: Session, customers: Sequence[int], today: dt.date) -> Mapping[int, Mapping[str, int]]:
    """Minor units by customer and currency; of instalments what is past their days."""
    parts = overdue_by_invoice(in_instalments_of(session, customers), today)
    query = select(INVOICE.id, INVOICE.customer_id, INVOICE.currency, INVOICE.balance).where(
        INVOICE.status == "open", INVOICE.due_on < today, INVOICE.balance > 0, one_of(customers)(INVOICE.customer_id)
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, customer_id, currency, balance in session.execute(query):
        found[customer_id][currency] += parts.get(key, balance)
    return found
