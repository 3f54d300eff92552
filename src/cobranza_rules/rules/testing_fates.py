"""What becomes known of a message of a rule test after it has left, or may have left."""

from __future__ import annotations

from cobranza_rules.domain.case import case_before, case_came_from
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.effects import entries_when_undone
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.testing_book import Stage, TestedAction, TestedBook
from cobranza_rules.rules.testing_model import Event, Fate
from cobranza_rules.rules.testing_present import roles_of


def is_about(event: Event, tested: TestedAction) -> bool:
    action = tested.action
    return (
        (action.subject == "invoice" or (reaches_customer(action.steps) and not event.invoices))
        and event.rule_id == action.rule_id
        and event.customer in ("", action.customer)
        and (not event.invoices or bool(set(event.invoices) & set(action.invoices)))
    )


def late_fate(book: TestedBook, event: Event) -> Sentence | None:
    """What becomes known of a message after it has left, or may have left. What wrote to nobody cannot come back."""
    wanted = Stage.SENT if event.kind == Fate.BOUNCED else Stage.UNCERTAIN
    messages = [tested for tested in book.actions if tested.stage is wanted and reaches_customer(tested.action.steps)]
    found = [tested for tested in messages if is_about(event, tested)]
    if not found:
        return _("no message of '{rule}' was there that could be '{event}'", rule=event.rule_id, event=event.kind)
    tested = found[-1]
    if event.kind == Fate.LEFT:
        book.confirm(tested, event.on)
    elif event.kind == Fate.NOT_LEFT:
        tested.stage = Stage.GONE
    else:
        mark_addresses(book, tested)
        tested.stage = Stage.UNDONE
        for invoice_id, entry in entries_when_undone(tested.action, tested.id, event.on):
            for each in (invoice_id, *book.successors(invoice_id)):  # A substitute inherited what came back.
                book.enter(each, entry)
        for item in tested.action.items:
            _give_case_back(book, item.subject_id, tested.id, event)
    return None


def _give_case_back(book: TestedBook, key: int, action: int, event: Event) -> None:
    """To who had it, if nobody has moved it since; and so of a substitute that came with it."""
    former = case_before(book.entries[key], action, book.invoices[key].state)
    if former is None:
        return
    given = [key]
    for heir in book.successors(key):
        if case_came_from(book.entries[heir]) in given:
            given.append(heir)
    for each in given:
        book.enter(each, Entry(EntryKind.CASE_MOVED, event.on, {"case_status": former, "undoes": action}))


def mark_addresses(book: TestedBook, tested: TestedAction) -> None:
    """None of the addresses to which the message went is written to again."""
    book.bad[tested.action.customer_id] |= roles_of(tested.action.recipients)
