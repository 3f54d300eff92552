"""To whom a message goes: never to somebody else, and an address that cannot be written to keeps nobody else from being written to."""

from __future__ import annotations

import pytest

from tests.dispatch.test_putting_off import more_customers
from tests.stories.desk import FALLBACK, PAYER, Desk


def with_address(desk: Desk, address: str, *also: str) -> Desk:
    with desk.workspace.database.writing() as session:
        for contact in desk.contacts():
            if contact.email in (PAYER, *also):
                session.merge(contact).email = address
    return desk


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("no address", "the e-mail address 'no address' has a space or a control character in it"),
        (
            "a@b.example\r\nBcc: x@y.example",
            "the e-mail address 'a@b.example\\r\\nBcc: x@y.example' has a space or a control character in it",
        ),
        ("pagos@robotica", "'robotica' is not the name of a mail domain"),
    ],
)
def test_an_address_that_cannot_be_written_to_is_told_and_stops_no_other(desk: Desk, bad: str, said: str) -> None:
    more_customers(desk, 1)
    report = with_address(desk, bad).tick()
    assert [str(problem) for problem in report.problems] == [
        f"the message to {ascii(bad)[1:-1]} cannot be written: {said}; look at the addresses of its contacts and at the mail template"
    ]
    assert [mail["To"] for mail in desk.mails()] == ["p0@c0.example"]


def test_our_own_address_that_is_none_is_told_once(desk: Desk) -> None:
    settings = desk.workspace.settings
    desk.workspace.settings = settings.model_copy(update={"mail": settings.mail.model_copy(update={"address": "cobranza"})})
    assert [str(problem) for problem in desk.tick().problems] == [
        "cobranza.toml (mail.address): nothing can be written from our own address: 'cobranza' is not the name of a mail domain; correct it"
    ]


def test_without_an_address_it_is_a_task_and_nobody_elses_mail(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        for contact in desk.contacts():
            session.merge(contact).active = contact.role == "invoice_contact"
    assert desk.tick().entered == 0
    assert desk.mails() == []
    assert desk.task("find-address").assigned_to == "collections_analyst"


def test_an_address_that_is_lost_while_the_message_waits_takes_it_back(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve("collections_analyst")
    with supervised.workspace.database.writing() as session:
        for contact in supervised.contacts():
            session.merge(contact).active = contact.role == "invoice_contact"
    supervised.tick()
    assert (supervised.mails(), supervised.action("first-reminder").state) == ([], "cancelled")
    assert supervised.task("find-address")


def test_all_active_contacts_of_the_role_are_written_to_and_no_inactive_one(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        for contact in desk.contacts():
            row = session.merge(contact)
            row.active, row.role = contact.email != PAYER, "collections_contact"
    desk.tick()
    assert desk.last_mail()["To"] == f"facturas@robotica.example, {FALLBACK}"
