"""Laws over random courses of a server, of retries, pauses, settlements, clocks and crashes, on a desk with three recipients a message.

- Nobody gets the same message twice, whoever else has got it or not.
- Nothing leaves while sending is paused.
- No sixty minutes hold more attempts than the settings allow.
- In the end, with a server that takes everything, everybody whose server did not refuse him has it, and nothing waits.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.outbox import ask_again
from cobranza_rules.dispatch.pausing import pause, pause_on, resume
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.mail.sink import message_id_of
from cobranza_rules.store.attempts import uncertain_still
from cobranza_rules.store.tables import OutgoingRow
from cobranza_rules.workspace import open_workspace
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.dispatch.faulty_sink import CrashError
from tests.stories.desk import Desk, PlainPdf, customer_list
from tests.stories.fixtures import OPENING, on_desks
from tests.stories.folders import make_folder
from tests.stories.hand_clock import HandClock

WHO = "analista@kemper.example"
PER_HOUR = 3
ROW = "C-00{n},CUSTOMER {n} LLC,XEXX010101000,extranjero,es,30,correo,f@c{n}.example,a@c{n}.example,b@c{n}.example"
WIRE = st.sampled_from(["", "", "away", "later", "refused", "unanswered, left", "unanswered, lost", "crash before", "crash after"])
OF_ONE = st.sampled_from(["", "", "", "450 4.7.1 greylisted", "452 4.2.2 mailbox full", "550 5.1.1 no such user"])


@dataclass
class Server:
    """Delivers to whom it has accepted, whatever the sender hears of it."""

    desk: Desk | None = None
    wire: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    handed: list[dt.datetime] = field(default_factory=list)
    paused: bool = False
    elapsed: dt.timedelta = dt.timedelta()  # As a watch would have it that nobody sets back

    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        del sender
        assert not self.paused, "nothing leaves in a pause"
        fault = self.wire.pop(0) if self.wire else ""
        if fault == "away":
            return DeliveryReport(Delivery.POSTPONED, "connect", "no route to host")
        self.handed.append(dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + self.elapsed)
        if fault == "crash before":
            raise CrashError
        if fault == "later":
            return DeliveryReport(Delivery.POSTPONED, "data", "451 4.3.0 later")
        if fault == "refused":
            return DeliveryReport(Delivery.REFUSED, "after-data", "554 5.6.0 no")
        said = {address: answer for address in recipients if (answer := self.answers.pop(0) if self.answers else "")}
        refused = tuple(said.items())
        if all(address in said for address in to):
            outcome = Delivery.POSTPONED if any(said[address].startswith("4") for address in to) else Delivery.REFUSED
            return DeliveryReport(outcome, "envelope", "no To recipient was accepted", refused)
        if fault != "unanswered, lost":
            self.got.update((message_id_of(raw) or "", address) for address in recipients if address not in said)
        if fault == "crash after":
            raise CrashError
        if fault.startswith("unanswered"):
            return DeliveryReport(Delivery.UNCERTAIN, "after-data", "the connection broke", refused)
        return DeliveryReport(Delivery.SENT, "after-data", "250 OK", refused)

    def was_delivered(self, message_id: str) -> bool | None:
        del message_id
        return None

    def close(self) -> None:
        pass


@dataclass
class World:
    base: Path
    server: Server = field(default_factory=Server)
    at: dt.datetime = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        workspace = open_workspace(self.base, DAY)
        mail = workspace.settings.mail
        out = mail.out.model_copy(update={"per_hour": PER_HOUR, "give_up_days": 30})
        changed = {"mode": "automatic", "mail": mail.model_copy(update={"out": out})}
        workspace.settings = workspace.settings.model_copy(update=changed)
        workspace.pdf, workspace.sink = PlainPdf(), self.server
        workspace.clock = HandClock(self.at)
        self.desk = Desk(workspace)

    def tick(self) -> None:
        try:
            self.desk.tick()
        except CrashError:
            self.desk.workspace.close()
            self.open()

    def pass_minutes(self, minutes: int) -> None:
        """A negative number sets the clock back, and no time passes."""
        self.at += dt.timedelta(minutes=minutes)
        self.server.elapsed += dt.timedelta(minutes=max(minutes, 0))
        self.desk.workspace.clock = HandClock(self.at)

    def retry(self) -> None:
        with self.desk.workspace.database.writing() as session:
            ask_again(session, [], self.at)

    def toggle_pause(self) -> None:
        with self.desk.workspace.database.writing() as session:
            if pause_on(session, self.desk.today) is None:
                pause(session, WHO, "prueba", None, self.at, self.desk.today)
            else:
                resume(session, WHO, self.at, self.desk.today)
            self.server.paused = pause_on(session, self.desk.today) is not None

    def settle(self) -> None:
        """A person asks the server, and says the truth of those of whom nobody knows."""
        workspace = self.desk.workspace
        with workspace.database.writing() as session:
            for row in list(session.scalars(select(OutgoingRow).where(uncertain_still()))):
                from cobranza_rules.store.attempts import of_message

                unsure = [one for one in of_message(session, row.id) if one.outcome == "uncertain"][-1]
                left = any((row.message_id, address) in self.server.got for address in unsure.recipients)
                settle_uncertain(Bookkeeper(session, self.at), workspace, row.id, left=left, who=WHO)

    def check(self) -> None:
        assert [key for key, times in self.server.got.items() if times > 1] == []
        for first in self.server.handed:
            assert sum(first <= one < first + dt.timedelta(hours=1) for one in self.server.handed) <= PER_HOUR
        self.desk.assert_whole()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = make_folder(tmp_path_factory.mktemp("once") / "workspace")
    rules = base / "rules" / "collections.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("- letter: first-reminder\n", "- letter: first-reminder\n"), encoding="utf-8"
    )
    world = World(base)
    publish_anew(world.desk.workspace)
    world.desk.take(customer_list(*(ROW.format(n=n) for n in range(1, 5))))
    owing = [invoice(f"FA-{n}", "900.00", receiver=("XEXX010101000", f"CUSTOMER {n} LLC")) for n in range(1, 5)]
    world.desk.take(*owing, opening=OPENING)
    with world.desk.workspace.database.writing() as session:
        for contact in world.desk.contacts():
            if contact.role == "fallback_contact":
                session.merge(contact).role = "collections_contact"
    world.desk.workspace.close()
    return base


EVENTS = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 90)),
    st.tuples(st.just("pass"), st.sampled_from([-200, -70, -30, -5])),
    st.tuples(st.just("wire"), st.lists(WIRE, max_size=4)),
    st.tuples(st.just("answers"), st.lists(OF_ONE, max_size=8)),
    st.tuples(st.just("tick"), st.none()),
    st.tuples(st.just("tick"), st.none()),
    st.tuples(st.sampled_from(["retry", "pause", "settle"]), st.none()),
)


@given(story=st.lists(EVENTS, min_size=10, max_size=30))
@on_desks(5)
def test_laws(template: Path, tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, object]]) -> None:
    folder = tmp_path_factory.mktemp("story")
    world = World(Path(shutil.copytree(template, folder / "workspace")))
    try:
        for kind, value in story:
            _act(world, kind, value)
            world.check()
        _peace(world)
    finally:
        world.desk.workspace.close()
        shutil.rmtree(folder)


def _act(world: World, kind: str, value: object) -> None:
    match kind:
        case "pass":
            assert isinstance(value, int)
            world.pass_minutes(value)
            world.tick()
        case "wire" | "answers":
            assert isinstance(value, list)
            getattr(world.server, kind).extend(value)
        case "tick":
            world.tick()
        case "retry":
            world.retry()
        case "pause":
            world.toggle_pause()
        case "settle":
            world.settle()


def _peace(world: World) -> None:
    """The server takes everything, people have done what they had to; in some hours of work nothing waits any more."""
    world.server.wire, world.server.answers = [], []
    if world.server.paused:
        world.toggle_pause()
    world.tick()  # What was on the wire when the story ended in a crash is known to be uncertain only now.
    world.settle()
    for task in world.desk.tasks():
        world.desk.done(task.id)
    world.at = dt.datetime(2026, 3, 3, 14, 30, tzinfo=dt.UTC)
    world.server.elapsed += dt.timedelta(days=1)
    for _half_hour in range(14):
        world.pass_minutes(31)
        world.tick()
        world.check()
    assert [row.id for row in world.desk.outgoing() if row.next_try_at is not None] == []
    assert [action.state for action in world.desk.actions("first-reminder") if action.state not in ("sent", "failed", "cancelled")] == []
    sent = world.desk.outgoing("sent")
    for customer in ("c1", "c2", "c3", "c4"):
        to = {address for row in sent for address in row.recipients if address.endswith(f"@{customer}.example")}
        assert to, customer
