"""The customer that somebody names by code or RFC."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.customer import GENERIC_RFCS
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow


def customer_named(session: Session, name: str) -> CustomerRow | None:
    """None where nobody is known by it. A generic RFC names nobody."""
    named: list[ColumnElement[bool]] = [CustomerRow.code.in_(spellings(name))]
    if name.upper() not in GENERIC_RFCS:
        named.append(CustomerRow.rfc == name.upper())
    found = list(session.scalars(select(CustomerRow).where(or_(*named)).order_by(CustomerRow.id)))
    return next((row for row in found if row.code in spellings(name)), found[0] if len(found) == 1 else None)
