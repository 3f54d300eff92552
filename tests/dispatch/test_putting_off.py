"""What a server does not take yet: waits that grow, recipients told apart, a server left alone, and a person asked in the end."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.outbox import ask_again
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.mail.smtp_sink import SmtpSink
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import AttemptRow, CaseEventRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.mail_out.conftest import free_port
from tests.stories.desk import FALLBACK, PAYER, Desk, customer_list
from tests.stories.mail_server import MailServer

FIRST = "first-reminder"
COPY = "supervision@kemper.example"
GREYLISTED = "450 4.7.1 greylisted, try again later"


def attempts(desk: Desk) -> list[AttemptRow]:
    with desk.workspace.database.reading() as session:
        return list(session.scalars(select(AttemptRow).order_by(AttemptRow.id)))


def two_payers(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        contact = session.merge(next(contact for contact in desk.contacts() if contact.email == FALLBACK))
        contact.role = "collections_contact"


def more_customers(desk: Desk, count: int) -> None:
    rows = [
        f"C-1{n},SAMPLE CUSTOMER {n} LLC,XEXX010101000,extranjero,es,30,correo,f{n}@c{n}.example,p{n}@c{n}.example," for n in range(count)
    ]
    desk.take(customer_list(*rows))
    desk.take(*(invoice(f"FX-{n}", "900.00", receiver=("XEXX010101000", f"SAMPLE CUSTOMER {n} LLC")) for n in range(count)), opening=DAY)


def settings(desk: Desk, **changes: object) -> None:
    workspace = desk.workspace
    out = workspace.settings.mail.out.model_copy(update=changes)
    workspace.settings = workspace.settings.model_copy(update={"mail": workspace.settings.mail.model_copy(update={"out": out})})


def events(desk: Desk, kind: str) -> list[str]:
    from cobranza_rules.casefile.timeline import timeline

    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for customer in desk.customers() for event in timeline(session, customer.id) if event.kind == kind]


def test_a_greylisted_message_waits_longer_each_time_and_then_leaves_once(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = {PAYER: GREYLISTED}
    wired.tick()
    assert wired.why(wired.action(FIRST)) == f"not sent yet (envelope): {PAYER}: {GREYLISTED}"
    for wait in (5, 15, 60, 240):
        assert wired.later(minutes=wait - 1).tick().kept_back == {"put_off": 1}
        assert wired.later(minutes=2).tick().states == {"approved": 1}
    server.handler.rcpt = {}
    assert wired.run(DAY + dt.timedelta(days=1)).states == {"sent": 1}
    assert server.recipients == [[PAYER, COPY]]
    assert len(attempts(wired)) == 6


def test_after_some_days_of_refusals_a_person_is_told_and_nothing_is_repeated(wired: Desk, server: MailServer) -> None:
    settings(wired, give_up_days=1)
    server.handler.rcpt = {PAYER: "452 4.2.2 mailbox full"}
    wired.tick()
    wired.later(minutes=24 * 60 + 1)
    assert wired.tick().states == {"failed": 1}
    assert wired.why(wired.action(FIRST)) == f"given up, for the server has put it off since 2026-03-02: {PAYER}: 452 4.2.2 mailbox full"
    assert wired.task("message-refused").detail == {"detail": f"{PAYER}: 452 4.2.2 mailbox full"}
    assert wired.later(minutes=300).tick().entered == 0
    wired.done(wired.task("message-refused").id)
    server.handler.rcpt = {}
    assert wired.tick().states == {"sent": 1}
    assert len(server.accepted) == 1


def test_who_could_not_take_it_gets_the_same_bytes_later_and_nobody_else(wired: Desk, server: MailServer) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: GREYLISTED, COPY: GREYLISTED}
    assert wired.tick().states == {"sent": 1}
    assert wired.why(wired.action(FIRST)) == f"accepted for {PAYER}"
    assert wired.tick().kept_back == {"put_off": 1}
    server.handler.rcpt = {COPY: GREYLISTED}
    wired.later(minutes=6).tick()
    server.handler.rcpt = {}
    wired.later(minutes=16).tick()
    wired.later(minutes=300).tick()
    assert server.recipients == [[PAYER], [FALLBACK], [COPY]]
    assert len({raw for _sender, _recipients, raw in server.handler.accepted}) == 1
    assert wired.invoice("FA-1").dunning_level == 1
    assert events(wired, "recipients_followed_up") == [
        f"{FIRST}: later accepted for {FALLBACK} too",
        f"{FIRST}: later accepted for {COPY} too",
    ]
    assert wired.outgoing()[0].next_try_at is None


def test_what_was_paid_meanwhile_reaches_nobody_else(wired: Desk, server: MailServer) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: GREYLISTED}
    wired.tick()
    wired.take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    server.handler.rcpt = {}
    wired.later(minutes=6).tick()
    assert server.recipients == [[PAYER, COPY]]
    assert events(wired, "recipients_given_up") == [
        f"{FIRST}: not sent any more to {FALLBACK}: what it says has changed since it left for the others"
    ]
    assert wired.task("recipient-unreachable").detail["address"] == FALLBACK


@pytest.mark.parametrize("arising", ["promise", "dispute", "answer"])
def test_what_the_customer_says_meanwhile_keeps_it_from_the_others(wired: Desk, server: MailServer, arising: str) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: GREYLISTED}
    wired.tick()
    if arising == "promise":
        wired.enter("FA-1", EntryKind.PROMISED, pay_on="2026-03-06", minor=0)
    elif arising == "dispute":
        wired.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    else:
        wired.write("Buenos días, ¿quién lleva nuestra cuenta?", authenticated=False)
    server.handler.rcpt = {}
    wired.later(minutes=6).tick()
    assert server.recipients == [[PAYER, COPY]]


def test_who_is_never_reached_becomes_a_task_and_not_a_loop(wired: Desk, server: MailServer) -> None:
    settings(wired, give_up_days=1)
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: "452 4.2.2 mailbox full"}
    wired.tick()
    wired.later(minutes=1441).tick()
    assert wired.task("recipient-unreachable").detail == {
        "action": wired.action(FIRST).id,
        "address": FALLBACK,
        "detail": "the server has put them off since 2026-03-02",
    }
    assert len(attempts(wired)) == 1
    wired.later(minutes=300).tick()
    assert len(wired.tasks()) == 1


def test_a_later_recipient_that_does_not_exist_is_marked(wired: Desk, server: MailServer) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: GREYLISTED}
    wired.tick()
    server.handler.rcpt = {FALLBACK: "550 5.1.1 no such user"}
    wired.later(minutes=6).tick()
    assert {contact.email: contact.bounced_on for contact in wired.contacts()}[FALLBACK] == DAY
    assert wired.outgoing()[0].next_try_at is None


@pytest.mark.parametrize(("left", "times"), [(True, 1), (False, 2)])
def test_a_later_recipient_of_whom_nobody_knows_waits_for_a_person(wired: Desk, server: MailServer, left: bool, times: int) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: GREYLISTED}
    wired.tick()
    server.handler.rcpt = {}
    server.handler.data = ["drop after accepting"]
    assert wired.later(minutes=6).tick().newly_waiting == 1
    wired.later(minutes=300).tick()
    assert server.recipients == [[PAYER, COPY], [FALLBACK]]
    with wired.workspace.database.writing() as session:
        keeper = Bookkeeper(session, wired.workspace.clock.now())
        settle_uncertain(keeper, wired.workspace, wired.outgoing()[0].id, left=left, who="analista@kemper.example")
    wired.later(minutes=20).tick()
    assert server.recipients == [[PAYER, COPY], *[[FALLBACK]] * times]


def test_a_server_that_is_away_is_tried_with_one_message_and_told_once(wired: Desk) -> None:
    more_customers(wired, 3)
    wired.workspace.sink = SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=2)
    report = wired.tick()
    assert (report.states, report.kept_back) == ({"approved": 4}, {"server_away": 3})
    (told,) = map(str, report.problems)
    assert told.startswith("the mail server does not take our messages: ")
    assert told.endswith("; look at mail.out in cobranza.toml and at the server; what waits leaves by itself once it does")
    again = wired.later(minutes=1).tick()
    assert (again.problems, again.kept_back) == ([], {"server_away": 4})
    assert len(attempts(wired)) == 1


def test_when_it_is_back_everything_leaves_at_once(wired: Desk, server: MailServer) -> None:
    more_customers(wired, 3)
    there, wired.workspace.sink = wired.workspace.sink, SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=2)
    for wait in (0, 6, 16, 61, 61):
        wired.later(minutes=wait).tick()
    wired.workspace.sink = there
    assert wired.later(minutes=61).tick().states == {"sent": 4}
    assert len(server.accepted) == 4


def test_a_server_that_is_away_is_one_event_of_the_case_file_each_time_and_one_that_answers_two(wired: Desk, server: MailServer) -> None:
    """Nothing was handed to a server that was not there; what one took or put off was, and when."""
    there, wired.workspace.sink = wired.workspace.sink, SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=2)
    wired.tick()
    wired.later(minutes=6).tick()
    wired.workspace.sink = there
    server.handler.rcpt = {PAYER: GREYLISTED}
    wired.later(minutes=16).tick()
    server.handler.rcpt = {}
    wired.later(minutes=6).tick()
    with wired.workspace.database.reading() as session:
        query = select(CaseEventRow).where(CaseEventRow.kind.startswith("action_")).order_by(CaseEventRow.seq)
        told = [(row.kind, row.data.get("began_at")) for row in session.scalars(query)]
    began = [attempt.began_at.isoformat() for attempt in attempts(wired)]
    assert told == [
        ("action_planned", None),
        ("action_approved", None),
        ("action_approved", None),
        ("action_approved", None),
        ("action_sending", began[2]),
        ("action_approved", None),
        ("action_sending", began[3]),
        ("action_sent", None),
    ]
    assert [each.partition(": ")[2][:24] for each in events(wired, "action_approved")[1:]] == ["not sent yet (connect): "] * 2 + [
        "not sent yet (envelope):"
    ]
    wired.assert_whole()


def test_a_server_that_closes_before_it_looks_at_a_message_is_away(wired: Desk, server: MailServer) -> None:
    more_customers(wired, 2)
    server.handler.mail = ["421 4.3.2 shutting down"] * 9
    report = wired.tick()
    assert (report.kept_back, len(report.problems)) == ({"server_away": 2}, 1)
    assert len(server.handler.mail) == 8


def test_a_server_that_leaves_messages_unanswered_is_not_given_all_of_them(wired: Desk, server: MailServer) -> None:
    more_customers(wired, 7)
    server.handler.data = ["drop after accepting"] * 20
    report = wired.tick()
    assert (report.states, report.kept_back) == ({"uncertain": 3, "approved": 5}, {"server_away": 5})
    assert [str(problem).partition(":")[0] for problem in report.problems] == [
        "the mail server has left several messages in a row unanswered"
    ]
    assert wired.later(minutes=6).tick().states["uncertain"] == 1
    assert wired.later(minutes=6).tick().states["uncertain"] == 0
    server.handler.data = []
    assert wired.later(minutes=16).tick().states == {"sent": 4}


def test_a_person_has_it_tried_now(wired: Desk, server: MailServer) -> None:
    server.handler.rcpt = {PAYER: GREYLISTED}
    wired.tick()
    server.handler.rcpt = {}
    number = wired.action(FIRST).id
    with wired.workspace.database.writing() as session:
        assert ask_again(session, [], wired.workspace.clock.now()) == [number]
    assert wired.tick().states == {"sent": 1}
    with pytest.raises(ProblemError) as raised, wired.workspace.database.writing() as session:
        ask_again(session, [number, 99], wired.workspace.clock.now())
    assert [str(problem) for problem in raised.value.problems] == [
        f"message {number} is not waiting to be tried again: left; 'cobranza outbox show {number}' tells how it stands",
        "there is no message 99; 'cobranza outbox list' shows those that wait",
    ]


def test_a_person_asks_a_server_that_was_away_at_once(wired: Desk, server: MailServer) -> None:
    there, wired.workspace.sink = wired.workspace.sink, SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=2)
    wired.tick()
    wired.workspace.sink = there
    with wired.workspace.database.writing() as session:
        ask_again(session, [], wired.workspace.clock.now())
    assert wired.tick().states == {"sent": 1}


def test_what_may_have_left_cannot_be_tried_again(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["drop after accepting"]
    wired.tick()
    number = wired.action(FIRST).id
    with pytest.raises(ProblemError) as raised, wired.workspace.database.writing() as session:
        ask_again(session, [number], wired.workspace.clock.now())
    assert str(raised.value.problems[0]) == (
        f"nobody knows whether message {number} left, and twice is worse than late; "
        f"find out whether it did, and say so with 'cobranza outbox settle {number}'"
    )
    with wired.workspace.database.writing() as session:
        assert ask_again(session, [], wired.workspace.clock.now()) == []


@pytest.mark.parametrize("back", [10, 60 * 24 * 400])
def test_a_clock_that_is_set_back_makes_nothing_wait_for_the_old_time(wired: Desk, server: MailServer, back: int) -> None:
    """Nothing leaves twice, and the wait is never longer than it was meant to be."""
    server.handler.rcpt = {PAYER: GREYLISTED}
    wired.tick()
    server.handler.rcpt = {}
    at = wired.workspace.clock.now() - dt.timedelta(minutes=back)
    wired.on(at.date()).later(minutes=0)
    for _try in range(60):
        if server.accepted or not wired.outgoing():
            break
        wired.later(minutes=5).tick()
    if back == 10:
        assert server.recipients == [[PAYER, COPY]]
    assert len(server.accepted) <= 1


def test_an_hour_holds_no_more_than_its_limit_also_when_the_clock_is_set_back(wired: Desk, server: MailServer) -> None:
    more_customers(wired, 4)
    settings(wired, per_hour=2)
    report = wired.tick()
    assert (report.states, report.kept_back) == ({"sent": 2, "approved": 3}, {"hour_full": 3})
    assert wired.later(minutes=30).tick().kept_back == {"hour_full": 3}
    assert wired.later(minutes=-35).tick().kept_back == {"hour_full": 3}
    assert wired.later(minutes=59).tick().kept_back == {"hour_full": 3}
    assert wired.later(minutes=2).tick().states == {"sent": 2, "approved": 1}
    assert wired.later(minutes=61).tick().states == {"sent": 1}
    assert len(server.accepted) == 5


def test_what_is_tried_again_counts_in_its_hour(wired: Desk, server: MailServer) -> None:
    more_customers(wired, 1)
    settings(wired, per_hour=2)
    server.handler.rcpt = {PAYER: GREYLISTED}
    assert wired.tick().states == {"approved": 1, "sent": 1}
    server.handler.rcpt = {}
    assert wired.later(minutes=6).tick().kept_back == {"hour_full": 1}
    assert wired.later(minutes=60).tick().states == {"sent": 1}
