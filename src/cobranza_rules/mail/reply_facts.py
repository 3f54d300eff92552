"""What a reply of each kind states: dates, amounts, numbers and people, each with the words that it came from and what is doubtful."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.amounts import FoundAmount, find_amounts
from cobranza_rules.mail.dates import FoundDate, find_dates
from cobranza_rules.mail.invoice_names import NamedInvoice, find_invoices
from cobranza_rules.mail.patterns import Hit
from cobranza_rules.mail.signature import Signer, read_signer
from cobranza_rules.mail.words import TextSentence, fold
from cobranza_rules.money import Money

LONGEST_REASON = 300
MOST_ALTERNATIVES = 1  # Different dates or amounts in the sentences that decide the kind; with more a person chooses.

Value = dt.date | Money | str | int | tuple[str, ...]
NUMBER = re.compile(
    r"(?:contra[ -]?r{0,2}ecibos?|folio(?: de (?:recepcion|revision|ingreso|contrarrecibo))?|numero de (?:recepcion|ingreso|contrarrecibo))"
    r"(?: de (?:recepcion|revision|pago))?(?: es| el){0,2}(?: ?(?:no|num|numero|folio|#)\b)?[.:#| ]{0,8}(?P<number>[a-z]{0,6}[-/ ]?\d[a-z0-9/-]{1,20})"
)
REVIEW = re.compile(r"\brevision")
PAYMENT = re.compile(r"\b(pago|pagos|pagar|pagara|deposito|transferencia|payment|paid|programad\w{1,4})\b")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")


@dataclass(slots=True)
class Statement:
    """What was read of a reply, and what about it needs a person."""

    facts: dict[str, Value] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    doubts: list[Sentence] = field(default_factory=list)

    def put(self, name: str, value: Value, words: str) -> None:
        self.facts[name], self.evidence[name] = value, words


@dataclass(frozen=True)
class Reply:
    """A reply's text in the forms in which facts are read from it. `near` are the sentences that decided its kind."""

    said: str
    signature: str
    sentences: Sequence[TextSentence]
    hits: Sequence[Hit]
    on: dt.date
    calendar: BusinessCalendar
    currency: str

    @cached_property
    def near(self) -> list[TextSentence]:
        return [self.sentences[number] for number in sorted({hit.sentence for hit in self.hits})]

    @cached_property
    def every_date(self) -> list[FoundDate]:
        return find_dates(self.said, self.on, self.calendar)

    def dates(self) -> list[FoundDate]:
        """Those in the deciding sentences; where they name none, those of the whole text."""
        found = self.every_date
        return [one for one in found if self._is_near(one.start)] or found

    def amounts(self) -> list[FoundAmount]:
        found = find_amounts(self.said, self.currency)
        return [one for one in found if self._is_near(one.start)] or found

    def invoices(self) -> list[NamedInvoice]:
        found = find_invoices(self.said)
        return [one for one in found if self._is_near(one.start)] or found

    def _is_near(self, position: int) -> bool:
        return any(sentence.start <= position < sentence.end for sentence in self.near)


def read_statement(kind: ReplyKind, reply: Reply) -> Statement:
    statement = Statement()
    READERS.get(kind, _nothing)(reply, statement)
    _invoices(reply, statement)
    return statement


def _invoices(reply: Reply, statement: Statement) -> None:
    """The invoices that it names; whether the customer has them is for the book to say."""
    named = reply.invoices()
    if named:
        words = reply.said[named[0].start : named[-1].end]
        statement.put("invoices", tuple(dict.fromkeys(one.number for one in named)), words[:LONGEST_REASON])


def _nothing(_reply: Reply, _statement: Statement) -> None:
    """Of such a reply the kind is all that is read."""


def _promise(reply: Reply, statement: Statement) -> None:
    dates = reply.dates()
    if not dates:
        statement.doubts.append(_("it names no date"))
    else:
        ahead = [one for one in dates if one.date >= reply.on]
        first = (ahead or dates)[0]
        statement.put("pay_on", first.date, first.text)
        if not ahead:
            statement.doubts.append(_("the date that it names has passed"))
        if first.vague:
            statement.doubts.append(_("the date is not clear"))
        if len({one.date for one in dates}) > MOST_ALTERNATIVES:
            statement.doubts.append(_("it names several dates"))
    _amount(reply, statement)


