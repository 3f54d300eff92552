"""Every row that puts a document into a case: what people are shown as part of it must be known to an event of the case file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.language import N_
from cobranza_rules.store.payment_columns import RECEIPT
from cobranza_rules.store.tables import (
    ActionRow,
    AgreementFileRow,
    CreditNoteRow,
    DocumentRow,
    EvidenceRow,
    InvoiceRow,
    OutgoingRow,
    PaymentRow,
    ReceivedRow,
    TimestampRow,
)


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """`what` is a marked word, `name` what people call it by."""

    what: str
    name: str
    customer_id: int
    digest: str


def filed_documents(session: Session) -> Iterator[FiledDocument]:
    yield from _of_invoices(session)
    agreements = select(AgreementFileRow.name, AgreementFileRow.customer_id, AgreementFileRow.document)
    yield from _each(session, agreements.order_by(AgreementFileRow.id), N_("agreement file"))
    notes = select(CreditNoteRow.number, CreditNoteRow.customer_id, CreditNoteRow.document).where(CreditNoteRow.document.is_not(None))
    yield from _each(session, notes.order_by(CreditNoteRow.id), N_("credit note"))
    receipts = select(EvidenceRow.source, PaymentRow.customer_id, EvidenceRow.document).join(PaymentRow)
    yield from _each(session, receipts.where(EvidenceRow.kind == RECEIPT).order_by(EvidenceRow.id), N_("payment receipt"))
    written = select(DocumentRow.name, ActionRow.customer_id, DocumentRow.digest).join(ActionRow)
    left = (ActionRow.state == "sent", DocumentRow.revision == ActionRow.revision)
    yield from _each(session, written.where(*left).order_by(DocumentRow.id), N_("document"))
    sent = select(OutgoingRow.subject, ActionRow.customer_id, OutgoingRow.raw).join(ActionRow).where(OutgoingRow.state == "sent")
    yield from _each(session, sent.order_by(OutgoingRow.id), N_("message sent"))
    received = select(ReceivedRow.subject, ReceivedRow.customer_id, ReceivedRow.raw).where(ReceivedRow.customer_id.is_not(None))
    yield from _each(session, received.order_by(ReceivedRow.id), N_("message received"))

    for column, what in ((TimestampRow.token, N_("timestamp")), (TimestampRow.anchors, N_("certificates of timestamp"))):
        stamped = select(TimestampRow.name, TimestampRow.customer_id, column).where(TimestampRow.token.is_not(None))
        yield from _each(session, stamped.order_by(TimestampRow.id), what)


def _each(session: Session, query: Select[*tuple[Any, ...]], what: str) -> Iterator[FiledDocument]:
    for name, customer_id, digest in in_pieces(session, query):
        yield FiledDocument(what, name, customer_id, digest)


def _of_invoices(session: Session) -> Iterator[FiledDocument]:
    columns = (InvoiceRow.number, InvoiceRow.customer_id, InvoiceRow.document, InvoiceRow.support, InvoiceRow.acknowledgements)
    for number, customer_id, document, support, acknowledgements in in_pieces(session, select(*columns).order_by(InvoiceRow.id)):
        if document:
            yield FiledDocument(N_("CFDI"), number, customer_id, document)
        for file in support:
            yield FiledDocument(N_("support"), f"{number}: {file['name']}", customer_id, file["document"])
        for one in acknowledgements:
            if one.get("document"):
                yield FiledDocument(N_("acknowledgement"), number, customer_id, one["document"])
