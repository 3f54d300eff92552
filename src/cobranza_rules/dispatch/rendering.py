"""Documents and the message of an action: rendered, put into the archive, and named in the ledger before anything leaves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import compact_number
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.attached_files import CFDI, attached_files
from cobranza_rules.dispatch.case_packet import CASE_PACKET, written_packet
from cobranza_rules.dispatch.composing import composed, own_message_id
from cobranza_rules.dispatch.correspondence import Writer
from cobranza_rules.dispatch.delivering import form_of
from cobranza_rules.dispatch.documents import document_for, memo_for, receipts_of, scope_of, statements_of
from cobranza_rules.dispatch.mail_size import MB
from cobranza_rules.domain.letter import CollectionsRelation, CreditNoteRequest, Document, Letter
from cobranza_rules.domain.support import SupportFile
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.intake.support_content import SUFFIXES
from cobranza_rules.language import N_, _
from cobranza_rules.mail.message import Attachment, OutgoingMessage
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.tables import ActionRow, ClaimRow, DocumentRow, InvoiceRow, OutgoingRow
from cobranza_rules.workspace import Workspace

if TYPE_CHECKING:
    from cobranza_rules.letters.pdf import PdfEngine

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF, XML = "application/pdf", "application/xml"
FORM = "acknowledgement_form"
MEMO = "memo"
STATEMENT, PACKET = N_("statement of account"), N_("case packet")
THREAD = 5  # Earlier messages of the conversation that a new one names in References.


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document before it is stored; `kind` is letter, letter_word, statement, cfdi, support, acknowledgement_form, memo or case_packet."""

    kind: str
    name: str
    media_type: str
    content: bytes
    engine: str = ""


def writer_of(workspace: Workspace) -> Writer:
    rules, legal = workspace.rules, workspace.settings.interest.legal
    return Writer(workspace.company, workspace.clock.today(), rules.aging_buckets, rules.calendar, workspace.pictures, legal_interest=legal)


def letter_template(action: PlannedAction) -> str | None:
    """The letter of a chain: that of its letter step, or the one of the same name as the message that attaches it."""
    for step in action.steps:
        if step.kind is StepKind.LETTER or (step.kind is StepKind.EMAIL and "letter" in step.attach):
            return step.name
    return None


def render(
    keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, *, number: str, draft: bool
) -> list[DocumentRow]:
    """Replaces the documents of the present revision."""
    keeper.session.execute(delete(DocumentRow).where(DocumentRow.action_id == row.id, DocumentRow.revision == row.revision))
    rows = [
        DocumentRow(
            action_id=row.id,
            revision=row.revision,
            kind=each.kind,
            name=each.name,
            media_type=each.media_type,
            digest=workspace.archive.put(each.content),
            engine=each.engine,
        )
        for each in rendered(keeper, workspace, action, writer_of(workspace), number=number, draft=draft)
    ]
    keeper.session.add_all(rows)
    keeper.session.flush()
    return rows


def rendered(
    keeper: Bookkeeper,
    workspace: Workspace,
    action: PlannedAction,
    writer: Writer,
    *,
    number: str,
    draft: bool,
    without: Container[str] = (),
) -> list[Rendered]:
    """All documents of an action, none of them stored; of letters those formats (media types) are left out that stand in `without`.

    Without PDF there are neither forms and packets, which are nothing else, nor memos, which stay in the house.
    """
    formats = [each for each in (PDF, WORD) if each not in without]
    documents = []
    if (template := letter_template(action)) is not None:
        documents += letter_files(workspace, document_for(keeper.session, writer, action, template, number=number, draft=draft), formats)
    attached = {kind for step in action.steps for kind in step.attach}
    if "statement" in attached:
        documents += map(_statement, statements_of(keeper.session, writer, action))
    if "cfdi" in attached:
        documents += _cfdi(keeper, workspace, action)
    documents += [_as_it_came(workspace, group, invoice, file) for group, invoice, file in attached_files(keeper, action)]
    if PDF in formats and (form := form_of(keeper.session, action)) is not None:
        printed = letter_files(workspace, document_for(keeper.session, writer, action, form, number=number, draft=draft), (PDF,))
        documents += [replace(each, kind=FORM) for each in printed]
    for memo in dict.fromkeys(step.memo for step in action.steps if step.memo and PDF in formats):
        written = memo_for(keeper.session, writer, action, memo, workspace.settings.language, draft=draft)
        documents += [replace(each, kind=MEMO) for each in letter_files(workspace, written)]
    if PDF in formats and (packet := written_packet(keeper, workspace, action, draft=draft)) is not None:
        name = f"{named(PACKET, workspace.settings.language)}-{file_name(packet.name)}.pdf"
        documents.append(Rendered(CASE_PACKET, name, PDF, packet.content, f"{workspace.pdf.name} {workspace.pdf.version}"))
    return list(_distinct(documents))


