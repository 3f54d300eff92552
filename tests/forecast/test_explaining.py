"""What `explain` says of the days that come, word for word."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import Explanation, explain_subject
from cobranza_rules.forecast.coming import StandingHold
from cobranza_rules.language import in_english
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.dispatch.test_internal_mail import faulty
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import OPENING, DeskMaker

PAYER = "pagos@robotica.example"
FACTS = (
    'balance > 0 (balance: 1,160.00 MXN); status == "open" (status: open); cancellation_pending: no; customer_ready: yes; '
    'workdays_since_delivery >= 5 (workdays_since_delivery: {delivered}); case_status == "collections" (case_status: collections)'
)
RELEASE = "it is agreed to by collections_analyst ('cobranza approvals list')"


def explained(desk: Desk, name: str = "FA-1") -> Explanation:
    return explain_subject(desk.workspace, name)


def lines(desk: Desk, begin: str, name: str = "FA-1") -> list[str]:
    """The lines of an explanation that begin so, from where they do."""
    return [str(line).strip().removeprefix(begin) for line in explained(desk, name).lines() if str(line).strip().startswith(begin)]


def following(desk: Desk, name: str = "FA-1") -> str:
    said, *_of_what_waits = lines(desk, "next: ", name)
    return said


def test_the_next_reminder_with_its_day_and_its_reader(desk: Desk) -> None:
    desk.tick()
    desk.on(dt.date(2026, 3, 4)).tick()
    assert following(desk) == (
        f"on 2026-03-09 second-reminder, to {PAYER}; because of rung 'second-reminder' (rules/collections.yaml:593), "
        f"33 days overdue, next contact since 2026-03-09: {FACTS.format(delivered=44)}"
    )
    assert lines(desk, "on hold: ") == []


def test_what_waits_for_a_release(supervised: Desk) -> None:
    assert following(supervised).startswith(f"on 2026-03-02 first-reminder, to {PAYER}; it leaves when {RELEASE}; because of rung ")
    supervised.tick()
    assert following(supervised) == (
        "nothing until 2026-05-31 unless something new happens; by then first-reminder: already under way; it waits until " + RELEASE
    )
    supervised.approve("collections_analyst")
    assert following(supervised) == f"on 2026-03-02 first-reminder leaves, which is ready, to {PAYER}"


def test_a_promise_holds_until_its_grace_is_over(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.PROMISED, pay_on="2026-03-06", minor=0)
    desk.tick()
    assert lines(desk, "on hold: ") == [
        (
            "promise-to-pay (rules/collections.yaml:60) blocks contact, escalation until 2026-03-11, because of promise_open: yes; "
            "promise_workdays_late <= 2 (promise_workdays_late: 0); promise_count <= 1 (promise_count: 1)"
        )
    ]
    assert following(desk).startswith(f"on 2026-03-11 first-reminder, to {PAYER}; because of ")


def test_a_dispute_holds_until_somebody_closes_it_beside_a_claim_that_ends_by_itself(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    desk.enter("FA-1", EntryKind.PAYMENT_CLAIMED)
    desk.tick()
    assert lines(desk, "on hold: ") == [
        (
            "dispute (rules/collections.yaml:73) blocks contact, escalation until the dispute is closed ('cobranza dispute close'), "
            "because of dispute_open: yes"
        ),
        (
            "payment-claimed (rules/collections.yaml:79) blocks contact, escalation until 2026-03-10, because of payment_claimed: yes; "
            "workdays_since_claim <= 5 (workdays_since_claim: 0); claim_count <= 1 (claim_count: 1)"
        ),
    ]
    assert following(desk) == (
        "on 2026-03-10 claim-expired; because of rule 'claim-expired' (rules/collections.yaml:211), for the first time: "
        'claim_state == "open" (claim_state: open); workdays_since_claim > 5 (workdays_since_claim: 6)'
    )


@pytest.mark.parametrize(("pay_in", "claimed", "disputed"), [(0, False, False), (4, True, False), (11, False, True), (6, True, True)])
def test_every_hold_names_what_ends_it_and_stands_until_then(desk: Desk, pay_in: int, claimed: bool, disputed: bool) -> None:
    """A day, on which it is gone and before which it is not, or the event without which it stays."""
    desk.enter("FA-1", EntryKind.PROMISED, pay_on=(DAY + dt.timedelta(days=pay_in)).isoformat(), minor=0)
    if claimed:
        desk.enter("FA-1", EntryKind.PAYMENT_CLAIMED)
    if disputed:
        desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    desk.tick()
    ends = {hold.hold.id: hold.ends_on for hold in own_holds(desk)}
    assert ends.keys() == {"promise-to-pay", *(["payment-claimed"] if claimed else []), *(["dispute"] if disputed else [])}
    assert {name for name, day in ends.items() if day is None} == {"dispute"} & ends.keys()
    assert all(hold.until is not None for hold in own_holds(desk) if hold.ends_on is None)
    last_days = sorted({day for day in ends.values() if day is not None})
    for day in (*(day - dt.timedelta(days=1) for day in last_days), *last_days):
        desk.on(day)
        assert {hold.hold.id for hold in own_holds(desk)} == {name for name, end in ends.items() if end is None or day < end}, day


def own_holds(desk: Desk) -> tuple[StandingHold, ...]:
    return explained(desk).standings[0].holds


def test_mailbox_and_bank_data_are_said_to_be_read_first(desk: Desk) -> None:
    assert lines(desk, "C-001 is on hold: ") == [
        (
            "bank-data-stale (rules/collections.yaml:42) blocks contact until payments are taken in ('cobranza import ... --payments-through DAY'), "
            "because of workdays_since_bank_statement is unknown (workdays_since_bank_statement: unknown)"
        ),
        (
            "mailbox-stale (rules/collections.yaml:48) blocks contact until the mailbox is read ('cobranza run'), "
            "because of hours_since_mailbox_poll is unknown (hours_since_mailbox_poll: unknown)"
        ),
    ]
    assert lines(desk, "What comes next is said") == [" as if mailbox and bank data were read each day."]
    assert following(desk).startswith("on 2026-03-02 first-reminder")


def test_an_answer_that_waits_holds_the_customer_until_somebody_looks(desk: Desk) -> None:
    desk.tick()
    desk.write("¿Nos pueden mandar otra vez la factura?", answers=desk.last_id())
    desk.tick()
    assert lines(desk, "C-001 is on hold: ") == [
        (
            "reply-waiting (rules/collections.yaml:54) blocks contact, escalation until somebody looks at the messages that wait "
            "('cobranza inbox list'), because of inbox_open > 0 (inbox_open: 1)"
        )
    ]
    assert following(desk) == (
        "nothing until 2026-05-31 unless something new happens; by then second-reminder: on hold by 'reply-waiting' (rules/collections.yaml:54); "
        "it waits until somebody looks at the messages that wait ('cobranza inbox list')"
    )


def test_nobody_can_be_written_to_without_an_address(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(PAYER, "").replace("facturas@robotica.example", ""))
    desk.take(invoice("FA-1", "1160.00"), opening=DAY)
    desk.tick()
    assert following(desk) == (
        "nothing until 2026-05-31 unless something new happens; by then first-reminder: there is no valid address for 'collections_contact'; "
        "it waits until a valid address is known ('cobranza import')"
    )


def test_a_message_of_which_nobody_knows(desk: Desk) -> None:
    faulty(desk, "uncertain, left")
    desk.tick()
    assert following(desk) == (
        "nothing until 2026-05-31 unless something new happens; by then first-reminder: nobody knows whether the last message left: "
        "a person has to settle it in the outbox; it waits until somebody says whether the message left ('cobranza outbox settle')"
    )


def test_after_the_last_rung_nothing_comes(desk: Desk) -> None:
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    desk.run(dt.date(2026, 3, 18))
    assert following(desk).startswith("nothing until 2026-06-16 unless something new happens; by then ")


def test_a_due_date_beyond_the_horizon_is_no_event_and_an_unknown_one_is(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",30,", ",180,"))
    desk.take(invoice("FA-1", "1160.00", DAY), opening=DAY)
    desk.run(DAY + dt.timedelta(days=7))
    assert following(desk) == (
        "nothing until 2026-06-07 unless something new happens; by then first-reminder: does not apply: days_overdue >= 1 (days_overdue: -85)"
    )
    other = make_desk(UNIVERSITY.replace(",30,", ",,"), folder="other")
    other.take(invoice("FA-1", "1160.00", DAY), opening=DAY)
    other.run(DAY + dt.timedelta(days=7))
    assert following(other) == (
        "nothing until 2026-06-07 unless something new happens; by then first-reminder: does not apply: days_overdue >= 1 (days_overdue: unknown); "
        "it waits until the due date becomes known ('cobranza import' with the customer's credit days)"
    )


def test_a_delivery_by_hand_waits_for_whoever_carries_it(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace("correo", "en persona"))
    desk.take(invoice("FA-1", "1160.00", DAY))
    desk.tick()
    desk.approve("administration_manager")
    assert following(desk) == (
        "nothing until 2026-05-31 unless something new happens; by then transmittal: already under way; "
        "it waits until somebody finishes its task ('cobranza tasks list')"
    )


def test_an_invoice_behind_the_message_of_others_says_so_and_whom_that_one_waits_for(supervised: Desk) -> None:
    supervised.tick()
    supervised.take(invoice("FA-2", "580.00"), opening=OPENING)
    assert following(supervised, "FA-2") == (
        "nothing until 2026-05-31 unless something new happens; by then first-reminder: a message of this ladder for other invoices is "
        f"under way and has to leave first; it waits until {RELEASE}"
    )


def test_a_customer_is_explained_invoice_by_invoice_and_a_closed_invoice_has_nothing_to_come(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00", DAY))
    desk.tick()
    found = explained(desk, "C-001")
    assert [standing.number for standing in found.standings] == ["FA-1", "FA-2"]
    assert all(standing.next is not None for standing in found.standings)
    desk.enter("FA-1", EntryKind.CREDIT_APPLIED, credit_note=1, minor=116_000)
    (paid,) = explained(desk).standings
    assert (paid.next, paid.holds) == (None, ())


def test_the_json(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    desk.tick()
    shown: dict[str, Any] = explained(desk).as_json(in_english)
    (one,) = shown["invoices"]
    assert one["holds"] == [
        {
            "hold": "dispute",
            "blocks": ["contact", "escalation"],
            "because": "dispute_open: yes",
            "ends_on": None,
            "waits_for": "the dispute is closed ('cobranza dispute close')",
        }
    ]
    assert one["next"] == {
        "on": None,
        "rule": "first-reminder",
        "leaves": False,
        "to": [],
        "reason": "on hold by 'dispute' (rules/collections.yaml:73)",
        "waits_for": "the dispute is closed ('cobranza dispute close')",
    }
    assert shown["looked_ahead_to"] == "2026-05-31"


def test_nothing_is_written(desk: Desk) -> None:
    before = (desk.actions(), desk.claims(), desk.tasks(), desk.invoice("FA-1").rung)
    explained(desk)
    assert (desk.actions(), desk.claims(), desk.tasks(), desk.invoice("FA-1").rung) == before
