"""Rules about what waits: tasks, approvals, payments and customers as a whole. Each subject has an action of its own, all inside the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import Consideration, because, consider_rule
from cobranza_rules.rules.deciding import Deciding
from cobranza_rules.rules.model import ASKED, Rule, Step, StepKind
from cobranza_rules.rules.planned import Item, Outcome, PlannedAction
from cobranza_rules.rules.recipients import addresses_told, tells_people
from cobranza_rules.rules.ruling import reason_of_rule
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, QueueSubject

QUEUES = (Scope.CUSTOMER, Scope.TASK, Scope.APPROVAL, Scope.PAYMENT)


def attend_queues(deciding: Deciding) -> None:
    for rule in deciding.rules.rules:
        if rule.scope in QUEUES:
            for subject in deciding.book.queues:
                if subject.scope is rule.scope:
                    _attend(deciding, rule, subject)


def _attend(deciding: Deciding, rule: Rule, subject: QueueSubject) -> None:
    found = consider_rule(rule, subject, deciding.matches.queues[subject.scope, subject.id], deciding.rules, deciding.today)
    if found.outcome is Outcome.DUE:
        steps = said_to(subject.asked, rule.after_last if found.closing else rule.do)
        kept_back = _kept_back(deciding, steps)
        if kept_back is None:
            deciding.actions.append(_action(deciding, rule, subject, found, steps))
        else:
            found = kept_back
    deciding.note(subject, rule.id, found)


def said_to(asked: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """`to: asked` becomes the role that the subject waits for."""
    return tuple(
        replace(
            step,
            to=asked if step.to == ASKED else step.to,
            cc=tuple(asked if role == ASKED else role for role in step.cc),
            assign=asked if step.assign == ASKED else step.assign,
        )
        for step in steps
    )


def _kept_back(deciding: Deciding, steps: Sequence[Step]) -> Consideration | None:
    """People are told on business days, and only where there is somebody to tell."""
    if not tells_people(steps):
        return None
    if (day_off := deciding.day_off) is not None:
        return day_off
    nobody = [step.to for step in steps if step.kind is StepKind.NOTICE and step.to not in deciding.book.company]
    if nobody:
        return Consideration(Outcome.NO_ADDRESS, _("there is no valid address for '{role}'", role=nobody[0]))
    return None


def _action(deciding: Deciding, rule: Rule, subject: QueueSubject, found: Consideration, steps: tuple[Step, ...]) -> PlannedAction:
    told, copies = addresses_told(steps, deciding.book.company)
    occurrence = subject.claims.get(found.claim, NOTHING_CLAIMED).sent + 1
    causes: Sentence = because(why_true(rule.when, subject.facts))
    return PlannedAction(
        rule_id=rule.id,
        ladder="",
        procedure_step=rule.procedure_step,
        subject=subject.scope.value,
        customer_id=subject.customer_id,
        customer=deciding.book.customers[subject.customer_id].code,
        currency="",
        on=deciding.today,
        items=(Item(subject.id, subject.name, found.claim, occurrence),),
        held=(),
        steps=steps,
        recipients=told,
        copies=copies,
        closing=found.closing,
        reason=reason_of_rule(rule, causes, found),
    )
