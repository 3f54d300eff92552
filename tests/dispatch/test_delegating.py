"""Whoever is asked names somebody else: the letter is written anew with that name, and decided by nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.delegating import delegate
from cobranza_rules.people import person_named
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker

SIGNER, ANALYST, SUPERVISOR, SALES = "administration_manager", "collections_analyst", "supervisor", "sales_manager"


def pass_on(desk: Desk, ids: Sequence[int], who: str, to: str, comment: str = "") -> list[str]:
    """What could not be passed on."""
    company = desk.workspace.company
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        _done, problems = delegate(keeper, ids, person_named(company, who), person_named(company, to), comment, desk.today)
    return [str(problem) for problem in problems]


def gates(desk: Desk) -> list[tuple[int, str, str]]:
    return [(one.id, one.role, one.state) for one in desk.approvals()]


@pytest.fixture
def signing(make_desk: DeskMaker) -> Desk:
    desk = make_desk()
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    return desk


def test_a_signature_changes_hands_with_the_name_under_the_letter(signing: Desk) -> None:
    assert "Adela Muestra Ejemplo" in signing.documents(signing.action("transmittal"))["letter"].decode()
    assert pass_on(signing, [1], SIGNER, SUPERVISOR, "de vacaciones") == []
    signing.tick()
    assert gates(signing) == [(1, SIGNER, "outdated"), (2, SUPERVISOR, "waiting")]
    letter = signing.documents(signing.action("transmittal"))["letter"].decode()
    assert "Celia Muestra Ejemplo" in letter
    assert "Adela Muestra Ejemplo" not in letter
    signing.approve(SUPERVISOR)
    signing.tick()
    assert [action.state for action in signing.actions("transmittal")] == ["sent"]
    signing.assert_whole()


def test_until_it_is_written_anew_nobody_can_sign_it(signing: Desk) -> None:
    pass_on(signing, [1], SIGNER, SUPERVISOR)
    for role in (SIGNER, SUPERVISOR):
        with pytest.raises(ProblemError) as raised:
            signing.approve(role, only=[1])
        assert str(raised.value.problems[0]) == (
            "approval 1 was passed to supervisor: the next run writes it anew, with another name under it; 'cobranza run' asks for it then"
        )


def test_it_goes_from_hand_to_hand_and_back(signing: Desk) -> None:
    pass_on(signing, [1], SIGNER, SUPERVISOR)
    signing.tick()
    pass_on(signing, [2], SUPERVISOR, SALES)
    signing.tick()
    pass_on(signing, [3], SALES, SIGNER)
    signing.tick()
    assert gates(signing)[-1] == (4, SIGNER, "waiting")
    signing.approve(SIGNER)
    signing.tick()
    assert [action.state for action in signing.actions("transmittal")] == ["sent"]


def test_a_release_is_shown_to_another_as_it_is(supervised: Desk) -> None:
    supervised.tick()
    revision, content = supervised.action("first-reminder").revision, supervised.approvals()[0].shown
    assert pass_on(supervised, [1], ANALYST, SUPERVISOR, "de vacaciones") == []
    assert gates(supervised) == [(1, ANALYST, "outdated"), (2, SUPERVISOR, "waiting")]
    assert supervised.approvals()[1].shown == content
    supervised.tick()
    assert supervised.action("first-reminder").revision == revision
    supervised.approve(SUPERVISOR)
    assert supervised.tick().states == {"sent": 1}


def test_what_is_written_anew_stays_with_whom_it_was_passed_to(supervised: Desk) -> None:
    supervised.tick()
    pass_on(supervised, [1], ANALYST, SUPERVISOR)
    supervised.run(dt.date(2026, 3, 17))  # Ten business days later: the 16th is a holiday.
    assert gates(supervised)[-1][1:] == (SUPERVISOR, "waiting")
    assert supervised.action("first-reminder").revision == 2


def test_the_substitute_of_the_rules_is_not_asked_where_a_person_has_named_another(make_desk: DeskMaker) -> None:
    desk = make_desk()
    rules = desk.workspace.base / "rules" / "collections.yaml"
    old = " sign: administration_manager\n"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace(old, f"{old}        sign_substitute: {{supervisor: 3 workdays}}\n"), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    pass_on(desk, [1], SIGNER, SALES)
    for ahead in range(7):
        desk.run(DAY + dt.timedelta(days=ahead))
    assert gates(desk) == [(1, SIGNER, "outdated"), (2, SALES, "waiting")]


def test_every_number_that_cannot_be_passed_on_is_told_and_the_good_ones_are(supervised: Desk) -> None:
    supervised.take(invoice("FA-7", "1160.00", DAY))
    supervised.tick()
    mine = {one.role: one.id for one in supervised.approvals()}
    assert pass_on(supervised, [mine[SIGNER], 4711, mine[ANALYST]], SIGNER, SUPERVISOR) == [
        "there is no approval 4711; 'cobranza approvals list' shows those that wait",
        f"approval {mine[ANALYST]} is for {ANALYST}, and Adela Muestra Ejemplo is {SIGNER}; let {ANALYST} decide it",
    ]
    assert pass_on(supervised, [mine[ANALYST]], ANALYST, ANALYST) == [
        f"approval {mine[ANALYST]} waits for Benito Muestra Ejemplo already; name somebody else with --to"
    ]
    supervised.tick()
    assert ("supervisor", "waiting") in [(role, state) for _id, role, state in gates(supervised)]


def test_who_passed_what_to_whom_and_why_stands_in_the_case_file(signing: Desk) -> None:
    from cobranza_rules.casefile.timeline import timeline

    pass_on(signing, [1], SIGNER, SUPERVISOR, "de vacaciones")
    with signing.workspace.database.reading() as session:
        said = [str(event.sentence) for event in timeline(session, signing.customers()[0].id) if event.kind == "approval_delegated"]
    assert said == ["administracion@kemper.example lets supervision@kemper.example (supervisor) decide instead: de vacaciones"]
