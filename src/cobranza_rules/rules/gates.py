"""Who has to agree before an action leaves: signature, rubric, and in supervised mode an analyst's release; and when they are asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.model import Step
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer

GATES = SIGN, RUBRIC, RELEASE = "sign", "rubric", "release"
ANALYST = "collections_analyst"
FRESH_WORKDAYS = 2  # A document that leaves later than this after it was rendered would promise a next contact that is not true.


@dataclass(frozen=True, slots=True)
class Gate:
    kind: str
    role: str


def gates_of(action: PlannedAction, mode: str, rubric: str) -> list[Gate]:
    """An analyst's rubric that is a gate is his release as well: nobody is asked twice for one thing."""
    gates = [Gate(SIGN, step.sign) for step in action.steps if step.sign]
    rubrics = [Gate(RUBRIC, step.rubric) for step in action.steps if step.rubric] if rubric == "gate" else []
    if mode == "supervised" and reaches_customer(action.steps) and not any(gate.role == ANALYST for gate in rubrics):
        gates.append(Gate(RELEASE, ANALYST))
    return list(dict.fromkeys(gates + rubrics))


def is_signed(steps: Sequence[Step]) -> bool:
    """Whether somebody signs a document of the chain, wherever that goes."""
    return any(step.sign for step in steps)


def substituted(step: Step, waited: int) -> Step:
    """`step` with the substitute as signer, where its signer has been asked for so many business days already."""
    return replace(step, sign=step.sign_substitute) if step.sign_substitute and waited >= step.substitute_after else step


def with_substitute(action: PlannedAction, waited: int) -> PlannedAction:
    """`action` with the substitute as signer of each letter whose signer has been asked for so many business days already."""
    return replace(action, steps=tuple(substituted(step, waited) for step in action.steps))


def why_anew(*, ready: bool, same: bool, waited: int, asking: bool, renew_after: int) -> Sentence | None:
    """Why a document is written anew, and everybody asked again; None where it stands as it was shown.

    `ready` are those to which all have agreed and that have not left, `asking` those for which somebody is still asked; `same` says that they
    would be written alike today, day counts and number apart. `waited` are business days since they were written, `renew_after` those after
    which a document that still waits is written with the day's date and figures.
    """
    if not same:
        return _("rendered anew: what it says has changed")
    if (ready and waited > FRESH_WORKDAYS) or (not ready and asking and waited >= renew_after):
        return _("rendered anew: it has waited {days} business days", days=waited)
    return None
