"""What goes with an invoice: files are attached and taken back, and what a customer asks for is asked of each invoice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.support import SupportFile
from cobranza_rules.language import _, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow


def required_support(session: Session, invoice: InvoiceRow) -> frozenset[str]:
    """The kinds of support without which an invoice is not delivered: those that its customer and its agreement ask for."""
    agreed = select(AgreementRow.support_required).where(AgreementRow.id == invoice.agreement_id)
    of_agreement = session.scalar(agreed) if invoice.agreement_id is not None else None
    return frozenset((*session.get_one(CustomerRow, invoice.customer_id).support_required, *(of_agreement or ())))


def require_support(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """Asks of an invoice what is asked for today. One that was delivered keeps what it went with."""
    required = required_support(keeper.session, invoice)
    if invoice.delivery == "pending" and required != set(invoice.support_required):
        keeper.enter(invoice, EntryKind.SUPPORT_REQUIRED, today, {"kinds": sorted(required)})


def require_support_of_customer(keeper: Bookkeeper, customer_id: int, today: dt.date) -> None:
    pending = select(InvoiceRow).where(InvoiceRow.customer_id == customer_id, InvoiceRow.delivery == "pending", InvoiceRow.status == "open")
    for invoice in keeper.session.scalars(pending.order_by(InvoiceRow.id)):
        require_support(keeper, invoice, today)


def attach(keeper: Bookkeeper, invoice: InvoiceRow, file: SupportFile, today: dt.date, who: str = "") -> Taken:
    """The same bytes twice change nothing. Raises ProblemError where another file stands in the place of this one."""
    standing = state_of(invoice).support
    if any((one.kind, one.document) == (file.kind, file.document) for one in standing):
        return Taken.UNCHANGED
    if (taken := next((one for one in standing if one.place == file.place), None)) is not None:
        raise ProblemError([place_taken(invoice.number, taken, file)])
    keeper.enter(invoice, EntryKind.SUPPORT_ATTACHED, today, {**file.as_json(), "who": who})
    return Taken.NEW


def place_taken(number: str, taken: SupportFile, file: SupportFile) -> Problem:
    what = _("invoice {number} has another file as its {kind}: {name}", number=number, kind=word(taken.kind.value), name=taken.name)
    hint = _("if this one is right take the other back with 'cobranza support withdraw', then attach this one")
    return Problem(what, hint, file.name)


def withdraw(keeper: Bookkeeper, invoice: InvoiceRow, name: str, *, who: str, reason: str, today: dt.date) -> SupportFile:
    """Takes back a file that was attached by mistake. What has left with it has left. Raises ProblemError."""
    files = state_of(invoice).support
    found = [file for file in files if file.name.casefold() == name.casefold()]
    if not found:
        there = ", ".join(file.name for file in files)
        hint = _("it has: {names}", names=there) if there else _("it has no files")
        raise ProblemError([Problem(_("invoice {number} has no file '{name}'", number=invoice.number, name=name), hint)])
    if not reason.strip():
        raise ProblemError([Problem(_("a file is taken back with its reason"), _("say why with --comment"))])
    data = {"kind": found[-1].kind.value, "name": found[-1].name, "document": found[-1].document, "who": who, "reason": reason}
    keeper.enter(invoice, EntryKind.SUPPORT_WITHDRAWN, today, data)
    return found[-1]
