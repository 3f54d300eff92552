"""What people decide for one customer or one invoice: set and ended with who and why, each an event of the case file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.company import Company
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.people import person_or_problem
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.model import Blocks, RuleSet
from cobranza_rules.rules.overrides import USUALLY_BLOCKED, OverrideKind
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.overrides import counts_on
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, OverrideRow


@dataclass(frozen=True, slots=True)
class Decision:
    """`values` are the ladder, or what a hold blocks; `who` is a role or an address, `until` the last day on which it counts."""

    subject: str
    kind: OverrideKind
    values: Sequence[str]
    who: str
    why: str
    until: dt.date | None = None


def set_override(keeper: Bookkeeper, decision: Decision, company: Company, rules: RuleSet, today: dt.date) -> OverrideRow:
    """Raises ProblemError with all that is wrong."""
    person = person_or_problem(company, decision.who)
    customer, invoice = _find(keeper, decision.subject)
    problems = list(_wrong(decision, rules, today))
    if customer is None:
        what = _("there is no invoice and no customer '{name}'", name=decision.subject)
        problems.insert(0, Problem(what, _("'cobranza aging --detail' lists the open invoices")))
    elif invoice is not None and invoice.status != InvoiceStatus.OPEN:
        what = _("invoice {invoice} is {status}: nothing is left to decide for it", invoice=invoice.number, status=word(invoice.status))
        problems.insert(0, Problem(what, _("'cobranza aging --detail' lists the open invoices")))
    elif (standing := _standing(keeper, decision.kind, customer.id, invoice.id if invoice else None, today)) is not None:
        what = _("{subject} already has override {number} of that kind", subject=decision.subject, number=standing.id)
        problems.append(Problem(what, _("end it first: 'cobranza override end {number}'", number=standing.id)))
    if isinstance(person, Problem):
        problems.append(person)
    if problems or customer is None or isinstance(person, Problem):
        raise ProblemError(problems)
    return _put(keeper, customer.id, invoice, replace(decision, who=person.email), today)


def _wrong(decision: Decision, rules: RuleSet, today: dt.date) -> Iterator[Problem]:
    ladders = [ladder.id for ladder in rules.ladders]
    match decision.kind:
        case OverrideKind.LADDER:
            if len(decision.values) != 1:
                yield Problem(_("an override of the ladder names one ladder"), suggestion("", ladders))
            elif decision.values[0] not in ladders:
                name = decision.values[0]
                yield Problem(_("the rules in force have no ladder '{ladder}'", ladder=name), suggestion(name, ladders))
        case OverrideKind.HOLD:
            for name in decision.values:
                if name not in set(Blocks):
                    yield Problem(_("a hold cannot block '{name}'", name=name), suggestion(name, [each.value for each in Blocks]))
        case OverrideKind.EXCLUDE:
            if decision.values:
                yield Problem(_("'exclude' takes nothing behind it"), _("leave '{values}' out", values=" ".join(decision.values)))
    if decision.until is not None and decision.until < today:
        yield Problem(_("{day} is past", day=decision.until), _("name today or a later day, or leave --until out"))
    if not decision.why.strip():
        yield Problem(_("an override is set and ended with its reason"), _("say why with --why"))


def _blocks(decision: Decision) -> list[str]:
    if decision.kind is not OverrideKind.HOLD:
        return []
    return sorted({*decision.values} or {each.value for each in USUALLY_BLOCKED})


def _find(keeper: Bookkeeper, name: str) -> tuple[CustomerRow | None, InvoiceRow | None]:
    """An invoice by number or UUID, the open one first; else a customer by code or RFC."""
    named = select(InvoiceRow).where(or_(InvoiceRow.number.in_(spellings(name)), InvoiceRow.uuid == name.upper()))
    invoice = keeper.session.scalar(named.order_by(InvoiceRow.status != "open", InvoiceRow.id))
    if invoice is not None:
        return keeper.session.get_one(CustomerRow, invoice.customer_id), invoice
    return keeper.session.scalar(
        select(CustomerRow).where(or_(CustomerRow.code.in_(spellings(name)), CustomerRow.rfc == name.upper()))
    ), None


def _standing(keeper: Bookkeeper, kind: OverrideKind, customer_id: int, invoice_id: int | None, today: dt.date) -> OverrideRow | None:
    same = OverrideRow.invoice_id.is_(None) if invoice_id is None else OverrideRow.invoice_id == invoice_id
    query = select(OverrideRow).where(OverrideRow.customer_id == customer_id, same, OverrideRow.kind == kind.value, counts_on(today))
    return keeper.session.scalar(query.order_by(OverrideRow.id))


def _put(keeper: Bookkeeper, customer_id: int, invoice: InvoiceRow | None, decision: Decision, today: dt.date) -> OverrideRow:
    """Writes what was found to be right, and tells the case file."""
    ladder = decision.values[0] if decision.kind is OverrideKind.LADDER else ""
    blocks = _blocks(decision)
    row = OverrideRow(
        customer_id=customer_id,
        invoice_id=invoice.id if invoice else None,
        kind=decision.kind.value,
        ladder=ladder,
        blocks=blocks,
        set_by=decision.who,
        why=decision.why.strip(),
        set_on=today,
        known_at=keeper.known_at,
        until=decision.until,
        ended_on=None,
        ended_at=None,
        ended_by="",
        ended_why="",
    )
    keeper.session.add(row)
    keeper.session.flush()
    data = {"number": row.id, "subject": subject_of(keeper, row), "who": row.set_by, "why": row.why, "until": str(row.until or "")}
    data |= {"ladder": ladder} if ladder else {}
    data |= {"blocks": blocks} if blocks else {}
    keeper.note(customer_id, f"override_{row.kind}", today, data)
    return row


def subject_of(keeper: Bookkeeper, row: OverrideRow) -> str:
    """The invoice's number, or the customer's code."""
    if row.invoice_id is not None:
        return keeper.session.get_one(InvoiceRow, row.invoice_id).number
    return keeper.session.get_one(CustomerRow, row.customer_id).code


def end_override(keeper: Bookkeeper, number: int, company: Company, who: str, why: str, today: dt.date) -> OverrideRow:
    """Raises ProblemError with all that is wrong: there is none, it has ended, nobody is known as `who`, no reason is given."""
    problems = []
    person = person_or_problem(company, who)
    row = keeper.session.get(OverrideRow, number)
    if row is None:
        problems.append(Problem(_("there is no override {number}", number=number), _("'cobranza override list' shows those that count")))
    elif (ended := _ended(row, today)) is not None:
        problems.append(Problem(ended, _("'cobranza override list --all' shows all of them")))
    if not why.strip():
        problems.append(Problem(_("an override is set and ended with its reason"), _("say why with --why")))
    if isinstance(person, Problem):
        problems.append(person)
    if problems or row is None or isinstance(person, Problem):
        raise ProblemError(problems)
    row.ended_on, row.ended_at, row.ended_by, row.ended_why = today, keeper.known_at, person.email, why.strip()
    data = {"number": row.id, "subject": subject_of(keeper, row), "who": person.email, "why": why.strip()}
    keeper.note(row.customer_id, "override_ended", today, data)
    return row


def _ended(row: OverrideRow, today: dt.date) -> Sentence | None:
    if row.ended_on is not None:
        return _("override {number} was ended on {day} by {who}", number=row.id, day=row.ended_on, who=row.ended_by)
    if row.until is not None and row.until < today:
        return _("override {number} ended by itself after {day}", number=row.id, day=row.until)
    return None


def hand_on_overrides(keeper: Bookkeeper, old: InvoiceRow, new: InvoiceRow, today: dt.date) -> None:
    """The invoice that takes another's place inherits what was decided for that one, unless it has a decision of its own."""
    query = select(OverrideRow).where(OverrideRow.invoice_id == old.id, counts_on(today)).order_by(OverrideRow.id)
    for row in list(keeper.session.scalars(query)):
        kind = OverrideKind(row.kind)
        if _standing(keeper, kind, new.customer_id, new.id, today) is None:
            values = [row.ladder] if row.ladder else list(row.blocks)
            _put(keeper, new.customer_id, new, Decision(new.number, kind, values, row.set_by, row.why, row.until), today)
