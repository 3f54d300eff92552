"""The rules that come with the program: what they say, and that everything they name is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.document import check_against, read_rules
from cobranza_rules.rules.model import StepKind

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "rules" / "collections.yaml"


def test_the_shipped_rules() -> None:
    rules, warnings = read_rules([("rules/collections.yaml", SHIPPED.read_bytes())])
    assert warnings == ()
    assert [hold.id for hold in rules.holds] == [
        "bank-data-stale",
        "mailbox-stale",
        "reply-waiting",
        "promise-to-pay",
        "payment-plan",
        "dispute",
        "payment-claimed",
        "cheque-in-hand",
        "unapplied-cash",
        "ledger-difference",
        "cfdi-missing",
        "support-missing",
    ]
    assert {rule.procedure_step for rule in rules.rules} | {rung.procedure_step for rung in rules.ladders[0].rungs} == {
        0,
        2,
        3,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
    }, "0: inside the company"
    transmittal = rules.rules[0]
    assert transmittal.do[0].sign == "administration_manager"
    assert transmittal.do[1].attach == ("letter", "cfdi", "support")
    assert transmittal.sets == {"delivery": "sent"}
    assert [(rule.id, rule.do[0].name) for rule in rules.rules if rule.scope is Scope.REPLY] == [
        ("acknowledgement-received", "acknowledgement"),
        ("not-received", "not_received"),
        ("not-received-again", "confirm-delivery"),
        ("promise-received", "promise"),
        ("payment-claim-received", "payment_claim"),
        ("payment-receipt-received", "payment-receipt"),
        ("dispute-opened", "dispute"),
        ("correction-asked", "dispute"),
        ("requirement-missing", "dispute"),
        ("documents-asked", "send-documents"),
        ("contact-change-proposed", "check-contact"),
    ]
    (ladder,) = rules.ladders
    assert ladder.minimum_total == {"MXN": 50000, "USD": 3000}
    assert [(rung.id, rung.wait_workdays) for rung in ladder.rungs] == [("first-reminder", 0), ("second-reminder", 5), ("escalation", 5)]
    assert ladder.rungs[1].do[1].cc == ("supervisor", "sales_manager")
    assert (ladder.rungs[1].do[2].kind, ladder.rungs[1].do[2].assign, ladder.rungs[1].do[2].due_workdays) == (
        StepKind.TASK,
        "sales_manager",
        5,
    )
    assert rules.limit.per_run == 500
    assert (rules.limit.per_customer, rules.limit.within_workdays) == (1, 3)


def test_the_shipped_rules_name_templates_and_roles_that_are_there() -> None:
    rules, _warnings = read_rules([("rules/collections.yaml", SHIPPED.read_bytes())])
    letters = {file.name.split(".")[0] for file in (ROOT / "templates" / "letters").glob("*.docx")}
    mails = {file.name.split(".")[0] for file in (ROOT / "templates" / "mail").glob("*.html")}
    notices = {file.name.split(".")[0] for file in (ROOT / "templates" / "notices").glob("*.html")}
    roles = {"administration_manager", "collections_analyst", "supervisor", "sales_manager", "accounting"}
    assert check_against(rules, letter_templates=letters, mail_templates=mails, notice_templates=notices, roles=roles) == ()


@pytest.mark.parametrize("missing", ["sender_authenticated", "sender_known", "answers_our_message"])
def test_a_reply_that_proves_nothing_is_recorded_by_no_rule(missing: str) -> None:
    from cobranza_rules.rules.native import NativeEngine

    rules, _warnings = read_rules([("rules/collections.yaml", SHIPPED.read_bytes())])
    engine = NativeEngine(rules.conditions())
    for kind in ("acknowledgement", "contrarrecibo", "promise", "payment_notice", "dispute"):
        good = {
            "kind": kind,
            "sender_authenticated": True,
            "sender_known": True,
            "answers_our_message": True,
            "doubtful": False,
            "promise_workdays_ahead": 3,
        }
        without = {name: value for name, value in good.items() if name != missing}
        first, doubted, false, absent = engine.evaluate(Scope.REPLY, [good, good | {"doubtful": True}, good | {missing: False}, without])
        assert len(first) == 1
        assert doubted == false == absent == frozenset()
