"""Where the program ran every day and everybody agreed to everything, the rules in force would have sent what they sent.

Played are random weeks of payments, answers, disputes, substitutions and answered tasks, with a third rung that moves the case.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.running import backtest
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.workspace import open_workspace
from tests.cfdi_files import UNIVERSITY as UNIVERSITY_PARTY
from tests.cfdi_files import credit_note, invoice, receipt
from tests.conftest import DAY, publish_anew
from tests.stories.desk import UNIVERSITY, Desk, PlainPdf, customer_list
from tests.stories.fixtures import OPENING
from tests.stories.folders import make_folder

XENON_PARTY = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")
# Its credit days count from the delivery, which the program makes itself.
XENON_TERMS = (
    "Clave,Razón social,RFC,Base de los días,Días sin acuse,Días de pago\n"
    'C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,entrega,9,"lunes, miércoles y viernes"\n'
)
XENON = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"
# Beside the shipped rules: what customers are written as a whole, and about their payments
WHOLE = """
version: 1
rules:
  - id: statement
    for: customer
    when: overdue_invoices >= 1 and customer_ready
    every: 7 workdays
    do:
      - {letter: account-statement, sign: administration_manager}
      - {email: account-statement, to: collections_contact, attach: [letter]}
  - id: thanks
    for: payment
    when: applied_amount > 0 and workdays_since_payment <= 3 and customer_ready
    do: [{email: payment-received, to: collections_contact}]
  - id: deposit
    for: payment
    when: unapplied_amount > 0 and workdays_since_payment >= 2
    every: 3 workdays
    times: 2
    do: [{task: find-invoice, assign: collections_analyst, due: 1 workday}]
