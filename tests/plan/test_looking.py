"""Whoever has to agree sees what the next run would make of a message: the last look says it, before it is acted on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from cobranza_rules.digest.as_json import digest_json
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.wording import sections_of
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import explain_subject
from cobranza_rules.language import in_english
from cobranza_rules.plan.looking import Message, look_at
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.still_planned import Prospect
from cobranza_rules.store.books import BookReader
from tests.cfdi_files import invoice
from tests.conftest import publish_anew
from tests.dispatch.test_internal_mail import faulty
from tests.rulebook.test_publishing import rewrite
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import OPENING, DeskMaker
from tests.stories.test_far_dates import say

MONDAY = dt.date(2026, 3, 2)
TUESDAY = dt.date(2026, 3, 3)
HELD = "on hold by 'dispute' (rules/collections.yaml:73)"
WAITING_REPLY = "on hold by 'reply-waiting' (rules/collections.yaml:54)"
SECOND = UNIVERSITY.replace("C-001", "C-002").replace("URE180429TM6", "KIJ0906199R1").replace("robotica", "otra")


def waits(desk: Desk) -> list[Message]:
    with desk.workspace.database.reading() as session:
        return list(what_waits(session, desk.workspace).values())


def dispute(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")


def reply(desk: Desk) -> None:
    desk.write("¿Nos pueden mandar otra vez la factura?")


def pay(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.CREDIT_APPLIED, credit_note=1, minor=116_000)


def raise_minimum(desk: Desk) -> None:
    rewrite(desk, ("MXN: 500.00", "MXN: 2000.00"))
    publish_anew(desk.workspace)


def move_case(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.CASE_MOVED, case_status="legal")


def nothing(_desk: Desk) -> None:
    pass


HAPPENINGS: list[tuple[Callable[[Desk], None], Prospect, str]] = [
    (nothing, Prospect.STANDS, ""),
    (dispute, Prospect.CALLED_OFF, HELD),
    (reply, Prospect.KEPT_BACK, WAITING_REPLY),
    (pay, Prospect.CALLED_OFF, "its invoices are no longer open"),
    (raise_minimum, Prospect.CALLED_OFF, "less than the minimum of ladder 'collection' is overdue"),
    (move_case, Prospect.CALLED_OFF, 'does not apply: case_status == "collections" (case_status: legal)'),
]


@pytest.mark.parametrize(("happens", "prospect", "why"), HAPPENINGS)
def test_what_is_said_is_what_the_run_does(supervised: Desk, happens: Callable[[Desk], None], prospect: Prospect, why: str) -> None:
    """Even of what was planned today and overtaken today."""
    supervised.tick()
    happens(supervised)
    if happens is reply:
        supervised.tick()
    (message,) = waits(supervised)
    assert message.look.prospect is prospect
    if prospect is not Prospect.STANDS:
        assert str(message.look.reason) == why
    supervised.approve("collections_analyst")
    supervised.tick()
    (action,) = supervised.actions("first-reminder")
    states = {Prospect.STANDS: "sent", Prospect.KEPT_BACK: "awaiting_signature", Prospect.CALLED_OFF: "cancelled"}
    assert action.state == states[prospect]
    if prospect is Prospect.CALLED_OFF:
        assert supervised.why(action) == f"no longer planned: {why}"


def test_one_decision_for_many_customers_says_what_one_for_each_says(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY, SECOND)
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "supervised"})
    desk.take(
        invoice("FA-1", "1160.00"),
        invoice("FA-2", "700.00", currency="USD"),
        invoice("FA-3", "800.00", receiver=("KIJ0906199R1", "UNIVERSIDAD ROBOTICA ESPAÑOLA")),
        opening=OPENING,
    )
    desk.tick()
    dispute(desk)
    found = waits(desk)
    assert [(one.action.customer, one.action.currency, one.look.prospect) for one in found] == [
        ("C-001", "MXN", Prospect.CALLED_OFF),
        ("C-001", "USD", Prospect.STANDS),
        ("C-002", "MXN", Prospect.STANDS),
    ]
    workspace = desk.workspace
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, desk.today, workspace.clock.now())
        engine = NativeEngine(workspace.rules.conditions())
        assert [look_at(reader, engine, [(one.id, one.action)])[one.id] for one in found] == [one.look for one in found]


def test_a_rejected_one_is_called_off_by_whoever_has_rejected_it(supervised: Desk) -> None:
    supervised.tick()
    supervised.reject("collections_analyst", "ya pagó")
    (message,) = waits(supervised)
    assert (message.look.prospect, str(message.look.reason)) == (Prospect.CALLED_OFF, "rejected by analista@kemper.example: ya pagó")


def test_what_somebody_carries_already_is_not_looked_at(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace("correo", "en persona"))
    desk.take(invoice("FA-1", "1160.00", MONDAY))
    desk.tick()
    assert [one.look.prospect for one in waits(desk)] == [Prospect.STANDS]
    desk.approve("administration_manager")
    desk.tick()
    assert waits(desk) == []


def explained(desk: Desk) -> list[str]:
    return [str(line).strip() for line in explain_subject(desk.workspace, "FA-1").lines()]


def test_explain_names_what_keeps_it_and_not_only_who_has_to_agree(supervised: Desk) -> None:
    supervised.tick()
    reply(supervised)
    supervised.run(TUESDAY)
    lines = explained(supervised)
    assert f"first-reminder, which waits since 2026-03-02: does not leave today: {WAITING_REPLY}" in lines
    assert (
        f"next: nothing until 2026-06-01 unless something new happens; by then first-reminder: {WAITING_REPLY}; it waits until "
        "somebody looks at the messages that wait ('cobranza inbox list'), and it is agreed to by collections_analyst ('cobranza approvals list')"
    ) in lines
    (one,) = explain_subject(supervised.workspace, "FA-1").as_json(in_english)["invoices"]
    assert one["messages"] == [
        {
            "rule": "first-reminder",
            "planned_on": "2026-03-02",
            "state": "awaiting_signature",
            "prospect": "kept_back",
            "reason": WAITING_REPLY,
            "until": None,
        }
    ]


def test_explain_says_that_the_next_run_calls_it_off_on_the_very_day(supervised: Desk) -> None:
    supervised.tick()
    dispute(supervised)
    lines = explained(supervised)
    assert f"first-reminder, which waits since 2026-03-02: the next run calls it off: {HELD}" in lines
    assert (
        f"next: nothing until 2026-05-31 unless something new happens; by then first-reminder: {HELD}; "
        "it waits until the dispute is closed ('cobranza dispute close')"
    ) in lines


def test_stale_bank_data_keep_back_today_although_the_coming_days_are_told_as_if_they_were_read(supervised: Desk) -> None:
    supervised.tick()
    supervised.on(dt.date(2026, 3, 6))
    (line,) = [line for line in explained(supervised) if line.startswith("first-reminder, which waits")]
    assert line.endswith("does not leave today: on hold by 'bank-data-stale' (rules/collections.yaml:42)")


def test_the_digest_says_what_would_not_leave_and_counts_it_no_more_as_leaving(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve("collections_analyst")
    before = gather_digest(supervised.workspace, week=False)
    assert ([one.rule_id for one in before.today.ready], before.not_leaving) == (["first-reminder"], ())
    dispute(supervised)
    digest = gather_digest(supervised.workspace, week=False)
    assert digest.today.ready == ()
    (one,) = digest.not_leaving
    assert (one.messages.rule_id, one.messages.count, one.customers, one.prospect) == (
        "first-reminder",
        1,
        ("C-001",),
        Prospect.CALLED_OFF,
    )
    (section,) = [found for found in sections_of(digest) if str(found.title) == "What waits and would not leave today, whoever agrees"]
    (row,) = section.rows
    assert [str(cell) for cell in row] == ["called off by the next run", "first-reminder", "1", "C-001", "1", "1,160.00 MXN", HELD]
    assert digest_json(digest, in_english)["not_leaving"] == [
        {
            "rule": "first-reminder",
            "messages": 1,
            "customers": ["C-001"],
            "invoices": 1,
            "amounts": [{"currency": "MXN", "amount": "1160.00"}],
            "prospect": "called_off",
            "reason": HELD,
        }
    ]


def shown(desk: Desk, *args: str) -> Any:
    return json.loads(say(desk.workspace.base, *args, "--on", desk.today.isoformat(), "--json"))


def test_the_queue_of_approvals_says_it_to_whoever_has_to_agree(supervised: Desk) -> None:
    supervised.tick()
    stands = {"prospect": "stands", "reason": None, "until": None}
    assert [row["today"] for row in shown(supervised, "approvals", "list")["approvals"]] == [stands]
    dispute(supervised)
    called_off = {"prospect": "called_off", "reason": HELD, "until": None}
    assert [row["today"] for row in shown(supervised, "approvals", "list")["approvals"]] == [called_off]
    assert shown(supervised, "approvals", "show", "1")["today"] == called_off
    base = supervised.workspace.base
    assert say(base, "approvals", "list", "--on", "2026-03-02").rstrip().endswith(f"the next run calls it off: {HELD}")
    assert f"\nBeware: the next run calls it off: {HELD}\n" in say(base, "approvals", "show", "1", "--on", "2026-03-02")


def test_the_outbox_says_it_of_what_is_ready_and_of_nothing_else(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve("collections_analyst")
    faulty(supervised, "postponed")
    supervised.tick()
    dispute(supervised)
    (row,) = shown(supervised, "outbox", "list")["messages"]
    assert (row["rule"], row["state"], row["today"]["prospect"], row["today"]["reason"]) == (
        "first-reminder",
        "approved",
        "called_off",
        HELD,
    )
    assert say(supervised.workspace.base, "outbox", "list", "--on", "2026-03-02").rstrip().endswith(f"the next run calls it off: {HELD}")


def test_the_outbox_says_nothing_of_the_day_of_what_is_uncertain(desk: Desk) -> None:
    faulty(desk, "uncertain, left")
    desk.tick()
    (row,) = shown(desk, "outbox", "list")["messages"]
    assert (row["state"], row["today"]) == ("uncertain", None)