def _distinct(documents: Sequence[Rendered]) -> Iterator[Rendered]:
    """No two of them under one name: in a folder one would take the place of the other."""
    seen: Counter[str] = Counter()
    for each in documents:
        seen[each.name.casefold()] += 1
        stem, _dot, suffix = each.name.rpartition(".")
        again = seen[each.name.casefold()]
        yield each if again == 1 else replace(each, name=f"{stem}-{again}.{suffix}")


def file_name(text: str) -> str:
    """A series or folio may hold a slash or worse; an attachment's name may not."""
    return re.sub(r"[^\w.&-]", "_", text).lstrip(".") or "_"


def named(template: str, language: str) -> str:
    """The name of a document in the reader's language, fit for a file: `primer-recordatorio`."""
    return "-".join(translator(language)(template).split())


def letter_files(workspace: Workspace, document: Document, formats: Container[str] = (PDF, WORD)) -> list[Rendered]:
    """`formats` are media types."""
    from cobranza_rules.letters.fields import fields_of

    template = workspace.templates.letter(document.template, document.language, scope_of(document), document.pictures)
    fields = fields_of(document)
    currency = document.currency if isinstance(document, Letter | CollectionsRelation | CreditNoteRequest) else ""
    parts = (named(document.template, document.language), document.reference, currency, document.number)
    name = file_name("-".join(part for part in parts if part))
    files = []
    if PDF in formats:
        engine: PdfEngine = workspace.pdf
        files.append(
            Rendered("letter", f"{name}.pdf", PDF, _printed(engine, template.html(fields), name), f"{engine.name} {engine.version}")
        )
    if WORD in formats:
        files.append(Rendered("letter_word", f"{name}.docx", WORD, template.word(fields)))
    return files


def _printed(engine: PdfEngine, html: str, name: str) -> bytes:
    """What an engine says of a letter it says of this one."""
    try:
        return engine.render(html)
    except ProblemError as error:
        raise ProblemError([replace(problem, file=problem.file or name) for problem in error.problems]) from None


def _statement(letter: Letter) -> Rendered:
    from cobranza_rules.letters.statement import statement_workbook

    name = file_name(f"{named(STATEMENT, letter.language)}-{letter.reference}-{letter.currency}")
    return Rendered("statement", f"{name}.xlsx", EXCEL, statement_workbook(letter))


def _cfdi(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction) -> list[Rendered]:
    """The CFDI leave as they came, byte for byte: of a payment its receipts."""
    if action.subject == Scope.PAYMENT:
        receipts = receipts_of(keeper.session, action.items[0].subject_id)
        return [Rendered("cfdi", f"{file_name(uuid)}.xml", XML, workspace.archive.get(digest)) for uuid, digest in receipts]
    rows = keeper.invoices([item.subject_id for item in action.items])
    if missing := [row.number for row in rows if row.document is None]:
        what = _("the CFDI of {invoices} is not here, and the letter is to leave with it", invoices=", ".join(missing))
        raise ProblemError([Problem(what, _("import its XML; until then the letter waits"))])
    return [Rendered("cfdi", f"{file_name(row.number)}.xml", XML, workspace.archive.get(row.document or "")) for row in rows]


def _as_it_came(workspace: Workspace, group: str, invoice: InvoiceRow, file: SupportFile) -> Rendered:
    """Under a name that says of which invoice it is and what."""
    stem = invoice.number if group == CFDI else file.name.rpartition(".")[0] or file.name
    named = stem if compact_number(stem).startswith(compact_number(invoice.number)) else f"{invoice.number}-{stem}"
    return Rendered(group, f"{file_name(named)}{SUFFIXES[file.media_type]}", file.media_type, workspace.archive.get(file.document))


