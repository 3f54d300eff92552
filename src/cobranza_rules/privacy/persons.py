"""People at customers, found by an e-mail address, a telephone number or a name: as contacts, and where billing requests name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.data_request import same_phone
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BillingRequestRow, ContactRow

LONGEST = 254  # Characters of what names a person


@dataclass(frozen=True, slots=True)
class Person:
    """One person, under every role and at every customer where the same is known. `requests` are billing requests that name the person."""

    contacts: tuple[ContactRow, ...]
    requests: tuple[BillingRequestRow, ...]

    @property
    def customers(self) -> list[int]:
        of_requests = {row.customer_id for row in self.requests if row.customer_id is not None}
        return sorted({row.customer_id for row in self.contacts} | of_requests)


def person_called(session: Session, called: str) -> Person:
    """Raises ProblemError where nobody is, or where a name is that of people with different addresses."""
    wanted = called.strip().casefold()
    contacts = [row for row in _contacts(session, wanted) if _is(wanted, row.name, row.email, row.phone)]
    requests = [row for row in _requests(session, wanted) if _is(wanted, row.contact_name, row.contact_email, row.contact_phone)]
    if not contacts and not requests:
        hint = _("give the e-mail address, telephone number or name of a contact, as the customers' spreadsheet has it")
        raise ProblemError([Problem(_("nobody is known as '{called}'", called=called[:LONGEST]), hint)])
    addresses = {row.email.casefold() for row in contacts} | {row.contact_email.casefold() for row in requests}
    if "@" not in wanted and len(addresses - {""}) > 1:
        several = ", ".join(sorted(addresses - {""}))
        what = _("'{called}' are several people: {addresses}", called=called[:LONGEST], addresses=several)
        raise ProblemError([Problem(what, _("name one by the e-mail address"))])
    return Person(tuple(contacts), tuple(requests))


def _contacts(session: Session, wanted: str) -> Sequence[ContactRow]:
    query = select(ContactRow).order_by(ContactRow.id)
    return session.scalars(query.where(func.lower(ContactRow.email) == wanted) if "@" in wanted else query).all()


def _requests(session: Session, wanted: str) -> Sequence[BillingRequestRow]:
    query = select(BillingRequestRow).where(BillingRequestRow.customer_id.is_not(None)).order_by(BillingRequestRow.id)
    return session.scalars(query.where(func.lower(BillingRequestRow.contact_email) == wanted) if "@" in wanted else query).all()


def _is(wanted: str, name: str, email: str, phone: str) -> bool:
    if not wanted:
        return False
    return wanted in (email.casefold(), name.strip().casefold()) or same_phone(wanted, phone)
