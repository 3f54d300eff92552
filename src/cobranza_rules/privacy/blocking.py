"""A person's data are blocked, or no more messages go to the person: whoever asked for it is left alone from then on.

Blocked data stay where they are until the retention ends (privacy.retention), but nothing reads them: no message, no letter, no list. Where only
billing requests name somebody, the name is taken out of them at once, for they would go on delivering to it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.customer import CustomerStatus
from cobranza_rules.domain.data_request import DataRequestKind, value_hash
from cobranza_rules.language import _
from cobranza_rules.privacy.correcting import REQUEST_COLUMNS, without_reason
from cobranza_rules.privacy.persons import Person, person_called
from cobranza_rules.privacy.register import register_request
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BillingRequestRow, CaseEventRow, ContactRow, CustomerRow, InvoiceRow

CUSTOMER_BLOCKED = "customer_blocked"  # The event; it names the contacts that were blocked with the customer.


@dataclass(frozen=True, slots=True)
class Blocker:
    """`who` is the address of the person of the company who does it, `why` says who asked for it and when."""

    keeper: Bookkeeper
    who: str
    today: dt.date
    why: str

    def block(self, called: str, kind: DataRequestKind = DataRequestKind.BLOCKED) -> int:
        """Blocks a person, or (OPPOSED) writes to the person no more. Returns at how many places. Raises ProblemError with all that is wrong."""
        person = self._person(called)
        done = [row for row in person.contacts if row.blocked_on is None and (kind is DataRequestKind.BLOCKED or row.active)]
        if not done and not person.requests:
            raise ProblemError([Problem(_("the data of this person are blocked already"), _("nothing is left to do"))])
        for row in done:
            self._close(row, kind)
        for request in person.requests:
            self._take_out(request, kind)
        for customer_id in person.customers:
            self._tell(customer_id, kind)
        return len(done) + len(person.requests)

    def block_customer(self, customer: CustomerRow) -> int:
        """The customer with all its people, such as a natural person with whom nothing is open any more. Raises ProblemError."""
        problems = without_reason(self.why)
        owed = select(func.count()).where(InvoiceRow.customer_id == customer.id, InvoiceRow.status == "open")
        if count := self.keeper.session.scalar(owed) or 0:
            what = _("{customer} owes {count} invoices: what is needed to collect them is not blocked", customer=customer.code, count=count)
            problems.append(
                Problem(what, _("block the people who asked for it, each by the e-mail address; the customer once nothing is open"))
            )
        elif customer.status == CustomerStatus.BLOCKED:
            problems.append(Problem(_("the data of {customer} are blocked already", customer=customer.code), _("nothing is left to do")))
        if problems:
            raise ProblemError(problems)
        contacts = self.keeper.session.scalars(
            select(ContactRow).where(ContactRow.customer_id == customer.id, ContactRow.blocked_on.is_(None))
        )
        rows = list(contacts)
        for row in rows:
            self._close(row, DataRequestKind.BLOCKED)
        requests = list(self.keeper.session.scalars(_naming_somebody(customer.id)))
        for request in requests:
            self._take_out(request, DataRequestKind.BLOCKED)
        customer.status = CustomerStatus.BLOCKED.value
        data = {"who": self.who, "why": self.why.strip(), "contacts": [row.id for row in rows]}
        self.keeper.note(customer.id, CUSTOMER_BLOCKED, self.today, data)
        return len(rows) + len(requests)

    def unblock_customer(self, customer: CustomerRow) -> int:
        """With those of its people who were blocked with it; who was blocked before stays so. Raises ProblemError with all that is wrong."""
        problems = without_reason(self.why)
        if customer.status != CustomerStatus.BLOCKED:
            what = _("the data of {customer} are not blocked", customer=customer.code)
            problems.append(Problem(what, _("a person of it is named by the e-mail address")))
        if problems:
            raise ProblemError(problems)
        told = select(CaseEventRow).where(CaseEventRow.customer_id == customer.id, CaseEventRow.kind == CUSTOMER_BLOCKED)
        last = self.keeper.session.scalar(told.order_by(CaseEventRow.seq.desc()).limit(1))
        blocked_with_it = last.data["contacts"] if last is not None else []
        people = select(ContactRow).where(ContactRow.id.in_(blocked_with_it), ContactRow.blocked_on.is_not(None))
        rows = list(self.keeper.session.scalars(people.order_by(ContactRow.id)))
        for row in rows:
            self._open(row)
        customer.status = CustomerStatus.ACTIVE.value
        self.keeper.note(customer.id, "customer_unblocked", self.today, {"who": self.who, "why": self.why.strip()})
        return len(rows)

    def unblock(self, called: str) -> int:
        """The person wants to be written to again. Raises ProblemError with all that is wrong."""
        person = self._person(called)
        rows = [row for row in person.contacts if row.blocked_on is not None or not row.active]
        if not rows:
            raise ProblemError([Problem(_("the data of this person are not blocked"), _("nothing is left to do"))])
        for row in rows:
            self._open(row)
            customer = self.keeper.session.get_one(CustomerRow, row.customer_id)
            if customer.status == CustomerStatus.BLOCKED:
                customer.status = CustomerStatus.ACTIVE.value
        for customer_id in sorted({row.customer_id for row in rows}):
            self._tell(customer_id, DataRequestKind.UNBLOCKED)
        return len(rows)

    def _person(self, called: str) -> Person:
        problems = without_reason(self.why)
        try:
            person = person_called(self.keeper.session, called)
        except ProblemError as error:
            raise ProblemError([*problems, *error.problems]) from None
        if problems:
            raise ProblemError(problems)
        return person

    def _close(self, row: ContactRow, kind: DataRequestKind) -> None:
        row.active, row.ended_on = False, row.ended_on or self.today
        if kind is DataRequestKind.BLOCKED:
            row.blocked_on = self.today
        register_request(self.keeper, kind, row, named_by(row), self.why, self.who, self.today)

    def _open(self, row: ContactRow) -> None:
        row.active, row.blocked_on, row.ended_on = True, None, None
        register_request(self.keeper, DataRequestKind.UNBLOCKED, row, named_by(row), self.why, self.who, self.today)

    def _take_out(self, request: BillingRequestRow, kind: DataRequestKind) -> None:
        """A request goes on delivering to whom it names, so that the name goes at once."""
        register_request(self.keeper, kind, request, named_by(request), self.why, self.who, self.today)
        for column in REQUEST_COLUMNS.values():
            setattr(request, column, "")

    def _tell(self, customer_id: int, kind: DataRequestKind) -> None:
        self.keeper.note(customer_id, f"person_{kind.value}", self.today, {"who": self.who, "why": self.why.strip()})


def _naming_somebody(customer_id: int) -> Select[BillingRequestRow]:
    named = or_(BillingRequestRow.contact_name != "", BillingRequestRow.contact_email != "")
    return select(BillingRequestRow).where(BillingRequestRow.customer_id == customer_id, named).order_by(BillingRequestRow.id)


def named_by(row: ContactRow | BillingRequestRow) -> tuple[str, str]:
    """The field by which a list names the person, and the hash of what stands in it."""
    name, email = (row.name, row.email) if isinstance(row, ContactRow) else (row.contact_name, row.contact_email)
    return ("email", value_hash("email", email)) if email else ("name", value_hash("name", name))
