"""People of the company are told of what waits: in one mail, at most once a time, whatever the wire does, and not of what waits no more."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.cli.planning import show_report
from cobranza_rules.cli.screen import Screen
from cobranza_rules.config_sections import ApprovalsSection
from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.store.tables import InternalMessageRow
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.dispatch.faulty_sink import CrashError, FaultySink
from tests.stories.desk import UNIVERSITY, Desk, text_of
from tests.stories.fixtures import DeskMaker

BOSS, ANALYST, SUPERVISOR = "administracion@kemper.example", "analista@kemper.example", "supervision@kemper.example"
WEDNESDAY, THURSDAY, FRIDAY = (DAY + dt.timedelta(days=ahead) for ahead in (2, 3, 4))
SECOND = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"


@pytest.fixture
def signing(make_desk: DeskMaker) -> Desk:
    """Monday: two letters, of two customers, wait for the manager's signature."""
    desk = make_desk(UNIVERSITY, SECOND)
    unasked = ApprovalsSection(by_mail=())  # Notices are looked at here, and not what else goes to the company's own people.
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"approvals": unasked})
    desk.take(invoice("FA-7", "1160.00", DAY), invoice("FA-8", "2320.00", DAY, receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES")))
    desk.tick()
    assert [(approval.gate, approval.state) for approval in desk.approvals()] == [("sign", "waiting")] * 2
    return desk


def told(desk: Desk) -> list[InternalMessageRow]:
    with desk.workspace.database.reading() as session:
        query = select(InternalMessageRow).where(InternalMessageRow.kind == "notice").order_by(InternalMessageRow.id)
        return list(session.scalars(query))


def mails(desk: Desk) -> list[EmailMessage]:
    read = [email.message_from_bytes(desk.workspace.archive.get(row.raw), policy=email.policy.default) for row in told(desk)]
    return [message for message in read if isinstance(message, EmailMessage)]


def faulty(desk: Desk, *faults: str) -> FaultySink:
    folder = desk.workspace.base / desk.workspace.settings.mail.out.path
    sink = FaultySink(MaildirSink(folder), lambda _message: None, list(faults))
    desk.workspace.sink = sink
    return sink


def left(desk: Desk) -> int:
    return len(list((desk.workspace.base / desk.workspace.settings.mail.out.path / "new").glob("*.eml")))


def reminders(desk: Desk) -> list[tuple[str, str]]:
    return [(action.rule_id, action.state) for action in desk.actions() if action.rule_id.endswith("-reminder")]


def test_all_that_a_person_has_to_sign_stands_in_one_mail_every_two_business_days(signing: Desk) -> None:
    signing.run(DAY + dt.timedelta(days=1))
    assert told(signing) == []
    report = signing.run(WEDNESDAY)
    assert report.states == {"awaiting_signature": 2, "sent": 2}
    (mail,) = mails(signing)
    assert (mail["To"], mail["Cc"], mail["Subject"]) == (BOSS, None, "Cobranza: 2 documentos esperan su firma")
    first, second = (approval.id for approval in signing.approvals())
    text = text_of(mail)
    for shown in (
        "UNIVERSIDAD ROBOTICA ESPAÑOLA (C-001)",
        "FA-7",
        "$1,160.00 MXN",
        "FA-8",
        "$2,320.00 MXN",
        "02/03/2026",
        str(first),
        str(second),
    ):
        assert shown in text
    signing.tick()
    signing.run(THURSDAY)
    assert len(told(signing)) == 1
    signing.run(FRIDAY)
    assert len(told(signing)) == 2
    signing.assert_whole()


def test_what_people_of_the_company_are_told_is_counted_apart_from_what_is_sent(signing: Desk) -> None:
    report = signing.run(WEDNESDAY)
    assert (report.states, report.in_house) == ({"awaiting_signature": 2, "sent": 2}, 2)
    signing.approve("administration_manager")
    report = signing.run(FRIDAY)
    assert (report.states["sent"], report.in_house) == (2, 0)


def test_the_report_of_a_run_names_both(signing: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with signing.workspace.database.writing() as session:
        open_task(
            Bookkeeper(session, signing.workspace.clock.now()), "find-address", signing.customers()[0].id, "supervisor", DAY, [], due_on=DAY
        )
    signing.approve("administration_manager", only=[signing.approvals()[0].id])
    show_report(Screen("en"), signing.run(WEDNESDAY))
    assert capsys.readouterr().out.splitlines()[1:4] == [
        "  awaiting approval: 1",
        "  sent: 1",
        "  done in the company, nothing of it to a customer: 2",
    ]


def test_what_is_signed_is_not_reminded_of(signing: Desk) -> None:
    signing.approve("administration_manager", only=[signing.approvals()[0].id])
    signing.run(WEDNESDAY)
    assert [mail["Subject"] for mail in mails(signing)] == ["Cobranza: 1 documento espera su firma"]
    signing.approve("administration_manager")
    signing.run(FRIDAY)
    assert len(told(signing)) == 1


def test_the_case_file_says_who_was_told(signing: Desk) -> None:
    signing.run(WEDNESDAY)
    with signing.workspace.database.reading() as session:
        said = [str(event.sentence) for event in timeline(session, signing.customers()[0].id) if event.kind == "people_told"]
    assert said == ["signature-reminder: administration_manager told of transmittal (sent)"]


def test_a_letter_that_is_written_anew_is_not_reminded_of_anew(signing: Desk) -> None:
    """A new revision asks again; the reminders go on counting."""
    signing.run(WEDNESDAY)
    signing.take(invoice("FA-9", "500.00", DAY))
    with signing.workspace.database.writing() as session:
        from cobranza_rules.store.tables import ContactRow

        session.scalars(select(ContactRow).where(ContactRow.email == "facturas@robotica.example")).one().email = "otra@robotica.example"
    signing.run(THURSDAY)
    assert [approval.state for approval in signing.approvals()].count("outdated") == 1
    assert [rule for rule, _state in reminders(signing)] == ["signature-reminder"] * 2
    signing.run(FRIDAY)
    assert len(told(signing)) == 2, "the third letter was asked for on Thursday"


def test_on_a_day_off_nobody_is_told(signing: Desk) -> None:
    signing.run(DAY + dt.timedelta(days=5))
    assert told(signing) == []
    signing.run(DAY + dt.timedelta(days=7))
    assert len(told(signing)) == 1


def test_a_task_is_reminded_of_twice_and_then_told_to_the_supervisor(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        task = open_task(keeper, "find-address", desk.customers()[0].id, "collections_analyst", DAY, [], due_on=DAY)
        number = task.id
    for ahead in range(1, 20):
        desk.run(DAY + dt.timedelta(days=ahead))
    about = [mail for mail in mails(desk) if "find-address" in text_of(mail) or "Buscar" in text_of(mail) or f"{number}" in text_of(mail)]
    ours = [(mail["To"], mail["Cc"], mail["Subject"]) for mail in about][:3]
    assert ours == [
        (ANALYST, None, "Cobranza: 1 tarea vencida"),
        (ANALYST, None, "Cobranza: 1 tarea vencida"),
        (SUPERVISOR, ANALYST, "Cobranza: 1 tarea vencida"),
    ]


def test_a_server_that_is_away_gets_the_same_mail_later(signing: Desk) -> None:
    faulty(signing, "postponed")
    signing.on(WEDNESDAY).tick()
    assert ([row.state for row in told(signing)], left(signing)) == (["ready"], 0)
    signing.tick()
    assert ([(row.state, row.attempts) for row in told(signing)], left(signing)) == ([("sent", 2)], 1)
    assert reminders(signing) == [("signature-reminder", "sent")] * 2


def test_what_could_not_be_delivered_before_a_day_off_waits_for_the_next_business_day(signing: Desk) -> None:
    faulty(signing, *["postponed"] * 3)
    for day in (WEDNESDAY, THURSDAY, FRIDAY):
        signing.run(day)
    signing.run(FRIDAY + dt.timedelta(days=1))
    assert ([(row.state, row.attempts) for row in told(signing)], left(signing)) == ([("ready", 3)], 0)
    signing.run(FRIDAY + dt.timedelta(days=3))
    assert (next((row.state, row.attempts) for row in told(signing)), left(signing)) == (("sent", 4), 1)


@pytest.mark.parametrize(
    ("fault", "state"), [("uncertain, left", "uncertain"), ("uncertain, lost", "uncertain"), ("refused address", "failed")]
)
def test_what_is_uncertain_or_refused_counts_as_one_time(signing: Desk, fault: str, state: str) -> None:
    faulty(signing, fault)
    signing.run(WEDNESDAY)
    signing.tick()
    signing.run(THURSDAY)
    assert [(row.state, row.attempts) for row in told(signing)] == [(state, 1)]
    assert reminders(signing) == [("signature-reminder", "sent")] * 2
    signing.run(FRIDAY)
    assert [row.state for row in told(signing)] == [state, "sent"]


@pytest.mark.parametrize(("fault", "attempts"), [("crash before", 2), ("crash after", 1)])
def test_a_crash_on_the_wire_tells_nobody_twice(signing: Desk, fault: str, attempts: int) -> None:
    faulty(signing, fault)
    with pytest.raises(CrashError):
        signing.run(WEDNESDAY)
    signing.tick()
    signing.tick()
    assert left(signing) == 1
    assert [(row.state, row.attempts) for row in told(signing)] == [("sent", attempts)]
    assert reminders(signing) == [("signature-reminder", "sent")] * 2


def test_what_was_planned_on_an_earlier_day_is_looked_at_again(signing: Desk) -> None:
    """In shadow mode it is planned and not told; when the mode ends, the one that was signed meanwhile is called off."""
    signing.workspace.settings = signing.workspace.settings.model_copy(update={"mode": "shadow"})
    signing.run(WEDNESDAY)
    assert reminders(signing) == [("signature-reminder", "planned")] * 2
    signing.workspace.settings = signing.workspace.settings.model_copy(update={"mode": "automatic"})
    signing.approve("administration_manager", only=[signing.approvals()[0].id])
    signing.run(THURSDAY)
    assert reminders(signing) == [("signature-reminder", "cancelled"), ("signature-reminder", "sent")]
    assert signing.why(signing.actions("signature-reminder")[0]) == "no longer planned: it waits no more"
    assert [mail["Subject"] for mail in mails(signing)] == ["Cobranza: 1 documento espera su firma"]


def test_a_template_that_is_broken_keeps_its_notices_back_and_nothing_else(signing: Desk) -> None:
    template = signing.workspace.base / "templates" / "notices" / "signature-waiting.es.html"
    whole = template.read_text(encoding="utf-8")
    template.write_text(whole.replace("{{ line.about }}", "{{ line.abuot }}"), encoding="utf-8")
    report = signing.run(WEDNESDAY)
    assert [str(problem) for problem in report.problems] == [
        "notices/signature-waiting.es.html:26: there is no field 'line.abuot'; did you mean 'line.about'?"
    ]
    assert told(signing) == []
    template.write_text(whole, encoding="utf-8")
    signing.tick()
    assert [row.state for row in told(signing)] == ["sent"]


NOTICE = """
  - id: large-invoice
    for: invoice
    when: balance >= 1000.00 MXN
    group_by: [customer, currency]
    do:
      - notice: task-waiting
        to: sales_manager
        cc: [supervisor, sales_manager]
      - task: look-at-it
        assign: collections_analyst
"""


def test_a_rule_for_invoices_tells_people_and_goes_on(desk: Desk) -> None:
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("\nrules:\n", f"\nrules:{NOTICE}", 1), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.tick()
    (mail,) = mails(desk)
    assert (mail["To"], mail["Cc"]) == ("ventas@kemper.example", SUPERVISOR)
    assert "FA-1" in text_of(mail)
    assert desk.task("look-at-it").invoices == [desk.invoice("FA-1").id]
    assert desk.action("large-invoice").state == "sent"