def _payment_notice(reply: Reply, statement: Statement) -> None:
    dates = reply.dates()
    past = [one for one in dates if one.date <= reply.on]
    if past:
        statement.put("paid_on", past[-1].date, past[-1].text)
        if len({one.date for one in past}) > MOST_ALTERNATIVES:
            statement.doubts.append(_("it names several dates"))
    if any(one.date > reply.on for one in dates):
        statement.doubts.append(_("it names a date that is still to come"))
    _amount(reply, statement)


def _amount(reply: Reply, statement: Statement) -> None:
    """The one amount that is named. Several are never added: one may be the balance, another the payment."""
    amounts = reply.amounts()
    if len({one.amount for one in amounts}) > MOST_ALTERNATIVES:
        statement.doubts.append(_("it names several amounts"))
    elif amounts:
        statement.put("amount", amounts[0].amount, amounts[0].text)
        if amounts[0].vague:
            statement.doubts.append(_("the amount is not clear"))


def _acknowledgement(reply: Reply, statement: Statement) -> None:
    signer: Signer = read_signer(reply.said, reply.signature)
    for name, value in (("person", signer.person), ("title", signer.title), ("phone", signer.phone)):
        if value:
            statement.put(name, value, value)


def _contrarrecibo(reply: Reply, statement: Statement) -> None:
    """Its number, the day of review and the programmed day of payment: each date belongs to the word that stands nearest before it."""
    folded = fold(reply.said)
    if match := NUMBER.search(folded):
        number = reply.said[match.start("number") : match.end("number")].strip(" -/").upper()
        statement.put("number", number, reply.said[match.start() : match.end()].strip())
    for date in reply.every_date:
        before = folded[max(0, date.start - 80) : date.start]
        review = max((found.start() for found in REVIEW.finditer(before)), default=-1)
        payment = max((found.start() for found in PAYMENT.finditer(before)), default=-1)
        name = "review_on" if review > payment else "pay_on" if payment >= 0 else ""
        if name and statement.facts.get(name, date.date) != date.date:
            statement.doubts.append(_("it names several dates"))
        elif name:
            statement.put(name, date.date, date.text)
            if date.vague or (name == "pay_on" and date.date < reply.on):
                statement.doubts.append(_("the date is not clear"))
    if not statement.facts:
        statement.doubts.append(_("it names no number and no date"))
    _acknowledgement(reply, statement)


def _reason(reply: Reply, statement: Statement) -> None:
    """The sentence that says it, in the customer's own words."""
    near = reply.near
    if near:
        statement.put("reason", near[0].text[:LONGEST_REASON], near[0].text[:LONGEST_REASON])


def _request(reply: Reply, statement: Statement) -> None:
    asked = [sentence for sentence in reply.near if sentence.question] or reply.near
    if asked:
        statement.put("request", asked[0].text[:LONGEST_REASON], asked[0].text[:LONGEST_REASON])


def _contact_change(reply: Reply, statement: Statement) -> None:
    _reason(reply, statement)
    addresses = list(dict.fromkeys(match[0].lower().rstrip(".") for match in ADDRESS.finditer(reply.said)))
    if len(addresses) == 1:
        statement.put("email", addresses[0], addresses[0])
    elif addresses:
        statement.doubts.append(_("it names several addresses"))


READERS: dict[ReplyKind, Callable[[Reply, Statement], None]] = {
    ReplyKind.PROMISE: _promise,
    ReplyKind.PAYMENT_NOTICE: _payment_notice,
    ReplyKind.ACKNOWLEDGEMENT: _acknowledgement,
    ReplyKind.CONTRARRECIBO: _contrarrecibo,
    ReplyKind.DISPUTE: _reason,
    ReplyKind.INVOICE_CORRECTION: _reason,
    ReplyKind.MISSING_REQUIREMENT: _reason,
    ReplyKind.NOT_RECEIVED: _reason,
    ReplyKind.DELAY_REASON: _reason,
    ReplyKind.CONTACT_CHANGE: _contact_change,
    ReplyKind.DOCUMENT_REQUEST: _request,
    ReplyKind.QUESTION: _request,
}
