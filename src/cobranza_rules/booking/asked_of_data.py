"""What people asked of their data holds against the lists that come later: a list brings no wrong value back, and nobody who asked to be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.customer import ContactRecord
from cobranza_rules.domain.data_request import DataRequestKind, value_hash
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import ContactRow, CustomerRow, DataRequestRow

LEFT_ALONE = frozenset({DataRequestKind.BLOCKED, DataRequestKind.OPPOSED, DataRequestKind.ERASED})


def as_people_asked(
    session: Session, customer: CustomerRow, records: Sequence[ContactRecord], file: str, warnings: list[Problem]
) -> list[ContactRecord]:
    """The contacts of a list, with what was corrected since and without those who are left alone; `warnings` says which were not taken."""
    asked = list(session.scalars(select(DataRequestRow).where(DataRequestRow.customer_id == customer.id).order_by(DataRequestRow.id)))
    if not asked:
        return list(records)
    last = _standing(asked)
    kept = []
    for record in records:
        right = _corrected(session, record, asked)
        if right != record:
            warnings.append(
                _not_taken(_("{code}: a contact is listed with data that were corrected; these stay", code=customer.code), file)
            )
        standing = last.get(("email", value_hash("email", right.email)) if right.email else ("name", value_hash("name", right.name)))
        if standing is not None and standing.kind in LEFT_ALONE:
            what = _(
                "{code}: a contact is listed who asked to be left alone on {day}; it is not taken",
                code=customer.code,
                day=standing.happened_on,
            )
            warnings.append(_not_taken(what, file))
        else:
            kept.append(right)
    return kept


def _standing(asked: Sequence[DataRequestRow]) -> dict[tuple[str, str], DataRequestRow]:
    """What was last asked, by what a list names the person with; a wrong address of the past is the same person's."""
    last = {(row.field, row.value_hash): row for row in asked if row.kind != DataRequestKind.CORRECTED}
    of_contact = {row.contact_id: row for row in last.values() if row.contact_id is not None}
    for row in asked:
        if row.kind == DataRequestKind.CORRECTED and row.contact_id in of_contact:
            last.setdefault((row.field, row.value_hash), of_contact[row.contact_id])
    return last


def is_left_alone(session: Session, customer_id: int, email: str) -> bool:
    query = select(DataRequestRow.kind).where(
        DataRequestRow.customer_id == customer_id,
        DataRequestRow.kind != DataRequestKind.CORRECTED.value,
        DataRequestRow.value_hash == value_hash("email", email),
    )
    return session.scalar(query.order_by(DataRequestRow.id.desc()).limit(1)) in LEFT_ALONE


def _corrected(session: Session, record: ContactRecord, asked: Sequence[DataRequestRow]) -> ContactRecord:
    """The address first, for the other fields are those of whoever has it."""
    for row in sorted(asked, key=lambda each: each.field != "email"):
        if row.kind != DataRequestKind.CORRECTED or value_hash(row.field, getattr(record, row.field)) != row.value_hash:
            continue
        contact = session.get(ContactRow, row.contact_id)
        if contact is None or contact.blocked_on is not None or contact.role != record.role.value:
            continue
        if row.field == "email" or not record.email or record.email.casefold() == contact.email.casefold():
            record = replace(record, **{row.field: getattr(contact, row.field)})
    return record


def _not_taken(what: Sentence, file: str) -> Problem:
    return Problem(what, _("put the list right where it comes from"), file, warning=True)
