"""What the events of a rule test do to its book. An event that finds nothing to happen to is a failure of the test, not a silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.inheritance import inheritance
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.rules.overrides import Override, OverrideKind, blocked_by
from cobranza_rules.rules.testing_accounting import accounting_answered, credit_note_asked, discount_taken, gives_way, packet_stands
from cobranza_rules.rules.testing_book import TestedBook, TestedPayment
from cobranza_rules.rules.testing_cash import deposit_comes_in, deposits_applied
from cobranza_rules.rules.testing_fates import late_fate
from cobranza_rules.rules.testing_model import Event, Fate
from cobranza_rules.rules.testing_plans import plan_agreed, plan_cancelled
from cobranza_rules.rules.testing_replies import inbox_settled, reply_comes_in, settle_replies

# Entries that an event makes just so on each of its invoices.
PLAIN = {
    "dispute": EntryKind.DISPUTE_OPENED,
    "dispute_closed": EntryKind.DISPUTE_CLOSED,
    "payment_claimed": EntryKind.PAYMENT_CLAIMED,
    "claim_rejected": EntryKind.CLAIM_REJECTED,
    "acknowledged": EntryKind.ACKNOWLEDGED,
    "cancellation_requested": EntryKind.CANCELLATION_REQUESTED,
    "cancellation_refused": EntryKind.CANCELLATION_REFUSED,
    "cancelled": EntryKind.CANCELLED,
    "cfdi_booked": EntryKind.CFDI_BOOKED,
}


def happen(book: TestedBook, event: Event) -> Sentence | None:
    """Takes the event into the book, or says why it could not happen."""
    if event.kind in (Fate.BOUNCED, Fate.LEFT, Fate.NOT_LEFT):
        return late_fate(book, event)
    if event.kind in _CUSTOMER_EVENTS:
        return _CUSTOMER_EVENTS[event.kind](book, event)
    for name in event.invoices:
        missed = _on_invoice(book, event, book.invoice_id(name), name)
        if missed is not None:
            return missed
    return None


def _on_invoice(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    if event.kind in PLAIN:
        _enter(book, event, key, PLAIN[event.kind])
        return None
    return _INVOICE_EVENTS[event.kind](book, event, key, name)


def _enter(book: TestedBook, event: Event, key: int, kind: EntryKind, **data: Any) -> None:
    book.enter(key, Entry(kind, event.on, data))


def _support_attached(book: TestedBook, event: Event, key: int, name: str) -> None:
    """All that is missing comes."""
    file = SupportFile(SupportKind.OTHER, name, "application/pdf", name)
    book.enter(key, Entry(EntryKind.SUPPORT_ATTACHED, event.on, file.as_json()))


def _promise(book: TestedBook, event: Event, key: int, _name: str) -> None:
    amount = event.data["amount"]
    minor = amount.minor if amount is not None and amount.minor < book.states[key].balance else 0
    _enter(book, event, key, EntryKind.PROMISED, pay_on=event.data["pay_on"].isoformat(), minor=minor)


def _payment(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    amount = event.data["amount"]
    minor = amount.minor if amount is not None else book.states[key].balance
    if minor <= 0:
        return _("nothing is owed on {invoice} that a payment could cover", invoice=name)
    if event.kind == "credit_note":
        gives_way(book, event.on, key, minor)
        _enter(book, event, key, EntryKind.CREDIT_APPLIED, credit_note=next(book.ids), minor=minor)
    else:
        payment = next(book.ids)
        _enter(book, event, key, EntryKind.PAYMENT_APPLIED, payment=payment, minor=minor)
        paid = Money(minor, book.invoices[key].currency)
        without_receipt = book.invoices[key].payment_method == "PPD" and not event.data.get("receipt", True)
        book.payments.append(TestedPayment(payment, book.owners[key], paid, minor, event.on, without_receipt, key))
    return None


def _task(book: TestedBook, event: Event) -> None:
    book.open_task(book.customer_id(event.customer), event.data["name"], event.data["assign"], event.on, event.data["due"])


def _task_done(book: TestedBook, event: Event) -> Sentence | None:
    task = book.tasks.pop((book.customer_id(event.customer), event.data["name"]), None)
    if task is not None:
        settle_replies(book, task.id, event.on)
    else:
        return _("no task '{name}' is open for {customer}", name=event.data["name"], customer=event.customer)
    return None


def _reversal(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    payments = [applied for applied in book.states[key].applied if applied.startswith("p")]
    if not payments:
        return _("there is no payment of {invoice} that could be reversed", invoice=name)
    _enter(book, event, key, EntryKind.PAYMENT_REVERSED, payment=payments[-1][1:])
    book.payments = [payment for payment in book.payments if str(payment.id) != payments[-1][1:]]
    return None


def _substituted(book: TestedBook, event: Event, key: int, _name: str) -> None:
    by = book.invoice_id(event.data["by"])
    handed_on = inheritance(book.states[key])
    _enter(book, event, key, EntryKind.SUBSTITUTED, by=by)
    _enter(book, event, by, EntryKind.INHERITED, source=key, **handed_on)
    for (scope, subject, kind), decided in list(book.decided.items()):
        if (scope, subject) == (Scope.INVOICE, key):
            book.decided.setdefault((scope, by, kind), decided)


def _due_set(book: TestedBook, event: Event, key: int, _name: str) -> None:
    _enter(book, event, key, EntryKind.DUE_SET, due_on=event.data["due"].isoformat(), credit_days=book.states[key].credit_days)


def _contrarrecibo(book: TestedBook, event: Event, key: int, _name: str) -> None:
    """The customer takes it for review, and says when it will pay."""
    said = {"kind": AcknowledgementKind.CONTRARRECIBO.value, "payment_on": event.data["pay_on"].isoformat()}
    book.enter(key, Entry(EntryKind.ACKNOWLEDGED, event.on, said))


def _ledger_stated(book: TestedBook, event: Event, key: int, _name: str) -> None:
    """A report of the accounting system: more is open there than here, or as much."""
    owed = max(book.states[key].balance, 0)
    _enter(book, event, key, EntryKind.LEDGER_STATED, minor=owed + 1 if event.kind == "ledger_differs" else owed)


def _case_moved(book: TestedBook, event: Event, key: int, _name: str) -> None:
    _enter(book, event, key, EntryKind.CASE_MOVED, case_status=event.data["case_status"])


def _close_task(book: TestedBook, number: int | None) -> None:
    for task in [task for task, opened in book.tasks.items() if opened.id == number]:
        del book.tasks[task]


def _case_returned(book: TestedBook, event: Event, key: int, _name: str) -> None:
    """The decision on the case ends the task that asked for it."""
    _close_task(book, book.states[key].intervention_task)
    _enter(book, event, key, EntryKind.CASE_RETURNED, task=None, rung=event.data["rung"])


def _intervention(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    """The answer is that of the task, and so of all invoices for which it was opened or joined."""
    state = book.states[key]
    if state.intervention != "open":
        return _("no intervention is open for {invoice}", invoice=name)
    same = [each for each, other in book.states.items() if other.intervention_task == state.intervention_task is not None] or [key]
    for each in same:
        _enter(book, event, each, EntryKind.INTERVENTION_ANSWERED, task=state.intervention_task, answer=event.data["answer"])
        if event.data["answer"] == "agreement" and event.data["pay_on"] is not None:
            _enter(book, event, each, EntryKind.PROMISED, pay_on=event.data["pay_on"].isoformat(), minor=0)
    _close_task(book, state.intervention_task)
    return None


def _contacts(book: TestedBook, event: Event) -> None:
    """Valid addresses for these roles."""
    customer = book.customer_id(event.customer)
    given = book.customers[customer]
    book.bad[customer] -= set(event.data["roles"])
    book.customers[customer] = replace(given, contacts=tuple(dict.fromkeys((*given.contacts, *event.data["roles"]))))


def _facts(book: TestedBook, event: Event) -> None:
    changed = book.facts[book.customer_id(event.customer)] if event.customer else book.company
    changed.update(event.data)


def _credit(book: TestedBook, event: Event) -> Sentence | None:
    """Somebody stops a customer's credit, or lifts the stop."""
    key = book.customer_id(event.customer)
    given, stops = book.customers[key], event.kind == "credit_stopped"
    if (given.credit_stopped_on is not None) is stops:
        stopped = _("the credit of {customer} is stopped already", customer=given.id)
        return stopped if stops else _("the credit of {customer} is not stopped", customer=given.id)
    book.customers[key] = replace(given, credit_stopped_on=event.on if stops else None)
    return None


