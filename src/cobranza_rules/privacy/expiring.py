"""Erases what is past its period, once a person has said so: content goes, keys and hashes stay, and why it was done is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.erasing import LEFT, Eraser
from cobranza_rules.domain.data_request import DataRequestKind, value_hash
from cobranza_rules.domain.retention import Retained
from cobranza_rules.privacy.blocking import named_by
from cobranza_rules.privacy.erased_files import empty_file_row
from cobranza_rules.privacy.register import register_expired, register_request
from cobranza_rules.privacy.retention import FILES, Expired
from cobranza_rules.store.tables import BankLineRow, CaseEventRow, ContactRow, DataRequestRow


@dataclass(frozen=True, slots=True)
class Expiring:
    """`who` is the address of the person of the company who does it; `why` is kept beside each erasure."""

    keeper: Bookkeeper
    who: str
    today: dt.date
    why: str

    @property
    def eraser(self) -> Eraser:
        return Eraser(self.keeper, self.who, self.today)

    def erase(self, found: Expired) -> int:
        """How many were erased. Files are removed afterwards (`casefile.erasing.remove_files`, `privacy.erased_files`)."""
        if found.kind is Retained.CONTACTS:
            return sum(self._person(self.keeper.session.get_one(ContactRow, number)) for number in found.numbers)
        if found.kind is Retained.BANK_LINES:
            return self._rows(
                found, BankLineRow, dict.fromkeys(("name", "rfc", "clabe", "description", "reference"), "") | {"detail": None}
            )
        if found.kind.value in FILES:
            return self._files(found)
        return self.eraser.erase_expired(found.numbers, self.why).events

    def _person(self, row: ContactRow) -> int:
        """The row goes; in events that named the person as a contact, the name."""
        register_request(self.keeper, DataRequestKind.ERASED, row, named_by(row), self.why, self.who, self.today)
        known = {value_hash(field, text) for field, text in (("email", row.email), ("name", row.name)) if text}
        wrong = select(DataRequestRow.value_hash).where(DataRequestRow.contact_id == row.id, DataRequestRow.field.in_(("email", "name")))
        known |= set(self.keeper.session.scalars(wrong))
        self.eraser.redact(row.customer_id, self.why, lambda event: _without(event, known))
        self.keeper.session.delete(row)
        return 1

    def _files(self, found: Expired) -> int:
        """These stand in no case file, so that the register keeps the hash of each, and why; the bytes go once that is written (erased_files)."""
        session = self.keeper.session
        for number in found.numbers:
            digest = empty_file_row(session, found.kind, number)
            register_expired(self.keeper, found.kind.value, digest, self.why.strip(), self.who, self.today)
        return len(found.numbers)

    def _rows(self, found: Expired, table: type[BankLineRow], empty: Mapping[str, Any]) -> int:
        """These belong to no customer's case file: the register says that they were erased."""
        for number in found.numbers:
            row = self.keeper.session.get_one(table, number)
            for name, value in empty.items():
                setattr(row, name, value)
        why = f"{self.why.strip()} ({len(found.numbers)}, {found.oldest.isoformat()} - {found.before.isoformat()})"
        register_expired(self.keeper, found.kind.value, value_hash(found.kind.value, str(found.numbers)), why, self.who, self.today)
        return len(found.numbers)


def _without(event: CaseEventRow, known: Collection[str]) -> Mapping[str, Any] | None:
    """What stays of an event of contacts that names somebody by a text with one of these hashes, wrong ones of the past included."""
    if event.kind == "address_marked" and value_hash("email", str(event.data.get("address"))) in known:
        return LEFT
    contacts = event.data.get("contacts") if event.kind == "customer_data" else None
    if not isinstance(contacts, list) or not any(_names(each, known) for each in contacts):
        return None
    return {**event.data, "contacts": [each for each in contacts if not _names(each, known)], "erased": ["contacts"]}


def _names(told: object, known: Collection[str]) -> bool:
    """Events have `role: address` or `role: name`."""
    text = str(told).partition(": ")[2]
    return value_hash("email", text) in known or value_hash("name", text) in known
