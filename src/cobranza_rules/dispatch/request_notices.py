"""Mails about billing requests: accepted ones to invoicing and collections, refused ones to who asked; all new ones for a person in one mail.

The message is in the archive, and its requests are bound to it, in one transaction before the wire is touched: each person is told of each
outcome once, whatever breaks off in between.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.agreements import agreement_covering
from cobranza_rules.booking.requests import ACCEPTED, reasons_of
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.internal_mail import READY, Written, deliver_internal, write_internal
from cobranza_rules.language import Translate, _, word
from cobranza_rules.letters.request_notice import RequestLine, fields_of_requests
from cobranza_rules.money import Money
from cobranza_rules.people import person_named, person_or_problem
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.agreements import owed_by
from cobranza_rules.store.tables import BillingRequestRow, CustomerRow, InternalMessageRow, RequestToldRow
from cobranza_rules.workspace import Workspace

KIND = "billing"
TOLD_WITHIN = dt.timedelta(days=31)  # Whoever is named in the settings later is not told of all that was before.


def recipients_of(workspace: Workspace, row: BillingRequestRow) -> list[str]:
    """Addresses, each once."""
    billing, company = workspace.settings.billing, workspace.company
    if row.state == ACCEPTED:
        return list(dict.fromkeys(person_named(company, role).email for role in billing.accepted_to))
    asked = row.requester_email
    if not asked and row.requested_by and not isinstance(person := person_or_problem(company, row.requested_by), Problem):
        asked = person.email
    roles = [person_named(company, role).email for role in billing.refused_to]
    return [address for address in dict.fromkeys((asked, *roles)) if address]


def tell_of_requests(workspace: Workspace) -> list[Problem]:
    """What kept mails from going out. On a day off nobody is told."""
    problems: list[Problem] = []
    if not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    for (outcome, recipient), ids in _untold(workspace).items():
        try:
            _write(workspace, outcome, recipient, ids)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    with workspace.database.reading() as session:
        ready = select(InternalMessageRow.id).where(InternalMessageRow.kind == KIND, InternalMessageRow.state == READY)
        messages = list(session.scalars(ready.order_by(InternalMessageRow.id)))
    for message_id in messages:
        try:
            deliver_internal(workspace, message_id)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return problems


def _untold(workspace: Workspace) -> dict[tuple[str, str], list[int]]:
    """Requests by outcome and recipient."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    now = workspace.clock.now()
    since = now - min(TOLD_WITHIN, now - dt.datetime.min.replace(tzinfo=dt.UTC))  # Days may be as early as dates are.
    with workspace.database.reading() as session:
        told = set(session.execute(select(RequestToldRow.request_id, RequestToldRow.outcome, RequestToldRow.recipient)).all())
        rows = session.scalars(select(BillingRequestRow).where(BillingRequestRow.known_at >= since).order_by(BillingRequestRow.id))
        for row in rows:
            for recipient in recipients_of(workspace, row):
                if (row.id, row.state, recipient) not in told:
                    found[row.state, recipient].append(row.id)
    return found


def _write(workspace: Workspace, outcome: str, recipient: str, ids: list[int]) -> None:
    language = workspace.settings.language
    with workspace.database.writing() as session:
        rows = [session.get_one(BillingRequestRow, request_id) for request_id in ids]
        lines = list(_lines(session, rows, workspace.clock.today(), translator(language)))
        written = _mail(workspace, outcome, fields_of_requests(workspace.company, workspace.clock.today(), lines, language))
        message_id = write_internal(session, workspace, KIND, f"{outcome}:{ids[0]}", recipient, (), written)
        session.add_all(
            RequestToldRow(request_id=request_id, outcome=outcome, recipient=recipient, message_id=message_id) for request_id in ids
        )


def _mail(workspace: Workspace, outcome: str, fields: dict[str, object]) -> Written:
    from cobranza_rules.mail.html_text import html_to_text

    subject, page = workspace.templates.notice(f"request-{outcome}", workspace.settings.language).render(fields)
    return Written(subject, html_to_text(page), page)


def _lines(session: Session, rows: Iterable[BillingRequestRow], today: dt.date, translate: Translate) -> Iterable[RequestLine]:
    owed = owed_by(session)
    for row in rows:
        customer = session.get(CustomerRow, row.customer_id) if row.customer_id else None
        contact = (row.contact_name, row.contact_title, row.contact_email, row.contact_phone)
        yield RequestLine(
            number=row.id,
            reference=row.reference,
            customer=customer.code if customer else row.customer,
            customer_name=customer.name if customer else "",
            agreement=row.agreement,
            amount=Money(row.minor, row.currency),
            concept=row.concept,
            purchase_order=row.purchase_order,
            approver=row.approver,
            approved_on=row.approved_on,
            requested_by=row.requested_by or row.requester_email,
            contact=", ".join(filter(None, contact)),
            address=row.contact_address,
            delivery=word(row.delivery or (customer.delivery if customer else "")).text(translate) or "",
            credit=_credit(session, row, owed, today, translate),
            reasons=reasons_of(row).text(translate),
        )


def _credit(session: Session, row: BillingRequestRow, owed: dict[tuple[int, str], int], today: dt.date, translate: Translate) -> str:
    """What is owed with this request, beside the limit."""
    agreement = agreement_covering(session, row.customer_id, today, row.currency) if row.customer_id else None
    if agreement is None or agreement.credit_limit is None or row.customer_id is None:
        return ""
    after = Money(owed[row.customer_id, row.currency] + row.minor, row.currency)
    limit = Money(agreement.credit_limit, row.currency)
    said = _("{owed} with this request, of a limit of {limit}", owed=after, limit=limit)
    return (_("{said}: above it", said=said) if limit < after else said).text(translate)
