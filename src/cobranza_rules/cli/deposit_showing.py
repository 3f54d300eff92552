"""Deposits and proposals as `cobranza payment` shows them, as a table, as sentences and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.crossings import said_of_crossing
from cobranza_rules.booking.deposit_queue import Standing, paid_by, standing_of, why
from cobranza_rules.booking.deposit_told import told_of
from cobranza_rules.cash.deposit import Proposal
from cobranza_rules.cli.screen import Screen
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.exchange import Crossing, plain_rate
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.store.tables import BankLineRow

HEADINGS = (N_("No."), N_("Day"), N_("Amount"), N_("Left"), N_("State"), N_("Customer"), N_("The bank's text"))
RIGHT = frozenset({0, 2, 3})
LONGEST_TEXT = 60


def cells_of(found: Standing) -> tuple[Any, ...]:
    line = found.line
    return (line.id, line.booked_on, found.amount, found.left, _state(line), ", ".join(found.customers), _text(line)[:LONGEST_TEXT])


def _state(line: BankLineRow) -> Sentence:
    return _("to be applied") if line.state == LineState.OPEN else word(line.state)


def _text(line: BankLineRow) -> str:
    return " ".join(part for part in (line.reference, line.description, line.name) if part)


def deposit_json(found: Standing) -> dict[str, Any]:
    line = found.line
    return {
        "id": line.id,
        "account": line.account,
        "booked_on": line.booked_on.isoformat(),
        "amount": found.amount.plain(),
        "left": found.left.plain(),
        "currency": line.currency,
        "state": line.state,
        "settled_by": line.settled_by or None,
        "customers": list(found.customers),
        "unapplied_of": found.unapplied_of or None,
        "reference": line.reference,
        "description": line.description,
        "tracking_key": line.tracking_key,
        "name": line.name,
        "rfc": line.rfc,
        "clabe": line.clabe,
    }


def proposal_json(screen: Screen, found: Proposal, numbered: Mapping[int, str], currency: str) -> dict[str, Any]:
    return {
        "level": found.level.value,
        "certain": found.certain,
        "reason": screen.text(found.reason),
        "payment": found.payment,
        "invoices": [
            {"number": numbered[key], "amount": Money(minor, currency).plain()} for key, minor in found.shares.items() if key in numbered
        ],
        "discounts": [{"number": numbered[key], "amount": Money(minor, currency).plain()} for key, minor in found.discounts.items()],
    }


def show_proposals(screen: Screen, found: Standing | None, some: Sequence[Proposal], numbered: Mapping[int, str], currency: str) -> None:
    if found is not None:
        screen.say(
            _(
                "Deposit {id} of {day}, {amount}: {text}",
                id=found.line.id,
                day=found.line.booked_on,
                amount=found.amount,
                text=_text(found.line),
            )
        )
    for number, each in enumerate(some, 1):
        parts = [f"{numbered[key]} {Money(minor, currency)}" for key, minor in each.shares.items() if key in numbered]
        shares = ", ".join(parts) or "-"
        screen.say(
            _("  {number}. {level}: {reason} ({shares})", number=number, level=word(each.level.value), reason=each.reason, shares=shares)
        )
        if each.payment is not None:
            screen.say(_("     payment {id}", id=each.payment))
        for key, minor in each.discounts.items():
            screen.say(_("     with a discount of {amount} on {number}", amount=Money(minor, currency), number=numbered[key]))


def explained_json(screen: Screen, keeper: Bookkeeper, line: BankLineRow) -> dict[str, Any]:
    reason = why(line)
    detail = line.detail or {}
    return {
        **deposit_json(standing_of(keeper, line)),
        "reason": screen.text(reason) if reason is not None else None,
        "who": detail.get("who"),
        "comment": detail.get("comment"),
        "rate": detail.get("rate"),
        "told": [{"on": each.on.isoformat(), "rule": each.rule, "roles": list(each.roles)} for each in told_of(keeper.session, line.id)],
        "payments": [
            {
                "id": paid.id,
                "customer": paid.customer,
                "invoices": [_covered_json(number, money, paid.crossings.get(number)) for number, money in paid.covers],
                "evidences": list(paid.evidences),
            }
            for paid in paid_by(keeper, line)
        ],
    }


def _covered_json(number: str, money: Money, crossing: Crossing | None) -> dict[str, Any]:
    covered: dict[str, Any] = {"number": number, "amount": money.plain(), "currency": money.currency}
    if crossing is None:
        return covered
    booked, difference = crossing.booked, crossing.difference
    return {
        **covered,
        "paid": crossing.paid.plain(),
        "rate": plain_rate(crossing.rate),
        "invoice_rate": plain_rate(crossing.invoiced_at) if crossing.invoiced_at is not None else None,
        "at_invoice_rate": booked.plain() if booked is not None else None,
        "exchange_difference": difference.plain() if difference is not None else None,
    }


def show_explained(screen: Screen, keeper: Bookkeeper, line: BankLineRow) -> None:
    found = standing_of(keeper, line)
    detail = line.detail or {}
    screen.say(
        _(
            "Deposit {id} of {day}, {amount}, is {state}: {text}",
            id=line.id,
            day=line.booked_on,
            amount=found.amount,
            state=_state(line),
            text=_text(line),
        )
    )
    if (reason := why(line)) is not None:
        screen.say(_("  Why: {reason}.", reason=reason))
    if detail.get("who"):
        screen.say(_("  {who} said so. {comment}", who=detail["who"], comment=detail.get("comment", "")))
    for paid in paid_by(keeper, line):
        evidences = ", ".join(screen.word(kind) for kind in paid.evidences)
        screen.say(_("  Payment {id} of {customer}, told by: {evidences}", id=paid.id, customer=paid.customer, evidences=evidences))
        for number, money in paid.covers:
            crossing = paid.crossings.get(number)
            if crossing is None:
                screen.say(_("    {number}: {amount}", number=number, amount=money))
            else:
                screen.say(_("    {number}: {amount}: {said}", number=number, amount=crossing.paid, said=said_of_crossing(crossing)))
    if found.unapplied_of:
        screen.say(_("  {left} is left: unapplied cash of {customer}.", left=found.left, customer=found.unapplied_of))
    elif found.left:
        screen.say(_("  {left} is left to apply.", left=found.left))
    for each in told_of(keeper.session, line.id):
        screen.say(_("  {people} told on {day} ({rule}).", people=joined(map(word, each.roles)), day=each.on, rule=word(each.rule)))
