"""Rules on the disk are a draft; what was published is in force, until something right, tested and complete takes its place."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cobranza_rules.problems import ProblemError
from cobranza_rules.rulebook.difference import DRAFT, IN_FORCE, difference, named_rules
from cobranza_rules.rulebook.differing import differing
from cobranza_rules.rulebook.publishing import examine_draft, publish
from cobranza_rules.rulebook.versions import published_versions
from cobranza_rules.rules.model import Place, Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.heartbeat import BANK, MAILBOX, beat
from tests.cfdi_files import invoice
from tests.conftest import publish_anew
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING

MONDAY = dt.date(2026, 3, 2)
REMINDERS = "limit: { per_customer: 1 in 3 workdays, per_run: 500 }"


def rewrite(desk: Desk, *changes: tuple[str, str], tests: tuple[tuple[str, str], ...] = ()) -> None:
    """The draft changes, and its tests with it."""
    for name, wanted in (("collections.yaml", changes), ("tests/collections.yaml", tests)):
        file = desk.workspace.base / "rules" / name
        text = file.read_text(encoding="utf-8")
        for old, new in wanted:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    desk.workspace.__dict__.pop("draft_files", None)


@pytest.fixture
def awake(desk: Desk) -> Desk:
    """Bank and mailbox were read this morning, and nothing was done yet."""
    with desk.workspace.database.writing() as session:
        for name in (BANK, MAILBOX):
            beat(session, name, desk.workspace.clock.now())
    return desk


def put_in_force(desk: Desk) -> int:
    number = publish(desk.workspace, examine_draft(desk.workspace), "analista@kemper.example", "mínimo más alto")
    for name in ("rules", "engine"):
        desk.workspace.__dict__.pop(name, None)
    return number


def test_a_draft_changes_nothing_until_it_is_published(awake: Desk) -> None:
    assert [action.rule_id for action in awake.plan().actions] == ["first-reminder"]
    rewrite(awake, ("MXN: 500.00", "MXN: 2000.00"))
    awake.workspace.__dict__.pop("rules", None)
    assert [action.rule_id for action in awake.plan().actions] == ["first-reminder"]


def test_what_the_check_calls_an_error_is_not_published(awake: Desk) -> None:
    rewrite(awake, ("MXN: 500.00", "MXN: 2000.00"))
    (awake.workspace.base / "templates/notices/task-waiting.es.html").unlink()
    with pytest.raises(ProblemError, match="the notice 'task-waiting' is missing in 'es', the language of the program"):
        examine_draft(awake.workspace)


def test_the_difference_says_who_gets_something_else_and_why(awake: Desk) -> None:
    rewrite(awake, ("MXN: 500.00", "MXN: 2000.00"))
    files = named_rules(awake.workspace, IN_FORCE), named_rules(awake.workspace, DRAFT)
    found = difference(awake.workspace, *files)
    (change,) = found.changes
    assert (change.customer, change.number, change.before, change.after) == ("C-001", "FA-1", "first-reminder", "")
    assert str(change.why) == "less than the minimum of ladder 'collection' is overdue"
    assert (found.customers, found.before["first-reminder"].amounts, dict(found.after)) == (1, {"MXN": 116000}, {})
    assert difference(awake.workspace, files[0], files[0]).changes == ()


def test_each_invoice_of_a_message_has_its_own_reason(awake: Desk) -> None:
    """A message gives that of its first one."""
    awake.take(invoice("FA-2", "580.00", dt.date(2026, 1, 20)), opening=OPENING)
    rewrite(awake, ("MXN: 500.00", "MXN: 2000.00"))
    draft, in_force = named_rules(awake.workspace, DRAFT), named_rules(awake.workspace, IN_FORCE)
    first, second = difference(awake.workspace, draft, in_force).changes
    assert (first.number, second.number, second.after) == ("FA-1", "FA-2", "first-reminder")
    assert "26 days overdue: " in str(first.why)
    assert "(balance: 1,160.00 MXN)" in str(first.why)
    assert "11 days overdue: " in str(second.why)
    assert "(balance: 580.00 MXN)" in str(second.why)
    assert str(second.why).startswith("rung 'first-reminder' (rules/collections.yaml:")


def test_each_invoice_that_a_rule_delivers_has_its_own_reason(awake: Desk) -> None:
    awake.take(invoice("FA-2", "580.00", MONDAY), invoice("FA-3", "70.00", MONDAY))
    draft = [(name, text.replace(b"id: transmittal", b"id: delivery")) for name, text in named_rules(awake.workspace, IN_FORCE)]
    changes = difference(awake.workspace, named_rules(awake.workspace, IN_FORCE), draft).changes
    said = {change.number: str(change.why) for change in changes}
    assert "(balance: 580.00 MXN)" in said["FA-2"]
    assert "(balance: 70.00 MXN)" in said["FA-3"]
    assert said["FA-3"].startswith("rule 'delivery' (rules/collections.yaml:")


def test_what_holds_keep_back_is_told_beside_what_changes(desk: Desk) -> None:
    """Nothing was read yet: that nobody would get anything else says little about the change."""
    rewrite(desk, ("MXN: 500.00", "MXN: 2000.00"))
    found = difference(desk.workspace, named_rules(desk.workspace, IN_FORCE), named_rules(desk.workspace, DRAFT))
    assert (found.changes, found.held) == ((), {"bank-data-stale": (1, 1)})


def test_another_template_or_copy_for_the_same_rung_is_a_difference(awake: Desk) -> None:
    rewrite(awake, ("cc: [supervisor]", "cc: [supervisor, sales_manager]"))
    (change,) = difference(awake.workspace, named_rules(awake.workspace, IN_FORCE), named_rules(awake.workspace, DRAFT)).changes
    assert (change.before, change.after) == ("first-reminder", "first-reminder")
    assert [str(one) for one in change.otherwise] == [
        "copies to: supervision@kemper.example, ventas@kemper.example instead of supervision@kemper.example"
    ]


def test_each_way_in_which_one_action_can_differ_is_named() -> None:
    place = Place("rules.yaml", 1, 1)
    letter = Step(StepKind.LETTER, "transmittal", place, sign="administration_manager", rubric="collections_analyst")
    deliver = Step(StepKind.DELIVER, "transmittal", place, to="invoice_contact", attach=("letter",))
    call = Step(StepKind.TASK, "call", place, assign="collections_analyst", due_workdays=2)
    action = PlannedAction(
        *("transmittal", "", 2, "invoice", 1, "C-001", "MXN", MONDAY, (), (), (letter, deliver, call)),
        ("{x}@c.example",),
        (),
        {"delivery": "sent"},
    )
    other = replace(
        action,
        steps=(replace(letter, sign="supervisor", rubric=""), replace(deliver, attach=("letter", "cfdi")), replace(call, due_workdays=0)),
        recipients=("y@c.example",),
        copies=("z@c.example",),
        sets={},
        next_contact=MONDAY,
    )
    assert differing(action, action) == ()
    assert [str(one) for one in differing(action, other)] == [
        "attached: letter, cfdi instead of letter",
        "signed by: supervisor instead of administration_manager",
        "initialled by: none instead of collections_analyst",
        "done by: collections_analyst instead of collections_analyst within 2 business days",
        "to: y@c.example instead of {x}@c.example",
        "copies to: z@c.example instead of none",
        "sets: none instead of delivery: sent",
        "next contact: 2026-03-02 instead of none",
    ]
    assert next(str(one) for one in differing(action, replace(action, steps=action.steps[1:]))) == (
        "steps: deliver transmittal, task call instead of letter transmittal, deliver transmittal, task call"
    )


def test_what_is_published_is_in_force_with_who_and_why(desk: Desk) -> None:
    rewrite(desk, ("when: days_overdue >= 1", "when: days_overdue >= 30"), tests=())
    with pytest.raises(ProblemError) as failed:
        examine_draft(desk.workspace)
    (problem,) = failed.value.problems
    assert str(problem).endswith("rule tests fail; 'cobranza rules test' shows expected beside got")
    rewrite(
        desk, ("when: days_overdue >= 30", "when: days_overdue >= 1"), (REMINDERS, "limit: { per_customer: 1 in 3 workdays, per_run: 400 }")
    )
    assert put_in_force(desk) == 2
    assert desk.workspace.rules.limit.per_run == 400
    with desk.workspace.database.reading() as session:
        newest, _first = published_versions(session)
    assert (newest.id, newest.published_by, newest.comment) == (2, "analista@kemper.example", "mínimo más alto")
    with pytest.raises(ProblemError) as nothing_new:
        examine_draft(desk.workspace)
    assert str(nothing_new.value) == "rules: the rules in force are these already, as version 2; change the files first"


def test_the_files_and_the_archive_may_vanish_and_the_version_stays(awake: Desk) -> None:
    shutil.rmtree(awake.workspace.archive.root)
    for file in (awake.workspace.base / "rules").glob("*.yaml"):
        file.unlink()
    awake.workspace.__dict__.pop("rules", None)
    assert [action.rule_id for action in awake.plan().actions] == ["first-reminder"]


def test_a_rung_that_invoices_stand_on_cannot_be_taken_away_but_renamed(desk: Desk) -> None:
    desk.run(MONDAY)
    assert desk.invoice("FA-1").rung == "first-reminder"
    rewrite(desk, ("- id: first-reminder", "- id: gentle-reminder"), tests=(("first-reminder", "gentle-reminder"),))
    with pytest.raises(ProblemError) as lost:
        examine_draft(desk.workspace)
    (problem,) = lost.value.problems
    assert problem.text().endswith(
        "1 open invoices stand on the rung 'first-reminder', which ladder 'collection' has no more; "
        "give it back, or write 'was: first-reminder' under the rung that takes its place"
    )
    rewrite(desk, ("- id: gentle-reminder", "- id: gentle-reminder\n        was: first-reminder"))
    put_in_force(desk)
    desk.run(MONDAY)
    assert [action.rule_id for action in desk.actions()] == ["first-reminder"]  # Nothing is sent again under the new name.
    desk.run(dt.date(2026, 3, 9))
    assert [action.rule_id for action in desk.actions()] == ["first-reminder", "second-reminder"]


def test_what_waits_for_its_signature_survives_a_renaming(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(
        supervised,
        ("- id: first-reminder", "- id: gentle-reminder\n        was: first-reminder"),
        tests=(("first-reminder", "gentle-reminder"),),
    )
    publish_anew(supervised.workspace)
    supervised.tick()
    supervised.approve("collections_analyst")
    supervised.tick()
    assert [(action.state, len(supervised.mails())) for action in supervised.actions()] == [("sent", 1)]
    assert supervised.plan().actions == ()


def test_a_rung_put_in_between_sends_nobody_backwards(desk: Desk) -> None:
    desk.take(invoice("FA-2", "2320.00"), opening=OPENING)
    desk.run(MONDAY)
    friendly = "      - id: friendly-word\n        when: days_overdue >= 0\n        do:\n          - email: first-reminder\n            to: collections_contact\n"
    rewrite(desk, ("      # Actividad 8. Primer recordatorio", friendly + "      # Actividad 8. Primer recordatorio"))
    publish_anew(desk.workspace)
    desk.run(dt.date(2026, 3, 9))
    assert [action.rule_id for action in desk.actions()] == ["first-reminder", "second-reminder"]


def test_rules_are_named_by_version_file_or_folder(desk: Desk) -> None:
    workspace = desk.workspace
    file = workspace.base / "rules" / "collections.yaml"
    assert named_rules(workspace, "1") == named_rules(workspace, str(file)) == named_rules(workspace, str(file.parent))
    for name, sentence in (
        ("7", "there is no version 7 of the rules; 'cobranza rules versions' lists those that were published"),
        ("nowhere", "there are no rules 'nowhere'; name 'in-force', 'draft', the number of a version, a rules file or a folder"),
    ):
        with pytest.raises(ProblemError) as unknown:
            named_rules(workspace, name)
        assert str(unknown.value) == sentence


def test_without_a_published_version_nothing_runs(desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    workspace.settings = workspace.settings.model_copy(update={"database": f"sqlite:///{tmp_path}/empty.db"})
    workspace.close()
    workspace.__dict__.pop("rules", None)
    with pytest.raises(ProblemError) as nothing:
        assert workspace.rules
    assert str(nothing.value) == "no rules have been published yet; check the files, then: cobranza rules publish --by ROLE"


def test_whoever_signs_now_is_asked_for_what_waits(desk: Desk) -> None:
    desk.take(invoice("FA-7", "1160.00", MONDAY))
    desk.run(MONDAY)
    assert [approval.role for approval in desk.approvals("waiting")] == ["administration_manager"]
    rewrite(desk, ("sign: administration_manager", "sign: supervisor"))
    put_in_force(desk)
    desk.tick()
    assert [(approval.gate, approval.role) for approval in desk.approvals("waiting")] == [("sign", "supervisor")]


def test_a_letter_that_names_another_signer_is_asked_for_again(desk: Desk) -> None:
    desk.take(invoice("FA-7", "1160.00", MONDAY))
    desk.run(MONDAY)
    settings = desk.workspace.settings
    people = {
        **settings.people,
        "administration_manager": settings.people["administration_manager"].model_copy(update={"name": "Persona de Prueba Nueve"}),
    }
    desk.approve("administration_manager")
    desk.workspace.settings = settings.model_copy(update={"people": people})
    desk.workspace.__dict__.pop("company", None)
    desk.tick()
    assert [approval.state for approval in desk.approvals() if approval.gate == "sign"] == ["outdated", "waiting"]
    assert desk.actions("transmittal", "sent") == []
