"""A mail that asks somebody to decide and does not arrive: everybody sees it, and on the next business day the same is asked again."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.cli.screen import Screen
from cobranza_rules.cli.waiting_rows import WaitingRows
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.wording import sections_of
from cobranza_rules.dispatch.askings import Asking
from cobranza_rules.domain.company import Person
from cobranza_rules.plan.deciding import waiting_approvals
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.dispatch.test_approvals_by_mail import ADDRESS, TUESDAY, answer, decided, mails_of, states_of
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker, over_smtp
from tests.stories.mail_server import MailServer
from tests.stories.spoken import spoken

UNKNOWN = "550 5.1.1 no such user"


@pytest.fixture
def signing(make_desk: DeskMaker, server: MailServer) -> Desk:
    """A transmittal will wait for the manager, who is asked over SMTP."""
    desk = make_desk()
    over_smtp(desk, server)
    desk.take(invoice("FA-7", "1160.00", DAY))
    return desk


def beware(desk: Desk) -> tuple[list[str], dict[str, object]]:
    """What `approvals` warns of, and what its JSON says of the asking."""
    with desk.workspace.database.reading() as session:
        rows = WaitingRows.of(session, desk.workspace, Screen("en"))
        ((approval, action),) = waiting_approvals(session)
        return [str(each) for each in rows.beware(approval)], rows.json(approval, action)["asked"]


def amiss(desk: Desk) -> list[tuple[str, ...]]:
    """Rows of the digest's section of what is out of order that are about mails of our own."""
    section = next(each for each in sections_of(gather_digest(desk.workspace)) if str(each.title) == "What is out of order")
    return [tuple(map(str, row)) for row in section.rows if ADDRESS in str(row[0])]


def test_a_refused_request_is_seen_and_asked_again_on_the_next_business_day(signing: Desk, server: MailServer) -> None:
    server.handler.rcpt = {ADDRESS: UNKNOWN}
    signing.tick()
    signing.tick()
    assert states_of(signing) == ["failed"]
    said, told = beware(signing)
    detail = f"{ADDRESS}: {UNKNOWN}"
    assert said == [f"the mail that asks {ADDRESS} for it was refused ({detail}): correct the address"]
    code, lines = spoken(signing, "approvals", "show", "1")
    assert (code, [line for line in lines if line.startswith("Atención")]) == (
        0,
        [f"Atención: el correo que se lo pide a {ADDRESS} fue rechazado ({detail}): corrija la dirección"],
    )
    assert told == {"to": ADDRESS, "state": "failed", "detail": detail}
    assert amiss(signing) == [(f"approval to {ADDRESS}: refused", "", "", "", detail)]
    server.handler.rcpt = {}
    signing.run(TUESDAY)
    assert states_of(signing) == ["failed", "sent"]
    first, second = mails_of(signing)
    assert first["Subject"] != second["Subject"]
    assert beware(signing)[1] == {"to": ADDRESS, "state": "sent", "detail": "250 2.0.0 queued as 4711"}
    answer(signing, "apruebo", second)
    signing.tick()
    assert [row[:3] for row in decided(signing)] == [(1, "approved", ADDRESS)]


def test_a_request_that_came_back_is_seen_and_asked_again(signing: Desk) -> None:
    signing.tick()
    (mail,) = mails_of(signing)
    signing.bounce(str(mail["Message-ID"]).strip("<>"), ADDRESS)
    signing.tick()
    assert states_of(signing) == ["returned"]
    assert beware(signing)[0] == [f"the mail that asks {ADDRESS} for it came back (5.1.1): correct the address"]
    assert amiss(signing) == [(f"approval to {ADDRESS}: came back", "", "", "", "5.1.1")]
    friday, saturday, monday = (dt.date(2026, 3, day) for day in (6, 7, 9))
    signing.run(TUESDAY)
    assert states_of(signing) == ["returned", "sent"]
    signing.run(friday)
    (again,) = mails_of(signing)[1:]
    signing.bounce(str(again["Message-ID"]).strip("<>"), ADDRESS)
    signing.run(friday)
    signing.run(saturday)
    assert states_of(signing) == ["returned", "returned"]
    signing.run(monday)
    assert states_of(signing)[2:] == ["sent"]


def test_what_may_have_left_is_asked_again_and_decided_once(signing: Desk, server: MailServer) -> None:
    server.handler.data = ["drop after accepting"]
    signing.tick()
    assert states_of(signing) == ["uncertain"]
    assert beware(signing)[0] == [f"nobody knows whether the mail that asks {ADDRESS} for it has left"]
    signing.run(TUESDAY)
    assert states_of(signing) == ["uncertain", "sent"]
    for mail in mails_of(signing):
        answer(signing, "apruebo", mail)
    signing.tick()
    assert [row[:3] for row in decided(signing)] == [(1, "approved", ADDRESS)]


def test_one_that_was_put_off_leaves_with_the_next_run_as_it_is(signing: Desk, server: MailServer) -> None:
    server.handler.rcpt = {ADDRESS: "450 4.7.1 later"}
    signing.tick()
    assert states_of(signing) == ["ready"]
    assert beware(signing)[0] == [f"the mail that asks {ADDRESS} for it has not left yet ({ADDRESS}: 450 4.7.1 later)"]
    server.handler.rcpt = {}
    signing.tick()
    assert states_of(signing) == ["sent"]


def test_who_has_taken_a_role_over_is_asked_at_once() -> None:
    person = Person("supervisor", "Celia Muestra Ejemplo", "", "celia@kemper.example")
    asked = Asking("Celia@kemper.example", "sent", "", 1, dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC))
    assert asked.counts_for(person, DAY, dt.UTC)
    assert not Asking("other@kemper.example", "sent", "", 1, asked.changed_at).counts_for(person, DAY, dt.UTC)


def test_a_reply_address_of_its_own_names_the_request_where_subject_and_thread_are_lost(signing: Desk) -> None:
    mail = signing.workspace.settings.mail.model_copy(update={"reply_tokens": True})
    signing.workspace.settings = signing.workspace.settings.model_copy(update={"mail": mail})
    signing.tick()
    (request,) = mails_of(signing)
    address = str(request["Reply-To"])
    token = str(request["Subject"]).rpartition("[apr ")[2].rstrip("]")
    assert address == f"cobranza+a{token}@kemper.example"
    forged = address.replace("+a1-", "+a2-")
    answer(signing, "apruebo", request, threaded=False, subject="RE", to_address=forged)
    signing.tick()
    assert decided(signing) == []
    answer(signing, "apruebo", request, threaded=False, subject="RE", to_address=address)
    signing.tick()
    assert [row[:3] for row in decided(signing)] == [(1, "approved", ADDRESS)]


def test_without_plus_addresses_nothing_is_said_of_where_answers_go(signing: Desk) -> None:
    signing.tick()
    (request,) = mails_of(signing)
    assert request["Reply-To"] is None
