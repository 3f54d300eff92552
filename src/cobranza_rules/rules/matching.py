"""Which conditions hold for which subject: one pass of the engine over the facts of a book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import Blocks, Hold, RuleSet
from cobranza_rules.rules.overrides import Override
from cobranza_rules.rules.subjects import Book, CustomerSubject, InvoiceSubject, QueueSubject, ReplySubject

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """Names of the conditions that hold, by subject id; the names are those of `RuleSet.conditions`, and of an invoice's overrides."""

    invoices: Mapping[int, Names]
    customers: Mapping[int, Names]
    replies: Mapping[int, Names]
    queues: Mapping[tuple[Scope, int], Names] = field(default_factory=dict)


def match(rules: RuleSet, book: Book, engine: Engine, known: dict[int, Names] | None = None) -> Matches:
    """`known` is what holds for the invoices, where the engine has said so already."""
    if known is None:
        known = _by_id(book.invoices, engine.evaluate(Scope.INVOICE, [each.facts for each in book.invoices]))
    return Matches(
        invoices=_with_overrides(book, known),
        customers=_of_customers(rules, list(book.customers.values()), engine),
        replies=_by_id(book.replies, engine.evaluate(Scope.REPLY, [reply.facts for reply in book.replies])),
        queues=_of_queues(book.queues, engine),
    )


def _by_id(subjects: Sequence[InvoiceSubject | ReplySubject | QueueSubject], names: Sequence[Names]) -> dict[int, Names]:
    return {subject.id: of_subject for subject, of_subject in zip(subjects, names, strict=True)}


def _of_queues(queues: Sequence[QueueSubject], engine: Engine) -> Mapping[tuple[Scope, int], Names]:
    found: dict[tuple[Scope, int], Names] = {}
    for scope in dict.fromkeys(each.scope for each in queues):
        of_scope = [each for each in queues if each.scope is scope]
        found |= {
            (scope, subject_id): names
            for subject_id, names in _by_id(of_scope, engine.evaluate(scope, [each.facts for each in of_scope])).items()
        }
    return found


def _with_overrides(book: Book, names: dict[int, Names]) -> Mapping[int, Names]:
    """What people decided holds like a condition, so that a day on which it ends is one on which something has changed."""
    for invoice in book.invoices:
        if any(invoice.overrides):
            names[invoice.id] |= {each.name for each in invoice.overrides if each is not None}
    return names


def _of_customers(rules: RuleSet, customers: Sequence[CustomerSubject], engine: Engine) -> Mapping[int, Names]:
    """Of customers the conditions ask little, and most are alike: the engine is asked once for all that do not differ in what is asked."""
    asked = sorted(fact for scope, condition in rules.conditions().values() if scope is Scope.CUSTOMER for fact in condition.facts)
    alike = [tuple([own.get(fact) for fact in asked]) for own in (customer.own_facts for customer in customers)]
    first = {values: customer for customer, values in zip(reversed(customers), reversed(alike), strict=True)}
    found = dict(zip(first, engine.evaluate(Scope.CUSTOMER, [customer.own_facts for customer in first.values()]), strict=True))
    return {customer.id: found[values] for customer, values in zip(customers, alike, strict=True)}


def holds_on(rules: RuleSet, matches: Matches, invoice: InvoiceSubject, concerned: frozenset[Blocks]) -> Hold | Override | None:
    """What keeps one of `concerned` from happening to an invoice: what a person decided, or the first hold in the order of the file."""
    if (decided := invoice.overrides.hold) is not None and concerned & decided.blocks:
        return decided
    own = matches.invoices[invoice.id]
    customers = matches.customers[invoice.customer_id]
    if rules.hold_names.isdisjoint(own) and rules.hold_names.isdisjoint(customers):
        return None
    for hold in rules.holds:
        if hold.name in (customers if hold.scope is Scope.CUSTOMER else own) and concerned & hold.blocks:
            return hold
    return None
