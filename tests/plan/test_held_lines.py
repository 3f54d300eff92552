"""What `cobranza plan` says of holds: a line for each invoice, and one for all that stale mailbox or bank data keep back."""

from __future__ import annotations

from cobranza_rules.cli.held_lines import held_lines
from tests.rules.decide_books import book, customer, invoice, plan_for, rules_of

RULES = rules_of(
    """
version: 1
holds:
  - {id: bank, for: customer, when: workdays_since_bank_statement is unknown or workdays_since_bank_statement > 2, blocks: contact}
  - {id: disputed, for: invoice, when: dispute_open, blocks: contact}
ladders:
  - id: collection
    when: balance > 0
    rungs: [{id: first, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}]
"""
)
ON_HOLD = "on hold by 'bank' (rules.yaml:4)"
UNTIL = "until payments are taken in ('cobranza import ... --payments-through DAY')"


def lines(first: int, second: int) -> list[str]:
    """Of two invoices of a customer and one of another, by how many business days old the bank data of each are, and of a disputed one."""
    ages = {1: first, 2: second, 3: 0}
    found = [invoice(number, of=of, overdue=20) for number, of in ((1, 1), (2, 1), (3, 2))]
    disputed = invoice(9, of=3, overdue=20, facts={"dispute_open": True})
    customers = [customer(of, workdays_since_bank_statement=age) for of, age in ages.items()]
    return [str(line) for line in held_lines(plan_for(RULES, book(*found, disputed, customers=customers)), RULES)]


def test_stale_bank_data_are_one_line_for_all_with_what_to_do() -> None:
    assert lines(5, 5) == [f"  3 invoices, customers: 2: {ON_HOLD} {UNTIL}", "  F-9: on hold by 'disputed' (rules.yaml:5)"]


def test_one_invoice_is_named() -> None:
    assert lines(0, 5) == [f"  F-3: {ON_HOLD} {UNTIL}", "  F-9: on hold by 'disputed' (rules.yaml:5)"]


def test_other_holds_are_told_invoice_by_invoice() -> None:
    assert lines(0, 0) == ["  F-9: on hold by 'disputed' (rules.yaml:5)"]
