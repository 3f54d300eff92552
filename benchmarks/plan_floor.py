"""The floor of `plan`: the rows read with sqlite3 and the shipped rules decided by hand, the least that a Python program must do.

Every open invoice is read once, in one statement, with what a decision takes of its customer. Claims, earlier contacts and addresses are
looked up only where everything else says that something is due. `python -m benchmarks.plan_floor DATABASE OUT`.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from benchmarks.measuring import Cost, cpu_seconds, peak_mb, tell
from benchmarks.workdays import NOW, TODAY, workdays_after, workdays_since

OPEN = """
SELECT i.customer_id, i.id, i.currency, i.balance, i.due_on, i.delivery, i.delivered_on, i.delivered_by, i.acknowledged, i.case_status,
       i.promised_on, i.promised_minor, i.promise_paid, i.promise_count, i.claimed_on, i.claim_count, i.dispute_open,
       i.rung, i.rung_on, i.next_contact, i.reversed_on, i.dispute_closed_on, i.intervention, i.intervention_due
FROM invoice i JOIN customer c ON c.id = i.customer_id
WHERE i.status = 'open' AND i.balance > 0 AND NOT i.cancellation_pending AND c.status = 'active'
ORDER BY i.customer_id
"""
CLAIMS = """
SELECT c.sent_on, c.undone, a.state FROM claim c JOIN action a ON a.id = c.action_id
WHERE c.subject = 'invoice' AND c.subject_id = ? AND c.rule_id = ? AND c.live = 1
"""
CONTACTED = """
SELECT finished_on FROM action WHERE customer_id = ? AND currency = ? AND state = 'sent' AND rule_id IN ('first-reminder', 'second-reminder')
AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.action_id = action.id AND claim.undone)
"""
REACHED = (
    "SELECT 1 FROM contact WHERE customer_id = ? AND role IN (?, 'fallback_contact') AND active AND bounced_on IS NULL AND email != ''"
)
RUNGS = {"": "first-reminder", "first-reminder": "second-reminder"}
MINIMUM = {"MXN": 50000, "USD": 3000}
Decisions = Iterator[tuple[int, str]]


class Floor:
    def __init__(self, database: Path) -> None:
        self.read = sqlite3.connect(database).execute
        self.since = workdays_since()
        self.today = TODAY.isoformat()
        beats = {name: dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC) for name, at in self.read("SELECT name, at FROM heartbeat")}
        self.stale = self.since[beats["bank"].date().isoformat()] > 2 or (NOW - beats["mailbox"]).total_seconds() >= 5 * 3600
        self.waiting = {customer for (customer,) in self.read("SELECT customer_id FROM received WHERE state = 'open'")}

    def decide(self) -> Decisions:
        for customer, rows in groupby(self.read(OPEN), itemgetter(0)):
            yield from self.decide_customer(customer, rows)

    def decide_customer(self, customer: int, rows: Iterator[Any]) -> Decisions:
        since, today = self.since, self.today
        quiet = self.stale or customer in self.waiting
        pending: dict[str, list[int]] = defaultdict(list)
        unanswered: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        ladder: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            (_customer, invoice, currency, balance, due_on, delivery, delivered_on, delivered_by, acknowledged, case_status) = row[:10]
            held = quiet or self.is_held(row)
            if delivery == "pending":
                pending[currency].append(invoice)
            elif not acknowledged and delivered_by is not None and delivered_on is not None and since[delivered_on] >= 3:
                unanswered[currency].append((invoice, held))
            known = acknowledged or (delivered_on is not None and since[delivered_on] >= 5)
            if known and due_on is not None and due_on < today and case_status == "collections":
                ladder[currency].append((invoice, balance, held, *row[17:]))
        for invoices in pending.values():
            yield from self.transmit(customer, invoices)
        for asked in unanswered.values():
            yield from self.ask_again(customer, asked)
        for currency, climbing in ladder.items():
            yield from self.climb(customer, currency, climbing)

    def is_held(self, row: Any) -> bool:
        promised_on, promised, kept, promises, claimed_on, claims, dispute = row[10:17]
        return bool(
            dispute
            or (promised_on is not None and promises <= 1 and self.since[promised_on] <= 2 and not 0 < promised <= kept)
            or (claimed_on is not None and claims <= 1 and self.since[claimed_on] <= 5)
        )

    def transmit(self, customer: int, invoices: list[int]) -> Decisions:
        claims = {invoice: self.claims(invoice, "transmittal") for invoice in invoices}
        if any(state == "uncertain" for found in claims.values() for _sent, _undone, state in found):
            return
        due = [invoice for invoice, found in claims.items() if all(sent and undone for sent, undone, _state in found)]
        (mode,) = next(self.read("SELECT delivery FROM customer WHERE id = ?", (customer,)))
        if due and (mode != "email" or self.reaches(customer, "invoice_contact")):
            yield from ((invoice, "transmittal") for invoice in due)

    def ask_again(self, customer: int, invoices: list[tuple[int, bool]]) -> Decisions:
        """A hold keeps nobody from calling the customer after the last request."""
        asking, closing, waits = [], [], False
        for invoice, held in invoices:
            claims = self.claims(invoice, "acknowledgement-missing")
            if any(sent is None for sent, _undone, _state in claims):
                waits = True
                continue
            standing = [sent for sent, undone, _state in claims if sent is not None and not undone]
            if standing and self.since[max(standing)] < 3:
                continue
            if len(standing) < 2:
                asking += [] if held else [invoice]
            elif not any(sent is None or not undone for sent, undone, _state in self.claims(invoice, "acknowledgement-missing:after-last")):
                closing.append(invoice)
        if asking and not waits and self.reaches(customer, "invoice_contact"):
            yield from ((invoice, "acknowledgement-missing") for invoice in asking)
        yield from ((invoice, "acknowledgement-missing:after-last") for invoice in closing)

    def climb(self, customer: int, currency: str, invoices: list[Any]) -> Decisions:
        """All of `invoices` are overdue and on the ladder."""
        yield from self.escalate(invoices)
        if sum(balance for _invoice, balance, held, *_rest in invoices if not held) < MINIMUM.get(currency, 0):
            return
        due = [(each[0], RUNGS[each[3]], each[5]) for each in invoices if not each[2] and each[3] in RUNGS and self.is_due(*each[3:8])]
        if not due or any(sent is None for each in invoices if each[3] in RUNGS for sent, *_rest in self.claims(each[0], RUNGS[each[3]])):
            return
        promised = any(following is not None and following <= self.today for _invoice, _rung, following in due)
        if not promised and any(self.since[day] < 3 for (day,) in self.read(CONTACTED, (customer, currency))):
            return
        if self.reaches(customer, "collections_contact"):
            yield from ((invoice, rung) for invoice, rung, _following in due)

    def escalate(self, invoices: list[Any]) -> Decisions:
        """Stays in the house: nothing that the customer's messages wait for keeps it back."""
        for invoice, _balance, held, rung, rung_on, following, reversed_on, closed_on, intervention, deadline in invoices:
            failed = intervention in {"no_agreement", "agreement_broken"} or (intervention == "open" and deadline and deadline < self.today)
            if rung == "second-reminder" and failed and not held and self.is_due(rung, rung_on, following, reversed_on, closed_on):
                claims = self.claims(invoice, "escalation")
                if all(sent for sent, _undone, _state in claims):
                    yield invoice, "escalation"

    def is_due(self, rung: str, rung_on: str | None, following: str | None, reversed_on: str | None, closed_on: str | None) -> bool:
        if rung == "" or rung_on is None:
            return True
        due = following or workdays_after(dt.date.fromisoformat(rung_on), 5).isoformat()
        back = max(reversed_on or "", closed_on or "")
        if back > rung_on:
            due = max(due, workdays_after(dt.date.fromisoformat(back), 5).isoformat())
        return due <= self.today

    def claims(self, invoice: int, rule: str) -> list[tuple[str | None, int, str]]:
        return self.read(CLAIMS, (invoice, rule)).fetchall()

    def reaches(self, customer: int, role: str) -> bool:
        return self.read(REACHED, (customer, role)).fetchone() is not None


def main() -> None:
    database, out = (Path(argument) for argument in sys.argv[1:])
    for _turn in range(2):  # The second counts, as it does of the program.
        start = cpu_seconds()
        decisions = list(Floor(database).decide())
        used = cpu_seconds() - start
    tell(Cost(used, peak_mb()), decisions, out)


if __name__ == "__main__":
    main()
