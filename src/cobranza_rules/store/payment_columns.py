"""What stands behind a payment, and facts of payments, as expressions over columns."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from cobranza_rules.domain.cfdi_status import CfdiState
from cobranza_rules.rules.evaluation import passes
from cobranza_rules.rules.tree import Test, facts_of_test
from cobranza_rules.store.tables import ApplicationRow, CfdiStatusRow, EvidenceRow, InvoiceRow, PacketLineRow, PaymentRow, RelationRow

APPLICATION, EVIDENCE, INVOICE, LINE, PAYMENT, RELATION, STATUS = (
    row.__table__.c for row in (ApplicationRow, EvidenceRow, InvoiceRow, PacketLineRow, PaymentRow, RelationRow, CfdiStatusRow)
)
PAYMENT_IN_PACKETS = "payment"  # As lines of packets name it
SUBSTITUTION = "04"  # TipoRelacion of a CFDI that takes the place of another (Anexo 20)
RECEIPT = "rep"  # The kind of evidence that a payment receipt is
MISSING, OVERDUE, SENT, SETTLES = "rep_missing", "rep_overdue", "sent_to_accounting", "settles_reminded"


class PaymentColumns:
    """True wherever a test of a payment's facts passes, and perhaps elsewhere. Most payments have their receipt, and most rules ask for that."""

    def clause(self, test: Test) -> ColumnElement[bool]:
        named = set(facts_of_test(test))
        if len(named) != 1 or not named <= {MISSING, OVERDUE, SENT, SETTLES}:
            return true()
        (fact,) = named
        if fact in (SENT, SETTLES):
            holds = in_packet(PAYMENT_IN_PACKETS, PAYMENT.id) if fact == SENT else settles_reminded()
            return or_(false(), *(clause for value, clause in ((True, holds), (False, not_(holds))) if passes(test, {fact: value})))
        # Neither is ever unknown: both are made of what exists. A receipt that is not late yet is nearly as seldom as one that is.
        cases = ((True, rep_missing()), (False, not_(rep_missing()) if fact == MISSING else true()))
        return or_(false(), *(clause for value, clause in cases if passes(test, {fact: value})))


def in_packet(subject: str, subject_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a packet for Accounting that stands has it; `subject` is the scope of what it is."""
    return select(LINE.id).where(LINE.subject == subject, LINE.subject_id == subject_id, LINE.live).exists()


def stands() -> ColumnElement[bool]:
    """That some evidence of a payment stands."""
    return select(EVIDENCE.id).where(EVIDENCE.payment_id == PAYMENT.id, standing_evidence()).exists()


def standing_evidence() -> ColumnElement[bool]:
    """That no other receipt takes its place, and that it is not cancelled."""
    replaced = select(RELATION.id).where(RELATION.kind == SUBSTITUTION, RELATION.target == EVIDENCE.source)
    cancelled = select(STATUS.id).where(STATUS.uuid == EVIDENCE.source, STATUS.state == CfdiState.CANCELLED.value)
    return and_(~replaced.exists(), ~cancelled.exists())


def settles_reminded() -> ColumnElement[bool]:
    """That a payment covers an invoice which is paid in full and of which a reminder was sent."""
    parts = (APPLICATION.payment_id == PAYMENT.id, APPLICATION.applied, INVOICE.status == "paid", INVOICE.rung != "")
    return select(APPLICATION.id).join(InvoiceRow.__table__, INVOICE.id == APPLICATION.invoice_id).where(*parts).exists()


def rep_missing() -> ColumnElement[bool]:
    """That a payment covers an invoice issued as PPD, and that no payment receipt speaks of it, or none that stands."""
    parts = (APPLICATION.payment_id == PAYMENT.id, APPLICATION.applied, INVOICE.payment_method == "PPD")
    of_ppd = select(APPLICATION.id).join(InvoiceRow.__table__, INVOICE.id == APPLICATION.invoice_id).where(*parts).exists()
    receipt = select(EVIDENCE.id).where(EVIDENCE.payment_id == PAYMENT.id, EVIDENCE.kind == RECEIPT, standing_evidence())
    return and_(of_ppd, ~receipt.exists())
