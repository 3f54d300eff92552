"""What the people of the story do about money, by the functions behind the commands that they would type."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.accounting_packets import accept
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discounts import Decision, Deduction, approve, take_off
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.payment_claims import PaymentClaim, claim_payment
from cobranza_rules.demo.story import Act
from cobranza_rules.domain.accounting import PacketState
from cobranza_rules.domain.discount import DiscountKind, DiscountState
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow
from cobranza_rules.workspace import Workspace


def claim(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    """How many invoices are now held because of it."""
    said = PaymentClaim(person_named(workspace.company, act.role).email, act.comment)
    return sum(new for _invoice, new in claim_payment(keeper, act.more["invoices"], said, workspace.clock.today()))


def discount(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    invoice = invoice_named(keeper.session, act.more["invoice"])
    amount = Money.of(act.more["amount"], invoice.currency)
    said = Deduction(DiscountKind(act.more["kind"]), act.comment, person_named(workspace.company, act.role).email, amount)
    take_off(keeper, invoice, said, workspace.settings.discounts.as_limits(), workspace.clock.today())
    return 1


def approve_discount(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    decision = Decision(person_named(workspace.company, act.role).email, frozenset({act.role}), act.comment)
    waiting = list(
        keeper.session.scalars(select(DiscountRow.id).where(DiscountRow.state == DiscountState.WAITING).order_by(DiscountRow.id))
    )
    for number in waiting:
        approve(keeper, number, decision, workspace.settings.discounts.as_limits(), workspace.clock.today())
    return len(waiting)


def accept_packets(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    sent = list(keeper.session.scalars(select(AccountingPacketRow.id).where(AccountingPacketRow.state == PacketState.SENT)))
    for number in sorted(sent):
        accept(keeper, number, who=person_named(workspace.company, act.role).email, today=workspace.clock.today())
    return len(sent)
