"""Laws of the whole procedure, over random weeks of payments, answers, signatures, bounces, faults of the wire and crashes.

- No claim has two messages that left.
- What is paid, disputed or answered and not yet looked at is never claimed, and nothing leaves on a day off.
- A statement of account shows what is owed at the moment in which it leaves, and no payment is thanked for that was taken back.
- Every balance is what an independent, naive sum gives.
- The case file stays whole.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.plan.ledger import planned
from cobranza_rules.workspace import open_workspace
from tests.cfdi_files import UNIVERSITY as UNIVERSITY_PARTY
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY, publish_anew
from tests.dispatch.faulty_sink import FAULTS, CrashError, FaultySink
from tests.stories.desk import UNIVERSITY, Desk, PlainPdf, customer_list, text_of
from tests.stories.fixtures import OPENING
from tests.stories.folders import make_folder

XENON = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")
ANSWERS = {"sales-intervention": "no_agreement", "decide-on-case": "back_to_collections"}
BOOK = {"FA-1": (UNIVERSITY_PARTY, 116_000), "FA-2": (UNIVERSITY_PARTY, 70_000), "FX-1": (XENON, 90_000), "FX-2": (XENON, 60_000)}
LATER = "FX-2"  # Delivered by the program itself, after a signature
HELD_SECTION = "Partidas en aclaración"
# Beside the shipped rules: what customers are written as a whole, and about their payments
WHOLE = """
version: 1
rules:
  - id: statement
    for: customer
    when: open_invoices > 0 and customer_ready
    every: 4 workdays
    do:
      - {letter: account-statement, sign: administration_manager}
      - {email: account-statement, to: collections_contact, attach: [letter, statement]}
  - id: thanks
    for: payment
    when: applied_amount > 0 and workdays_since_payment <= 5 and customer_ready
    do: [{email: payment-received, to: collections_contact}]
