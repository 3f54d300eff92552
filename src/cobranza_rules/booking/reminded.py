"""What was reminded of before the program came: the ladder goes on from there as if the program had sent it, and never skips a rung."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.invoice_names import InvoiceNames
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.reminded_rungs import NamedRung, RungNames
from cobranza_rules.booking.substitution import on_its_way, present_of
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.task import joined_deadline
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.reminders import ReminderRecord
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.model import RuleSet, asks_for_an_answer
from cobranza_rules.store.tables import EntryRow, InvoiceRow, TaskRow


@dataclass(slots=True)
class RemindedBefore:
    """Takes the rows of one list; what is wrong with the others is left in `problems`, all of it."""

    keeper: Bookkeeper
    rules: RuleSet
    file: str
    today: dt.date
    counts: Counter[Taken] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def take(self, records: list[ReminderRecord]) -> None:
        invoices, rungs = InvoiceNames.in_the_book(self.keeper.session), RungNames(self.rules)
        cells: dict[int, str] = {}  # Of the rows that were looked at, by invoice
        for record in records:
            blame = _Blame(self.file, record)
            invoice = self._invoice(invoices, record, blame)
            rung = rungs.find(record.rung)
            if rung is None:
                blame.add("rung", _("the rules in force have no rung '{rung}'", rung=shown(record.rung)), rungs.suggestion(record.rung))
            if record.day is not None:
                self._check_day(record.day, invoice, blame)
            if invoice is not None and (first := cells.setdefault(invoice.id, record.places["invoice"])) != record.places["invoice"]:
                what = _("invoice {invoice} stands already in cell {first}", invoice=invoice.number, first=first)
                blame.add("invoice", what, _("leave its last reminder only; the first row was taken"))
            if invoice is not None and rung is not None and record.day is not None and not blame.problems:
                self._book(invoice, rung, record.day, blame)
                self._warn_of_early(record.day, invoice, blame)
            self.problems += blame.problems

    def _invoice(self, invoices: InvoiceNames, record: ReminderRecord, blame: _Blame) -> InvoiceRow | None:
        found = invoices.named(record.invoice)
        if len(found) == 1:
            return self.keeper.session.get_one(InvoiceRow, found[0])
        if found:
            blame.add("invoice", _("'{invoice}' may be several invoices", invoice=shown(record.invoice)), _("write its UUID"))
        else:
            what = _("invoice '{invoice}' is not in the book", invoice=shown(record.invoice))
            blame.add("invoice", what, _("import its CFDI first, or correct the number"))
        return None

    def _check_day(self, day: dt.date, invoice: InvoiceRow | None, blame: _Blame) -> None:
        hint = _("give the day on which the reminder left, like 2026-02-16 or 16/02/2026")
        if day > self.today:
            blame.add("day", _("{day} is still to come", day=day), hint)
        elif invoice is not None and day < invoice.issued_on:
            what = _(
                "invoice {invoice} was issued only on {issued}, after {day}",
                invoice=invoice.number,
                issued=invoice.issued_on,
                day=day,
            )
            blame.add("day", what, hint)

    def _warn_of_early(self, day: dt.date, invoice: InvoiceRow, blame: _Blame) -> None:
        """Rules may write before the due date; more often it is another invoice that was meant, and the next rung would ask for this one."""
        if invoice.due_on is None or day >= invoice.due_on or blame.problems:
            return
        what = _("invoice {invoice} is due only on {due}, after {day}", invoice=invoice.number, due=invoice.due_on, day=day)
        hint = _(
            "the row was taken, and its next reminder counts from that day; correct the day, or if another invoice was meant keep this one "
            "back ('cobranza override set')"
        )
        self.warnings.append(Problem(what, hint, self.file, place=blame.record.places["day"], warning=True))

    def _book(self, named: InvoiceRow, rung: NamedRung, day: dt.date, blame: _Blame) -> None:
        invoice = present_of(self.keeper, named)
        invoice = invoice if invoice.customer_id == named.customer_id else named
        before = self._marked_before({named.id, invoice.id})
        if before is not None and (self.rules.current(before.data["rung"]), before.happened_on) == (rung.rung.id, day):
            self.counts[Taken.UNCHANGED] += 1
        elif any(sent.action is not None for sent in state_of(invoice).rungs) or on_its_way(self.keeper, invoice):
            what = _("the program itself has already reminded of invoice {invoice}", invoice=invoice.number)
            blame.add("invoice", what, _("what it has sent counts; take the row out"))
        else:
            self._mark(invoice, rung, day)
            self.counts[Taken.NEW if before is None else Taken.UPDATED] += 1

    def _marked_before(self, ids: set[int]) -> EntryRow | None:
        query = select(EntryRow).where(EntryRow.invoice_id.in_(ids), EntryRow.kind == EntryKind.REMINDED_BEFORE.value)
        return self.keeper.session.scalar(query.order_by(EntryRow.id.desc()).limit(1))

    def _mark(self, invoice: InvoiceRow, rung: NamedRung, day: dt.date) -> None:
        """Whoever was reminded of an invoice has had it."""
        if invoice.delivery == "pending":
            self.keeper.enter(invoice, EntryKind.DELIVERED, invoice.issued_on, {"opening": True})
        data: dict[str, Any] = {"ladder": rung.ladder.id, "rung": rung.rung.id, "below": rung.below, "file": self.file}
        data |= {"case_status": rung.case_status} if rung.case_status else {}
        data |= {} if rung.writes else {"internal": True}
        self.keeper.enter(invoice, EntryKind.REMINDED_BEFORE, day, data)
        for step in rung.rung.do:
            if asks_for_an_answer(step, rung.rung.do) and invoice.status == "open":  # The errands of a rung were run when it was sent.
                due_on = self.rules.calendar.plus(self.today, step.due_workdays) if step.due_workdays else None
                task = open_task(self.keeper, step.name, invoice.customer_id, step.assign, self.today, [invoice.id], {}, due_on)
                self._ask(invoice, task, due_on)

    def _ask(self, invoice: InvoiceRow, task: TaskRow, due_on: dt.date | None) -> None:
        """Nobody inside was asked yet, as far as the program knows: they have the whole time from today on."""
        deadline = joined_deadline(task.due_on, due_on, self.today)
        self.keeper.enter(invoice, EntryKind.INTERVENTION_OPENED, self.today, {"task": task.id, "due_on": str(deadline or "")})


@dataclass(slots=True)
class _Blame:
    """What is wrong with one row."""

    file: str
    record: ReminderRecord
    problems: list[Problem] = field(default_factory=list)

    def add(self, column: str, what: Sentence, hint: Sentence) -> None:
        self.problems.append(Problem(what, hint, self.file, place=self.record.places[column]))
