"""Who has to agree to the messages of a rule test, and to what: what was shown is what leaves, or it is asked for again, as in the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.gates import SIGN, Gate, gates_of, why_anew, with_substitute
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.testing_book import Asked, TestedAction, TestedBook
from cobranza_rules.rules.testing_fates import is_about
from cobranza_rules.rules.testing_model import OF_SIGNERS, Fate, RuleTest

STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Asking:
    """`action` was put before somebody to agree to."""

    action: PlannedAction
    gate: Gate


class Agreeing:
    """`met` are the events of the test, by their place in it, that were about some action."""

    def __init__(self, test: RuleTest, book: TestedBook) -> None:
        self.test, self.book, self.met = test, book, set[int]()

    def word(self, tested: TestedAction, today: dt.date) -> Fate | None:
        """Signed or rejected, None where it is waited for. Where no event says so, what is shown is signed on the same day.

        What is shown anew was shown after the events of its day: they were about the revision before.
        """
        since = tested.planned_on if tested.revision < 2 or tested.shown_on is None else days_after(tested.shown_on, 1)
        for index, event in enumerate(self.test.events):
            if event.kind in OF_SIGNERS and event.on >= since and is_about(event, tested):
                if event.on > today:
                    return None
                self.met.add(index)
                return Fate(event.kind)
        return Fate.SIGNED

    def follow(self, tested: TestedAction, fresh: PlannedAction, today: dt.date) -> list[Asking]:
        """Takes over what would be planned now: as it was shown, or shown anew. What is asked by it."""
        word = self.word(tested, today)
        fresh = self._passed_on(tested, fresh, word, today)
        said = what_it_says(self.book, fresh)
        asked: list[Asking] = []
        if self._is_anew(tested, said, word, today):
            asked = self._show(tested, fresh, said, today)
            word = self.word(tested, today)
        elif not tested.ready:
            tested.action = fresh
        if word is Fate.SIGNED and not tested.ready:
            tested.ready, tested.shown_on = True, today
        return asked

    def _is_anew(self, tested: TestedAction, said: Any, word: Fate | None, today: dt.date) -> bool:
        if tested.shown_on is None:
            return True
        waited, renew_after = self.book.rules.calendar.between(tested.shown_on, today), self.test.settings.renew_after
        asking = word is None
        return why_anew(ready=tested.ready, same=said == tested.said, waited=waited, asking=asking, renew_after=renew_after) is not None

    def _passed_on(self, tested: TestedAction, fresh: PlannedAction, word: Fate | None, today: dt.date) -> PlannedAction:
        """To the substitute, after the days since the first asking; what was signed stays with who has signed it."""
        askings = [asked for gate, asked in tested.asked.items() if gate.kind == SIGN]
        if not askings or (word is Fate.SIGNED and not tested.passed_on):
            return fresh
        return with_substitute(fresh, self.book.rules.calendar.between(min(asked.on for asked in askings), today))

    def _show(self, tested: TestedAction, fresh: PlannedAction, said: Any, today: dt.date) -> list[Asking]:
        gates = gates_of(fresh, self.test.settings.mode, self.test.settings.rubric)
        signers = {gate for gate in gates if gate.kind == SIGN}
        tested.passed_on = any(gate.kind == SIGN and gate not in signers for gate in tested.asked)
        for gate in gates:
            if gate not in tested.asked:
                tested.asked[gate] = Asked(next(self.book.ids), today)
        tested.action, tested.said, tested.gates = fresh, said, tuple(gates)
        tested.revision, tested.shown_on, tested.ready = tested.revision + 1, today, False
        return [Asking(fresh, gate) for gate in gates]


def what_it_says(book: TestedBook, action: PlannedAction) -> Any:
    """All that a document says, day counts and its number apart: the program's `content_key`, of a tested book."""
    about = {item.subject_id for item in action.items} | {held.subject_id for held in action.held}
    balances = {key: state.balance for key, state in book.states.items() if action.subject == Scope.INVOICE and key in about}
    signers = tuple((step.sign, step.rubric) for step in action.steps)
    items = tuple((item.subject_id, item.rule_id, item.occurrence) for item in action.items)
    held = tuple(each.subject_id for each in action.held)
    return items, held, balances, signers, action.recipients, action.copies, _unapplied(book, action), _statement(book, action)


def _unapplied(book: TestedBook, action: PlannedAction) -> list[tuple[int, int]]:
    own = (payment for payment in book.payments if payment.customer == action.customer_id and _is_in(payment.amount.currency, action))
    return [(payment.id, payment.amount.minor - payment.applied) for payment in own if payment.amount.minor > payment.applied]


def _statement(book: TestedBook, action: PlannedAction) -> Mapping[int, Any]:
    """Every open invoice where the statement is attached or the customer is written to as a whole; then also what stands against it."""
    whole = action.subject == Scope.CUSTOMER
    if not whole and not any(STATEMENT in step.attach for step in action.steps):
        return {}
    return {
        key: (state.balance, _notes(state) if whole else ())
        for key, state in book.states.items()
        if book.owners[key] == action.customer_id
        and state.status is InvoiceStatus.OPEN
        and _is_in(book.invoices[key].currency, action)
        and book.invoices[key].issued_on <= action.on
    }


def _notes(state: InvoiceState) -> tuple[Any, ...]:
    return state.dispute_open, state.promised_on, state.claimed_on


def _is_in(currency: str, action: PlannedAction) -> bool:
    return action.currency in ("", currency)
