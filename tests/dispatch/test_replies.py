"""What customers write changes the next decision, if it is to be trusted; what is not holds them until a person has looked."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING

TUESDAY, WEDNESDAY = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
FIRST, SECOND = "first-reminder", "second-reminder"
PROMISE = "El pago de la factura FA-1 quedará hecho el viernes 6 de marzo de 2026."


@pytest.fixture
def reminded(desk: Desk) -> Desk:
    """The first reminder left on Monday; the second is due on Monday, 9 March."""
    desk.tick()
    return desk


def assigned(desk: Desk, kind: str, **facts: str) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        message = next(row for row in desk.received() if row.state == "open")
        assign(keeper, message.id, Assignment(kind, "analista@kemper.example", facts), desk.today)


def test_a_promise_holds_the_second_reminder_and_a_broken_one_releases_it(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    report = reminded.tick()
    assert (report.received, report.recorded) == ({"promise": 1}, 1)
    row = reminded.invoice("FA-1")
    assert (row.promised_on, row.promise_count) == (dt.date(2026, 3, 6), 1)
    left = {}
    for day in days(WEDNESDAY, 14):
        sent = reminded.run(day).states["sent"]
        left[day] = (sent, "promise-to-pay" in reminded.held("FA-1"))
    assert left[dt.date(2026, 3, 9)] == left[dt.date(2026, 3, 10)] == (0, True)  # Promised for Friday; two business days of grace
    assert left[dt.date(2026, 3, 11)] == (1, False)
    assert sum(sent for sent, _held in left.values()) == 1
    assert reminded.action(SECOND).state == "sent"
    reminded.assert_whole()


def test_a_kept_promise_ends_it(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    reminded.tick()
    reminded.on(dt.date(2026, 3, 6)).take(receipt("P-1", {"FA-1": "1160.00"}, day=dt.date(2026, 3, 6)))
    assert [reminded.run(day).entered for day in days(dt.date(2026, 3, 6), 20)] == [0] * 20


def test_a_second_promise_goes_to_a_person_and_holds_nothing_any_more(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    reminded.tick()
    reminded.on(dt.date(2026, 3, 9)).write(PROMISE.replace("viernes 6", "viernes 20"), answers=reminded.last_id())
    reminded.tick()
    assert (reminded.invoice("FA-1").promise_count, reminded.held("FA-1")) == (1, {"reply-waiting"})
    assigned(reminded, "promise")
    reminded.tick()
    assert (reminded.invoice("FA-1").promise_count, reminded.held("FA-1")) == (2, set())


def test_of_two_promises_that_come_together_the_second_goes_to_a_person_too(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    reminded.write(PROMISE.replace("viernes 6", "viernes 20"), answers=reminded.last_id())
    reminded.tick()
    assert (reminded.invoice("FA-1").promise_count, reminded.invoice("FA-1").promised_on) == (1, dt.date(2026, 3, 6))
    assert [row.state for row in reminded.received()] == ["settled", "open"]
    reminded.run(dt.date(2026, 3, 9))
    assert reminded.held("FA-1") == {"reply-waiting"}


def test_an_unauthenticated_we_have_paid_everything_changes_nothing_and_holds_the_customer(reminded: Desk) -> None:
    before = reminded.invoice("FA-1")
    reminded.on(TUESDAY).write("ya pagamos todo", answers=reminded.last_id(), authenticated=False)
    report = reminded.tick()
    assert (report.recorded, report.newly_waiting) == (0, 1)
    after = reminded.invoice("FA-1")
    assert (after.balance, after.claimed_on, after.claim_count) == (before.balance, None, 0)
    for day in days(WEDNESDAY, 20):
        assert reminded.run(day).states["sent"] == 0
    assert reminded.held("FA-1") == {"reply-waiting"}
    assigned(reminded, "question")
    assert reminded.tick().states["sent"] == 1
    assert reminded.action(SECOND).state == "sent"
    assert [row.state for row in reminded.received()] == ["settled"]


def test_an_authenticated_one_gives_five_days_to_find_the_payment(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("Ya pagamos la factura FA-1 el 2 de marzo de 2026 por transferencia.", answers=reminded.last_id())
    assert reminded.tick().recorded == 1
    assert reminded.invoice("FA-1").claimed_on == TUESDAY
    assert [day for day in days(WEDNESDAY, 8) if reminded.run(day).states["sent"]] == [dt.date(2026, 3, 11)]


def test_a_message_of_a_stranger_about_our_mail_is_not_trusted(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id(), sender="quien.sabe@otro.example")
    report = reminded.tick()
    assert (report.recorded, report.newly_waiting) == (0, 1)
    assert reminded.invoice("FA-1").promised_on is None


def test_an_acknowledgement_of_a_reminder_is_none_of_the_invoice(desk: Desk) -> None:
    desk.take(invoice("FA-2", day=DAY))
    desk.tick()
    reminder = desk.last_id()
    desk.approve("administration_manager")
    desk.tick()
    transmittal = desk.last_id()
    desk.on(TUESDAY).write("Acuso de recibido.", answers=reminder)
    assert desk.tick().received == {"acknowledgement": 1}
    assert not desk.invoice("FA-1").acknowledged
    assert not desk.invoice("FA-2").acknowledged
    assert [row.state for row in desk.received()] == ["settled"]
    desk.write("Acuso de recibida la factura FA-2.", answers=transmittal, sender="facturas@robotica.example")
    desk.tick()
    assert desk.invoice("FA-2").acknowledged
    assert not desk.invoice("FA-1").acknowledged


def test_a_dispute_keeps_the_invoice_out_of_the_total_and_its_end_sets_the_wait_back(reminded: Desk) -> None:
    from cobranza_rules.domain.entry import EntryKind

    reminded.on(TUESDAY).write("No estamos de acuerdo con el precio de la factura FA-1.", answers=reminded.last_id())
    reminded.tick()
    assert reminded.invoice("FA-1").dispute_open
    for day in days(WEDNESDAY, 8):
        assert reminded.run(day).states["sent"] == 0
    reminded.on(dt.date(2026, 3, 12)).enter("FA-1", EntryKind.DISPUTE_CLOSED)
    assert [day for day in days(dt.date(2026, 3, 12), 14) if reminded.run(day).states["sent"]] == [dt.date(2026, 3, 20)]


def test_a_person_s_word_is_recorded_as_the_rules_say(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("Le confirmo más tarde, pero será el viernes.", answers=reminded.last_id(), authenticated=False)
    reminded.tick()
    assigned(reminded, "promise", pay_on="2026-03-06")
    assert reminded.tick().recorded == 1
    assert reminded.invoice("FA-1").promised_on == dt.date(2026, 3, 6)


def test_the_same_message_twice_counts_once(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    folder = reminded.workspace.base / "correo-recibido" / "new"
    (folder / "again.prueba").write_bytes(next(folder.iterdir()).read_bytes())
    assert reminded.tick().received == {"promise": 1, "repeated": 1}
    assert reminded.tick().received == {}
    assert reminded.invoice("FA-1").promise_count == 1


def test_mail_that_cannot_be_read_keeps_no_other_from_being_taken(reminded: Desk) -> None:
    reminded.on(TUESDAY).deliver(b"\x00\xff" * 400)
    reminded.write(PROMISE, answers=reminded.last_id())
    report = reminded.tick()
    assert report.received["promise"] == 1
    assert sum(report.received.values()) == 2
    assert reminded.invoice("FA-1").promised_on == dt.date(2026, 3, 6)


def test_while_the_mailbox_cannot_be_read_nobody_is_reminded(reminded: Desk) -> None:
    import shutil

    shutil.rmtree(reminded.workspace.base / "correo-recibido")
    report = reminded.run(dt.date(2026, 3, 9))
    assert report.mailbox_problems
    assert report.entered == 0
    assert reminded.held("FA-1") == {"mailbox-stale"}


@pytest.fixture
def two_reminded(desk: Desk) -> Desk:
    """One reminder about FA-1 and FA-2."""
    desk.take(invoice("FA-2", "2320.00"), opening=OPENING)
    desk.tick()
    return desk


def test_a_promise_of_one_invoice_holds_that_one_alone(two_reminded: Desk) -> None:
    two_reminded.on(TUESDAY).write("La FA-2 queda pagada el viernes 6 de marzo.", answers=two_reminded.last_id())
    assert two_reminded.tick().recorded == 1
    assert two_reminded.invoice("FA-1").promised_on is None
    assert two_reminded.invoice("FA-2").promised_on == dt.date(2026, 3, 6)


def test_a_promise_that_names_no_invoice_is_of_all_of_the_message(two_reminded: Desk) -> None:
    two_reminded.on(TUESDAY).write("Se pagan el viernes 6 de marzo.", answers=two_reminded.last_id())
    assert two_reminded.tick().recorded == 1
    assert {two_reminded.invoice(number).promised_on for number in ("FA-1", "FA-2")} == {dt.date(2026, 3, 6)}


def test_a_number_that_no_invoice_of_the_customer_bears_is_for_a_person(two_reminded: Desk) -> None:
    two_reminded.on(TUESDAY).write("La FA-77 queda pagada el viernes 6 de marzo.", answers=two_reminded.last_id())
    report = two_reminded.tick()
    assert (report.recorded, report.newly_waiting) == (0, 1)
    assert two_reminded.invoice("FA-1").promised_on is None


def test_what_a_person_names_counts_more_than_what_the_message_names(two_reminded: Desk) -> None:
    two_reminded.on(TUESDAY).write("La FA-77 queda pagada el viernes 6 de marzo.", answers=two_reminded.last_id())
    two_reminded.tick()
    with two_reminded.workspace.database.writing() as session:
        keeper = Bookkeeper(session, two_reminded.workspace.clock.now())
        message = next(row for row in two_reminded.received() if row.state == "open")
        with pytest.raises(ProblemError, match="nothing tells which invoices this message is about"):
            assign(keeper, message.id, Assignment("promise", "analista@kemper.example", {}), two_reminded.today)
        assign(keeper, message.id, Assignment("promise", "analista@kemper.example", {}, invoices=["FA-1"]), two_reminded.today)
    two_reminded.tick()
    assert (two_reminded.invoice("FA-1").promised_on, two_reminded.invoice("FA-2").promised_on) == (dt.date(2026, 3, 6), None)


def test_a_trial_tells_what_is_read_and_whose_it_is_and_records_nothing(two_reminded: Desk, tmp_path: Path) -> None:
    two_reminded.on(TUESDAY).write("La FA-2 queda pagada el viernes 6 de marzo, salvo el flete.", answers=two_reminded.last_id())
    (file,) = (two_reminded.workspace.base / two_reminded.workspace.settings.mail.incoming[0].path / "new").iterdir()
    call = Call(two_reminded.workspace.base)
    result = CliRunner().invoke(cobranza, ["inbox", "try", str(file), "--on", "2026-03-03", "--json"], obj=call)
    call.close()
    shown = json.loads(result.stdout)
    assert {name: shown[name] for name in ("kind", "doubtful", "facts", "match", "sender_authenticated")} == {
        "kind": "promise",
        "doubtful": True,
        "facts": {"pay_on": {"date": "2026-03-06"}, "invoices": ["FA-2"]},
        "match": {"how": "own_id", "confidence": 1.0, "customer": shown["match"]["customer"], "answers": FIRST, "doubtful": False},
        "sender_authenticated": True,
    }
    assert shown["match"]["customer"]
    assert len(shown["doubts"]) == 1
    assert shown["evidence"] == {"kind": "queda pagada", "pay_on": "viernes 6 de marzo", "invoices": "FA-2"}
    assert two_reminded.received() == []
