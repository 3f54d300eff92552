"""Promises of payment that people enter, and withdraw when they were wrong; a reply's promise makes the same entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.named_together import amount_of, invoices_named
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.effects import entry_recorded
from cobranza_rules.store.tables import InvoiceRow


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer has promised: `amount` as written, "" for the whole balance. `who` enters it, `comment` says how it was said."""

    pay_on: dt.date
    who: str
    comment: str
    amount: str = ""


def promise(keeper: Bookkeeper, names: Sequence[str], said: Promise, today: dt.date) -> list[tuple[InvoiceRow, bool]]:
    """Each invoice, and whether it says anything new of it. Raises ProblemError with all that is wrong; then nothing is entered."""
    problems: list[Problem] = []
    if not said.comment.strip():
        problems.append(Problem(_("a promise is entered with who made it and how"), _("say so with --comment")))
    if said.pay_on < today:
        problems.append(Problem(_("{day} is past", day=said.pay_on), _("give the day on which the customer will pay")))
    invoices = invoices_named(keeper.session, names, problems)
    amount = amount_of(said.amount, invoices, problems)
    if problems:
        raise ProblemError(problems)
    found = []
    for invoice in invoices:
        read = {"pay_on": said.pay_on, "amount": amount}
        entry = entry_recorded("promise", read, Money(invoice.balance, invoice.currency), delivered=False, on=today)
        assert entry is not None
        known = state_of(invoice)
        new = not known.promise_open or (known.promised_on, known.promised_minor) != (said.pay_on, entry.data["minor"])
        if new:
            keeper.enter(invoice, entry.kind, today, {**entry.data, "who": said.who, "comment": said.comment})
        found.append((invoice, new))
    return found


def withdraw_promise(keeper: Bookkeeper, names: Sequence[str], *, who: str, comment: str, today: dt.date) -> list[InvoiceRow]:
    """As if it had not been made. Raises ProblemError with all that is wrong; then nothing is changed."""
    problems: list[Problem] = []
    if not comment.strip():
        problems.append(Problem(_("a promise is withdrawn with its reason"), _("say why with --comment")))
    invoices = invoices_named(keeper.session, names, problems)
    for invoice in invoices:
        if invoice.status == "open" and invoice.promised_on is None:
            hint = _("'cobranza explain {number}' says how it stands", number=invoice.number)
            problems.append(Problem(_("no payment of {number} is promised", number=invoice.number), hint))
    if problems:
        raise ProblemError(problems)
    for invoice in invoices:
        keeper.enter(invoice, EntryKind.PROMISE_WITHDRAWN, today, {"who": who, "comment": comment})
    return invoices
