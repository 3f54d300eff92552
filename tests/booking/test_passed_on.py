"""A receipt that comes after Accounting has got its deposit: the money stays in that packet, and keeps its discount."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.booking.bank_lines import DAY as PAID
from tests.booking.bank_lines import line
from tests.booking.test_deposits import DAY, NOW, balances, deposited, evidences, importing, take
from tests.cfdi_files import invoice, receipt

from cobranza_rules.booking.accounting_packets import Papers, write_packet
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discounts import Deduction, take_off
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.packet_lines import changes_between, lines_of
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.money import Money
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow, InvoiceRow, PacketLineRow, PaymentRow

__all__ = ["importing"]
LIMITS = Limits({"MXN": 100_000})


@pytest.fixture
def sent(importing: Importing) -> int:
    """The payment of a deposit that is short by a discount, in a packet; its id."""
    take(importing, invoice("FA-1209"))
    deposited(importing, line("1160.00", "FA-1209"))
    take(importing, invoice("FA-1210", "500.00"))
    with importing.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        payment = session.scalars(select(PaymentRow)).one()
        other = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-1210")).one()
        take_off(keeper, other, Deduction(DiscountKind.VOLUME, "rebaja", "ana@kemper.example", Money(6_000, "MXN"), payment), LIMITS, DAY)
        papers = Papers("a" * 64, "b" * 64, "c" * 64)
        write_packet(keeper, PAID, "MXN", 1, lines_of(session, [("payment", payment.id)], "MXN"), papers)
        return payment.id


def test_the_money_is_in_one_packet_whichever_tells_of_it(importing: Importing, sent: int) -> None:
    take(importing, receipt("P-1", {"FA-1209": "1160.00"}, PAID))
    with importing.database.reading() as session:
        told = session.scalars(select(PaymentRow).where(PaymentRow.id != sent)).one()
        assert [(row.subject_id, row.live) for row in session.scalars(select(PacketLineRow))] == [(told.id, True)]
        [packet] = session.scalars(select(AccountingPacketRow))
        now = lines_of(session, [("payment", told.id)], "MXN")
        assert changes_between(packet.lines, now) == ([], [], [])
        [discount] = session.scalars(select(DiscountRow))
        assert (discount.payment_id, discount.state) == (told.id, "applied")
    assert balances(importing) == {"FA-1209": 0, "FA-1210": 44_000}
    assert evidences(importing) == [["bank", "rep"]]
