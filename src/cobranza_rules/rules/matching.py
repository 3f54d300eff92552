"""Which conditions hold for which subject: one pass of the engine over the facts of a book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import Blocks, Hold, RuleSet
from cobranza_rules.rules.subjects import Book, InvoiceSubject

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """Names of the conditions that hold, by subject id; the names are those of `RuleSet.conditions`."""

    invoices: Mapping[int, Names]
    customers: Mapping[int, Names]
    replies: Mapping[int, Names]


def match(book: Book, engine: Engine) -> Matches:
    customers = list(book.customers.values())
    return Matches(
        invoices=dict(
            zip(
                (invoice.id for invoice in book.invoices),
                engine.evaluate(Scope.INVOICE, [invoice.facts for invoice in book.invoices]),
                strict=True,
            )
        ),
        customers=dict(
            zip(
                (customer.id for customer in customers),
                engine.evaluate(Scope.CUSTOMER, [customer.facts for customer in customers]),
                strict=True,
            )
        ),
        replies=dict(
            zip(
                (reply.id for reply in book.replies),
                engine.evaluate(Scope.REPLY, [reply.facts for reply in book.replies]),
                strict=True,
            )
        ),
    )


def holds_on(rules: RuleSet, matches: Matches, invoice: InvoiceSubject, concerned: frozenset[Blocks]) -> Hold | None:
    """The first hold, in the order of the file, that keeps one of `concerned` from happening to an invoice, its own or its customer's."""
    own = matches.invoices[invoice.id]
    customers = matches.customers[invoice.customer_id]
    for hold in rules.holds:
        if concerned & hold.blocks and f"hold:{hold.id}" in (customers if hold.scope is Scope.CUSTOMER else own):
            return hold
    return None
