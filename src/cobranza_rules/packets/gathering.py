"""The papers of a customer's case, from the book, the ledger, the case file and the mails, as the material of a packet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.late_interest import LEGAL
from cobranza_rules.domain.support import SupportKind
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.intake.cfdi_services import services_named
from cobranza_rules.intake.support_content import SUFFIXES
from cobranza_rules.language import N_, Sentence
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.money import Money
from cobranza_rules.packets.claim_papers import interest_borne, originals_of, payments_of
from cobranza_rules.packets.material import (
    AcknowledgementPaper,
    AgreementPapers,
    InvoicePapers,
    Lines,
    MailPaper,
    Material,
    SentPaper,
    StoredFile,
)
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.agreements import agreements_on
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ActionRow, AgreementRow, ClaimRow, CustomerRow, DocumentRow, InvoiceRow, OutgoingRow, ReceivedRow

PDF, XML, MAIL = "application/pdf", "application/xml", "message/rfc822"
# What the desk made for itself is no part of the case: a packet would hold the news of its own making.
OF_THE_DESK = frozenset({"document_made", "letter_made", "packet_made", "case_packet_written"})
LETTERS = ("letter", "acknowledgement_form")  # Kinds of documents of the ledger that are pages of their own
_SAID = (("person", N_("person")), ("title", N_("title")), ("phone", N_("phone")), ("number", N_("number")))
_PROMISED = (("review_on", N_("review on")), ("payment_on", N_("payment programmed for")))


@dataclass(frozen=True, slots=True)
class Gatherer:
    """`today` is the day on which agreements are looked at; `zone` that of the days of messages; `legal` the interest where none was agreed on."""

    session: Session
    archive: DocumentArchive
    customer: CustomerRow
    today: dt.date
    zone: ZoneInfo
    legal: Interest = LEGAL

    def material(self, rows: Sequence[InvoiceRow]) -> Material:
        """Of these invoices, and of the customer as a whole."""
        return Material(
            invoices=tuple(map(self._invoice, rows)),
            sent=tuple(self._sent(rows)),
            received=tuple(self._received()),
            agreements=tuple(self._agreements(rows)),
            history=tuple(sorted(self._history({row.number for row in rows}), key=lambda event: event[0])),
            currencies=tuple(sorted({row.currency for row in rows})),
            payments=tuple(payments_of(self.session, rows)),
            interest=tuple(interest_borne(self.session, rows, self.legal, self.today)),
            originals=(originals := tuple(originals_of(self.session, self.customer.id))),
            scans=tuple(self._scan("original", digest) for digest in dict.fromkeys(digest for one in originals for digest in one.scans)),
            on=self.today,
        )

    def _scan(self, stem: str, digest: str) -> StoredFile:
        media = self._media_type(digest)
        return StoredFile(f"{stem}-{digest[:12]}{SUFFIXES.get(media, '')}", media, digest)

    def _services(self, row: InvoiceRow) -> tuple[str, ...]:
        try:
            return services_named(self.archive.get(row.document)) if row.document else ()
        except ProblemError:  # The invoice's part says that it is missing.
            return ()

    def _delivered_to(self, row: InvoiceRow) -> str:
        query = select(OutgoingRow.recipients).where(OutgoingRow.action_id == row.delivered_by, OutgoingRow.state == "sent")
        return ", ".join(self.session.scalar(query.order_by(OutgoingRow.id.desc()).limit(1)) or ())

    def _invoice(self, row: InvoiceRow) -> InvoicePapers:
        printed = [_stored(file) for file in row.support if file["kind"] == SupportKind.CFDI]
        return InvoicePapers(
            number=row.number,
            uuid=row.uuid or "",
            issued_on=row.issued_on,
            due_on=row.due_on,
            total=Money(row.total, row.currency),
            balance=Money(row.balance, row.currency),
            xml=StoredFile(f"{row.number}.xml", XML, row.document) if row.document else None,
            printed=printed[0] if printed else None,
            support=tuple((file["kind"], _stored(file)) for file in row.support if file["kind"] != SupportKind.CFDI),
            acknowledgements=tuple(map(self._acknowledgement, row.acknowledgements)),
            services=self._services(row),
            delivered_on=row.delivered_on,
            delivered_to=self._delivered_to(row),
        )

    def _acknowledgement(self, data: dict[str, Any]) -> AcknowledgementPaper:
        lines: Lines = tuple((label, str(data[name])) for name, label in (*_SAID, *_PROMISED) if data.get(name))
        at = dt.datetime.fromisoformat(data["at"]) if data.get("at") else None
        scan = data["document"] if data.get("document") and not data.get("message") else ""
        stored = self._scan("scan", scan) if scan else None
        kind = data.get("kind") or "acknowledged"
        return AcknowledgementPaper(at.astimezone(self.zone).date() if at is not None else None, kind, lines, stored)

    def _media_type(self, digest: str) -> str:
        """Of a scan that was kept without it; a file that is gone is none."""
        from cobranza_rules.intake.support_content import media_type_of

        try:
            return media_type_of(self.archive.get(digest), "")
        except ProblemError:
            return PDF

    def _sent(self, rows: Sequence[InvoiceRow]) -> Iterator[SentPaper]:
        """Done with these invoices, or with all of the customer; oldest first."""
        delivered = {row.delivered_by for row in rows}
        about = or_(
            (ClaimRow.subject == Scope.INVOICE) & ClaimRow.subject_id.in_([row.id for row in rows]),
            (ClaimRow.subject == Scope.CUSTOMER) & (ClaimRow.subject_id == self.customer.id),
        )
        done = select(ActionRow).where(ActionRow.state == "sent", ActionRow.id.in_(select(ClaimRow.action_id).where(about)))
        for action in self.session.scalars(done.order_by(ActionRow.finished_on, ActionRow.id)):
            letters, mail = tuple(self._letters(action)), self._outgoing(action)
            if (letters or mail) and action.finished_on is not None:
                yield SentPaper(action.finished_on, action.rule_id, action.id in delivered, letters, mail)

    def _letters(self, action: ActionRow) -> Iterator[StoredFile]:
        query = select(DocumentRow).where(
            DocumentRow.action_id == action.id,
            DocumentRow.revision == action.revision,
            DocumentRow.kind.in_(LETTERS),
            DocumentRow.media_type == PDF,
        )
        for row in self.session.scalars(query.order_by(DocumentRow.id)):
            yield StoredFile(row.name, row.media_type, row.digest)

    def _outgoing(self, action: ActionRow) -> MailPaper | None:
        query = select(OutgoingRow).where(OutgoingRow.action_id == action.id, OutgoingRow.state == "sent")
        row = self.session.scalar(query.order_by(OutgoingRow.id.desc()).limit(1))
        if row is None:
            return None
        to = ", ".join([*row.recipients, *row.copies])
        raw = StoredFile(f"out-{action.id:05d}.eml", MAIL, row.raw)
        return self._mail(raw, action.finished_on or self.today, action.rule_id, to, row.subject)

    def _received(self) -> Iterator[MailPaper]:
        """What people have written; what machines answer by themselves stands in the history."""
        query = select(ReceivedRow).where(ReceivedRow.customer_id == self.customer.id, ReceivedRow.state != "automatic")
        for row in self.session.scalars(query.order_by(ReceivedRow.received_at, ReceivedRow.id)):
            raw = StoredFile(f"in-{row.id:05d}.eml", MAIL, row.raw)
            yield self._mail(raw, row.received_at.astimezone(self.zone).date(), row.kind, "", row.subject, row.sender)

    def _mail(self, raw: StoredFile, on: dt.date, kind: str, to: str, subject: str, sender: str = "") -> MailPaper:
        try:
            message = parse_message(self.archive.get(raw.digest))
        except (ProblemError, UnreadableMessage):  # The part says that it is missing, or attaches it as it is.
            return MailPaper(on, kind, sender, to, subject, "", (), raw)
        names = tuple(PurePath(one.name).name for one in message.attachments)
        return MailPaper(on, kind, sender or message.sender, to or ", ".join(message.to), subject, message.text, names, raw)

    def _agreements(self, rows: Sequence[InvoiceRow]) -> Iterator[AgreementPapers]:
        covering = {row.agreement_id for row in rows if row.agreement_id is not None}
        query = select(AgreementRow).where(AgreementRow.id.in_(covering)).order_by(AgreementRow.number, AgreementRow.version)
        filed: set[tuple[str, str]] = set()  # A file belongs to all versions, and is in the packet once.
        for one in agreements_on(self.session, query, self.today):
            files = tuple(StoredFile(name, _media_type_by_name(name), digest) for name, digest in one.files if (name, digest) not in filed)
            filed.update(one.files)
            yield AgreementPapers(one.row.number, one.row.version, one.row.happened_on, tuple(one.lines()), files)

    def _history(self, numbers: set[str]) -> Iterator[tuple[dt.date, Sentence]]:
        """Events that name invoices are there for these invoices alone."""
        for event in timeline(self.session, self.customer.id):
            named = event.data.get("invoices") or event.data.get("invoice") or ()
            about = {named} if isinstance(named, str) else set(named) if isinstance(named, list | tuple) else set()
            if event.kind not in OF_THE_DESK and (not about or about & numbers):
                yield event.happened_on, event.sentence


def _stored(file: dict[str, Any]) -> StoredFile:
    return StoredFile(file["name"], file["media_type"], file["document"])


def _media_type_by_name(name: str) -> str:
    import mimetypes

    return mimetypes.guess_type(name)[0] or "application/octet-stream"
