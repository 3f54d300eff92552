"""Who has to agree before something leaves, in each mode."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cobranza_rules.rules.gates import Gate, gates_of
from cobranza_rules.rules.model import Place, Step, StepKind
from cobranza_rules.rules.planned import Item, PlannedAction

HERE = Place("rules.yaml", 1, 1)
SIGNED = Step(StepKind.LETTER, "transmittal", HERE, sign="administration_manager")
RUBRIC = Step(StepKind.LETTER, "first-reminder", HERE, rubric="collections_analyst")
MAIL = Step(StepKind.EMAIL, "first-reminder", HERE, to="collections_contact")
DELIVERY = Step(StepKind.DELIVER, "transmittal", HERE, to="invoice_contact")
TASK = Step(StepKind.TASK, "call", HERE, assign="collections_analyst")
SIGN = Gate("sign", "administration_manager")
OTHERS = Step(StepKind.LETTER, "first-reminder", HERE, rubric="supervisor")
RELEASE = Gate("release", "collections_analyst")
INITIAL = Gate("rubric", "collections_analyst")


def action(*steps: Step) -> PlannedAction:
    day = dt.date(2026, 3, 2)
    return PlannedAction("r", "", 0, "invoice", 1, "C-001", "MXN", day, (Item(1, "FA-1", "r", 1),), (), steps, (), ())


@pytest.mark.parametrize(
    ("steps", "mode", "rubric", "gates"),
    [
        ((MAIL,), "automatic", "automatic", []),
        ((RUBRIC, MAIL), "automatic", "automatic", []),
        ((RUBRIC, MAIL), "automatic", "gate", [INITIAL]),
        ((SIGNED, DELIVERY), "automatic", "automatic", [SIGN]),
        ((MAIL,), "supervised", "automatic", [RELEASE]),
        ((RUBRIC, MAIL), "supervised", "automatic", [RELEASE]),
        ((RUBRIC, MAIL), "supervised", "gate", [INITIAL]),
        ((SIGNED, DELIVERY), "supervised", "automatic", [SIGN, RELEASE]),
        ((SIGNED, DELIVERY), "supervised", "gate", [SIGN, RELEASE]),
        ((SIGNED, RUBRIC, DELIVERY), "supervised", "gate", [SIGN, INITIAL]),
        ((OTHERS, MAIL), "supervised", "gate", [RELEASE, Gate("rubric", "supervisor")]),
        ((TASK,), "supervised", "gate", []),
        ((SIGNED, SIGNED, DELIVERY), "automatic", "automatic", [SIGN]),
    ],
)
def test_gates(steps: tuple[Step, ...], mode: str, rubric: str, gates: list[Any]) -> None:
    assert gates_of(action(*steps), mode, rubric) == gates
