"""What a letter of an action says: the plan's items and the book's present as one plain value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.addressees import addressee_of, named_by_request
from cobranza_rules.dispatch.attached_files import enclosed_with
from cobranza_rules.dispatch.instalment_plan import promised_payments
from cobranza_rules.dispatch.pursuit import agreed_terms, history_of, interest_on, terms_named
from cobranza_rules.dispatch.unapplied import unapplied_in_words
from cobranza_rules.domain.aging import CURRENT, NO_DUE_DATE, bucket_names, bucket_of
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.company import NO_COMPANY_PICTURES, Company, CompanyPictures, Person
from cobranza_rules.domain.due_basis import open_instalments
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, after_with_due_date
from cobranza_rules.domain.late_interest import LEGAL
from cobranza_rules.domain.letter import AgingBucket, Letter, LetterLine
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import role_written_to
from cobranza_rules.store.tables import CustomerRow, InvoiceRow

ANALYST = "collections_analyst"
# Of letters that no rule writes
SIGNERS = {"formal-demand": "administration_manager", "acknowledgement-of-debt": "administration_manager"}
ASSIGNEES = {"sales-intervention": "sales_manager"}
ANSWER_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and on which day: the same for every letter of a run. `language` is "" for that of each customer."""

    company: Company
    today: dt.date
    buckets: tuple[int, ...]
    calendar: BusinessCalendar
    pictures: CompanyPictures = NO_COMPANY_PICTURES
    language: str = ""
    legal_interest: Interest = LEGAL

    def tongue(self, customer: CustomerRow) -> str:
        return self.language or customer.language


def letter_for(session: Session, writer: Writer, action: PlannedAction, template: str, *, number: str, draft: bool) -> Letter:
    """The letter of an action for invoices: its items are claimed, what is on hold stands apart."""
    customer = session.get_one(CustomerRow, action.customer_id)
    claimed = _rows(session, [item.subject_id for item in action.items])
    held = _rows(session, [item.subject_id for item in action.held])
    heading = heading_for(session, writer, action, template, number=number, draft=draft)
    made = letter_about(session, writer, customer, heading, action.currency, claimed, held)
    if not action.ladder:  # A letter that hands invoices over names each once; one that asks for money says what is due of it when.
        made = _claiming(made, tuple(_handed_over(row, writer, action) for row in claimed), writer)
    assignee, workdays = _asked_of(action, template)
    return replace(
        made,
        next_contact=action.next_contact,
        enclosed=enclosed_with(claimed, action),
        assignee=writer.company.person(assignee),
        answer_by=writer.calendar.plus(writer.today, workdays) if workdays else action.next_contact,
    )


def _asked_of(action: PlannedAction, template: str) -> tuple[str, int]:
    """The role that is to act and the business days for an answer, 0 where none are said: as the chain's task has them.

    A demand and an acknowledgement of debt always say until when, whether a rule writes them or a person asks for them.
    """
    task = next((step for step in action.steps if step.kind is StepKind.TASK), None)
    if task is not None:
        return task.assign, task.due_workdays
    return ASSIGNEES.get(template, ""), ANSWER_WORKDAYS if template in SIGNERS or not action.steps else 0


def letter_about(
    session: Session,
    writer: Writer,
    customer: CustomerRow,
    heading: Mapping[str, Any],
    currency: str,
    claimed: Sequence[InvoiceRow],
    held: Sequence[InvoiceRow],
) -> Letter:
    """`heading` are the fields of `domain.letter.Heading`. Each instalment of an invoice has a line of its own."""
    agreement = agreed_terms(session, claimed)
    lines = tuple(line for row in claimed for line in _lines_of(row, writer))
    made = Letter(
        **{**heading, "last_contact": max((row.rung_on for row in claimed if row.rung_on), default=None)},
        currency=currency,
        lines=(),
        held=tuple(_line(row, writer, note=why_apart(state_of(row), writer.tongue(customer))) for row in held),
        unapplied=unapplied_in_words(session, customer, currency, writer.tongue(customer)),
        buckets=(),
        total=Money(0, currency),
        history=history_of(session, claimed, writer.tongue(customer)),
        agreement=terms_named(agreement),
        interest=interest_on(session, agreement, claimed, writer.today, currency, writer.legal_interest),
    )
    claiming = _claiming(made, lines, writer)
    return replace(claiming, instalments=promised_payments([(state_of(row), row.balance) for row in claimed], claiming.total))


