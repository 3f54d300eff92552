"""A case file as a folder that a person can open: the timeline as text, and every document and message under a readable name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.deliveries import CaseDelivery, delivery_row
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.intake.support_content import SUFFIXES, media_type_of
from cobranza_rules.language import Sentence, Translate
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ActionRow, CustomerRow, DocumentRow, InvoiceRow, OutgoingRow, ReceivedRow

TIMELINE = "expediente.txt"


def export_case(
    session: Session,
    archive: DocumentArchive,
    customer: CustomerRow,
    folder: Path,
    translate: Translate,
    deliveries: Sequence[CaseDelivery],
) -> int:
    """Writes into `folder`, which may be there already; returns how many files it holds. Names from outside are cleaned of paths."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{event.happened_on}  {event.sentence.text(translate)}" for event in timeline(session, customer.id)]
    lines += ["", *("  ".join(_cell(cell, translate) for cell in delivery_row(each)) for each in deliveries)] if deliveries else []
    (folder / TIMELINE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = _sent(session, customer.id, translate) + _received(session, customer.id, translate)
    files += _of_invoices(session, archive, customer.id)
    for name, digest in files:
        (folder / name).write_bytes(archive.get(digest))
    return len(files) + 1


def _sent(session: Session, customer_id: int, translate: Translate) -> list[tuple[str, str]]:
    """What has left, and what was printed to be carried: the documents of the last revision of each action that is done."""
    documents = (
        select(ActionRow, DocumentRow)
        .join(DocumentRow, (DocumentRow.action_id == ActionRow.id) & (DocumentRow.revision == ActionRow.revision))
        .where(ActionRow.customer_id == customer_id, ActionRow.state == "sent")
        .order_by(DocumentRow.id)
    )
    files = [(f"{row.finished_on}-{row.id:05d}-{_clean(document.name)}", document.digest) for row, document in session.execute(documents)]
    messages = (
        select(ActionRow, OutgoingRow)
        .join(OutgoingRow, OutgoingRow.action_id == ActionRow.id)
        .where(ActionRow.customer_id == customer_id, OutgoingRow.state == "sent")
        .order_by(OutgoingRow.id)
    )
    files += [(f"{row.finished_on}-{row.id:05d}-{_clean(translate(row.rule_id))}.eml", mail.raw) for row, mail in session.execute(messages)]
    return files


def _received(session: Session, customer_id: int, translate: Translate) -> list[tuple[str, str]]:
    query = select(ReceivedRow).where(ReceivedRow.customer_id == customer_id).order_by(ReceivedRow.id)
    return [(f"{row.received_at.date()}-r{row.id:05d}-{_clean(translate(row.kind))}.eml", row.raw) for row in session.scalars(query)]


def _cell(cell: object, translate: Translate) -> str:
    return cell.text(translate) if isinstance(cell, Sentence) else str(cell)


def _of_invoices(session: Session, archive: DocumentArchive, customer_id: int) -> list[tuple[str, str]]:
    """What supports the invoices, and the scans that acknowledge them; a message that does is among those received."""
    files: dict[str, str] = {}
    for row in session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == customer_id).order_by(InvoiceRow.id)):
        for file in row.support:
            files.setdefault(file["document"], f"{_clean(row.number)}-{file['kind']}-{_clean(file['name'])}")
        for one in row.acknowledgements:
            if one.get("document") and not one.get("message"):
                suffix = SUFFIXES[media_type_of(archive.get(one["document"]), "")]
                files.setdefault(one["document"], f"{_clean(row.number)}-{one['kind']}-{one['document'][:12]}{suffix}")
    return [(name, digest) for digest, name in files.items()]


def _clean(name: str) -> str:
    return re.sub(r"[^\w.,&ñÑáéíóúÁÉÍÓÚ-]", "_", name).lstrip(".")[:120] or "_"