def _run_at(book: TestedBook, event: Event) -> None:
    book.time = event.data["time"]


def _override(book: TestedBook, event: Event) -> Sentence | None:
    """A person decides for a customer or for invoices, or takes it back."""
    subjects = [(Scope.INVOICE, book.invoice_id(name)) for name in event.invoices]
    for scope, key in subjects or [(Scope.CUSTOMER, book.customer_id(event.customer))]:
        kind: OverrideKind = event.data["override"]
        standing = book.decided.get((scope, key, kind))
        stands = standing is not None and (standing.until is None or standing.until >= event.on)
        if event.kind == "override_ended":
            if not stands:
                return _("no override '{kind}' stands there that could be ended", kind=kind.value)
            del book.decided[scope, key, kind]
            continue
        if stands:
            return _("an override '{kind}' stands there already", kind=kind.value)
        number = next(book.ids)
        blocks = blocked_by(kind, event.data["blocks"])
        who, why = "collections_analyst", "a rule test"
        book.decided[scope, key, kind] = Override(number, kind, scope, who, why, event.data["until"], event.data["ladder"], blocks)
    return None


_INVOICE_EVENTS: dict[str, Callable[[TestedBook, Event, int, str], Sentence | None]] = {
    "support_attached": _support_attached,
    "promise": _promise,
    "payment": _payment,
    "credit_note": _payment,
    "discount": discount_taken,
    "credit_note_asked": credit_note_asked,
    "accounting_answered": accounting_answered,
    "reversal": _reversal,
    "substituted": _substituted,
    "due_set": _due_set,
    "contrarrecibo": _contrarrecibo,
    "ledger_differs": _ledger_stated,
    "ledger_agrees": _ledger_stated,
    "intervention": _intervention,
    "payment_plan": plan_agreed,
    "payment_plan_cancelled": plan_cancelled,
    "case_moved": _case_moved,
    "case_returned": _case_returned,
}
_CUSTOMER_EVENTS: dict[str, Callable[[TestedBook, Event], Sentence | None]] = {
    "reply": reply_comes_in,
    "inbox_settled": inbox_settled,
    "contacts": _contacts,
    "facts": _facts,
    "credit_stopped": _credit,
    "credit_stop_lifted": _credit,
    "deposit": deposit_comes_in,
    "deposits_applied": deposits_applied,
    "packet": packet_stands,
    "task": _task,
    "task_done": _task_done,
    "run_at": _run_at,
    "override": _override,
    "override_ended": _override,
}
