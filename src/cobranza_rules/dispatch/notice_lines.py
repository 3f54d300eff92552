"""What a notice tells of each thing that it is about, read from the book as it stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_shares import left_of
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Translate, word
from cobranza_rules.letters.notice import NoticeLine
from cobranza_rules.money import Money
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.planned import Item, PlannedAction
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.on_account import on_account
from cobranza_rules.store.payment_plans import invoices_of_plan, plan_standing
from cobranza_rules.store.replies import facts_from_json, invoices_about
from cobranza_rules.store.tables import (
    AccountingPacketRow,
    ActionRow,
    ApplicationRow,
    ApprovalRow,
    BankLineRow,
    CustomerRow,
    DiscountRow,
    InstalmentRow,
    InvoiceRow,
    PaymentPlanRow,
    PaymentRow,
    ReceivedRow,
    TaskRow,
)
from cobranza_rules.workspace import Workspace


def lines_of(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction, translate: Translate) -> Iterator[NoticeLine]:
    customer = keeper.session.get_one(CustomerRow, action.customer_id)
    tell = _Telling(keeper, workspace, customer, translate)
    by_subject: dict[str, Callable[[Item], NoticeLine]] = {
        Scope.INVOICE: tell.invoice,
        Scope.REPLY: tell.reply,
        Scope.TASK: tell.task,
        Scope.APPROVAL: tell.approval,
        Scope.PAYMENT: tell.payment,
        Scope.INSTALMENT: tell.instalment,
        Scope.DISCOUNT: tell.discount,
        Scope.CREDIT_NOTE_REQUEST: tell.credit_note_request,
        Scope.PACKET: tell.packet,
        Scope.DEPOSIT: tell.deposit,
        Scope.CUSTOMER: tell.customer_itself,
    }
    return (by_subject[action.subject](item) for item in action.items)


class _Telling:
    def __init__(self, keeper: Bookkeeper, workspace: Workspace, customer: CustomerRow, translate: Translate) -> None:
        self.session, self.customer, self.translate = keeper.session, customer, translate
        self.calendar, self.today = workspace.rules.calendar, workspace.clock.today()

    def _line(
        self,
        about: str,
        since: dt.date | None = None,
        number: int | None = None,
        invoices: tuple[str, ...] = (),
        amount: Money | None = None,
        deadline: dt.date | None = None,
    ) -> NoticeLine:
        workdays = self.calendar.between(since, self.today) if since is not None else None
        code = self.customer.code or self.customer.rfc
        return NoticeLine(code, self.customer.name, about, number, invoices, amount, since, workdays, deadline)

    def _said(self, identifier: str) -> str:
        return word(identifier).text(self.translate)

    def _local(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(ZoneInfo(self.calendar.timezone)).date()

    def invoice(self, item: Item) -> NoticeLine:
        row = self.session.get_one(InvoiceRow, item.subject_id)
        return self._line(row.number, row.due_on, invoices=(row.number,), amount=Money(row.balance, row.currency))

    def reply(self, item: Item) -> NoticeLine:
        row = self.session.get_one(ReceivedRow, item.subject_id)
        answered = self.session.get(ActionRow, row.action_id) if row.action_id else None
        ids = invoices_about(self.session, row, answered.plan if answered else None).ids
        numbers = tuple(self.session.scalars(select(InvoiceRow.number).where(InvoiceRow.id.in_(ids)).order_by(InvoiceRow.id)))
        amount = facts_from_json(row.facts).get("amount")
        files = tuple(each["name"] for each in row.attachments)
        line = self._line(
            self._said(row.kind), self._local(row.received_at), row.id, numbers, amount if isinstance(amount, Money) else None
        )
        return replace(line, sender=row.sender, subject=row.subject, files=files)

    def task(self, item: Item) -> NoticeLine:
        row = self.session.get_one(TaskRow, item.subject_id)
        numbers = select(InvoiceRow.number).where(InvoiceRow.id.in_(row.invoices)).order_by(InvoiceRow.id)
        return self._line(self._said(row.name), row.opened_on, row.id, tuple(self.session.scalars(numbers)), deadline=row.due_on)

    def approval(self, item: Item) -> NoticeLine:
        """It waits since it was asked for first; the number is that of the present asking, for it may have been written anew."""
        first = self.session.get_one(ApprovalRow, item.subject_id)
        same = (ApprovalRow.action_id == first.action_id, ApprovalRow.gate == first.gate, ApprovalRow.role == first.role)
        latest = self.session.scalars(select(ApprovalRow.id).where(*same).order_by(ApprovalRow.id.desc())).first()
        plan = planned(self.session.get_one(ActionRow, first.action_id))
        about, total = self._said(plan.rule_id), Money(plan.total, plan.currency) if plan.currency else None
        invoices = plan.invoices if plan.subject == Scope.INVOICE else ()
        return self._line(about, self._local(first.opened_at), latest, invoices, total)

    def payment(self, item: Item) -> NoticeLine:
        row = self.session.get_one(PaymentRow, item.subject_id)
        covered = (
            select(InvoiceRow.number)
            .join(ApplicationRow, ApplicationRow.invoice_uuid == InvoiceRow.uuid)
            .where(ApplicationRow.payment_id == row.id, ApplicationRow.applied)
        )
        invoices = tuple(self.session.scalars(covered.order_by(InvoiceRow.id)))
        return self._line(row.operation or item.number, row.paid_on, invoices=invoices, amount=Money(row.amount, row.currency))

    def instalment(self, item: Item) -> NoticeLine:
        """Its number is that of the plan; the amount is what is left to pay."""
        row = self.session.get_one(InstalmentRow, item.subject_id)
        plan = self.session.get_one(PaymentPlanRow, row.plan_id)
        left = plan_standing(self.session, plan, self.calendar).instalments[row.position - 1].left
        invoices = tuple(invoice.number for invoice in invoices_of_plan(self.session, plan))
        return self._line(item.number, row.due_on, plan.id, invoices, Money(left, plan.currency))

    def discount(self, item: Item) -> NoticeLine:
        row = self.session.get_one(DiscountRow, item.subject_id)
        return self._line(item.number, row.taken_on, row.id, (item.number,), Money(row.minor, row.currency))

    def credit_note_request(self, item: Item) -> NoticeLine:
        row = self.session.get_one(DiscountRow, item.subject_id)
        return self._line(item.number, row.requested_on, row.id, (item.number,), Money(row.minor, row.currency))

    def packet(self, item: Item) -> NoticeLine:
        """It is about many customers, whatever customer stands for it in the ledger."""
        row = self.session.get_one(AccountingPacketRow, item.subject_id)
        return replace(self._line(item.number, row.sent_on, row.id), customer="", customer_name="")

    def deposit(self, item: Item) -> NoticeLine:
        """What is left of it, and the bank's words; whose it is nobody knows, whatever customer stands for it in the ledger."""
        row = self.session.get_one(BankLineRow, item.subject_id)
        text = " | ".join(dict.fromkeys(each for each in (row.description, row.reference, row.name) if each))
        line = self._line(text, row.booked_on, row.id, amount=Money(left_of(row), row.currency))
        return replace(line, customer="", customer_name="")

    def customer_itself(self, _item: Item) -> NoticeLine:
        """One who has paid what covers no invoice: what, in each currency, and since when the oldest of it."""
        cash = on_account(self.session, one_of([self.customer.id])).get(self.customer.id, [])
        sums: dict[str, Money] = {}
        for each in cash:
            sums[each.currency] = sums.get(each.currency, Money(0, each.currency)) + Money(each.minor, each.currency)
        line = self._line(self.customer.name, min((each.since for each in cash), default=None))
        return replace(line, unapplied=tuple(sums[currency] for currency in sorted(sums)))
