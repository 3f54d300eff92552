"""Acknowledgements of receipt that people enter, and take back when they were wrong: each belongs to a delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow, StepRow, TaskRow

BY_SOMEBODY = frozenset({AcknowledgementKind.STAMP, AcknowledgementKind.SIGNATURE, AcknowledgementKind.TELEPHONE})
BY_NUMBER = frozenset({AcknowledgementKind.CONTRARRECIBO, AcknowledgementKind.PORTAL})


@dataclass(frozen=True, slots=True)
class Given:
    """What acknowledges the receipt. `at` is an aware instant; `document` the digest of its scan, "" without one; `who` enters it."""

    kind: AcknowledgementKind
    who: str
    at: dt.datetime
    person: str = ""
    title: str = ""
    phone: str = ""
    number: str = ""
    review_on: dt.date | None = None
    payment_on: dt.date | None = None
    document: str = ""


def acknowledge(keeper: Bookkeeper, names: Sequence[str], given: Given, zone: ZoneInfo) -> list[tuple[InvoiceRow, bool]]:
    """Each invoice, and whether it says anything new of it. Raises ProblemError with all that is wrong; then nothing is entered."""
    day = given.at.astimezone(zone).date()
    problems = _problems_of(given, day, keeper.known_at.astimezone(zone).date())
    invoices: list[InvoiceRow] = []
    deliveries: dict[int, int | None] = {}
    for name in dict.fromkeys(names):
        try:
            invoice = invoice_named(keeper.session, name)
            deliveries[invoice.id] = _delivery_of(keeper, invoice)
            invoices.append(invoice)
            problems += _problems_with(invoice, day)
        except ProblemError as error:
            problems += error.problems
    if len({invoice.customer_id for invoice in invoices}) > 1:
        problems.append(Problem(_("these invoices are of different customers"), _("enter what each of them gave by itself")))
    if problems:
        raise ProblemError(problems)
    found = []
    for invoice in invoices:
        data = {**_data(given), "delivery": deliveries[invoice.id]}
        found.append((invoice, keeper.enter(invoice, EntryKind.ACKNOWLEDGED, day, data)))
    return found


def take_back(keeper: Bookkeeper, name: str, kind: AcknowledgementKind | None, *, who: str, reason: str, today: dt.date) -> InvoiceRow:
    """The last acknowledgement, or the last of that kind. Raises ProblemError."""
    invoice = invoice_named(keeper.session, name)
    known = [one for one in state_of(invoice).acknowledgements if kind is None or one.get("kind") == kind.value]
    if not known:
        what = _("invoice {number} has no such acknowledgement", number=invoice.number)
        raise ProblemError([Problem(what, _("'cobranza case' shows what acknowledges it"))])
    if not reason.strip():
        raise ProblemError([Problem(_("an acknowledgement is taken back with its reason"), _("say why with --comment"))])
    data = {"kind": known[-1].get("kind", ""), "who": who, "reason": reason}
    keeper.enter(invoice, EntryKind.ACKNOWLEDGEMENT_UNDONE, today, data)
    return invoice


def _data(given: Given) -> dict[str, Any]:
    said = {"person": given.person, "title": given.title, "phone": given.phone, "number": given.number, "document": given.document}
    days = {"review_on": given.review_on, "payment_on": given.payment_on}
    return {
        "kind": given.kind.value,
        "at": given.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        **said,
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        "who": given.who,
    }


def _problems_of(given: Given, day: dt.date, today: dt.date) -> list[Problem]:
    found = []
    if day > today:
        what = _("{day} is still to come", day=day)
        found.append(Problem(what, _("give the instant at which it was received, like 2026-03-09T12:30"), place="--at"))
    if given.kind in BY_SOMEBODY and not given.person.strip():
        what = _("nobody is named who acknowledges it by {kind}", kind=word(given.kind.value))
        found.append(Problem(what, _("say who with --person")))
    if given.kind in BY_NUMBER and not given.number.strip():
        found.append(Problem(_("a {kind} has a number", kind=word(given.kind.value)), _("give it with --number")))
    for option, date in (("--review-on", given.review_on), ("--payment-on", given.payment_on)):
        if date is not None and date < day:
            what = _("{date} is before the day of the acknowledgement, {day}", date=date, day=day)
            found.append(Problem(what, _("correct one of the two days"), place=option))
    return found


def _problems_with(invoice: InvoiceRow, day: dt.date) -> list[Problem]:
    if day >= invoice.issued_on:
        return []
    what = _("invoice {invoice} was issued only on {issued}, after {day}", invoice=invoice.number, issued=invoice.issued_on, day=day)
    return [Problem(what, _("correct the instant, or name another invoice"), place="--at")]


def _delivery_of(keeper: Bookkeeper, invoice: InvoiceRow) -> int | None:
    """The action that delivered it; one that a person has carried counts before the next run has confirmed it."""
    if invoice.delivery == "sent":
        return invoice.delivered_by
    carried = (
        select(TaskRow)
        .join(StepRow, StepRow.task_id == TaskRow.id)
        .where(TaskRow.customer_id == invoice.customer_id, TaskRow.state.in_(("open", "done")), StepRow.confirmed_at.is_(None))
    )
    tasks = [task for task in keeper.session.scalars(carried.order_by(TaskRow.id)) if invoice.id in task.invoices]
    if (done := next((task for task in tasks if task.state == "done"), None)) is not None:
        return done.action_id
    what = _("invoice {number} has not been delivered yet", number=invoice.number)
    if tasks:
        hint = _("if it has been handed over, say so first: 'cobranza tasks done {id}'", id=tasks[0].id)
    else:
        hint = _("'cobranza explain {number}' says what it waits for", number=invoice.number)
    raise ProblemError([Problem(what, hint)])
