"""Which chain of the rules a letter belongs to: it says who signs it, who has a copy, and whether it claims or hands over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cobranza_rules.rules.model import RuleSet, Step, StepKind


@dataclass(frozen=True, slots=True)
class LetterChain:
    """`ladder` is "" where a rule writes the letter; `sets` is what the chain sets once it is done."""

    rule_id: str
    procedure_step: int
    ladder: str
    steps: tuple[Step, ...]
    sets: Mapping[str, str] = field(default_factory=dict)


def chain_of_letter(rules: RuleSet, template: str) -> LetterChain | None:
    """The first chain in the order of the files that writes the letter, has it signed by the customer or gives it to people of the company; None where none does."""
    return next((chain for chain in _chains(rules) if any(template in _letters_of(step) for step in chain.steps)), None)


def _chains(rules: RuleSet) -> Iterator[LetterChain]:
    for rule in rules.rules:
        yield from (LetterChain(rule.id, rule.procedure_step, "", steps, rule.sets) for steps in (rule.do, rule.after_last))
    for ladder in rules.ladders:
        yield from (LetterChain(rung.id, rung.procedure_step, ladder.id, rung.do, rung.sets) for rung in ladder.rungs)


def _letters_of(step: Step) -> frozenset[str]:
    """An e-mail that attaches a letter attaches that of its own name."""
    writes = step.kind is StepKind.LETTER or (step.kind is StepKind.EMAIL and "letter" in step.attach)
    return frozenset(filter(None, (step.name if writes else "", step.form, step.memo)))
