"""The law of deciding: each approval at most once, by whom it is asked of, and for nothing but what was shown to him."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import ApprovalAskedRow, ApprovalRequestRow, CaseEventRow, ReceivedRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.dispatch.test_approvals_by_mail import answer, mails_of
from tests.dispatch.test_delegating import pass_on
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker, another_folder, on_desks

ROLES = {
    "administration_manager": "administracion@kemper.example",
    "supervisor": "supervision@kemper.example",
    "sales_manager": "ventas@kemper.example",
}
NUMBERS = st.integers(1, 6)
STEPS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(["apruebo", "apruebo {n}", "rechazo {n}: no", "rechazo: no"]), NUMBERS, st.integers(0, 3)),
    st.tuples(st.just("stranger"), st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("again"), st.integers(0, 3)),
    st.tuples(st.just("command"), st.sampled_from(sorted(ROLES)), NUMBERS, st.booleans()),
    st.tuples(st.just("delegate"), st.sampled_from(sorted(ROLES)), st.sampled_from(sorted(ROLES)), NUMBERS),
    st.tuples(st.just("pay")),
    st.tuples(st.just("tick")),
    st.tuples(st.just("next day")),
)


class Story:
    """Plays steps on a desk; the answers that were sent are kept, so that one may come a second time."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.sent, self.paid = desk, list[bytes](), 0

    def play(self, step: tuple[Any, ...]) -> None:
        mails = mails_of(self.desk)
        match step:
            case ("answer", text, number, at) if mails:
                mail = mails[at % len(mails)]
                self.sent.append(answer(self.desk, text.format(n=number), mail, sender=str(mail["To"])))
            case ("stranger", authenticated, at) if mails:
                sender = "analista@kemper.example" if authenticated else "administracion@kemper.example"
                self.sent.append(answer(self.desk, "apruebo", mails[at % len(mails)], sender=sender, authenticated=authenticated))
            case ("again", at) if self.sent:
                self.desk.deliver(b"X-Again: yes\n" + self.sent[at % len(self.sent)])
            case ("command", role, number, agreed):
                self._try(lambda: self.desk.approve(role, only=[number], agreed=agreed, comment="por comando"))
            case ("delegate", role, to, number):
                pass_on(self.desk, [number], role, to)
            case ("pay",):
                self.paid += 1
                self.desk.take(receipt(f"P-{self.paid}", {"FA-7": "10.00"}, day=self.desk.today))
            case ("tick",):
                self.desk.tick()
            case ("next day",):
                self.desk.run(self.desk.today + dt.timedelta(days=1))

    def _try(self, decide: Any) -> None:
        try:
            decide()
        except ProblemError:
            return


@on_desks(5)
@given(st.lists(STEPS, min_size=3, max_size=9))
def test_each_is_decided_once_by_whom_it_is_asked_of_and_for_what_he_was_shown(make_desk: DeskMaker, steps: list[tuple[Any, ...]]) -> None:
    desk = make_desk(folder=another_folder())
    desk.take(invoice("FA-7", "1160.00", DAY), invoice("FA-8", "500.00", DAY, currency="USD"))
    desk.tick()
    story = Story(desk)
    for step in steps:
        story.play(step)
    desk.tick()
    look_at(desk)


def look_at(desk: Desk) -> None:
    """Told from the case file and the mails alone, not from what the program has made of them."""
    approvals = {one.id: one for one in desk.approvals()}
    with desk.workspace.database.reading() as session:
        events = [row.data for row in session.scalars(select(CaseEventRow)) if row.kind in ("sign_approved", "sign_rejected")]
        received = {row.raw: row for row in session.scalars(select(ReceivedRow))}
        shown = {
            (asked.approval_id, asked.shown, request.recipient)
            for asked, request in session.execute(
                select(ApprovalAskedRow, ApprovalRequestRow).join(ApprovalRequestRow, ApprovalRequestRow.id == ApprovalAskedRow.request_id)
            )
        }
    decided = [one for one in approvals.values() if one.decided_at is not None]
    assert sorted((event["action"], event["content"], event["who"]) for event in events) == sorted(
        (one.action_id, one.content, one.decided_by) for one in decided
    ), "an event for each decision, and a decision for each event"
    for one in decided:
        assert one.decided_by == ROLES[one.role]
        assert desk.workspace.archive.get(one.shown)
    for event in events:
        if "message" not in event:
            continue
        message = received[event["message"]]
        assert message.sender_authenticated
        assert message.sender == event["who"]
        (one,) = (each for each in decided if (each.action_id, each.content) == (event["action"], event["content"]))
        assert (one.id, event["shown"], message.sender) in shown
    for action in desk.actions():
        gates = [one for one in approvals.values() if one.action_id == action.id and one.revision == action.revision]
        if action.state == "sent" and gates:
            assert [one.state for one in gates if one.state != "outdated"] == ["approved"]
            (sent,) = (row for row in desk.outgoing("sent") if row.action_id == action.id)
            assert {one.leaves for one in gates if one.state == "approved"} == {sent.raw}
    desk.assert_whole()