def _claiming(letter: Letter, lines: tuple[LetterLine, ...], writer: Writer) -> Letter:
    buckets = _buckets(lines, letter.currency, writer.buckets)
    return replace(letter, lines=lines, buckets=buckets, total=_total(lines, letter.currency))


def heading_for(session: Session, writer: Writer, action: PlannedAction, template: str, *, number: str, draft: bool) -> dict[str, Any]:
    """The fields of `domain.letter.Heading`, but for the last contact."""
    customer = session.get_one(CustomerRow, action.customer_id)
    rubrics, signers = ({getattr(step, name) for step in action.steps if getattr(step, name)} for name in ("rubric", "sign"))
    if not action.steps:  # Asked for by a person, and no rule says who signs it.
        rubrics, signers = {ANALYST}, {SIGNERS.get(template, ANALYST)}
    analyst = _person(writer.company, rubrics)
    signer = _person(writer.company, signers) or analyst
    heading = signed_heading(session, writer, customer, template, (signer, analyst), number=number, draft=draft)
    copies = tuple(person for address in action.copies if (person := _by_address(writer.company, address)) is not None)
    addressee = named_by_request(customer, action.requested) or addressee_of(session, customer, role_written_to(action.steps))
    return {**heading, "addressee": addressee, "copies": copies}


def signed_heading(
    session: Session,
    writer: Writer,
    customer: CustomerRow,
    template: str,
    people: tuple[Person | None, Person | None],
    *,
    number: str,
    draft: bool,
) -> dict[str, Any]:
    """The heading of a document that `people` sign and initial; a draft shows neither's picture."""
    signer, analyst = people
    return {
        "template": template,
        "language": writer.tongue(customer),
        "number": number,
        "place": writer.company.city,
        "dated": writer.today,
        "company": writer.company,
        "addressee": addressee_of(session, customer, "collections_contact"),
        "reference": customer.code,
        "signer": signer,
        "analyst": analyst,
        "copies": (),
        "rubric": initials(analyst.name) if analyst else "",
        "draft": draft,
        "pictures": writer.pictures.of(signer=None if draft else signer, analyst=None if draft else analyst),
    }


def statement_for(session: Session, writer: Writer, customer: CustomerRow, currency: str, *, noted: bool = False) -> Letter:
    """The statement of account as it is now. `noted` says beside those that are promised or claimed as paid that they are."""
    query = select(InvoiceRow).where(InvoiceRow.customer_id == customer.id, InvoiceRow.currency == currency, InvoiceRow.status == "open")
    every = list(session.scalars(query.order_by(InvoiceRow.due_on, InvoiceRow.id)))
    beside = unapplied_in_words(session, customer, currency, writer.tongue(customer))
    return statement_of(session, writer, customer, currency, every, beside, noted=noted)


def statement_of(
    session: Session,
    writer: Writer,
    customer: CustomerRow,
    currency: str,
    every: Sequence[InvoiceRow],
    beside: tuple[tuple[str, Money], ...],
    *,
    noted: bool = False,
) -> Letter:
    """Every open invoice of one customer in one currency, due or not; disputed ones apart, outside the total. `beside` is not applied yet."""
    rows = [row for row in every if not row.dispute_open]
    notes = [_what_is_open(state_of(row), writer.tongue(customer)) if noted else "" for row in rows]
    lines = tuple(line for row, note in zip(rows, notes, strict=True) for line in _lines_of(row, writer, note))
    analyst = writer.company.person(ANALYST)
    return Letter(
        template="statement",
        language=writer.tongue(customer),
        currency=currency,
        number="",
        place=writer.company.city,
        dated=writer.today,
        company=writer.company,
        addressee=addressee_of(session, customer, "collections_contact"),
        lines=lines,
        held=tuple(_line(row, writer, why_apart(state_of(row), writer.tongue(customer))) for row in every if row.dispute_open),
        unapplied=beside,
        buckets=_buckets(lines, currency, writer.buckets),
        total=_total(lines, currency),
        reference=customer.code,
        signer=analyst,
        analyst=analyst,
        copies=(),
        rubric=initials(analyst.name) if analyst else "",
        pictures=writer.pictures.of(signer=None, analyst=None),
    )


