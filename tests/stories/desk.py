"""A collections desk in a test: a real workspace, its customers and what they, their banks and the people of the desk do."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.booking.task_answers import Acknowledger, Answer, finish_task
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.dispatch.shown import must_be_whole
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.people import person_named
from cobranza_rules.plan.deciding import Decision, decide_approvals, waiting_approvals
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import (
    ActionRow,
    ApprovalRow,
    ClaimRow,
    ContactRow,
    CustomerRow,
    DocumentRow,
    InvoiceRow,
    OutgoingRow,
    ReceivedRow,
    TaskRow,
)
from cobranza_rules.tick import TickReport, make_plan, run_tick
from cobranza_rules.workspace import Workspace
from tests.conftest import at
from tests.stories.hand_clock import HandClock

OURS = "cobranza@kemper.example"
PAYER = "pagos@robotica.example"
FALLBACK = "direccion@robotica.example"
UNIVERSITY = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,pagos@robotica.example,"
HEADINGS = "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Correo facturas,Correo cobranza,Correo alterno\n"


def customer_list(*rows: str) -> bytes:
    """Rows of the customers' spreadsheet, below its headings."""
    return (HEADINGS + "".join(f"{row}\n" for row in rows)).encode()


class PlainPdf:
    """A PDF engine inside the process: an empty page that holds the HTML, so that a test can read the letter."""

    name, version = "plain", "1"

    def render(self, html: str) -> bytes:
        told = html.encode()
        objects = (
            b"<</Type/Catalog/Pages 2 0 R/Told 4 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(told), told),
        )
        written, places = b"%PDF-1.4\n", []
        for number, each in enumerate(objects, start=1):
            places.append(len(written))
            written += b"%d 0 obj%s\nendobj\n" % (number, each)
        table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
        trailer = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(written)
        return written + b"xref\n0 5\n" + table + trailer

    def close(self) -> None:
        pass


