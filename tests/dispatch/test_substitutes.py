"""A signature that does not come is asked of the substitute, and what was signed stays as it was signed."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker

THURSDAY = DAY + dt.timedelta(days=3)


@pytest.fixture
def asking(make_desk: DeskMaker) -> Desk:
    """On Monday the administration manager is asked to sign a transmittal; after three business days it is the supervisor's turn."""
    desk = make_desk()
    rules = desk.workspace.base / "rules" / "collections.yaml"
    old = " sign: administration_manager\n"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, f"{old}        sign_substitute: {{supervisor: 3 workdays}}\n"), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    return desk


def waiting_roles(desk: Desk) -> list[str]:
    return [approval.role for approval in desk.approvals() if approval.state == "waiting"]


def test_the_substitute_is_asked_when_the_time_has_come_and_not_before(asking: Desk) -> None:
    assert waiting_roles(asking) == ["administration_manager"]
    asking.run(DAY + dt.timedelta(days=2))
    assert waiting_roles(asking) == ["administration_manager"]
    asking.run(THURSDAY)
    assert waiting_roles(asking) == ["supervisor"]
    asking.tick()
    assert waiting_roles(asking) == ["supervisor"]
    asking.approve("supervisor")
    asking.tick()
    assert [action.state for action in asking.actions("transmittal")] == ["sent"]


def test_the_first_signer_can_no_longer_sign_what_names_another(asking: Desk) -> None:
    (first,) = [approval.id for approval in asking.approvals()]
    asking.run(THURSDAY)
    with pytest.raises(ProblemError) as late:
        asking.approve("administration_manager", only=[first])
    assert str(late.value).startswith(f"approval {first} does not wait any more: outdated")


def test_what_was_signed_in_time_leaves_as_it_was_signed(asking: Desk) -> None:
    asking.approve("administration_manager")
    asking.run(THURSDAY)
    assert waiting_roles(asking) == []
    assert [action.state for action in asking.actions("transmittal")] == ["sent"]


def test_what_waits_ten_business_days_is_written_anew_and_keeps_its_substitute(asking: Desk) -> None:
    asking.run(THURSDAY)
    revisions = {asking.actions()[0].revision}
    for ahead in range(4, 15):
        asking.run(DAY + dt.timedelta(days=ahead))
        revisions.add(asking.actions()[0].revision)
    assert revisions == {2}, "the substitute's is the second"
    asking.run(dt.date(2026, 3, 20))  # Ten business days after the 5th: the 16th is a holiday.
    (action,) = asking.actions("transmittal")
    assert (action.revision, action.rendered_on, action.state) == (3, dt.date(2026, 3, 20), "awaiting_signature")
    assert waiting_roles(asking) == ["supervisor"]
    asking.approve("supervisor")
    asking.tick()
    assert [action.state for action in asking.actions("transmittal")] == ["sent"]
