"""Billing requests in the book: accepted under an agreement and with an approval, else refused with every reason; the same one twice is one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select

from cobranza_rules.booking.agreements import versions_of
from cobranza_rules.booking.asked_of_data import is_left_alone
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customer_names import customer_named
from cobranza_rules.booking.request_ties import invoices_of
from cobranza_rules.domain.agreement import covering
from cobranza_rules.domain.billing_request import RequestRecord
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.language import Sentence, _, joined
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import AgreementRow, BillingRequestRow, CustomerRow

ACCEPTED, REFUSED = "accepted", "refused"


class Outcome(StrEnum):
    NEW = "new"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


def book_request(
    keeper: Bookkeeper, record: RequestRecord, today: dt.date, source: str, place: str = ""
) -> tuple[BillingRequestRow, Outcome]:
    """`source` is the file, or who entered it. One that the program has refused is looked at again when it comes again.

    An accepted one waits for `request_ties.tie_request`, which comes after all others of its list. Raises ProblemError where its number belongs to another request that was accepted.
    """
    fingerprint = fingerprint_of(record)
    row = keeper.session.scalar(select(BillingRequestRow).where(BillingRequestRow.fingerprint == fingerprint))
    if row is not None and (row.state == ACCEPTED or row.refused_by):
        return row, Outcome.UNCHANGED
    _refuse_taken_reference(keeper, record, fingerprint, source, place)
    customer = customer_named(keeper.session, record.customer)
    agreement = _agreement_named(keeper, record.agreement)
    reasons = list(_reasons(keeper, record, customer, agreement, today))
    if row is None:
        row = BillingRequestRow(
            fingerprint=fingerprint, source=source, requested_on=record.requested_on or today, refused_by="", **_values(record)
        )
        keeper.session.add(row)
    row.customer_id = customer.id if customer else None
    row.agreement = agreement.number if agreement else record.agreement
    row.state, row.reasons, row.known_at = REFUSED if reasons else ACCEPTED, [reason.as_json() for reason in reasons], keeper.known_at
    keeper.session.flush()
    _note(keeper, row, today)
    return row, Outcome.REFUSED if reasons else Outcome.NEW


def fingerprint_of(record: RequestRecord) -> str:
    return hashlib.sha256(json.dumps(asdict(record), default=str, sort_keys=True).encode()).hexdigest()


def _values(record: RequestRecord) -> dict[str, Any]:
    contact = record.contact
    return {
        "reference": record.reference,
        "customer": record.customer,
        "currency": record.amount.currency,
        "minor": record.amount.minor,
        "concept": record.concept,
        "purchase_order": record.purchase_order,
        "approver": record.approver,
        "approved_on": record.approved_on,
        "requested_by": record.requested_by,
        "requester_email": record.requester_email,
        "contact_name": contact.name,
        "contact_title": contact.title,
        "contact_address": contact.address,
        "contact_email": contact.email,
        "contact_phone": contact.phone,
        "delivery": record.delivery.value if record.delivery else "",
    }


def _refuse_taken_reference(keeper: Bookkeeper, record: RequestRecord, fingerprint: str, source: str, place: str) -> None:
    if not record.reference:
        return
    same = select(BillingRequestRow).where(BillingRequestRow.reference == record.reference, BillingRequestRow.state == ACCEPTED)
    known = keeper.session.scalar(same.where(BillingRequestRow.fingerprint != fingerprint))
    if known is not None:
        what = _(
            "request {reference} is on file with other content, as request {number}", reference=shown(record.reference), number=known.id
        )
        hint = _("give it a number of its own, or refuse the one on file first: 'cobranza request refuse {number}'", number=known.id)
        raise ProblemError([Problem(what, hint, source, place=place)])


def _agreement_named(keeper: Bookkeeper, number: str) -> AgreementRow | None:
    """The last version; capitals do not matter."""
    named = or_(AgreementRow.number.in_(spellings(number)), AgreementRow.number.in_(spellings(number.upper())))
    return keeper.session.scalar(select(AgreementRow).where(named).order_by(AgreementRow.version.desc())) if number else None


def _reasons(
    keeper: Bookkeeper, record: RequestRecord, customer: CustomerRow | None, agreement: AgreementRow | None, today: dt.date
) -> Iterator[Sentence]:
    """Everything for which the request cannot be accepted."""
    asked_on = record.requested_on or today
    if customer is None:
        yield _("customer '{customer}' is not on file", customer=shown(record.customer))
    elif record.contact.email and is_left_alone(keeper.session, customer.id, record.contact.email):
        yield _("the person to whom it delivers asked to be left alone")
    if not record.agreement:
        yield _("it names no agreement")
    elif agreement is None:
        yield _("there is no agreement '{number}'", number=shown(record.agreement))
    elif customer is not None and agreement.customer_id != customer.id:
        yield _("agreement {number} is not one of customer {customer}", number=agreement.number, customer=customer.code)
    elif customer is not None:
        found = covering(versions_of(keeper.session, customer.id), asked_on, record.amount.currency)
        if agreement.number not in {one.number for one in found}:
            currency = record.amount.currency
            yield _("agreement {number} does not cover {day} in {currency}", number=agreement.number, day=asked_on, currency=currency)
    if not record.approver:
        yield _("it does not say who approved it")
    if record.approved_on is None:
        yield _("it does not say when it was approved")
    elif record.approved_on > today:
        yield _("its approval of {day} is still to come", day=record.approved_on)
    if record.requested_on is not None and record.requested_on > today:
        yield _("its day, {day}, is still to come", day=record.requested_on)


def reasons_of(row: BillingRequestRow) -> Sentence:
    return joined((Sentence.from_json(kept) for kept in row.reasons), "; ")


def _note(keeper: Bookkeeper, row: BillingRequestRow, today: dt.date) -> None:
    """The case file of a customer tells it; one that names nobody has none."""
    if row.customer_id is None:
        return
    data: dict[str, Any] = {"request": row.id, "concept": row.concept, "minor": row.minor, "currency": row.currency}
    if row.state == ACCEPTED:
        data |= {"agreement": row.agreement, "approver": row.approver, "approved_on": str(row.approved_on), "source": row.source}
    else:
        data |= {"reasons": reasons_of(row).as_json()}
    keeper.note(row.customer_id, f"request_{row.state}", today, data)


def request_numbered(keeper: Bookkeeper, number: int) -> BillingRequestRow:
    """Raises ProblemError where there is none."""
    row = keeper.session.get(BillingRequestRow, number)
    if row is None:
        raise ProblemError(
            [Problem(_("there is no request {number}", number=number), _("'cobranza request list --all' shows all of them"))]
        )
    return row


def refuse_request(keeper: Bookkeeper, number: int, who: str, why: str, today: dt.date) -> BillingRequestRow:
    """A person refuses what was accepted; `who` is an address. Raises ProblemError where it is refused already, invoiced, or no reason is given."""
    row = request_numbered(keeper, number)
    problems = []
    if row.state == REFUSED:
        what = _("request {number} is refused already: {reasons}", number=row.id, reasons=reasons_of(row))
        problems.append(Problem(what, _("'cobranza request show {number}' says more", number=row.id)))
    elif invoiced := invoices_of(keeper, row.id):
        numbers = ", ".join(invoice.number for invoice in invoiced)
        what = _("request {number} was invoiced: {invoices}", number=row.id, invoices=numbers)
        problems.append(Problem(what, _("have the invoice cancelled first")))
    if not why.strip():
        problems.append(Problem(_("a request is refused with its reason"), _("say why with --why")))
    if problems:
        raise ProblemError(problems)
    row.state, row.reasons, row.refused_by = REFUSED, [Sentence("{text}", {"text": why.strip()}).as_json()], who
    assert row.customer_id is not None
    data = {"request": row.id, "reasons": why.strip(), "who": who, "minor": row.minor, "currency": row.currency, "concept": row.concept}
    keeper.note(row.customer_id, "request_refused", today, data)
    return row