@dataclass
class Desk:
    workspace: Workspace
    counter: int = 0
    files: list[bytes] = field(default_factory=list)

    def on(self, day: dt.date) -> Desk:
        at(self.workspace, day)
        return self

    def later(self, *, minutes: float) -> Desk:
        """The clock goes on, or back, and then stands still."""
        self.workspace.clock = HandClock(self.workspace.clock.now() + dt.timedelta(minutes=minutes), self.workspace.settings.timezone)
        return self

    @property
    def today(self) -> dt.date:
        return self.workspace.clock.today()

    # What arrives

    def take(self, *contents: bytes, opening: dt.date | None = None) -> ImportReport:
        workspace = self.workspace
        importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, opening)
        report = importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))
        assert [str(problem) for problem in report.problems] == []
        return report

    def deliver(self, raw: bytes) -> None:
        """Into the Maildir that the workspace reads."""
        self.counter += 1
        maildir = self.workspace.base / self.workspace.settings.mail.incoming[0].path
        (maildir / "new" / f"{self.counter}.{hashlib.sha256(raw).hexdigest()[:12]}.prueba").write_bytes(raw)

    def write(self, text: str, *, answers: str = "", sender: str = PAYER, authenticated: bool = True) -> None:
        """A message from a customer; `answers` is the id of ours that it answers."""
        self.counter += 1
        domain = sender.rpartition("@")[2]
        verdict = "pass" if authenticated else "fail"
        lines = [
            f"Authentication-Results: mx.kemper.example; dmarc={verdict} header.from={domain}",
            f"From: {sender}",
            f"To: {OURS}",
            "Subject: Re: Recordatorio de pago",
            f"Message-ID: <m{self.counter}@{domain}>",
            f"Date: {dt.datetime.combine(self.today, dt.time(15), dt.UTC):%a, %d %b %Y %H:%M:%S} +0000",
            *([f"In-Reply-To: <{answers}>", f"References: <{answers}>"] if answers else []),
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
        ]
        self.deliver(("\n".join(lines) + f"\n\n{text}\n").encode())

    def bounce(self, message_id: str, *recipients: str, status: str = "5.1.1") -> None:
        """A delivery status notification (RFC 3464) about one of our messages."""
        self.counter += 1
        action = "failed" if status.startswith("5") else "delayed"
        fields = "".join(f"\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n" for address in recipients)
        self.deliver(
            (
                f"From: Mail Delivery System <MAILER-DAEMON@mx.kemper.example>\nTo: {OURS}\nSubject: Undelivered Mail Returned to Sender\n"
                f"Message-ID: <b{self.counter}@mx.kemper.example>\nAuto-Submitted: auto-replied\nReturn-Path: <>\nMIME-Version: 1.0\n"
                'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
                "--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n"
                f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.kemper.example\n{fields}"
                f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {OURS}\nMessage-ID: <{message_id}>\n--b--\n"
            ).encode()
        )

    # What the desk does

    def tick(self, *, bank: bool = True) -> TickReport:
        """One run; `bank` says that all payments up to today are in."""
        if bank:
            with self.workspace.database.writing() as session:
                beat(session, BANK, self.workspace.clock.now())
        return run_tick(self.workspace)

    def plan(self) -> Plan:
        return make_plan(self.workspace)

    def run(self, day: dt.date) -> TickReport:
        return self.on(day).tick()

    def planned_on(self, day: dt.date) -> int:
        """How many actions the run of a day has planned, beside those that remind people of what waits."""
        known = {action.id for action in self.actions()}
        self.run(day)
        return sum(action.id not in known and action.plan["subject"] in ("invoice", "reply") for action in self.actions())

    def approve(self, role: str, *, comment: str = "", agreed: bool = True, only: Sequence[int] = ()) -> list[int]:
        person = person_named(self.workspace.company, role)
        with self.workspace.database.writing() as session:
            keeper = Bookkeeper(session, self.workspace.clock.now())
            ids = list(only) or [approval.id for approval, _action in waiting_approvals(session, role)]
            done, problems = decide_approvals(
                keeper, ids, Decision(person, agreed, comment), self.today, partial(must_be_whole, self.workspace)
            )
        if problems:
            raise ProblemError(problems)
        return done

    def reject(self, role: str, comment: str) -> list[int]:
        return self.approve(role, comment=comment, agreed=False)

    def done(self, task_id: int, role: str = "collections_analyst", answer: str = "", acknowledged: Acknowledger | None = None) -> None:
        person = person_named(self.workspace.company, role)
        with self.workspace.database.writing() as session:
            keeper = Bookkeeper(session, self.workspace.clock.now())
            finish_task(keeper, task_id, Answer(person.email, answer, acknowledged=acknowledged), self.today)

    def enter(self, number: str, entry: EntryKind, /, **data: object) -> None:
        """An entry of the book that a person or a bank makes."""
        with self.workspace.database.writing() as session:
            keeper = Bookkeeper(session, self.workspace.clock.now())
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            assert keeper.enter(row, entry, self.today, data)

    # What there is

    def actions(self, rule: str = "", state: str = "") -> list[ActionRow]:
        query = select(ActionRow).order_by(ActionRow.id)
        query = query.where(ActionRow.rule_id == rule) if rule else query
        query = query.where(ActionRow.state == state) if state else query
        return self._all(query)

    def action(self, rule: str) -> ActionRow:
        """The last of that rule or rung."""
        return self.actions(rule)[-1]

    def why(self, action: ActionRow) -> str:
        from cobranza_rules.language import Sentence

        return str(Sentence.from_json(action.reason))

    def outgoing(self, state: str = "") -> list[OutgoingRow]:
        query = select(OutgoingRow).order_by(OutgoingRow.id)
        return self._all(query.where(OutgoingRow.state == state) if state else query)

    def approvals(self, state: str = "") -> list[ApprovalRow]:
        query = select(ApprovalRow).order_by(ApprovalRow.id)
        return self._all(query.where(ApprovalRow.state == state) if state else query)

    def tasks(self, state: str = "open") -> list[TaskRow]:
        return self._all(select(TaskRow).where(TaskRow.state == state).order_by(TaskRow.id))

    def task(self, name: str) -> TaskRow:
        return next(task for task in self.tasks() if task.name == name)

    def received(self) -> list[ReceivedRow]:
        return self._all(select(ReceivedRow).order_by(ReceivedRow.id))

    def claims(self, *, live: bool | None = None) -> list[ClaimRow]:
        query = select(ClaimRow).order_by(ClaimRow.id)
        return self._all(query if live is None else query.where(ClaimRow.live == live))

    def contacts(self) -> list[ContactRow]:
        return self._all(select(ContactRow).order_by(ContactRow.id))

    def customers(self) -> list[CustomerRow]:
        return self._all(select(CustomerRow).order_by(CustomerRow.id))

    def documents(self, action: ActionRow) -> dict[str, bytes]:
        """The documents of an action's present revision, by kind."""
        query = select(DocumentRow).where(DocumentRow.action_id == action.id, DocumentRow.revision == action.revision)
        return {row.kind: self.workspace.archive.get(row.digest) for row in self._all(query)}

    def invoice(self, number: str) -> InvoiceRow:
        found: list[InvoiceRow] = self._all(select(InvoiceRow).where(InvoiceRow.number == number))
        return found[0]

    def held(self, number: str) -> set[str]:
        """The holds that keep an invoice from being written about today."""
        return {held.hold_id for held in self.plan().held if held.number == number}

    def mails(self) -> list[EmailMessage]:
        """All messages to customers in the outgoing Maildir, as they were written, oldest first."""
        folder = self.workspace.base / self.workspace.settings.mail.out.path
        rows = {hashlib.sha256(row.message_id.encode()).hexdigest()[:40]: row.id for row in self.outgoing()}
        files = [file for file in (folder / "new").glob("*.eml") if file.stem in rows] if folder.exists() else []
        return [read_mail(file) for file in sorted(files, key=lambda file: rows[file.stem])]

    def last_mail(self) -> EmailMessage:
        return self.mails()[-1]

    def last_id(self) -> str:
        return self.outgoing("sent")[-1].message_id

    def assert_whole(self) -> None:
        """The case file's chain is intact, and no claim is live twice."""
        with self.workspace.database.reading() as session:
            assert verify_case_file(session).intact
        live = [(claim.subject, claim.subject_id, claim.rule_id, claim.occurrence) for claim in self.claims(live=True)]
        assert len(live) == len(set(live))

    def _all(self, query: Any) -> list[Any]:
        with self.workspace.database.reading() as session:
            return list(session.scalars(query))


def read_mail(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def days(first: dt.date, count: int) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=ahead) for ahead in range(count))


SPANISH_MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


def spanish_days(text: str) -> list[dt.date]:
    """Every `9 de marzo de 2026` of a text."""
    found = re.findall(r"(\d{1,2}) de (\w+) de (\d{4})", " ".join(text.split()))
    return [dt.date(int(year), SPANISH_MONTHS.index(month) + 1, int(day)) for day, month, year in found]
