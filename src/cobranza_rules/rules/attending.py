"""Rules about what waits: tasks, approvals, payments, deposits, discounts, what Accounting has to do, and customers as a whole. Each subject has an action of its own.

What people of the company are told or asked stays inside, and nothing holds it. A message to the customer is one like any other: holds on the
customer, what people decided for it, and its addresses count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import Consideration, because, consider_rule
from cobranza_rules.rules.deciding import Deciding
from cobranza_rules.rules.model import ASKED, TELLING, Blocks, Hold, Rule, Step
from cobranza_rules.rules.overrides import Override
from cobranza_rules.rules.planned import Item, Outcome, PlannedAction
from cobranza_rules.rules.recipients import addresses_told, reaches_customer, resolve, role_written_to, tells_people
from cobranza_rules.rules.ruling import reason_of_rule
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, QueueSubject

QUEUES = (
    Scope.CUSTOMER,
    Scope.TASK,
    Scope.APPROVAL,
    Scope.PAYMENT,
    Scope.DISCOUNT,
    Scope.CREDIT_NOTE_REQUEST,
    Scope.INSTALMENT,
    Scope.PACKET,
    Scope.DEPOSIT,
)
WITH_AMOUNT = (Scope.PAYMENT, Scope.DISCOUNT, Scope.CREDIT_NOTE_REQUEST, Scope.INSTALMENT, Scope.DEPOSIT)


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
        if reaches_customer(steps) and _noted_as_held(deciding, rule, subject):
            return
        kept_back = _kept_back(deciding, subject, steps)
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


def _noted_as_held(deciding: Deciding, rule: Rule, subject: QueueSubject) -> bool:
    """What a person decided for the customer, or a hold on it, keeps a message back. One on a single invoice does not concern it."""
    if (decided := subject.overrides.exclude) is not None:
        deciding.note_left_alone(subject, rule.id, decided)
        return True
    if (hold := _hold(deciding, subject, Blocks.CONTACT if rule.every_workdays else Blocks.DELIVERY)) is not None:
        deciding.note_held(subject, rule.id, hold)
        return True
    return False


def _hold(deciding: Deciding, subject: QueueSubject, concerned: Blocks) -> Hold | Override | None:
    if (decided := subject.overrides.hold) is not None and concerned in decided.blocks:
        return decided
    names = deciding.matches.customers[subject.customer_id]
    of_customer = (hold for hold in deciding.rules.holds if hold.scope is Scope.CUSTOMER and hold.name in names)
    return next((hold for hold in of_customer if concerned in hold.blocks), None)


def _kept_back(deciding: Deciding, subject: QueueSubject, steps: Sequence[Step]) -> Consideration | None:
    """People are written to on business days, and only where there is somebody to write to."""
    if not tells_people(steps) and not reaches_customer(steps):
        return None
    if (day_off := deciding.day_off) is not None:
        return day_off
    nobody = [step.to for step in steps if step.kind in TELLING and step.to not in deciding.book.company]
    if nobody:
        return Consideration(Outcome.NOBODY, _("nobody of the company has the role '{role}'", role=nobody[0]))
    _to, _copies, reachable = resolve(steps, deciding.book.customers[subject.customer_id], deciding.book.company)
    if not reachable:
        return Consideration(Outcome.NO_ADDRESS, _("there is no valid address for '{role}'", role=role_written_to(steps)))
    return None


def _action(deciding: Deciding, rule: Rule, subject: QueueSubject, found: Consideration, steps: tuple[Step, ...]) -> PlannedAction:
    customer, company = deciding.book.customers[subject.customer_id], deciding.book.company
    to, copies = resolve(steps, customer, company)[:2] if reaches_customer(steps) else addresses_told(steps, company)
    occurrence = subject.claims.get(found.claim, NOTHING_CLAIMED).sent + 1
    causes: Sentence = because(why_true(rule.when, subject.facts))
    currency, amount = _amount(subject)
    return PlannedAction(
        rule_id=rule.id,
        ladder="",
        procedure_step=rule.procedure_step,
        subject=subject.scope.value,
        customer_id=subject.customer_id,
        customer=customer.code,
        currency=currency,
        on=deciding.today,
        items=(Item(subject.id, subject.name, found.claim, occurrence, amount),),
        held=(),
        steps=steps,
        recipients=to,
        copies=copies,
        closing=found.closing,
        reason=reason_of_rule(rule, causes, found),
    )


def _amount(subject: QueueSubject) -> tuple[str, int]:
    """A payment or discount has one; what is about a task, an approval or all of a customer is about no amount."""
    if subject.scope not in WITH_AMOUNT:
        return "", 0
    return str(subject.facts["currency"]), int(subject.facts["amount"])
