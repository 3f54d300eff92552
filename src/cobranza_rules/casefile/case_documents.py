"""The documents of a customer's case, each with what people call it: what left, what came in, what goes with agreements and invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.store.tables import (
    ActionRow,
    AgreementFileRow,
    CaseEventRow,
    CustomerRow,
    DocumentRow,
    InvoiceRow,
    OutgoingRow,
    ReceivedRow,
    TimestampRow,
)

MAIL = ".eml"


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """`digest` is the SHA-256 of its bytes, `suffix` what a computer knows it by, with its dot; "" where only its bytes tell."""

    digest: str
    title: Sentence
    suffix: str


def documents_of_case(session: Session, customer: CustomerRow) -> list[CaseDocument]:
    """Each once, in an order that does not change; what events name and no row knows is there, too."""
    found: dict[str, CaseDocument] = {}
    for each in (
        *_of_invoices(session, customer.id),
        *_of_agreements(session, customer.id),
        *_sent(session, customer.id),
        *_received(session, customer.id),
        *_timestamps(session, customer.id),
        *_of_events(session, customer.id),
    ):
        found.setdefault(each.digest, each)
    return list(found.values())


def _of_invoices(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    for row in session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == customer_id).order_by(InvoiceRow.id)):
        if row.document:
            yield CaseDocument(row.document, _("CFDI of invoice {invoice}", invoice=row.number), ".xml")
        for file in row.support:
            title = _("{kind} of {invoices}: {name}", kind=word(file["kind"]), invoices=row.number, name=file["name"])
            yield CaseDocument(file["document"], title, suffix_of(file["name"]))
        for one in row.acknowledgements:
            if one.get("document"):
                title = _("{kind}: receipt of invoice {invoice} acknowledged", kind=word(one["kind"]), invoice=row.number)
                yield CaseDocument(one["document"], title, MAIL if one.get("message") else "")


def _of_agreements(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    query = select(AgreementFileRow).where(AgreementFileRow.customer_id == customer_id).order_by(AgreementFileRow.id)
    for row in session.scalars(query):
        yield CaseDocument(row.document, _("agreement {number}: {name}", number=row.number, name=row.name), suffix_of(row.name))


def _sent(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    """What has left, and what was printed to be carried: the documents of the last revision of each action that is done."""
    same = (DocumentRow.action_id == ActionRow.id) & (DocumentRow.revision == ActionRow.revision)
    done = (ActionRow.customer_id == customer_id, ActionRow.state == "sent")
    for row, document in session.execute(select(ActionRow, DocumentRow).join(DocumentRow, same).where(*done).order_by(DocumentRow.id)):
        title = _("{rule} of {day}: {name}", rule=word(row.rule_id), day=row.finished_on, name=document.name)
        yield CaseDocument(document.digest, title, suffix_of(document.name))
    messages = select(ActionRow, OutgoingRow).join(OutgoingRow, OutgoingRow.action_id == ActionRow.id)
    left = (ActionRow.customer_id == customer_id, OutgoingRow.state == "sent")
    for row, mail in session.execute(messages.where(*left).order_by(OutgoingRow.id)):
        title = _("message of {day} to {to}: {subject}", day=row.finished_on, to=", ".join(mail.recipients), subject=mail.subject)
        yield CaseDocument(mail.raw, title, MAIL)


def _received(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    for row in session.scalars(select(ReceivedRow).where(ReceivedRow.customer_id == customer_id).order_by(ReceivedRow.id)):
        title = _("message of {day} from {sender}: {subject}", day=row.received_at.date(), sender=row.sender, subject=row.subject)
        yield CaseDocument(row.raw, title, MAIL)


def _timestamps(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    query = select(TimestampRow).where(TimestampRow.customer_id == customer_id, TimestampRow.token.is_not(None)).order_by(TimestampRow.id)
    for row in session.scalars(query):
        assert row.token is not None
        yield CaseDocument(row.token, _("timestamp of {name}", name=row.name), ".tsr")
        if row.anchors:
            yield CaseDocument(row.anchors, _("certificates that the timestamps are verified by"), ".pem")


def _of_events(session: Session, customer_id: int) -> Iterator[CaseDocument]:
    query = select(CaseEventRow.seq, CaseEventRow.data).where(CaseEventRow.customer_id == customer_id).order_by(CaseEventRow.seq)
    for seq, data in session.execute(query):
        for digest in documents_of(data):
            yield CaseDocument(digest, _("document of event {seq}", seq=seq), "")


def suffix_of(name: str) -> str:
    """Letters and figures alone: a name from outside must never lead anywhere."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return f".{suffix}" if suffix.isascii() and suffix.isalnum() and len(suffix) <= 5 else ""


KINDS = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8": ".jpg", b"II*\0": ".tif", b"MM\0*": ".tif", b"<?xml": ".xml"}


def suffix_by_bytes(content: bytes) -> str:
    """Of a document that was kept without a name."""
    return next((suffix for start, suffix in KINDS.items() if content.startswith(start)), ".bin")
