"""What happens in a rule test to discounts and packets for Accounting, and what rules look at of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.taking_back import CREDITED
from cobranza_rules.facts.queues import credit_note_request_facts, discount_facts, packet_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.rules.packets import in_a_packet
from cobranza_rules.rules.subjects import Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing_book import TestedBook
from cobranza_rules.rules.testing_discounts import TestedDiscount, TestedPacket
from cobranza_rules.rules.testing_model import Event

ClaimsOf = Callable[[Scope, int], Mapping[str, Claims]]


def discount_taken(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    """Without an amount, all that is owed is taken off. One that waits counts for nothing yet."""
    balance = book.states[key].balance
    amount = event.data["amount"] or Money(balance, book.invoices[key].currency)
    if not 0 < amount.minor <= balance:
        return _("{amount} cannot be taken off {invoice}", amount=amount, invoice=name)
    state = DiscountState(event.data["discount_state"] or DiscountState.APPLIED.value)
    row = TestedDiscount(next(book.ids), book.owners[key], key, name, amount, event.data["discount_kind"] or "volume", state, event.on)
    if row.counts:
        data = {"discount": row.id, "minor": amount.minor, "reason": row.kind}
        book.enter(key, Entry(EntryKind.DISCOUNT_APPLIED, event.on, data))
    row.requested_on = event.on if state is DiscountState.REQUESTED else None
    book.discounts.append(row)
    return None


def credit_note_asked(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    found = [row for row in book.discounts if row.invoice == key and row.state is DiscountState.APPLIED]
    for row in found:
        row.state, row.requested_on = DiscountState.REQUESTED, event.on
    return None if found else _("nothing was taken off {invoice} whose credit note could be asked for", invoice=name)


def accounting_answered(book: TestedBook, _event: Event, key: int, name: str) -> Sentence | None:
    found = [row for row in book.discounts if row.invoice == key and row.state is DiscountState.REQUESTED]
    for row in found:
        row.answered = True
    return None if found else _("no credit note of {invoice} was asked for", invoice=name)


def gives_way(book: TestedBook, on: dt.date, key: int, minor: int) -> None:
    """The discount over the amount of a credit note that has come."""
    for row in book.discounts:
        if row.invoice == key and row.counts and row.amount.minor == minor:
            book.enter(key, Entry(EntryKind.DISCOUNT_REVERSED, on, {"discount": row.id, "because": CREDITED}))
            row.state = DiscountState.CREDITED
            return


def packet_stands(book: TestedBook, event: Event) -> None:
    """The customer's packet is there, or has come further."""
    customer, state = book.customer_id(event.customer), event.data["packet_state"] or "sent"
    known = next((one for one in book.packets if one.customer == customer), None)
    if known is None:
        known = TestedPacket(next(book.ids), customer, f"{event.on} MXN", "MXN", state, None)
        book.packets.append(known)
    known.state, known.notes_to_request = state, event.data["notes_to_request"]
    known.sent_on = known.sent_on or (event.on if state != "prepared" else None)


def of_accounting(
    book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claims_of: ClaimsOf
) -> Iterator[QueueSubject]:
    calendar = book.rules.calendar
    for row in book.discounts:
        if row.customer not in customers or row.state in (DiscountState.REVERSED, DiscountState.REFUSED):
            continue
        shared, amount = customers[row.customer].facts, row.amount
        said = (shared, row.number, amount.minor, amount.currency, row.kind)
        claims, overrides = claims_of(Scope.DISCOUNT, row.id), book.overrides_of_customer(row.customer, today)
        sent = in_a_packet(book.rules, claims)
        facts = discount_facts(*said, row.state.value, row.taken_on, today, calendar, sent_to_accounting=sent)
        yield QueueSubject(Scope.DISCOUNT, row.id, row.customer, row.number, facts, claims=claims, overrides=overrides)
        if row.state is DiscountState.REQUESTED and row.requested_on is not None:
            asked = credit_note_request_facts(*said, row.requested_on, today, calendar, answered=row.answered)
            claims = claims_of(Scope.CREDIT_NOTE_REQUEST, row.id)
            yield QueueSubject(Scope.CREDIT_NOTE_REQUEST, row.id, row.customer, row.number, asked, claims=claims, overrides=overrides)
    for packet in book.packets:
        if packet.customer in customers:
            facts = packet_facts(packet.currency, packet.state, packet.sent_on, 1, packet.notes_to_request, today, calendar)
            yield QueueSubject(Scope.PACKET, packet.id, packet.customer, packet.name, facts, claims=claims_of(Scope.PACKET, packet.id))
