"""Agreements in the book: each change is a new version, the old ones stand; overlapping ones are refused; invoices are tied to theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customer_names import customer_named
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payment_terms import agree, agreed_terms, agreement_terms
from cobranza_rules.booking.support import require_support
from cobranza_rules.domain.agreement import AgreementRecord, Version, covering, overlapping
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.terms import terms_as_json
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow

PENDING = 0  # Of the version that is being checked; rows count from 1.
# What makes two versions say the same, beside the customer and the day of signature.
_SAYS = ("kind", "currency", "credit_limit", "valid_from", "valid_until", "terms", "conditions", "support_required")


def book_agreement(keeper: Bookkeeper, record: AgreementRecord, today: dt.date, source: str, place: str = "") -> Taken:
    """`source` is the file, or who entered it. Raises ProblemError where the customer is not known or another agreement covers the same days."""
    customer = customer_named(keeper.session, record.customer)
    if customer is None:
        what = _("customer '{customer}' is not on file", customer=shown(record.customer))
        raise _refused(what, _("import the customer first, or correct the code or RFC"), source, place)
    known = list(keeper.session.scalars(select(AgreementRow).where(AgreementRow.number == record.number).order_by(AgreementRow.version)))
    values = _values(record)
    if known and known[0].customer_id != customer.id:
        other = keeper.session.get_one(CustomerRow, known[0].customer_id)
        what = _("the agreement {number} belongs to customer {customer}", number=shown(record.number), customer=other.code)
        raise _refused(what, _("give each agreement a number of its own"), source, place)
    if any(all(getattr(row, name) == values[name] for name in _SAYS) for row in known):
        return Taken.UNCHANGED
    version = known[-1].version + 1 if known else 1
    _refuse_overlap(keeper, customer, record, version, source, place)
    row = AgreementRow(
        customer_id=customer.id,
        number=record.number,
        version=version,
        source=source,
        happened_on=record.signed_on or today,
        known_at=keeper.known_at,
        **values,
    )
    keeper.session.add(row)
    keeper.session.flush()
    data = {"number": row.number, "version": row.version, "valid_from": row.valid_from.isoformat(), "until": str(row.valid_until or "")}
    data |= {"agreement": row.id, "source": source}
    keeper.note(customer.id, "agreement", row.happened_on, data)
    cover_invoices(keeper, customer.id, today)
    return Taken.UPDATED if known else Taken.NEW


def _values(record: AgreementRecord) -> dict[str, Any]:
    return {
        "kind": record.kind.value,
        "currency": record.currency,
        "credit_limit": record.credit_limit.minor if record.credit_limit else None,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "terms": terms_as_json(record.terms) if record.terms else None,
        "conditions": record.conditions,
        "support_required": list(record.support_required),
    }


def _refuse_overlap(keeper: Bookkeeper, customer: CustomerRow, record: AgreementRecord, version: int, source: str, place: str) -> None:
    """Two agreements for one day would leave it to chance which one covers an invoice."""
    new = Version(PENDING, record.number, version, record.currency, record.valid_from, record.valid_until)
    problems = []
    for mine, other in overlapping([*versions_of(keeper.session, customer.id), new], record.number):
        what = _(
            "agreement {number} and agreement {other} of customer {customer} both cover {day} in {currency}",
            number=shown(record.number),
            other=other.version.number,
            customer=customer.code,
            day=max(mine.first, other.first),
            currency=record.currency,
        )
        hint = _("end one of the two before the other begins ('Vigencia hasta'); it is a new version of that agreement")
        problems.append(Problem(what, hint, source, place=place))
    if problems:
        raise ProblemError(problems)


def _refused(what: Sentence, hint: Sentence, source: str, place: str) -> ProblemError:
    return ProblemError([Problem(what, hint, source, place=place)])


def versions_of(session: Session, customer_id: int, known_until: dt.datetime | None = None) -> list[Version]:
    """Of all agreements of a customer, as far as they were known at an instant."""
    columns = (AgreementRow.id, AgreementRow.number, AgreementRow.version, AgreementRow.currency)
    query = select(*columns, AgreementRow.valid_from, AgreementRow.valid_until).where(AgreementRow.customer_id == customer_id)
    if known_until is not None:
        query = query.where(AgreementRow.known_at <= known_until)
    return [Version(*row) for row in session.execute(query)]


def agreement_covering(session: Session, customer_id: int, day: dt.date, currency: str) -> AgreementRow | None:
    """The version that covers a day; None where there is none."""
    found = covering(versions_of(session, customer_id), day, currency)
    return session.get_one(AgreementRow, found[0].id) if len(found) == 1 else None


def cover_invoices(keeper: Bookkeeper, customer_id: int, today: dt.date) -> None:
    """After a new version: the customer's invoices are tied to what covers them now. Cancelled and substituted ones stay as they are."""
    versions = versions_of(keeper.session, customer_id)
    invoices = select(InvoiceRow).where(InvoiceRow.customer_id == customer_id, InvoiceRow.closed.is_(None)).order_by(InvoiceRow.id)
    for invoice in keeper.session.scalars(invoices):
        _cover(keeper, invoice, versions, today)


def cover_invoice(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """A new invoice is tied to the agreement that covers its day of issue, if there is one."""
    _cover(keeper, invoice, versions_of(keeper.session, invoice.customer_id), today)


def _cover(keeper: Bookkeeper, invoice: InvoiceRow, versions: list[Version], today: dt.date) -> None:
    found = covering(versions, invoice.issued_on, invoice.currency)
    version = found[0] if len(found) == 1 else None
    if (version.id if version else None) == invoice.agreement_id:
        return
    before = agreement_terms(keeper.session, invoice)
    if version is None:
        keeper.enter(invoice, EntryKind.UNCOVERED, today, {"number": invoice.agreement})
    else:
        support = keeper.session.scalar(select(AgreementRow.support_required).where(AgreementRow.id == version.id))
        data = {"agreement": version.id, "number": version.number, "version": version.version, "support": support}
        keeper.enter(invoice, EntryKind.COVERED, today, data)
    require_support(keeper, invoice, today)
    if before != agreement_terms(keeper.session, invoice):
        customer = keeper.session.get_one(CustomerRow, invoice.customer_id)
        agree(keeper, invoice, agreed_terms(keeper.session, invoice, customer), today)