"""
numbers = st.sampled_from(sorted(BOOK))
# Time passes often, and people mostly do their work: else everything would soon stand still, and little could go wrong.
SHARES = {
    "days": (6, st.integers(1, 5)),
    "tick": (1, st.none()),
    "pay": (1, st.tuples(numbers, st.integers(1, 40_000))),
    "reverse": (1, st.integers(0, 5)),
    "promise": (1, numbers),
    "claim": (1, numbers),
    "dispute": (1, numbers),
    "end of dispute": (2, numbers),
    "unread": (1, numbers),
    "look": (2, st.none()),
    "decide": (3, st.sampled_from([True, True, True, False])),
    "bounce": (3, st.integers(0, 5)),
    "fault": (2, st.sampled_from(FAULTS)),
    "settle": (2, st.none()),
    "tasks": (2, st.none()),
}
events = st.one_of([st.tuples(st.just(kind), values) for kind, (share, values) in SHARES.items() for _time in range(share)])


@dataclass
class World:
    """The desk beside what a naive observer knows."""

    base: Path
    mode: str
    desk: Desk = field(init=False)
    sink: FaultySink = field(init=False)
    day: dt.date = DAY
    paid: dict[str, tuple[str, int]] = field(default_factory=dict)  # Receipt to invoice and amount
    receipts: int = 0
    disputed: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # RFCs
    left: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def open(self) -> None:
        workspace = open_workspace(self.base, self.day)
        workspace.settings = workspace.settings.model_copy(update={"mode": self.mode})
        workspace.pdf = PlainPdf()
        faults = self.sink.faults if hasattr(self, "sink") else []
        self.sink = FaultySink(MaildirSink(self.base / "correo-enviado"), self.watch, faults)
        workspace.sink = self.sink
        counter = self.desk.counter if hasattr(self, "desk") else 0
        self.desk = Desk(workspace, counter)

    def watch(self, message: EmailMessage) -> None:
        """At the moment in which a message leaves."""
        assert self.desk.workspace.rules.calendar.is_workday(self.day)
        if str(message["To"]).endswith("@kemper.example"):
            assert str(message["Message-ID"]) not in self.told, "people of the company are told once, too"
            self.told.append(str(message["Message-ID"]))
            return
        text, subject = text_of(message), str(message["Subject"])
        claimed = set(re.findall(r"F[AX]-\d", text.partition(HELD_SECTION)[0]))
        assert claimed
        assert str(message["Message-ID"]) not in self.left
        self.left.append(str(message["Message-ID"]))
        if "recibimos su pago" in subject:
            assert [number for number, minor in self.paid.values() if number in claimed and f"pago de {shown(minor)}" in subject]
            return
        for number in claimed:
            assert self.balance(number) > 0, f"{number} is paid"
        if "ecordatorio" in subject or "estado de cuenta" in subject:
            assert not {BOOK[number][0][0] for number in claimed} & self.unread
        if "ecordatorio" in subject:
            assert not claimed & self.disputed
        if "estado de cuenta" in subject:
            (party,) = {BOOK[number][0] for number in claimed}
            owed = {number: self.balance(number) for number, (owner, _total) in BOOK.items() if owner == party}
            assert claimed == {number for number, minor in owed.items() if minor > 0}
            assert all(shown(minor) in text for minor in owed.values() if minor > 0)

    def balance(self, number: str) -> int:
        return BOOK[number][1] - sum(amount for invoice_number, amount in self.paid.values() if invoice_number == number)

    def tick(self) -> None:
        try:
            self.desk.tick()
        except CrashError:
            self.desk.workspace.close()
            self.open()

    def act(self, kind: str, value: object) -> None:
        getattr(self, f"do_{kind.replace(' ', '_')}")(value)

    def do_days(self, count: int) -> None:
        for _day in range(count):
            self.day += dt.timedelta(days=1)
            self.desk.on(self.day)
            self.tick()

    def do_tick(self, _nothing: None) -> None:
        self.tick()

    def do_pay(self, what: tuple[str, int]) -> None:
        number, amount = what
        self.receipts += 1
        name = f"P-{self.receipts}"
        self.desk.take(receipt(name, {number: f"{amount / 100:.2f}"}, day=self.day, receiver=BOOK[number][0]))
        self.paid[name] = (number, amount)

    def do_reverse(self, which: int) -> None:
        """A receipt that replaces an earlier one and pays ten cents of the same invoice instead."""
        if which >= len(self.paid):
            return
        old = list(self.paid)[which]
        number, _amount = self.paid.pop(old)
        self.receipts += 1
        self.desk.take(receipt(f"P-{self.receipts}", {number: "0.10"}, day=self.day, receiver=BOOK[number][0], replaces=(old,)))
        self.paid[f"P-{self.receipts}"] = (number, 10)

    def do_promise(self, number: str) -> None:
        if self.balance(number) > 0:
            self._enter(number, EntryKind.PROMISED, pay_on=(self.day + dt.timedelta(days=3)).isoformat(), minor=0)

    def do_claim(self, number: str) -> None:
        self._enter(number, EntryKind.PAYMENT_CLAIMED)

    def do_dispute(self, number: str) -> None:
        if number not in self.disputed:
            self._enter(number, EntryKind.DISPUTE_OPENED, reason="precio")
            self.disputed.add(number)

    def do_end_of_dispute(self, number: str) -> None:
        if number in self.disputed:
            self._enter(number, EntryKind.DISPUTE_CLOSED)
            self.disputed.discard(number)

    def _enter(self, number: str, kind: EntryKind, **data: object) -> None:
        self.desk.enter(number, kind, **data)

    def do_unread(self, number: str) -> None:
        rfc = BOOK[number][0][0]
        sender = "pagos@robotica.example" if rfc == UNIVERSITY_PARTY[0] else "pagos@xenon.example"
        self.desk.write(f"ya pagamos todo ({self.desk.counter})", sender=sender, authenticated=False)
        self.unread.add(rfc)

    def do_look(self, _nothing: None) -> None:
        """A person looks at every message that was taken in and says that it is but a question; the next run settles it."""
        self.tick()
        workspace = self.desk.workspace
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            for row in self.desk.received():
                if row.state == "open":
                    assign(
                        keeper,
                        row.id,
                        Assignment("question", "analista@kemper.example", {}, customer="" if row.customer_id else "C-001"),
                        self.day,
                    )
        self.unread.clear()

    def do_decide(self, agreed: bool) -> None:
        for role in ("administration_manager", "sales_manager", "collections_analyst"):
            if any(approval.role == role for approval in self.desk.approvals("waiting")):
                self.desk.approve(role, agreed=agreed, comment="por esto")
        self.tick()

    def do_bounce(self, which: int) -> None:
        sent = self.desk.outgoing("sent")
        if which < len(sent):
            self.desk.bounce(sent[which].message_id, *sent[which].recipients)
            self.tick()

    def do_fault(self, fault: str) -> None:
        self.sink.faults.append(fault)

    def do_settle(self, _nothing: None) -> None:
        """A person looks into the customer's mailbox, so to speak, and says the truth."""
        workspace = self.desk.workspace
        for row in self.desk.outgoing("uncertain"):
            with workspace.database.writing() as session:
                keeper = Bookkeeper(session, workspace.clock.now())
                settle_uncertain(keeper, workspace, row.id, left=f"<{row.message_id}>" in self.left, who="analista@kemper.example")

    def do_tasks(self, _nothing: None) -> None:
        for task in self.desk.tasks():
            self.desk.done(task.id, answer=ANSWERS.get(task.name, ""))

    def check(self) -> None:
        for number in BOOK:
            assert self.desk.invoice(number).balance == self.balance(number)
        actions = {row.id: row for row in self.desk.actions()}
        by_message = {f"<{row.message_id}>": actions[row.action_id] for row in self.desk.outgoing()}
        claimed: Counter[tuple[str, int, str, int]] = Counter()
        for message_id in self.left:
            action = planned(by_message[message_id])
            claimed.update((action.subject, item.subject_id, item.rule_id, item.occurrence) for item in action.items)
        assert [claim for claim, times in claimed.items() if times > 1] == []
        self.desk.assert_whole()


def shown(minor: int) -> str:
    return f"${minor / 100:,.2f} MXN"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = make_folder(tmp_path_factory.mktemp("weeks") / "workspace")
    (base / "rules" / "whole.yaml").write_text(WHOLE, encoding="utf-8")
    world = World(base, "automatic")
    world.open()
    publish_anew(world.desk.workspace)
    xenon = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"
    world.desk.take(customer_list(UNIVERSITY + "direccion@robotica.example", xenon))
    old = [invoice(number, f"{total / 100:.2f}", receiver=party) for number, (party, total) in BOOK.items() if number != LATER]
    world.desk.take(*old, opening=OPENING)
    party, total = BOOK[LATER]
    world.desk.take(invoice(LATER, f"{total / 100:.2f}", DAY - dt.timedelta(days=25), receiver=party))
    world.desk.workspace.close()
    return base


@given(mode=st.sampled_from(["automatic", "supervised"]), story=st.lists(events, min_size=20, max_size=60))
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_laws(template: Path, tmp_path_factory: pytest.TempPathFactory, mode: str, story: list[tuple[str, object]]) -> None:
    folder = tmp_path_factory.mktemp("story")
    world = World(Path(shutil.copytree(template, folder / "workspace")), mode)
    world.open()
    try:
        for kind, value in story:
            world.act(kind, value)
            world.check()
    finally:
        world.desk.workspace.close()
        shutil.rmtree(folder)
