"""A claim lives once: the database itself refuses a second one, whatever the program does."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import ActionRow, ClaimRow
from tests.store.rows import a_customer

RUNG = {"subject": "invoice", "subject_id": 7, "rule_id": "first-reminder", "occurrence": 1}


@pytest.fixture
def action(database: Database) -> int:
    with database.writing() as session:
        customer = a_customer()
        session.add(customer)
        session.flush()
        row = ActionRow(
            rule_id="first-reminder",
            customer_id=customer.id,
            currency="MXN",
            plan={},
            rules_digest="0" * 64,
            planned_on=dt.date(2026, 3, 2),
            state="planned",
            reason={},
        )
        session.add(row)
        session.flush()
        return row.id


def claim(database: Database, action: int, **changes: object) -> None:
    with database.writing() as session:
        session.add(ClaimRow(action_id=action, **{**RUNG, **changes}))


def test_a_second_live_claim_is_refused(database: Database, action: int) -> None:
    claim(database, action)
    with pytest.raises(IntegrityError):
        claim(database, action)


def test_after_its_release_the_same_may_be_claimed_again_once(database: Database, action: int) -> None:
    claim(database, action)
    with database.writing() as session:
        session.execute(update(ClaimRow).values(live=False))
    claim(database, action)
    with pytest.raises(IntegrityError):
        claim(database, action)


def test_any_number_of_released_claims_may_stand_beside_it(database: Database, action: int) -> None:
    claim(database, action, live=False)
    claim(database, action, live=False)
    claim(database, action)


@pytest.mark.parametrize("change", [{"occurrence": 2}, {"rule_id": "second-reminder"}, {"subject_id": 8}, {"subject": "reply"}])
def test_another_claim_is_another(database: Database, action: int, change: dict[str, object]) -> None:
    claim(database, action)
    claim(database, action, **change)


def test_a_released_claim_cannot_come_back_to_life_beside_another(database: Database, action: int) -> None:
    claim(database, action, live=False)
    claim(database, action)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(update(ClaimRow).values(live=True))
