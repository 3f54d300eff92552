"""Signatures and releases: who may agree to what, to which bytes the agreement holds, and what becomes of a rejection."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.plan.ledger import planned
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import NumberRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk, customer_list, days, spanish_days, text_of
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY, WEDNESDAY = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
ANALYST, SIGNER = "collections_analyst", "administration_manager"
FIRST = "first-reminder"


def problems_of(raised: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return [str(problem) for problem in raised.value.problems]


def gates(desk: Desk) -> list[tuple[str, str, str]]:
    return [(approval.gate, approval.role, approval.state) for approval in desk.approvals()]


def last_number(desk: Desk) -> int:
    with desk.workspace.database.reading() as session:
        return session.scalar(select(NumberRow.last)) or 0


def test_in_supervised_mode_a_reminder_waits_for_the_analyst(supervised: Desk) -> None:
    report = supervised.tick()
    assert (report.states, report.newly_waiting) == ({"awaiting_signature": 1}, 1)
    assert supervised.mails() == []
    assert gates(supervised) == [("release", ANALYST, "waiting")]
    assert supervised.tick().newly_waiting == 0
    supervised.approve(ANALYST, comment="de acuerdo")
    assert supervised.tick().states == {"sent": 1}
    assert len(supervised.mails()) == 1
    supervised.assert_whole()


def test_in_automatic_mode_a_transmittal_still_waits_for_its_signature(desk: Desk) -> None:
    desk.take(invoice("FA-2", day=dt.date(2026, 3, 2)))
    desk.tick()
    assert gates(desk) == [("sign", SIGNER, "waiting")]
    desk.approve(SIGNER)
    assert desk.tick().states == {"sent": 1}
    assert desk.invoice("FA-2").delivery == "sent"


def test_a_transmittal_in_supervised_mode_needs_both(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", day=dt.date(2026, 3, 2)))
    supervised.tick()
    transmittal = supervised.action("transmittal").id
    mine = [(approval.gate, approval.role) for approval in supervised.approvals("waiting") if approval.action_id == transmittal]
    assert mine == [("sign", SIGNER), ("release", ANALYST)]
    supervised.approve(SIGNER)
    supervised.tick()
    assert supervised.mails() == []
    supervised.approve(ANALYST)
    assert supervised.tick().states == {"sent": 2}


def test_a_rubric_that_is_a_gate_is_asked_for_instead_of_a_release(supervised: Desk) -> None:
    supervised.workspace.settings = supervised.workspace.settings.model_copy(update={"rubric": "gate"})
    supervised.tick()
    assert gates(supervised) == [("rubric", ANALYST, "waiting")]


def test_a_draft_shows_as_one_and_has_no_number(supervised: Desk) -> None:
    supervised.tick()
    draft = supervised.documents(supervised.action(FIRST))["letter"].decode()
    assert "BORRADOR" in draft
    assert "COB-2026-" not in draft
    assert last_number(supervised) == 0
    supervised.approve(ANALYST)
    supervised.tick()
    final = supervised.documents(supervised.action(FIRST))["letter"].decode()
    assert "BORRADOR" not in final
    assert "COB-2026-00001" in final


def test_what_was_agreed_to_is_what_leaves(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve(ANALYST)
    supervised.tick()
    action = supervised.action(FIRST)
    approval = supervised.approvals("approved")[0]
    assert approval.content == action.content
    assert approval.revision == action.revision == supervised.outgoing("sent")[0].revision
    attached = [part.get_content() for part in supervised.last_mail().iter_attachments()]
    assert attached[0] == supervised.documents(action)["letter"]


def test_the_document_says_the_day_on_which_it_leaves(supervised: Desk) -> None:
    supervised.tick()
    supervised.on(WEDNESDAY).approve(ANALYST)
    supervised.tick()
    action = supervised.action(FIRST)
    assert action.next_contact == dt.date(2026, 3, 11)
    said = spanish_days(text_of(supervised.last_mail()))
    assert dt.date(2026, 3, 11) in said
    assert WEDNESDAY in said
    assert DAY not in said


def test_numbers_have_no_gaps_and_only_finished_letters_have_one(make_desk: DeskMaker) -> None:
    rows = [UNIVERSITY, "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,f@xenon.example,pagos@xenon.example,"]
    desk = make_desk(*rows)
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "supervised"})
    desk.take(invoice("FA-1"), invoice("FX-1", receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES")), opening=OPENING)
    desk.tick()
    first, second = (approval.id for approval in desk.approvals("waiting"))
    desk.approve(ANALYST, only=[first], agreed=False, comment="otra redacción")
    desk.approve(ANALYST, only=[second])
    desk.tick()
    assert "COB-2026-00001" in desk.documents(desk.actions(FIRST)[1])["letter"].decode()
    assert last_number(desk) == 1


def test_a_payment_while_it_waits_has_it_written_anew_and_asked_again(supervised: Desk) -> None:
    supervised.tick()
    before = supervised.approvals()[0]
    supervised.approve(ANALYST)  # Agreed to 1,160.00, and then 560.00 of it are paid.
    supervised.take(receipt("P-1", {"FA-1": "560.00"}, day=DAY))
    assert supervised.tick().states == {"awaiting_signature": 1}
    assert supervised.mails() == []
    assert [(approval.revision, approval.state) for approval in supervised.approvals()] == [(1, "outdated"), (2, "waiting")]
    assert supervised.approvals()[1].content != before.content
    assert "$600.00" in supervised.documents(supervised.action(FIRST))["letter"].decode()
    supervised.approve(ANALYST)
    supervised.tick()
    assert "$600.00" in text_of(supervised.last_mail())


def test_an_agreement_to_an_earlier_revision_is_refused(supervised: Desk) -> None:
    supervised.tick()
    supervised.take(receipt("P-1", {"FA-1": "560.00"}, day=DAY))
    supervised.tick()
    with pytest.raises(ProblemError) as raised:
        supervised.approve(ANALYST, only=[1])
    assert problems_of(raised) == ["approval 1 does not wait any more: outdated; 'cobranza approvals list' shows those that wait"]


def test_another_address_needs_another_agreement(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve(ANALYST)
    supervised.take(customer_list(UNIVERSITY.replace("pagos@robotica", "tesoreria@robotica")))
    assert supervised.tick().states == {"awaiting_signature": 1}
    assert supervised.mails() == []


def test_the_days_alone_change_no_content(supervised: Desk) -> None:
    supervised.tick()
    for day in days(TUESDAY, 4):
        supervised.run(day)
    assert [(approval.revision, approval.state) for approval in supervised.approvals()] == [(1, "waiting")]


def test_an_invoice_that_is_paid_while_it_waits_is_cancelled_with_its_reason(supervised: Desk) -> None:
    supervised.tick()
    supervised.take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    assert supervised.tick().states == {"cancelled": 1}
    assert supervised.why(supervised.action(FIRST)) == "no longer planned: its invoices are no longer open"
    assert supervised.claims(live=True) == []


def test_nobody_is_asked_any_more_about_what_was_cancelled(supervised: Desk) -> None:
    supervised.tick()
    supervised.take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    supervised.tick()
    assert gates(supervised) == [("release", ANALYST, "outdated")]


def test_of_two_invoices_the_paid_one_is_taken_out(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", "700.00"), opening=OPENING)
    supervised.tick()
    supervised.take(receipt("P-1", {"FA-2": "700.00"}, day=DAY))
    supervised.tick()
    assert planned(supervised.action(FIRST)).invoices == ("FA-1",)
    live = [(claim.subject_id, claim.rule_id) for claim in supervised.claims(live=True)]
    assert live == [(supervised.invoice("FA-1").id, FIRST)]


def test_one_on_hold_while_it_waits_stands_apart_in_the_new_revision(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", "700.00"), opening=OPENING)
    supervised.tick()
    supervised.enter("FA-2", EntryKind.DISPUTE_OPENED, reason="precio")
    supervised.tick()
    action = planned(supervised.action(FIRST))
    assert (action.invoices, [held.number for held in action.held]) == (("FA-1",), ["FA-2"])
    supervised.approve(ANALYST)
    supervised.tick()
    text = text_of(supervised.last_mail())
    assert "aclaración" in text
    assert "FA-2" in text
    assert supervised.invoice("FA-2").dunning_level == 0


def test_an_unread_message_keeps_what_was_agreed_to_here_until_it_is_settled(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve(ANALYST)
    supervised.write("¿Quién lleva nuestra cuenta?", authenticated=False)
    assert supervised.tick().states == {"awaiting_signature": 1}
    assert supervised.mails() == []


def test_the_wrong_role_is_refused(supervised: Desk) -> None:
    supervised.tick()
    with pytest.raises(ProblemError) as raised:
        supervised.approve("sales_manager", only=[1])
    assert problems_of(raised) == [
        "approval 1 is for collections_analyst, and Diego Muestra Ejemplo is sales_manager; let collections_analyst decide it"
    ]
    assert gates(supervised) == [("release", ANALYST, "waiting")]


def test_nobody_decides_twice(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve(ANALYST, only=[1])
    with pytest.raises(ProblemError) as raised:
        supervised.approve(ANALYST, only=[1], agreed=False, comment="siempre no")
    assert problems_of(raised) == ["approval 1 does not wait any more: approved; 'cobranza approvals list' shows those that wait"]


def test_an_unknown_approval_and_a_missing_reason_are_said_at_once_and_nothing_is_decided(supervised: Desk) -> None:
    supervised.tick()
    with pytest.raises(ProblemError) as raised:
        supervised.approve(ANALYST, only=[1, 4711], agreed=False, comment="  ")
    assert problems_of(raised) == [
        "there is no approval 4711; 'cobranza approvals list' shows those that wait",
        "a rejection needs its reason; say why with --comment",
    ]
    assert gates(supervised) == [("release", ANALYST, "waiting")]


def test_what_was_rejected_stays_away_until_its_task_is_done(supervised: Desk) -> None:
    supervised.tick()
    supervised.reject(ANALYST, "otra redacción")
    assert supervised.tick().states == {"cancelled": 1}
    assert supervised.why(supervised.action(FIRST)) == "rejected by analista@kemper.example: otra redacción"
    task = supervised.task("resolve-rejection")
    assert task.detail == {"who": "analista@kemper.example", "comment": "otra redacción"}
    for day in days(TUESDAY, 10):
        assert supervised.run(day).entered == 0
    supervised.done(task.id)
    assert supervised.tick().entered == 1
    supervised.approve(ANALYST)
    assert supervised.tick().states == {"sent": 1}
    assert [claim.occurrence for claim in supervised.claims(live=True)] == [1]


def test_after_one_rejection_nobody_else_is_asked(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", day=dt.date(2026, 3, 2)))
    supervised.tick()
    sign = next(approval for approval in supervised.approvals() if approval.gate == "sign")
    supervised.approve(SIGNER, only=[sign.id], agreed=False, comment="falta el pedido")
    supervised.tick()
    mine = [(approval.gate, approval.state) for approval in supervised.approvals() if approval.action_id == sign.action_id]
    assert mine == [("sign", "rejected"), ("release", "outdated")]


def test_who_decided_and_why_stands_in_the_case_file(supervised: Desk) -> None:
    from cobranza_rules.casefile.timeline import timeline

    supervised.tick()
    supervised.approve(ANALYST, comment="de acuerdo")
    with supervised.workspace.database.reading() as session:
        said = [str(event.sentence) for event in timeline(session, supervised.customers()[0].id) if event.kind == "release_approved"]
    assert said == ["released by analista@kemper.example (collections_analyst): de acuerdo"]
