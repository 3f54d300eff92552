"""One payment that other evidence turns out to tell of under a name of its own: what hangs on the first goes on with the second."""

from __future__ import annotations

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow, PacketLineRow, PaymentRow

PAYMENT = "payment"  # The subject of a packet's line


def pass_on(keeper: Bookkeeper, before: PaymentRow, after: PaymentRow) -> None:
    """Its discounts, and its place in the packet that Accounting has got: the same money is never sent there twice."""
    keeper.session.execute(update(DiscountRow).where(DiscountRow.payment_id == before.id).values(payment_id=after.id))
    of_both = PacketLineRow.subject == PAYMENT, PacketLineRow.subject_id.in_((before.id, after.id)), PacketLineRow.live
    live = {line.subject_id: line for line in keeper.session.scalars(select(PacketLineRow).where(*of_both))}
    if before.id not in live or after.id in live:
        return
    live[before.id].subject_id = after.id
    packet = keeper.session.get_one(AccountingPacketRow, live[before.id].packet_id)
    packet.lines = [{**line, "id": after.id} if (line["subject"], line["id"]) == (PAYMENT, before.id) else line for line in packet.lines]
