"""Deposits of the bank that are not applied in full, as subjects of a decision. Whose they are nobody may know yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from cobranza_rules.domain.bank import LineState
from cobranza_rules.facts.cash import deposit_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.evaluation import passes
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.subjects import CustomerSubject, QueueSubject
from cobranza_rules.rules.tree import Test, facts_of_test
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.reading import Reading, anew
from cobranza_rules.store.sieve import superset
from cobranza_rules.store.tables import BankLineRow, CustomerRow

CUSTOMER, LINE = (row.__table__.c for row in (CustomerRow, BankLineRow))
STATES = (LineState.OPEN.value, LineState.PART_APPLIED.value)
STATE = "deposit_state"


class DepositColumns:
    """True wherever a test of a deposit's facts passes, and perhaps elsewhere."""

    def clause(self, test: Test) -> ColumnElement[bool]:
        if set(facts_of_test(test)) != {STATE}:
            return true()
        return LINE.state.in_([state for state in STATES if passes(test, {STATE: state})])


@dataclass(frozen=True, slots=True)
class DepositQueue:
    """In the ledger the first customer stands for all deposits, whoever has paid them: nothing of them goes into its case file."""

    session: Session
    rules: RuleSet
    today: dt.date
    reading: Reading = anew

    def customers(self) -> Select[Any]:
        return _stands_for_all().where(select(LINE.id).where(self._looked_at()).exists())

    def deposits(self, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        del within
        first = self.reading("stands for all", lambda: self.session.scalar(_stands_for_all()))
        if first is None or first not in customers:
            return
        for key, account, minor, currency, state, kind, booked_on, detail in self.reading(Scope.DEPOSIT, self._lines):
            left = minor - sum(share["paid"] for share in (detail or {}).get("shares", ())) if state != LineState.OPEN else minor
            facts = deposit_facts(account, minor, left, currency, state, kind, booked_on, self.today, self.rules.calendar)
            yield QueueSubject(Scope.DEPOSIT, key, first, name_of(key, booked_on), facts)

    def _lines(self) -> Sequence[Any]:
        query = select(LINE.id, LINE.account, LINE.minor, LINE.currency, LINE.state, LINE.kind, LINE.booked_on, LINE.detail)
        return self.session.execute(query.where(self._looked_at()).order_by(LINE.id)).all()

    def _looked_at(self) -> ColumnElement[bool]:
        """As far as some rule may be about them."""
        concerned = (superset(rule.when.tree, DepositColumns()) for rule in self.rules.rules if rule.scope is Scope.DEPOSIT)
        return and_(LINE.state.in_(STATES), LINE.minor > 0, or_(false(), *concerned))


def _stands_for_all() -> Select[Any]:
    return select(CUSTOMER.id).order_by(CUSTOMER.id).limit(1)


def name_of(key: int, booked_on: dt.date) -> str:
    """As rules and plans name a deposit: its number, by which commands know it, and its day."""
    return f"{key} {booked_on}"