def message_of(
    keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, number: str, writer: Writer | None = None
) -> OutgoingMessage | None:
    """The message of the present revision with its documents attached. None where the chain sends none."""
    found = message_step(action)
    if found is None:
        return None
    from cobranza_rules.letters.fields import fields_of
    from cobranza_rules.mail.html_text import html_to_text
    from cobranza_rules.mail.reply_token import reply_address, with_reference_line

    _position, step = found
    document = document_for(keeper.session, writer or writer_of(workspace), action, step.name, number=number, draft=False)
    subject, html = workspace.templates.mail(step.name, document.language, scope_of(document)).render(fields_of(document))
    mail = workspace.settings.mail
    if mail.reference_line:
        html = with_reference_line(workspace.token_key, html, row.id)
    return OutgoingMessage(
        message_id=own_message_id(workspace, _message_key(keeper, workspace, row)),
        sender=mail.address,
        sender_name=mail.display_name or workspace.company.name,
        to=action.recipients,
        cc=action.copies,
        subject=subject,
        text=html_to_text(html),
        html=html,
        dated=keeper.known_at,
        attachments=_attachments(keeper, workspace, row, step),
        references=_conversation(keeper, row, action),
        reply_to=reply_address(workspace.token_key, mail.address, row.id) if mail.reply_tokens else "",
        receipt_to=mail.address if mail.out.read_receipt else "",
    )


def write_message(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction, number: str) -> OutgoingRow | None:
    """The message of the present revision, its bytes in the archive. None where the chain sends none."""
    message = message_of(keeper, workspace, row, action, number)
    if message is None:
        return None
    outgoing = keeper.session.scalar(select(OutgoingRow).where(OutgoingRow.action_id == row.id, OutgoingRow.revision == row.revision))
    if outgoing is None:
        outgoing = OutgoingRow(action_id=row.id, revision=row.revision, phase="", detail="")
        keeper.session.add(outgoing)
    outgoing.message_id = message.message_id
    outgoing.raw = workspace.archive.put(message_bytes(message, workspace.settings.mail.largest_mb))
    outgoing.recipients, outgoing.copies = list(message.to), list(message.cc)
    outgoing.subject = message.subject
    outgoing.state = "approved"
    outgoing.changed_at = keeper.known_at
    keeper.session.flush()
    return outgoing


def message_bytes(message: OutgoingMessage, largest_mb: int) -> bytes:
    """Raises ProblemError where it cannot be written, or is larger than servers take."""
    raw = composed(message, _("look at the addresses of its contacts and at the mail template"))
    if len(raw) > largest_mb * MB:
        what = _("the message to {to} is larger than {limit} MB", to=", ".join(message.to), limit=largest_mb)
        raise ProblemError([Problem(what, _("attach less, or raise mail.largest_mb in cobranza.toml if your server takes it"))])
    return raw


def _message_key(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> str:
    """Company, claims and revision: a message id of its own for every revision, the same one however often it is written."""
    claims = select(ClaimRow.subject, ClaimRow.subject_id, ClaimRow.rule_id, ClaimRow.occurrence).where(
        ClaimRow.action_id == row.id, ClaimRow.live
    )
    told = sorted(":".join(map(str, claim)) for claim in keeper.session.execute(claims))
    return json.dumps([workspace.company.rfc, row.id, told, row.revision])


def _attachments(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, step: Step) -> tuple[Attachment, ...]:
    query = select(DocumentRow).where(
        DocumentRow.action_id == row.id, DocumentRow.revision == row.revision, DocumentRow.kind.in_(step.attach)
    )
    documents = keeper.session.scalars(query.order_by(DocumentRow.id))
    return tuple(Attachment(document.name, document.media_type, workspace.archive.get(document.digest)) for document in documents)


def _conversation(keeper: Bookkeeper, row: ActionRow, action: PlannedAction) -> tuple[str, ...]:
    """Message ids of what was sent about the same before, oldest first, so that the customer's mail program keeps them together."""
    ids = [item.subject_id for item in action.items]
    if action.subject == Scope.INVOICE:
        invoices = keeper.session.execute(select(InvoiceRow.delivered_by, InvoiceRow.rungs).where(InvoiceRow.id.in_(ids)))
        actions = {
            done for delivered_by, rungs in invoices for done in (delivered_by, *(rung["action"] for rung in rungs)) if done is not None
        }
    else:
        same = (ClaimRow.subject == action.subject, ClaimRow.subject_id.in_(ids), ClaimRow.rule_id.in_({row.rule_id, action.rule_id}))
        actions = set(keeper.session.scalars(select(ClaimRow.action_id).where(*same, ClaimRow.action_id != row.id)))
    query = (
        select(OutgoingRow.message_id)
        .where(OutgoingRow.action_id.in_(actions), OutgoingRow.state == "sent")
        .order_by(OutgoingRow.id.desc())
    )
    return tuple(reversed(list(keeper.session.scalars(query.limit(THREAD)))))