"""
OLD = {"FA-1": UNIVERSITY_PARTY, "FA-2": UNIVERSITY_PARTY, "FX-1": XENON_PARTY}
DECISIONS = ("back_to_collections", "legal", "with_administration")

places = st.integers(0, 9)  # An invoice, by its place among those that there are
events = st.one_of(
    st.tuples(st.just("pay"), places, st.integers(1, 70_000)),
    st.tuples(st.just("reverse"), places, st.just(0)),
    st.tuples(st.just("credit"), places, st.integers(1, 20_000)),
    st.tuples(st.just("promise"), places, st.integers(0, 8)),
    st.tuples(st.just("claim"), places, st.just(0)),
    st.tuples(st.just("dispute"), places, st.just(0)),
    st.tuples(st.just("end"), places, st.just(0)),
    st.tuples(st.just("acknowledge"), places, st.just(0)),
    st.tuples(st.just("contrarrecibo"), places, st.integers(-5, 20)),
    st.tuples(st.just("issue"), places, st.integers(5_000, 90_000)),
    st.tuples(st.just("replace"), places, st.just(0)),
    st.tuples(st.just("write"), places, st.just(0)),
    st.tuples(st.just("miss"), places, st.just(0)),
    st.tuples(st.just("look"), places, st.just(0)),
    st.tuples(st.just("answer"), places, st.sampled_from([0, 1, 2])),
)
stories = st.lists(st.lists(events, max_size=2), min_size=15, max_size=45)  # What happens on each day


class Weeks:
    def __init__(self, base: Path) -> None:
        workspace = open_workspace(base, DAY)
        workspace.settings = workspace.settings.model_copy(update={"mode": "automatic"})
        workspace.pdf = PlainPdf()
        self.desk = Desk(workspace)
        self.owners = dict(OLD)
        self.receipts: list[tuple[str, str]] = []
        self.count = 0

    def day(self, today: dt.date, happenings: list[tuple[str, int, int]]) -> None:
        self.desk.on(today)
        for kind, place, value in happenings:
            number = list(self.owners)[place % len(self.owners)]
            self.count += 1
            getattr(self, kind)(number, value)
        self.desk.tick()
        for role in {approval.role for approval in self.desk.approvals("waiting")}:
            self.desk.approve(role)
        self.desk.tick()

    def pay(self, number: str, minor: int) -> None:
        name = f"P-{self.count}"
        self.desk.take(receipt(name, {number: f"{minor / 100:.2f}"}, day=self.desk.today, receiver=self.owners[number]))
        self.receipts.append((name, number))

    def reverse(self, _number: str, _value: int) -> None:
        if self.receipts:
            old, number = self.receipts.pop()
            self.desk.take(receipt(f"P-{self.count}", {number: "0.10"}, day=self.desk.today, receiver=self.owners[number], replaces=(old,)))

    def credit(self, number: str, minor: int) -> None:
        self.desk.take(credit_note(f"N-{self.count}", f"{minor / 100:.2f}", number, day=self.desk.today, receiver=self.owners[number]))

    def promise(self, number: str, ahead: int) -> None:
        self.enter(number, EntryKind.PROMISED, pay_on=(self.desk.today + dt.timedelta(days=ahead)).isoformat(), minor=0)

    def claim(self, number: str, _value: int) -> None:
        self.enter(number, EntryKind.PAYMENT_CLAIMED)

    def dispute(self, number: str, _value: int) -> None:
        self.enter(number, EntryKind.DISPUTE_OPENED, reason="precio")

    def end(self, number: str, _value: int) -> None:
        self.enter(number, EntryKind.DISPUTE_CLOSED)

    def acknowledge(self, number: str, _value: int) -> None:
        self.enter(number, EntryKind.ACKNOWLEDGED, person="Ana", title="", phone="")

    def contrarrecibo(self, number: str, ahead: int) -> None:
        """It says when the customer will pay, whatever was agreed; or when it was to have paid."""
        pay_on = (self.desk.today + dt.timedelta(days=ahead)).isoformat()
        self.enter(number, EntryKind.ACKNOWLEDGED, kind="contrarrecibo", review_on=self.desk.today.isoformat(), payment_on=pay_on)

    def enter(self, number: str, entry: EntryKind, /, **data: Any) -> None:
        row = self.desk.invoice(number)
        nothing_new = (entry is EntryKind.DISPUTE_OPENED and row.dispute_open) or (
            entry is EntryKind.DISPUTE_CLOSED and not row.dispute_open
        )
        if row.status == "open" and not nothing_new and not (entry is EntryKind.ACKNOWLEDGED and row.acknowledged):
            self.desk.enter(number, entry, **data)

    def issue(self, number: str, minor: int) -> None:
        """Some are due at once, and all are delivered by the program itself."""
        self._issue(self.owners[number], f"{minor / 100:.2f}", self.desk.today - dt.timedelta(days=minor % 40))

    def replace(self, number: str, _value: int) -> None:
        if self.desk.invoice(number).status == "open":
            self._issue(self.owners[number], "990.00", self.desk.today, (number,))

    def _issue(self, owner: tuple[str, str], total: str, day: dt.date, replaces: tuple[str, ...] = ()) -> None:
        name = f"FN-{self.count}"
        self.desk.take(invoice(name, total, day, receiver=owner, replaces=replaces))
        self.owners[name] = owner

    def write(self, number: str, _value: int) -> None:
        """A message that a person has to look at."""
        sender = "pagos@robotica.example" if self.owners[number] == UNIVERSITY_PARTY else "pagos@xenon.example"
        self.desk.write(f"Una duda, la número {self.count}.", sender=sender, authenticated=False)

    def miss(self, number: str, _value: int) -> None:
        """The customer answers the last delivery of an invoice: it did not arrive."""
        sender = "facturas@robotica.example" if self.owners[number] == UNIVERSITY_PARTY else "facturas@xenon.example"
        sent = [row.message_id for row in self.desk.outgoing("sent") if row.action_id == self.desk.invoice(number).delivered_by]
        if sent:
            self.desk.write(f"No hemos recibido la factura que menciona. {self.count}", answers=sent[-1], sender=sender)

    def look(self, _number: str, _value: int) -> None:
        workspace = self.desk.workspace
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            for row in self.desk.received():
                if row.state == "open" and not row.decided_by:
                    assign(keeper, row.id, Assignment("question", "analista@kemper.example", {}, customer=""), self.desk.today)

    def answer(self, _number: str, which: int) -> None:
        for task in self.desk.tasks():
            if task.name == "sales-intervention":
                self.desk.done(task.id, answer=("agreement", "no_agreement", "agreement_broken")[which])
            elif task.name == "decide-on-case":
                self.desk.done(task.id, answer=DECISIONS[which])
            elif task.name != "allocate-credit-note":
                self.desk.done(task.id)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = make_folder(tmp_path_factory.mktemp("law") / "workspace")
    (base / "rules" / "whole.yaml").write_text(WHOLE, encoding="utf-8")
    weeks = Weeks(base)
    publish_anew(weeks.desk.workspace)
    weeks.desk.take(customer_list(UNIVERSITY, XENON), XENON_TERMS.encode())
    weeks.desk.take(*(invoice(number, "1160.00", receiver=party) for number, party in OLD.items()), opening=OPENING)
    weeks.desk.workspace.close()
    return base


def written(weeks: Weeks) -> list[Any]:
    with weeks.desk.workspace.database.engine.connect() as connection:
        names = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return [(name, connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()) for name in names]


@given(story=stories, begins=st.integers(0, 30))
@example(story=[[("issue", 0, 5_010)], [], [("miss", 3, 0)], [], [("miss", 3, 0)], *[[]] * 12], begins=1)
@settings(max_examples=4, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))
def test_the_rules_in_force_would_have_sent_what_they_sent(
    template: Path, tmp_path_factory: pytest.TempPathFactory, story: list[list[tuple[str, int, int]]], begins: int
) -> None:
    folder = tmp_path_factory.mktemp("story")
    weeks = Weeks(Path(shutil.copytree(template, folder / "workspace")))
    try:
        last = DAY + dt.timedelta(days=len(story) - 1)
        for ahead, happenings in enumerate(story):
            weeks.day(DAY + dt.timedelta(days=ahead), happenings)
        before = written(weeks)
        workspace = weeks.desk.workspace
        first = min(DAY + dt.timedelta(days=begins), last)
        report = backtest(workspace, Period(first, last), workspace.rules)
        assert list(report.simulated_deeds) == list(report.sent_deeds)
        assert report.simulated == report.sent
        assert written(weeks) == before
    finally:
        weeks.desk.workspace.close()
        shutil.rmtree(folder)
