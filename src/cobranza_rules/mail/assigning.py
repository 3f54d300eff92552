"""A person says what a message is: its kind, its facts, whose it is. From then on it counts as seen and vouched for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.message_tasks import withdraw_tasks
from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.not_received import can_be_missing
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.replies import ABOUT_INVOICES, INVOICES, facts_to_json, invoices_about
from cobranza_rules.store.tables import ActionRow, CustomerRow, InvoiceRow, ReceivedRow

NEEDS_DAY = ReplyKind.PROMISE


@dataclass(frozen=True, slots=True)
class Assignment:
    """`facts` as written: `pay_on` an ISO date, `amount` like "1200.00 MXN", anything else a text. `invoices` are numbers."""

    kind: str
    who: str
    facts: Mapping[str, str]
    customer: str = ""
    invoices: Sequence[str] = ()
    comment: str = ""


def assign(keeper: Bookkeeper, received_id: int, assignment: Assignment, today: dt.date) -> ReceivedRow:
    """Raises ProblemError with everything that is wrong. The next run records what the rules say of it, or settles it.

    Tasks with which it waits are withdrawn.
    """
    row = keeper.session.get(ReceivedRow, received_id)
    if row is None or row.state != "open":
        raise ProblemError([Problem(_("message {id} does not wait", id=received_id), _("'cobranza inbox list' shows those that do"))])
    problems: list[Problem] = []
    kind = _kind(assignment.kind, problems)
    facts = _facts(assignment.facts, problems)
    if kind is NEEDS_DAY and "pay_on" not in {**row.facts, **facts}:
        problems.append(Problem(_("a promise needs its day"), _("give --fact pay_on=YYYY-MM-DD")))
    if kind is ReplyKind.DECISION and not problems:
        return _seen(row, assignment)
    customer_id = _customer(keeper, row, assignment.customer, problems)
    invoices = _invoices(keeper, customer_id, assignment.invoices, problems)
    if kind in ABOUT_INVOICES and not invoices and not _answered_invoices(keeper, row):
        problems.append(Problem(_("nothing tells which invoices this message is about"), _("give --invoice NUMBER; it may be repeated")))
    if kind is ReplyKind.NOT_RECEIVED:
        problems += _cannot_be_missing(keeper, invoices or _answered_invoices(keeper, row), today)
    if problems:
        raise ProblemError(problems)
    assert kind is not None
    assert customer_id is not None
    row.kind, row.doubtful, row.customer_id = kind.value, False, customer_id
    row.facts = {**row.facts, **facts_to_json(facts), **({INVOICES: invoices} if invoices else {})}
    row.decided_by = assignment.who
    withdraw_tasks(keeper, row.id, assignment.who, today)
    keeper.note(
        customer_id,
        "message_assigned",
        today,
        {
            "message": row.id,
            "kind": row.kind,
            "who": assignment.who,
            "comment": assignment.comment,
            "facts": row.facts,
            "document": row.raw,
        },
    )
    return row


def _seen(row: ReceivedRow, assignment: Assignment) -> ReceivedRow:
    """What somebody of the company says of what he was asked to decide concerns no customer; who has read it settles it."""
    row.kind, row.doubtful, row.decided_by = ReplyKind.DECISION.value, False, assignment.who
    return row


def _answered_invoices(keeper: Bookkeeper, row: ReceivedRow) -> list[int]:
    """None where it is not clear which ones it is about."""
    action = keeper.session.get(ActionRow, row.action_id) if row.action_id else None
    about = invoices_about(keeper.session, row, action.plan if action else None)
    return [] if about.unclear else list(about.ids)


def _cannot_be_missing(keeper: Bookkeeper, ids: Sequence[int], today: dt.date) -> Iterator[Problem]:
    """What was acknowledged, or is on its way still, is not delivered once more."""
    for invoice in keeper.invoices(list(ids)):
        if invoice.status == "open" and not can_be_missing(invoice, None, today):
            hint = _(
                "name the invoices that it is about with --invoice; 'cobranza explain {number}' says how it stands", number=invoice.number
            )
            acknowledged = _("the receipt of {number} is acknowledged", number=invoice.number)
            yield Problem(acknowledged if invoice.acknowledged else _("{number} has not been delivered yet", number=invoice.number), hint)


def _kind(written: str, problems: list[Problem]) -> ReplyKind | None:
    kinds = [kind.value for kind in ReplyKind if not kind.automatic]
    if written in kinds:
        return ReplyKind(written)
    problems.append(Problem(_("there is no kind '{kind}'", kind=written), _("one of: {kinds}", kinds=", ".join(kinds))))
    return None


def _facts(written: Mapping[str, str], problems: list[Problem]) -> dict[str, dt.date | Money | str]:
    facts: dict[str, dt.date | Money | str] = {}
    for name, text in written.items():
        try:
            facts[name] = _fact(name, text)
        except (ValueError, MoneyError):
            hint = _("write a day as 2026-03-06 and an amount as 1200.00 MXN")
            problems.append(Problem(_("'{text}' is no value for {name}", text=text, name=name), hint))
    return facts


def _fact(name: str, text: str) -> dt.date | Money | str:
    if name.endswith("_on"):
        return dt.date.fromisoformat(text)
    if name == "amount":
        number, _space, currency = text.replace(",", "").partition(" ")
        return Money.of(number, currency.strip())
    return text


def _customer(keeper: Bookkeeper, row: ReceivedRow, code: str, problems: list[Problem]) -> int | None:
    if not code:
        if row.customer_id is None:
            problems.append(Problem(_("the program does not know whose message this is"), _("give --customer CODE")))
        return row.customer_id
    customer_id = keeper.session.scalar(select(CustomerRow.id).where(CustomerRow.code.in_(spellings(code))))
    if customer_id is None:
        problems.append(Problem(_("there is no customer '{name}'", name=code), _("give its code as in the customers' spreadsheet")))
    return customer_id


def _invoices(keeper: Bookkeeper, customer_id: int | None, numbers: Sequence[str], problems: list[Problem]) -> list[int]:
    ids = []
    for number in numbers:
        query = select(InvoiceRow.id).where(InvoiceRow.number.in_(spellings(number)), InvoiceRow.customer_id == customer_id)
        found = keeper.session.scalar(query)
        if found is None:
            problems.append(Problem(_("the customer has no invoice '{number}'", number=number), _("'cobranza aging --detail' lists them")))
        else:
            ids.append(found)
    return ids
