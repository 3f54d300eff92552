"""The mails that bring papers to Accounting: a packet with the token by which its answer is known, and the credit notes that are asked for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cobranza_rules.booking.packet_lines import Totals
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.internal_mail import Written, write_internal
from cobranza_rules.dispatch.mail_size import BASE64, MB
from cobranza_rules.dispatch.packet_papers import Made
from cobranza_rules.language import N_, Sentence, Translate
from cobranza_rules.letters.packet_mail import PacketMail, fields_of_packet
from cobranza_rules.mail.message import Attachment
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.rules.model import Step
from cobranza_rules.store.tables import AccountingPacketRow
from cobranza_rules.workspace import Workspace

KIND, REQUEST_KIND = "accounting-packet", "credit-note-requests"
TOKEN = "packet"  # noqa: S105 (the purpose that a token is for, and no secret)
ACCOUNTING = "accounting"
NAME = N_("collections")  # Of the files
ROOM = 0.9  # Of the size that servers take, for attachments: text and headers need some, too
PDF, EXCEL, ZIP = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"


def write_packet_mail(session: Session, workspace: Workspace, row: AccountingPacketRow, made: Made, step: Step | None) -> int:
    """The mail of a packet, bound to it; `step` says to whom it goes, Accounting where there is none. Raises ProblemError."""
    roles = dict.fromkeys((step.to, *step.cc)) if step is not None else {ACCOUNTING: None}
    people = [person_named(workspace.company, role) for role in roles]
    translate = translator(workspace.settings.language)
    name = f"{translate(NAME)}-{made.name}"
    papers = [Attachment(f"{name}.pdf", PDF, made.relation), Attachment(f"{name}.xlsx", EXCEL, made.workbook)]
    evidence = Attachment(f"{name}.zip", ZIP, made.evidence)
    fits = sum(len(each.content) for each in (*papers, evidence)) * BASE64 <= workspace.settings.mail.largest_mb * MB * ROOM
    told = PacketMail(
        number=row.id,
        day=row.day,
        currency=row.currency,
        revision=row.revision,
        token=workspace.token_key.token(TOKEN, row.id),
        by_mail=workspace.settings.answers_are_trusted,
        command="" if fits else f"cobranza accounting show {row.id} -o ",
        totals=_totals(Totals.of_json(row.totals), row.currency, translate),
        changes=[Sentence.from_json(change).text(translate) for change in row.changes],
    )
    fields = fields_of_packet(workspace.company, people[0], workspace.clock.today(), told, workspace.settings.language)
    written = written_mail(workspace, KIND, fields)
    copies = [person.email for person in people[1:] if person.email != people[0].email]
    attachments = (*papers, evidence) if fits else tuple(papers)
    row.message_id = write_internal(session, workspace, KIND, f"packet:{row.id}", people[0].email, copies, written, attachments)
    return row.message_id


def _totals(totals: Totals, currency: str, translate: Translate) -> list[tuple[str, Money | int]]:
    names = {"received": N_("Received"), "applied": N_("Applied to invoices"), "unapplied": N_("Not applied"), "discounts": N_("Discounts")}
    amounts = [(translate(said), Money(getattr(totals, name), currency)) for name, said in names.items()]
    return [(translate(N_("Payments")), totals.payments), *amounts]


def written_mail(workspace: Workspace, name: str, fields: dict[str, object]) -> Written:
    from cobranza_rules.mail.html_text import html_to_text

    subject, page = workspace.templates.notice(name, workspace.settings.language).render(fields)
    return Written(subject, html_to_text(page), page)
