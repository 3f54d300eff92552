"""What a rule test's book looks like on a day, as subjects of a decision: the facts and the claims are made as in the program."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cobranza_rules.domain.agreement import exceeded
from cobranza_rules.domain.due_basis import overdue_part
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus
from cobranza_rules.domain.promises import kept_percent, were_kept
from cobranza_rules.domain.reply import AUTOMATIC_KINDS
from cobranza_rules.facts.build import Facts, company_facts, customer_facts, invoice_facts, portfolio_facts, reply_facts
from cobranza_rules.facts.vocabulary import PROMISES_KEPT, Scope, Value
from cobranza_rules.rules.document_references import CUSTOMER_ROLES
from cobranza_rules.rules.model import ASKED
from cobranza_rules.rules.not_received import NOT_RECEIVED, contradicts
from cobranza_rules.rules.overrides import NO_OVERRIDES
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Book, Claims, CustomerSubject, InvoiceSubject, ReplySubject
from cobranza_rules.rules.testing_book import Stage, TestedAction, TestedBook, TestedReply
from cobranza_rules.rules.testing_cash import on_account_in
from cobranza_rules.rules.testing_queues import tested_queues

Given = Mapping[str, Value | None]
NAMES_NO_INVOICES = frozenset(
    {"promise", "payment_notice", "dispute", "invoice_correction", "missing_requirement", NOT_RECEIVED}
)  # Kinds that a person has to give their invoices to


class Present:
    """The present of one thing, by attribute: what facts are made of. What is not given is that of the invoice's state."""

    def __init__(self, state: InvoiceState | None = None, **values: Any) -> None:
        self._state = state
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._state, name)


def as_of(book: TestedBook, today: dt.date, without: TestedAction | None = None, only: Collection[int] | None = None) -> Book:
    """What a decision is taken on. `without` leaves the claims of one action out, `only` all but these customers."""
    claims = _claims(book, without)
    customers = {key: _customer(book, key, today) for key in book.customers if only is None or key in only}
    invoices = [
        _invoice(book, key, customers[book.owners[key]], today, claims["invoice"].get(key, {}))
        for key, given in book.invoices.items()
        if book.owners[key] in customers and given.issued_on <= today and book.states[key].status is InvoiceStatus.OPEN
    ]
    invoices.sort(key=lambda invoice: (invoice.customer_id, invoice.due_on or dt.date.max, invoice.id))
    replies = [
        ReplySubject(each.id, each.customer, _reply_facts(book, each, customers), each.invoices, claims["reply"].get(each.id, {}))
        for each in book.replies
        if each.customer in customers
    ]
    customers = {
        key: customer._replace(
            portfolio={
                **portfolio_of((each for each in invoices if each.customer_id == key), today, book.customers[key].credit_limits),
                **on_account_in(book, key, today),
            }
        )
        for key, customer in customers.items()
    }
    queues = [each for each in tested_queues(book, customers, today, claims) if each.customer_id in customers]
    return Book(customers, invoices, replies, _people(book), queues)


def portfolio_of(invoices: Iterable[InvoiceSubject], today: dt.date, limits: Mapping[str, int]) -> Facts:
    """`limits` are the credit limits by currency."""
    opened = list(invoices)
    owed: dict[str, int] = defaultdict(int)
    for invoice in opened:
        owed[invoice.currency] += invoice.balance
    due = [invoice.due_on for invoice in opened]
    known = [day for day in due if day is not None]
    oldest, above = min(known, default=None), exceeded(owed, limits)
    return portfolio_facts(len(due), sum(day < today for day in known), oldest, today, above_limit=above)


def _people(book: TestedBook) -> dict[str, str]:
    """An address for every role of the company that the rules name."""
    chains = [(*rule.do, *rule.after_last) for rule in book.rules.rules]
    chains += [rung.do for ladder in book.rules.ladders for rung in ladder.rungs]
    named = {role for chain in chains for step in chain for role in (step.to, *step.cc, step.sign, step.sign_substitute, step.assign)}
    named |= {task.asked for task in book.tasks.values()}
    return {role: f"{role}@company.example" for role in sorted(named - CUSTOMER_ROLES - {"", ASKED})}


def _claims(book: TestedBook, without: TestedAction | None) -> dict[str, dict[int, dict[str, Claims]]]:
    found: dict[str, dict[int, dict[str, Claims]]] = {scope.value: defaultdict(dict) for scope in Scope}
    for tested in book.actions:
        if tested is without or tested.stage is Stage.GONE:
            continue
        back, uncertain = tested.stage is Stage.UNDONE, tested.stage is Stage.UNCERTAIN
        for item in tested.action.items:
            own = found[tested.action.subject][item.subject_id]
            known = own.get(item.rule_id, NOTHING_CLAIMED)
            undone = back or (tested.action.subject == Scope.INVOICE and item.subject_id in tested.missed)
            own[item.rule_id] = known.and_one(tested.sent_on, undone=undone, uncertain=uncertain)
    return found


