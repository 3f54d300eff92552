"""What the wire does to a message, and what the ledger makes of it: sent, postponed, refused or uncertain, and never twice."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import receipt
from tests.conftest import DAY
from tests.stories.desk import FALLBACK, PAYER, Desk, days, spanish_days, text_of
from tests.stories.mail_server import MailServer

TUESDAY, WEDNESDAY, THURSDAY = (DAY + dt.timedelta(days=ahead) for ahead in (1, 2, 3))
FIRST, SECOND = "first-reminder", "second-reminder"


def settle(desk: Desk, *, left: bool) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        settle_uncertain(keeper, desk.workspace, desk.outgoing("uncertain")[0].id, left=left, who="analista@kemper.example")


def test_a_message_goes_to_all_and_its_answer_is_kept(wired: Desk, server: MailServer) -> None:
    wired.tick()
    assert server.recipients == [[PAYER, "supervision@kemper.example"]]
    assert server.handler.accepted[0][2] == wired.workspace.archive.get(wired.outgoing("sent")[0].raw)
    assert wired.outgoing()[0].detail == "250 2.0.0 queued as 4711"
    assert wired.why(wired.action(FIRST)) == f"accepted for {PAYER}"


def test_what_is_postponed_leaves_some_minutes_later(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    assert wired.tick().states == {"approved": 1}
    assert wired.why(wired.action(FIRST)) == "not sent yet (after-data): 451 4.3.0 try again later"
    assert wired.invoice("FA-1").dunning_level == 0
    report = wired.later(minutes=4).tick()
    assert (report.states, report.kept_back) == ({"approved": 1}, {"put_off": 1})
    assert wired.later(minutes=2).tick().states == {"sent": 1}
    assert len(server.accepted) == 1
    assert wired.outgoing()[0].attempts == 2


def test_a_postponed_message_keeps_the_day_that_it_promises(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    assert wired.run(WEDNESDAY).states == {"sent": 1}
    promised = dt.date(2026, 3, 9)
    assert promised in spanish_days(text_of(server.accepted[0]))
    assert [day for day in days(THURSDAY, 7) if wired.run(day).states["sent"]] == [promised]


def test_one_that_is_postponed_too_long_is_written_anew_before_it_leaves(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    first = wired.outgoing()[0].message_id
    assert wired.run(THURSDAY).states == {"sent": 1}
    mail = server.accepted[0]
    assert mail["Message-ID"] != f"<{first}>"
    assert dt.date(2026, 3, 12) in spanish_days(text_of(mail))
    assert dt.date(2026, 3, 9) not in spanish_days(text_of(mail))
    assert wired.invoice("FA-1").next_contact == dt.date(2026, 3, 12)


def test_a_server_that_is_away_postpones_everything(wired: Desk) -> None:
    from cobranza_rules.mail.smtp_sink import SmtpSink
    from tests.mail_out.conftest import free_port

    wired.workspace.sink = SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=2)
    assert wired.tick().states == {"approved": 1}
    assert wired.why(wired.action(FIRST)).startswith("not sent yet (connect): ")


@pytest.mark.parametrize("arising", ["dispute", "promise", "payment-claimed"])
def test_a_hold_that_arises_while_it_is_postponed_keeps_it_here(wired: Desk, server: MailServer, arising: str) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    wired.on(TUESDAY)
    if arising == "dispute":
        wired.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    elif arising == "promise":
        wired.enter("FA-1", EntryKind.PROMISED, pay_on="2026-03-06", minor=0)
    else:
        wired.enter("FA-1", EntryKind.PAYMENT_CLAIMED)
    wired.tick()
    assert server.accepted == []
    action = wired.action(FIRST)
    assert action.state == "cancelled"
    assert "on hold by" in wired.why(action)
    assert wired.claims(live=True) == []


def test_an_unread_message_of_the_customer_keeps_a_postponed_reminder_here(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    wired.on(TUESDAY).write("Buenos días, ¿quién lleva nuestra cuenta?", authenticated=False)
    wired.tick()
    assert server.accepted == []
    assert wired.action(FIRST).state == "approved"


def test_stale_bank_data_keeps_a_postponed_reminder_here(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    wired.on(dt.date(2026, 3, 6)).tick(bank=False)
    assert server.accepted == []


def test_a_postponed_reminder_does_not_leave_on_a_sunday(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.run(dt.date(2026, 3, 6))
    wired.run(dt.date(2026, 3, 8))
    assert server.accepted == []
    wired.run(dt.date(2026, 3, 9))
    assert len(server.accepted) == 1


def test_what_was_paid_while_it_was_postponed_is_not_claimed(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    wired.on(TUESDAY).take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    assert wired.tick().states == {"cancelled": 1}
    assert wired.why(wired.action(FIRST)) == "no longer planned: its invoices are no longer open"
    assert server.accepted == []


def test_a_refused_recipient_is_marked_and_the_fallback_gets_it(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = {PAYER: "550 5.1.1 no such user"}
    assert wired.tick().states == {"failed": 1}
    assert server.accepted == []
    assert {contact.email: contact.bounced_on for contact in wired.contacts()}[PAYER] == DAY
    assert wired.claims(live=True) == []
    assert wired.tick().states == {"sent": 1}
    assert server.recipients == [[FALLBACK, "supervision@kemper.example"]]
    assert [claim.occurrence for claim in wired.claims(live=True)] == [1]  # The first has never left.


def test_of_two_recipients_one_that_accepts_is_enough(wired: Desk, server: MailServer) -> None:
    with wired.workspace.database.writing() as session:
        contact = session.merge(next(contact for contact in wired.contacts() if contact.email == FALLBACK))
        contact.role = "collections_contact"
    server.handler.rcpt = {PAYER: "550 5.1.1 no such user"}
    assert wired.tick().states == {"sent": 1}
    assert server.recipients == [[FALLBACK, "supervision@kemper.example"]]
    assert {contact.email: contact.bounced_on for contact in wired.contacts()}[PAYER] == DAY


def test_a_copy_that_is_refused_hinders_nothing(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = {"supervision@kemper.example": "550 5.1.1 no such user"}
    assert wired.tick().states == {"sent": 1}


def test_a_refused_message_waits_for_a_person_and_is_not_repeated(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["554 5.7.1 rejected as spam", "250 OK"]
    report = wired.tick()
    assert report.states == {"failed": 1}
    assert report.newly_waiting == 1
    for day in days(TUESDAY, 10):
        assert wired.run(day).entered == 0
    assert server.accepted == []
    task = wired.task("message-refused")
    assert task.detail == {"detail": "554 5.7.1 rejected as spam"}
    assert all(contact.bounced_on is None for contact in wired.contacts())
    wired.done(task.id)
    assert wired.tick().states == {"sent": 1}
    assert len(server.accepted) == 1


def test_a_refused_copy_makes_no_address_fault_of_a_refused_message(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = {"supervision@kemper.example": "550 5.1.1 no such user"}
    server.handler.data = ["554 5.6.0 content refused"] * 5
    wired.tick()
    assert [wired.run(day).entered for day in days(TUESDAY, 4)] == [0, 0, 0, 0]
    assert wired.task("message-refused").detail == {"detail": "554 5.6.0 content refused"}


def test_a_relay_that_will_not_take_our_mail_condemns_no_address(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = dict.fromkeys((PAYER, FALLBACK, "supervision@kemper.example"), "550 5.7.1 relaying denied")
    assert wired.tick().states == {"failed": 1}
    assert all(contact.bounced_on is None for contact in wired.contacts())
    assert wired.tick().entered == 0
    assert wired.task("message-refused").detail == {"detail": f"{PAYER}: 550 5.7.1 relaying denied"}


@pytest.mark.parametrize("fault", ["drop after accepting", "drop before accepting", "garbage after accepting"])
def test_what_nobody_knows_is_never_repeated(wired: Desk, server: MailServer, fault: str) -> None:
    server.handler.data = [fault]
    report = wired.tick()
    assert report.states == {"uncertain": 1}
    assert report.newly_waiting == 1
    before = len(server.accepted)
    for day in days(TUESDAY, 10):
        assert wired.run(day).entered == 0
    assert len(server.accepted) == before
    assert wired.outgoing()[0].state == "uncertain"


def test_settled_as_left_its_rung_takes_effect_and_the_ladder_goes_on(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["drop after accepting"]
    wired.tick()
    wired.on(TUESDAY)
    settle(wired, left=True)
    assert wired.why(wired.action(FIRST)) == "analista@kemper.example says that it left"
    assert wired.invoice("FA-1").rung == FIRST
    assert [day for day in days(TUESDAY, 14) if wired.run(day).states["sent"]] == [dt.date(2026, 3, 9)]
    assert wired.action(SECOND).state == "sent"
    assert len(server.accepted) == 3  # The last of them asks Sales to intervene.


def test_settled_as_not_left_it_is_planned_again(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["drop before accepting"]
    wired.tick()
    wired.on(TUESDAY)
    settle(wired, left=False)
    assert wired.why(wired.action(FIRST)) == "analista@kemper.example says that it did not leave"
    assert wired.tick().states == {"sent": 1}
    assert len(server.accepted) == 1
    assert [(claim.occurrence, claim.live) for claim in wired.claims()] == [(1, False), (1, True)]


def test_only_an_uncertain_message_can_be_settled_and_only_once(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["drop after accepting"]
    wired.tick()
    number = wired.outgoing("uncertain")[0].id
    settle(wired, left=True)
    with pytest.raises(ProblemError) as raised, wired.workspace.database.writing() as session:
        settle_uncertain(Bookkeeper(session, wired.workspace.clock.now()), wired.workspace, number, left=False, who="x")
    assert [str(problem) for problem in raised.value.problems] == [
        f"message {number} is not uncertain; 'cobranza outbox list' shows those that are"
    ]


def test_a_message_of_one_customer_that_fails_stops_no_other(wired: Desk, server: MailServer) -> None:
    from tests.cfdi_files import invoice
    from tests.stories.desk import customer_list

    xenon = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")
    wired.take(customer_list("C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,f@xenon.example,pagos@xenon.example,"))
    wired.take(invoice("FX-1", "900.00", receiver=xenon), opening=DAY)
    server.handler.data = ["drop after accepting"]
    assert wired.tick().states == {"uncertain": 1, "sent": 1}
    assert server.recipients[1][0] == "pagos@xenon.example"
