"""The digest in words: sections of a heading, a table and what is said where there is nothing. Screen, page and text show the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.digest.value import Amounts, Digest, Messages, OutOfOrder, PuePayment, Waiting
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.plan.gates import GATE_WORDS
from cobranza_rules.rules.still_planned import Prospect

QUEUES = {
    "approvals": N_("approvals"),
    "tasks": N_("tasks"),
    "inbox": N_("messages in the inbox"),
    "outbox": N_("messages of which nobody knows whether they left"),
    "quarantine": N_("files in quarantine"),
    "addresses": N_("customers without a valid address"),
    "data": N_("customers whose data are missing"),
    "retention": N_("data to be erased, for their years are over"),
    "blocked": N_("customers who owe and whose data are blocked"),
    "requests": N_("billing requests without an invoice"),
    "billing": N_("invoices that lack something"),
    "credit_limits": N_("customers above their credit limit"),
    "discounts": N_("discounts to approve"),
    "cheques": N_("cheques that have waited too long"),
    "accounting": N_("what Accounting and the book do not agree on"),
    "support": N_("invoices that lack what has to go with them"),
    "timestamps": N_("documents without their timestamp"),
}
PROSPECTS = {
    Prospect.KEPT_BACK: N_("kept back"),
    Prospect.CALLED_OFF: N_("called off by the next run"),
}
STATES = {
    "failed": N_("refused"),
    "uncertain": N_("left or not"),
    "returned": N_("came back"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """`right` are the columns of numbers; `empty` is said where there are no rows. Headings are marked texts."""

    title: Sentence
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    empty: Sentence
    right: frozenset[int] = frozenset()


def subject_of(digest: Digest, company: str) -> Sentence:
    return _("{company}: collections on {day}", company=company, day=digest.on)


def notes_of(digest: Digest) -> tuple[Sentence, ...]:
    """What stands above everything else."""
    found = []
    if digest.mode == "shadow":
        found.append(_("The program runs in shadow mode: it decides and records, and no message leaves for a customer."))
    if (paused := digest.out_of_order.paused) is not None:
        found.append(_("Nothing leaves: {reason}", reason=paused))
        if digest.week:
            found.append(_("The coming days are shown as if sending were not paused."))
    return tuple(found)


def sections_of(digest: Digest) -> tuple[Section, ...]:
    today, waiting, amiss = _today(digest), _waiting(digest), _out_of_order(digest.out_of_order)
    sections = (today, waiting, _not_leaving(digest), amiss) if digest.not_leaving else (today, waiting, amiss)
    return (*sections, _week(digest), _inside(digest)) if digest.week else sections


def money(amounts: Amounts) -> str:
    return "; ".join(str(Money(minor, currency)) for currency, minor in amounts.items())


def _cells(messages: Messages) -> tuple[Any, ...]:
    return (word(messages.rule_id), messages.count, messages.customers, messages.invoices, money(messages.amounts))


def _today(digest: Digest) -> Section:
    kinds = (
        (_("planned for the next run"), digest.today.planned),
        (_("agreed to, leaves with the next run"), digest.today.ready),
        (_("has left"), digest.today.left),
    )
    return Section(
        title=_("What leaves today"),
        headings=(N_("How far"), N_("Rule"), N_("Messages"), N_("Customers"), N_("Invoices"), N_("Amount")),
        rows=tuple((name, *_cells(messages)) for name, found in kinds for messages in found),
        empty=_("Nothing leaves today."),
        right=frozenset({2, 3, 4, 5}),
    )


def _waiting(digest: Digest) -> Section:
    return Section(
        title=_("What waits for people"),
        headings=(N_("Who"), N_("What"), N_("Count"), N_("Since"), N_("Until"), N_("About")),
        rows=tuple(
            (word(one.who) if one.who else "", _what(one), one.count, _since(one), _until(one), _about(one)) for one in digest.waiting
        ),
        empty=_("Nothing waits for anybody."),
        right=frozenset({2}),
    )


def _what(one: Waiting) -> Sentence:
    name = GATE_WORDS.get(one.name, one.name) if one.queue == "approvals" else one.name
    return _("{queue}: {name}", queue=word(QUEUES[one.queue]), name=word(name)) if name else word(QUEUES[one.queue])


def _not_leaving(digest: Digest) -> Section:
    return Section(
        title=_("What waits and would not leave today, whoever agrees"),
        headings=(N_("What"), N_("Rule"), N_("Messages"), N_("Customers"), N_("Invoices"), N_("Amount"), N_("Why")),
        rows=tuple(
            (
                word(PROSPECTS[one.prospect]),
                word(one.messages.rule_id),
                one.messages.count,
                _codes(one.customers),
                one.messages.invoices,
                money(one.messages.amounts),
                one.why,
            )
            for one in digest.not_leaving
        ),
        empty=_("Nothing waits for anybody."),
        right=frozenset({2, 4, 5}),
    )


def _since(one: Waiting) -> Sentence | str:
    if not one.workdays:
        return str(one.since or "")
    return _("{day} (business days: {count})", day=one.since, count=one.workdays)


def _until(one: Waiting) -> Sentence | str:
    if one.due_on is None:
        return ""
    return _("{day} ({count} late)", day=one.due_on, count=one.late) if one.late else str(one.due_on)


def _about(one: Waiting) -> str:
    return _codes(one.customers) or money(one.amounts)


def _codes(customers: Sequence[str]) -> str:
    return ", ".join(customers[:10]) + (" ..." if len(customers) > 10 else "")


def _out_of_order(found: OutOfOrder) -> Section:
    return Section(
        title=_("What is out of order"),
        headings=(N_("What"), N_("Invoices"), N_("Customers"), N_("Amount"), N_("Why")),
        rows=tuple(_exceptions(found)),
        empty=_("Everything is in order."),
        right=frozenset({1, 2, 3}),
    )


def _exceptions(found: OutOfOrder) -> Iterator[tuple[Any, ...]]:
    if found.stopped is not None:
        yield _("nothing leaves"), "", "", "", found.stopped
    if found.paused is not None:
        yield _("nothing leaves"), "", "", "", found.paused
    if found.put_off is not None:
        yield _("put off by the mail server: {count}", count=found.put_off.messages), "", "", "", found.put_off.why
    why = dict(found.stale)
    for holding in found.holds:
        hold = _("hold: {hold}", hold=word(holding.hold_id))
        yield hold, holding.invoices, holding.customers, money(holding.amounts), why.pop(holding.hold_id, "")
    for hold_id, causes in why.items():
        yield _("hold: {hold}", hold=word(hold_id)), "", "", "", causes
    if found.stale:
        for account, day in found.old_accounts:
            yield _("bank account {account}", account=account), "", "", "", _taken_through(day)
    for gap in found.gaps:
        yield _("bank account {account}", account=gap.account), "", "", "", gap.said()
    if found.differences is not None:
        what, told = _("another open amount in the accounting system"), _("'cobranza differences' lists them")
        yield what, found.differences.invoices, found.differences.customers, money(found.differences.amounts), told
    for failure in found.failures:
        message = _("{rule} to {to}: {state}", rule=word(failure.kind), to=", ".join(failure.to), state=word(STATES[failure.state]))
        yield message, "", "", "", failure.detail
    for payment in found.pue_payments:
        yield _("invoice {invoice}, issued as PUE", invoice=payment.invoice), 1, 1, money(payment.amounts), _how_paid(payment)
    for incident in found.incidents:
        yield _("rules engine"), "", "", "", incident


def _taken_through(day: dt.date | None) -> Sentence:
    return _("its statements were taken through {day}", day=day) if day else _("no statement of it was taken yet")


def _how_paid(payment: PuePayment) -> Sentence:
    if payment.late and payment.in_part:
        return _("paid in part on {day}, after its month", day=payment.paid_on)
    return _("paid on {day}, after its month", day=payment.paid_on) if payment.late else _("paid in part on {day}", day=payment.paid_on)


def _week(digest: Digest) -> Section:
    rows: list[tuple[Any, ...]] = []
    for day in digest.week:
        name: Sentence | str = _("{day}, beyond the limit of a run", day=day.on) if day.beyond_limit else str(day.on)
        rows += [(name, *_cells(messages)) for messages in day.messages] or [(name, "-", "", "", "", "")]
    return Section(
        title=_("The next business days, if nothing new happens and everybody agrees to what waits"),
        headings=(N_("Day"), N_("Rule"), N_("Messages"), N_("Customers"), N_("Invoices"), N_("Amount")),
        rows=tuple(rows),
        empty=_("Nothing leaves."),
        right=frozenset({2, 3, 4, 5}),
    )


def _inside(digest: Digest) -> Section:
    rows = [
        (
            str(day.on),
            word(one.rule_id),
            _("task: {name}", name=word(one.name)) if one.name else word(one.kind),
            joined(word(role) for role in one.who),
            one.count,
            one.customers,
        )
        for day in digest.week
        for one in day.inside
    ]
    return Section(
        title=_("What people of the company will be asked and told on those days"),
        headings=(N_("Day"), N_("Rule"), N_("What"), N_("Who"), N_("Count"), N_("Customers")),
        rows=tuple(rows),
        empty=_("Nobody is asked or told anything."),
        right=frozenset({4, 5}),
    )
