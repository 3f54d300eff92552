"""The register of what people asked of their data: one row each, beside the event of the case file."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.data_request import DataRequestKind
from cobranza_rules.store.tables import BillingRequestRow, ContactRow, DataRequestRow


def register_request(
    keeper: Bookkeeper,
    kind: DataRequestKind,
    person: ContactRow | BillingRequestRow,
    hashed: tuple[str, str],
    why: str,
    who: str,
    today: dt.date,
) -> None:
    """`hashed` are the field and the hash of its value (domain.data_request.value_hash)."""
    field, digest = hashed
    row = DataRequestRow(
        customer_id=person.customer_id,
        kind=kind.value,
        contact_id=person.id if isinstance(person, ContactRow) else None,
        field=field,
        value_hash=digest,
        why=why.strip(),
        who=who,
        happened_on=today,
        known_at=keeper.known_at,
    )
    keeper.session.add(row)


def register_expired(keeper: Bookkeeper, field: str, digest: str, why: str, who: str, today: dt.date) -> None:
    """What was erased of rows that belong to no customer, because their time was over."""
    row = DataRequestRow(
        customer_id=None,
        kind=DataRequestKind.ERASED.value,
        contact_id=None,
        field=field,
        value_hash=digest,
        why=why,
        who=who,
        happened_on=today,
        known_at=keeper.known_at,
    )
    keeper.session.add(row)
