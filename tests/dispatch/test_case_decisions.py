"""Administration decides on a case that it was handed: what each decision makes of the invoice, and what is no decision."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.dispatch.print_set import write_task_documents
from cobranza_rules.domain.task import MEMOS
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import CustomerRow, InternalMessageRow, TaskRow
from tests.cfdi_files import invoice
from tests.conftest import WorkspaceMaker
from tests.stories.desk import Desk, PlainPdf
from tests.stories.fixtures import OPENING, DeskMaker

ESCALATED = dt.date(2026, 3, 18)


@pytest.fixture(scope="module")
def escalated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the case is kept that all tests begin with; the first of them makes it."""
    return tmp_path_factory.mktemp("escalated") / "workspace"


@pytest.fixture
def escalated(make_desk: DeskMaker, make_workspace: WorkspaceMaker, escalated_folder: Path, tmp_path: Path) -> Desk:
    """Both reminders of FA-1 have left, and sales have been silent."""
    if not escalated_folder.exists():
        desk = make_desk(folder="first")
        desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
        desk.tick()
        desk.run(dt.date(2026, 3, 9))
        desk.run(ESCALATED)
        desk.approve("sales_manager")
        desk.tick()
        desk.workspace.close()
        shutil.copytree(desk.workspace.base, escalated_folder)
    shutil.copytree(escalated_folder, tmp_path / "workspace")
    workspace = make_workspace(ESCALATED)
    workspace.pdf = PlainPdf()
    assert Desk(workspace).invoice("FA-1").case_status == "with_administration"
    return Desk(workspace)


def waiting(desk: Desk) -> TaskRow:
    return next(task for task in desk.tasks() if task.name == "decide-on-case" and task.state == "open")


def decide(desk: Desk, answer: str, rung: str = "") -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        finish_task(keeper, waiting(desk).id, Answer("gerencia@kemper.example", answer, rung=rung), desk.today)


@pytest.mark.parametrize(("rung", "again"), [("", "second-reminder"), ("first-reminder", "first-reminder")])
def test_back_in_collections_it_goes_on_from_the_named_rung(escalated: Desk, rung: str, again: str) -> None:
    decide(escalated, "back_to_collections", rung)
    row = escalated.invoice("FA-1")
    assert (row.case_status, row.intervention, row.intervention_task) == ("collections", "none", None)
    escalated.run(dt.date(2026, 3, 19))
    assert [(action.rule_id, action.planned_on) for action in escalated.actions()][-1] == (again, dt.date(2026, 3, 19))
    escalated.assert_whole()


def test_sales_who_were_silent_get_their_time_again_when_the_case_comes_back(escalated: Desk) -> None:
    decide(escalated, "back_to_collections")
    escalated.run(dt.date(2026, 3, 19))
    assert escalated.invoice("FA-1").intervention_due == dt.date(2026, 3, 26)
    assert escalated.planned_on(dt.date(2026, 3, 26)) == 0
    assert escalated.planned_on(dt.date(2026, 3, 27)) == 1


@pytest.mark.parametrize("answer", ["written_off", "with_administration"])
def test_what_leaves_collections_is_not_written_to(escalated: Desk, answer: str) -> None:
    decide(escalated, answer)
    row = escalated.invoice("FA-1")
    assert (row.case_status, row.intervention) == (answer, "decided")
    for ahead in range(1, 40):
        assert escalated.planned_on(ESCALATED + dt.timedelta(days=ahead)) == 0


@pytest.mark.parametrize(
    ("answer", "rung", "problem"),
    [
        (
            "",
            "",
            "--answer: a case needs its decision; give --answer back_to_collections, payment_plan, credit_stop, legal, written_off, with_administration",
        ),
        (
            "agreement",
            "",
            "--answer: a case needs its decision; give --answer back_to_collections, payment_plan, credit_stop, legal, written_off, with_administration",
        ),
        ("legal", "first-reminder", "--rung: only back_to_collections goes on from a rung; leave it out"),
        (
            "back_to_collections",
            "third-reminder",
            "--rung: invoice FA-1 was never sent 'third-reminder'; name one of first-reminder, second-reminder, escalation",
        ),
    ],
)
def test_what_is_no_decision_is_refused_and_the_task_stays(escalated: Desk, answer: str, rung: str, problem: str) -> None:
    with pytest.raises(ProblemError) as refused:
        decide(escalated, answer, rung)
    assert str(refused.value) == problem
    assert escalated.task("decide-on-case").state == "open"


def test_what_goes_to_law_is_demanded_formally_once(escalated: Desk) -> None:
    decide(escalated, "legal")
    assert escalated.invoice("FA-1").case_status == "legal"
    escalated.run(dt.date(2026, 3, 19))
    escalated.approve("administration_manager")
    escalated.tick()
    demand = escalated.outgoing()[-1]
    assert "requerimiento formal de pago" in demand.subject
    for ahead in range(2, 40):
        assert escalated.planned_on(ESCALATED + dt.timedelta(days=ahead)) == 0


def test_a_stop_of_credit_is_told_to_sales_and_lifted_as_the_case_comes_back(escalated: Desk) -> None:
    decide(escalated, "credit_stop")
    assert escalated.invoice("FA-1").case_status == "with_administration"
    assert credit_stopped_on(escalated) == ESCALATED
    assert (escalated.task("stop-credit").assigned_to, escalated.task("stop-credit").due_on) == ("sales_manager", dt.date(2026, 3, 20))
    escalated.tick()
    with escalated.workspace.database.reading() as session:
        (told,) = session.scalars(select(InternalMessageRow).where(InternalMessageRow.subject.like("Suspender el crédito de %")))
    assert (told.recipient, told.state) == (escalated.workspace.addresses["sales_manager"], "sent")
    decide(escalated, "back_to_collections")
    assert credit_stopped_on(escalated) is None
    assert {task.name for task in escalated.tasks()} >= {"give-credit"}
    assert "stop-credit" not in {task.name for task in escalated.tasks()}, "nobody is asked for both"
    escalated.tick()
    with escalated.workspace.database.reading() as session:
        (told,) = session.scalars(select(InternalMessageRow).where(InternalMessageRow.subject.like("Volver a dar crédito a %")))
    assert (told.recipient, told.state) == (escalated.workspace.addresses["sales_manager"], "sent")


def credit_stopped_on(desk: Desk) -> dt.date | None:
    with desk.workspace.database.reading() as session:
        return session.scalars(select(CustomerRow.credit_stopped_on).where(CustomerRow.code == "C-001")).one()


def test_a_case_that_stays_with_administration_is_asked_about_again_with_its_packet(escalated: Desk) -> None:
    before = waiting(escalated)
    decide(escalated, "with_administration")
    again = waiting(escalated)
    assert (again.id != before.id, again.detail, again.due_on) == (True, {MEMOS: before.detail[MEMOS]}, dt.date(2026, 4, 15))
    (name,) = write_task_documents(escalated.workspace, again, escalated.workspace.base / "papeles")
    assert name.endswith("expediente-C-001-MXN.pdf")