def _what_is_open(state: InvoiceState, language: str) -> str:
    return why_apart(state, language) if state.promise_open or state.claimed_on is not None else ""


def why_apart(state: InvoiceState, language: str) -> str:
    """Why an invoice on hold stands outside the total, as the customer reads it: the matter itself, and no rule of ours."""
    from cobranza_rules.letters.formats import short_date

    if state.dispute_open:
        said = _("under review")
    elif state.promise_open:
        said = _("payment promised for {day}", day=short_date(state.promised_on, language))
    elif state.claimed_on is not None:
        said = _("payment to be identified")
    else:
        said = _("under review")
    return said.text(translator(language))


def _rows(session: Session, ids: Sequence[int]) -> list[InvoiceRow]:
    return list(session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(ids)).order_by(InvoiceRow.due_on, InvoiceRow.id)))


def _line(row: InvoiceRow, writer: Writer, note: str = "") -> LetterLine:
    days = (writer.today - row.due_on).days if row.due_on else None
    return LetterLine(
        number=row.number,
        uuid=row.uuid or "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        days_overdue=days or 0,
        bucket=bucket_of(days, writer.buckets),
        total=Money(row.total, row.currency),
        balance=Money(row.balance, row.currency),
        purchase_order=row.purchase_order,
        note=note,
    )


def _handed_over(row: InvoiceRow, writer: Writer, action: PlannedAction) -> LetterLine:
    """Where the credit days count from the delivery, the letter that delivers says the due date that this makes."""
    line = _line(row, writer)
    if action.sets.get("delivery") != "sent":
        return line
    delivered = Entry(EntryKind.DELIVERED, writer.today, {})
    due_on = after_with_due_date(state_of(row), delivered, row.currency, writer.calendar).due_on
    return line if due_on == row.due_on else _dated(line, due_on, writer)


def _dated(line: LetterLine, due_on: dt.date | None, writer: Writer) -> LetterLine:
    days = (writer.today - due_on).days if due_on else None
    return replace(line, due_on=due_on, days_overdue=days or 0, bucket=bucket_of(days, writer.buckets))


def _lines_of(row: InvoiceRow, writer: Writer, note: str = "") -> Iterator[LetterLine]:
    """A line for what is open of each instalment, with its own due date; one for an invoice that has none."""
    line = _line(row, writer, note)
    open_parts = open_instalments(state_of(row))
    if not open_parts:
        yield line
    for each in open_parts:
        part = replace(line, number=f"{row.number} ({each.number}/{each.count})", balance=Money(each.minor, row.currency))
        yield _dated(part, each.due_on, writer)


def _buckets(lines: Sequence[LetterLine], currency: str, limits: tuple[int, ...]) -> tuple[AgingBucket, ...]:
    """Every bucket, also the empty ones; invoices without a due date count as current, for nobody can call them overdue."""
    sums = dict.fromkeys(bucket_names(limits), 0)
    for line in lines:
        sums[CURRENT if line.bucket == NO_DUE_DATE else line.bucket] += line.balance.minor
    return tuple(AgingBucket(name, Money(minor, currency)) for name, minor in sums.items())


def _total(lines: Sequence[LetterLine], currency: str) -> Money:
    return Money(sum(line.balance.minor for line in lines), currency)


def _person(company: Company, roles: set[str]) -> Person | None:
    return next((person for role in sorted(roles) if (person := company.person(role)) is not None), None)


def _by_address(company: Company, address: str) -> Person | None:
    return next((person for person in company.people if person.email == address), None)


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())
