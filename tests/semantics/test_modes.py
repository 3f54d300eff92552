"""Modes: shadow decides and records and sends nothing; supervised lets no message out that an analyst has not released; automatic sends."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.gates import ANALYST, gates_of
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import Item, PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.semantics.stories import PLACE
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING, DeskMaker, make_desk

__all__ = ["make_desk"]
ROLES = ("", "administration_manager", ANALYST)
letters = st.builds(
    lambda sign, rubric: Step(StepKind.LETTER, "letter", PLACE, sign=sign, rubric=rubric), st.sampled_from(ROLES), st.sampled_from(ROLES)
)
others = st.sampled_from(
    [
        Step(StepKind.EMAIL, "mail", PLACE, to="collections_contact"),
        Step(StepKind.DELIVER, "delivery", PLACE, to="invoice_contact"),
        Step(StepKind.TASK, "task", PLACE, assign=ANALYST),
        Step(StepKind.NOTICE, "notice", PLACE, to="supervisor"),
    ]
)


@given(
    st.lists(letters | others, min_size=1, max_size=4), st.sampled_from(["supervised", "automatic"]), st.sampled_from(["automatic", "gate"])
)
def test_in_supervised_mode_an_analyst_agrees_to_every_message_to_a_customer(steps: list[Step], mode: str, rubric: str) -> None:
    """Signatures are asked for in every mode, rubrics where they are a gate; nobody is asked twice."""
    action = PlannedAction("r", "", 0, "invoice", 1, "C-1", "MXN", DAY, (Item(1, "F-1", "r", 1),), (), tuple(steps), (), ())
    gates = gates_of(action, mode, rubric)
    asked = {(gate.kind, gate.role) for gate in gates}
    assert len(asked) == len(gates)
    assert {role for kind, role in asked if kind == "sign"} == {step.sign for step in steps if step.sign}
    assert {role for kind, role in asked if kind == "rubric"} == {step.rubric for step in steps if step.rubric and rubric == "gate"}
    by_analyst = {kind for kind, role in asked if role == ANALYST and kind != "sign"}
    if mode == "supervised":
        assert bool(by_analyst) is (reaches_customer(steps) or (rubric == "gate" and any(step.rubric == ANALYST for step in steps)))
    else:
        assert "release" not in {kind for kind, _role in asked}


def decided(desk: Desk) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.rule_id, planned(row).invoices) for row in desk.actions()]


def test_the_modes_decide_the_same_and_differ_in_what_leaves(make_desk: DeskMaker) -> None:
    """Three days of a desk with a delivery, a reminder and the task of a call: first with nobody there, then everything is agreed to."""
    found = {}
    for mode in ("shadow", "supervised", "automatic"):
        desk = make_desk(folder=mode)
        desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": mode})
        desk.take(invoice("FA-1"), opening=OPENING)
        desk.take(invoice("FA-2", day=DAY))
        first = desk.tick()
        assert first.plan is not None
        found[mode] = [(action.rule_id, action.invoices) for action in first.plan.actions]
        for day in days(DAY + dt.timedelta(days=1), 2):
            desk.run(day)
        assert len(desk.mails()) == (1 if mode == "automatic" else 0), mode
        assert decided(desk)[:2] == found[mode]
        for role in ("administration_manager", ANALYST):
            if any(approval.role == role for approval in desk.approvals("waiting")):
                desk.approve(role)
        desk.tick()
        assert len(desk.mails()) == (0 if mode == "shadow" else 2), mode
        assert bool(desk.invoice("FA-1").rung) is (mode != "shadow")
    assert found["shadow"] == found["supervised"] == found["automatic"] == [("transmittal", ("FA-2",)), ("first-reminder", ("FA-1",))]
