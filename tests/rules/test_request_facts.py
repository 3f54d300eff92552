"""Rules about where an invoice comes from: an invoice that nobody asked for, or that no agreement covers, is not delivered."""

from __future__ import annotations

import pytest

from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.testing import parse_tests, read_tests, run_tests

RULES = """\
version: 1
holds:
  - id: request-missing
    for: invoice
    when: not requested or agreement is unknown
    blocks: delivery
rules:
  - id: transmittal
    for: invoice
    when: delivery == "pending"
    group_by: [customer, currency]
    do:
      - deliver: transmittal
        to: invoice_contact
    sets: { delivery: sent }
"""
TESTS = """\
rules: rules.yaml
tests:
  - name: what Sales asked for under an agreement is delivered
    start: 2026-03-02
    customers: [{id: A}]
    invoices: [{id: F-1, customer: A, due: 2026-04-01, balance: 10.00 MXN, delivery: pending, GIVEN}]
    expect: [{on: 2026-03-02, EXPECTED}]
"""
DELIVERED = "actions: [{rule: transmittal, invoices: [F-1]}]"
HELD = "actions: [], held: [{invoice: F-1, by: request-missing}]"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("requested: true, agreement: CT-1", DELIVERED),
        ("requested: true", HELD),
        ("agreement: CT-1", HELD),
        ("requested: false, agreement: unknown", HELD),
    ],
)
def test_what_nobody_asked_for_is_held(given: str, expected: str) -> None:
    rules, _warnings = read_rules([("rules.yaml", RULES.encode())])
    for wanted in (DELIVERED, HELD):
        text = TESTS.replace("GIVEN", given).replace("EXPECTED", wanted)
        (result,) = run_tests(read_tests(parse_tests("t.yaml", text.encode()), rules), rules)
        assert result.passed is (wanted == expected)


LIMIT_RULES = """\
version: 1
rules:
  - id: above-limit
    for: customer
    when: credit_limit_exceeded
    every: 20 workdays
    do: [{task: call, assign: analyst}]
"""
LIMIT_TESTS = """\
rules: rules.yaml
tests:
  - name: who owes more than the limit is looked at
    start: 2026-03-02
    customers: [{id: A, credit_limit: 15.00 MXN}, {id: B, credit_limit: 15.00 USD}, {id: C}]
    invoices:
      - {id: F-1, customer: A, due: 2026-04-01, balance: 10.00 MXN}
      - {id: F-2, customer: B, due: 2026-04-01, balance: 20.00 MXN}
      - {id: F-3, customer: C, due: 2026-04-01, balance: 20.00 MXN}
      - {id: F-4, customer: A, issued: 2026-03-04, due: 2026-04-03, balance: 5.01 MXN}
    expect:
      - {on: 2026-03-03, told: []}
      - {on: 2026-03-04, told: [{rule: above-limit, customer: A}]}
"""


def test_a_customer_above_its_credit_limit_is_a_fact() -> None:
    rules, _warnings = read_rules([("rules.yaml", LIMIT_RULES.encode())])
    for text, passes in ((LIMIT_TESTS, True), (LIMIT_TESTS.replace("5.01 MXN", "5.00 MXN"), False)):
        (result,) = run_tests(read_tests(parse_tests("t.yaml", text.encode()), rules), rules)
        assert result.passed is passes
