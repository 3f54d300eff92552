"""In what two actions of one rule differ, as far as anybody but the program would notice. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cobranza_rules.language import Sentence, _, joined, word
from cobranza_rules.rules.model import Step
from cobranza_rules.rules.planned import PlannedAction


def differing(before: PlannedAction, after: PlannedAction) -> tuple[Sentence, ...]:
    """A sentence for each difference, none where there is none."""
    return _differences(_aspects(before, after))


def differing_invoices(before: PlannedAction, after: PlannedAction) -> tuple[Sentence, ...]:
    """Which invoices it claims, and which stand apart because they are on hold."""
    listed = [(_listed(map(_plain, each.invoices)), _listed(_plain(held.number) for held in each.held)) for each in (before, after)]
    (claimed, held), (now_claimed, now_held) = listed
    return _differences([(_("invoices"), claimed, now_claimed), (_("on hold, apart"), held, now_held)])


def _differences(aspects: Iterable[tuple[Sentence, Sentence, Sentence]]) -> tuple[Sentence, ...]:
    return tuple(_("{what}: {after} instead of {before}", what=what, after=new, before=old) for what, old, new in aspects if old != new)


def _aspects(before: PlannedAction, after: PlannedAction) -> Iterator[tuple[Sentence, Sentence, Sentence]]:
    def of_steps(say: Callable[[Step], Iterable[Sentence]]) -> tuple[Sentence, Sentence]:
        one, other = (_listed(said for step in action.steps for said in say(step)) for action in (before, after))
        return one, other

    yield _("steps"), *of_steps(lambda step: [_("{kind} {name}", kind=word(step.kind), name=word(step.name))])
    yield _("attached"), *of_steps(lambda step: map(word, step.attach))
    yield _("form to sign"), *of_steps(lambda step: map(word, filter(None, [step.form])))
    yield _("memo"), *of_steps(lambda step: map(word, filter(None, [step.memo])))
    yield _("signed by"), *of_steps(lambda step: map(word, filter(None, [step.sign])))
    yield _("initialled by"), *of_steps(lambda step: map(word, filter(None, [step.rubric])))
    yield _("done by"), *of_steps(_assignment)
    yield _("to"), _listed(map(_plain, before.recipients)), _listed(map(_plain, after.recipients))
    yield _("copies to"), _listed(map(_plain, before.copies)), _listed(map(_plain, after.copies))
    yield _("sets"), _settings(before), _settings(after)
    yield _("next contact"), _day(before), _day(after)


def _assignment(step: Step) -> Iterator[Sentence]:
    if step.assign and step.due_workdays:
        yield _("{role} within {days} business days", role=word(step.assign), days=step.due_workdays)
    elif step.assign:
        yield word(step.assign)


def _settings(action: PlannedAction) -> Sentence:
    return _listed(_plain(f"{name}: {value}") for name, value in action.sets.items())


def _day(action: PlannedAction) -> Sentence:
    return _plain(action.next_contact.isoformat()) if action.next_contact else _("none")


def _plain(text: str) -> Sentence:
    """Not a template: an address may have braces."""
    return Sentence("{text}", {"text": text})


def _listed(found: Iterable[Sentence]) -> Sentence:
    parts = list(found)
    return joined(parts) if parts else _("none")
