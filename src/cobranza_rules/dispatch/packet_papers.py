"""The papers of a packet for Accounting: the relation as PDF and as a spreadsheet, and an archive of what proves it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.booking.packet_lines import DISCOUNT, PAYMENT, totals_of
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.accounting_papers import Wanted, accounting_heading
from cobranza_rules.dispatch.rendering import PDF, file_name, letter_files, writer_of
from cobranza_rules.domain.letter import CollectedLine, CollectionsRelation
from cobranza_rules.domain.support import SupportKind
from cobranza_rules.language import Sentence, word
from cobranza_rules.letters.packet_workbook import packet_workbook
from cobranza_rules.money import Money
from cobranza_rules.store.tables import DiscountRow, EvidenceRow, InvoiceRow
from cobranza_rules.workspace import Workspace

TEMPLATE = "collections-relation"
OLDEST = (1980, 1, 1, 0, 0, 0)  # The first day that an archive can name: the same packet gives the same bytes.
REPORT = "ledger"  # Evidence that is a whole report of the accounting system, which Accounting has itself
SUFFIXES = ((b"<?xml", ".xml"), (b"%PDF", ".pdf"), (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"))
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes of the papers, with what their files are called."""

    name: str
    relation: bytes
    workbook: bytes
    evidence: bytes


def papers_of(session: Session, workspace: Workspace, day: dt.date, currency: str, lines: Sequence[Line], label: str) -> Made:
    """`label` tells packets and revisions of a day apart. Raises ProblemError where a paper cannot be made."""
    number = f"{day}-{currency}{label}"
    relation = _relation(session, workspace, day, currency, lines, number)
    (printed,) = letter_files(workspace, relation, {PDF})
    translate = translator(workspace.settings.language)
    workbook = packet_workbook(day, currency, lines, translate)
    return Made(number, printed.content, workbook, evidence_of(session, workspace, lines))


def _relation(
    session: Session, workspace: Workspace, day: dt.date, currency: str, lines: Sequence[Line], number: str
) -> CollectionsRelation:
    totals = totals_of(lines)
    wanted = Wanted(TEMPLATE, workspace.settings.language, day, day)
    return CollectionsRelation(
        **{**accounting_heading(writer_of(workspace), wanted), "number": number, "draft": False},
        currency=currency,
        since=day,
        day=day,
        collected=tuple(line for one in lines for line in _collected(session, workspace, one, currency)),
        payments=totals.payments,
        received=Money(totals.received, currency),
        unapplied=Money(totals.unapplied, currency),
    )


def _collected(session: Session, workspace: Workspace, line: Line, currency: str) -> Iterator[CollectedLine]:
    """A payment has a line for each invoice, a discount one of its own."""
    translate, nothing = translator(workspace.settings.language), Money(0, currency)
    of_line = {"customer": line["customer"], "customer_name": line["customer_name"], "paid_on": dt.date.fromisoformat(line["day"])}
    if line["subject"] == PAYMENT:
        for part in line["parts"]:
            yield CollectedLine(
                **of_line,
                operation=line["operation"],
                number=part["invoice"],
                uuid=part["uuid"],
                amount=Money(part["minor"], currency),
                discount=nothing,
                reason=Sentence.from_json(part["exchange"]).text(translate) if "exchange" in part else "",
                credit_note="",
                balance=_balance(session, part["invoice"], line["customer_id"]),
            )
        return
    kind = word(line["kind"]).text(translate)
    yield CollectedLine(
        **of_line,
        operation="",
        number=line["invoice"],
        uuid=line["uuid"],
        amount=nothing,
        discount=Money(line["minor"], currency),
        reason=f"{kind[:1].upper()}{kind[1:]}: {line['reason']}",
        credit_note=line["credit_note"],
        balance=_balance(session, line["invoice"], line["customer_id"]),
    )


def _balance(session: Session, number: str, customer_id: int) -> Money:
    invoice = _invoice(session, number, customer_id)
    return Money(invoice.balance, invoice.currency)


def _invoice(session: Session, number: str, customer_id: int) -> InvoiceRow:
    return session.scalars(select(InvoiceRow).where(InvoiceRow.number == number, InvoiceRow.customer_id == customer_id)).first() or _lost(
        number
    )


def _lost(number: str) -> InvoiceRow:
    raise LookupError(number)


def evidence_of(session: Session, workspace: Workspace, lines: Sequence[Line]) -> bytes:
    """A ZIP of the files as they came, with a list of their SHA-256; the same files give the same bytes."""
    files: dict[str, bytes] = {}
    for name, digest in _files(session, lines):
        content = workspace.archive.get(digest)
        suffix = "" if "." in name[-5:] else next((ending for mark, ending in SUFFIXES if content.startswith(mark)), "")
        files.setdefault(name + suffix, content)
    listed = io.StringIO()
    rows = csv.writer(listed)
    rows.writerow(("file", "sha256"))
    rows.writerows((name, hashlib.sha256(files[name]).hexdigest()) for name in sorted(files))
    files["SHA256.csv"] = listed.getvalue().encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, OLDEST), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _files(session: Session, lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """Names and digests: what proves the payments, what supports the discounts, and the invoices with their printed form."""
    payments = [line["id"] for line in lines if line["subject"] == PAYMENT]
    query = (
        select(EvidenceRow)
        .where(EvidenceRow.payment_id.in_(payments), EvidenceRow.kind != REPORT, EvidenceRow.document != "")
        .order_by(EvidenceRow.id)
    )
    for row in session.scalars(query):
        yield f"payments/{file_name(f'{row.payment_id}-{row.kind}-{row.source}')}", row.document
    discounts = [line["id"] for line in lines if line["subject"] == DISCOUNT]
    for discount in session.scalars(select(DiscountRow).where(DiscountRow.id.in_(discounts)).order_by(DiscountRow.id)):
        if discount.support is not None:
            yield f"discounts/{discount.id}", discount.support
    for number, customer_id in sorted({(number, line["customer_id"]) for line in lines for number in _numbers(line)}):
        invoice = _invoice(session, number, customer_id)
        if invoice.document is not None:
            yield f"invoices/{file_name(number)}.xml", invoice.document
        for file in state_of(invoice).support:
            if file.kind is SupportKind.CFDI:
                yield f"invoices/{file_name(f'{number}-{file.name}')}", file.document


def _numbers(line: Line) -> list[str]:
    return [part["invoice"] for part in line["parts"]] if line["subject"] == PAYMENT else [line["invoice"]]