def _customer(book: TestedBook, key: int, today: dt.date) -> CustomerSubject:
    given = book.customers[key]
    waiting = given.inbox_open + sum(reply.customer == key and reply.kind not in AUTOMATIC_KINDS for reply in book.replies)
    general = _with(company_facts(today, 0, today, book.rules.calendar), book.company, given.facts)
    status = "active" if given.ready else "waiting_for_data"
    present = Present(
        code=given.id,
        kind=given.kind,
        status=status,
        language=given.language,
        delivery=given.delivery,
        credit_days=given.credit_days,
        segment=given.segment,
        credit_stopped_on=given.credit_stopped_on,
    )
    kept = None if PROMISES_KEPT in given.facts else _promises_kept(book, key, today)
    facts = _with(customer_facts(present, waiting, general, promises_kept=kept), book.facts[key])
    addresses = {role: (f"{role}@customer-{key}.example",) for role in given.contacts if role not in book.bad[key]}
    return CustomerSubject(key, given.id, facts, addresses, _contacted(book, key), uncertain=_uncertain(book, key))


def _promises_kept(book: TestedBook, key: int, today: dt.date) -> int | None:
    """By what the test has let happen, where it does not say it itself."""
    own = (state.promises for invoice, state in book.states.items() if book.owners[invoice] == key and state.closed is None)
    return kept_percent(kept for promises in own for kept in were_kept(promises, today, book.rules.calendar))


def _uncertain(book: TestedBook, key: int) -> frozenset[tuple[str, str]]:
    actions = (tested.action for tested in book.actions if tested.stage is Stage.UNCERTAIN)
    return frozenset((name, action.currency) for action in actions if action.customer_id == key for name in (action.rule_id, action.ladder))


def _contacted(book: TestedBook, key: int) -> dict[str, tuple[dt.date, ...]]:
    days: dict[str, list[dt.date]] = defaultdict(list)
    for tested in book.actions:
        action = tested.action
        if tested.stage is Stage.SENT and tested.sent_on and action.customer_id == key and action.ladder and reaches_customer(action.steps):
            days[action.currency].append(tested.sent_on)
    return {currency: tuple(sorted(found)) for currency, found in days.items()}


def _invoice(book: TestedBook, key: int, customer: CustomerSubject, today: dt.date, claims: Mapping[str, Claims]) -> InvoiceSubject:
    given, state = book.invoices[key], book.states[key]
    last = state.last_rung
    overrides = book.overrides(key, today) if book.decided else NO_OVERRIDES
    present = Present(
        state,
        number=given.id,
        currency=given.currency,
        payment_method=given.payment_method,
        issued_on=given.issued_on,
        status=state.status.value,
        dunning_level=len(state.rungs),
    )
    return InvoiceSubject(
        id=key,
        customer_id=customer.id,
        number=given.id,
        currency=given.currency,
        total=state.total,
        balance=state.balance,
        issued_on=given.issued_on,
        due_on=state.due_on,
        facts=invoice_facts(present, customer.facts, today, book.rules.calendar, book.rules.aging_buckets),
        ladder=last.ladder if last else "",
        rung=last.rung if last else "",
        rung_on=last.on if last else None,
        waits_from=state.waits_from,
        next_contact=last.next_contact if last else None,
        claims=claims,
        overrides=overrides,
        climbed=tuple(rung.rung for rung in state.rungs) if overrides.ladder is not None else (),
        requested=given.requested,
        overdue=overdue_part(state, today),
    )


def _reply_facts(book: TestedBook, reply: TestedReply, customers: Mapping[int, CustomerSubject]) -> Facts:
    doubtful = reply.truths["doubtful"] or (reply.kind in NAMES_NO_INVOICES and not reply.invoices)
    doubtful = doubtful or (not reply.truths["decided_by_person"] and _said_before(book, reply))
    opened = [state for state in (book.states[invoice] for invoice in reply.invoices) if state.status is InvoiceStatus.OPEN]
    doubtful = doubtful or (reply.kind == NOT_RECEIVED and contradicts(opened, reply.answered, reply.received_on))
    return reply_facts(
        kind=reply.kind,
        **{**reply.truths, "doubtful": doubtful},
        not_received_before=any(state.not_received_count for state in opened),
        attached_files=reply.attached_files,
        received_on=reply.received_on,
        read=reply.read,
        customer=customers[reply.customer].facts,
        calendar=book.rules.calendar,
    )


def _said_before(book: TestedBook, reply: TestedReply) -> bool:
    """As in the program, a second promise or claim goes to a person."""
    counts = [(book.states[invoice].promise_count, book.states[invoice].claim_count) for invoice in reply.invoices]
    if reply.kind == "promise":
        return any(promises > 0 for promises, _claims in counts)
    return reply.kind == "payment_notice" and any(claims > 0 for _promises, claims in counts)


def _with(facts: Facts, *changes: Given) -> Facts:
    merged: dict[str, Value | None] = dict(facts)
    for change in changes:
        merged |= change
    return {name: value for name, value in merged.items() if value is not None}


def roles_of(addresses: Iterable[str]) -> frozenset[str]:
    """The roles behind the addresses of a tested book."""
    return frozenset(address.partition("@")[0] for address in addresses)
