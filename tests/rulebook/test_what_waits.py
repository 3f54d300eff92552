"""A change of rules and the messages that wait already: who would lose one, or get another, is told before it is published."""

from __future__ import annotations

import datetime as dt
import json

from cobranza_rules.rulebook.comparing import Comparison
from cobranza_rules.rulebook.difference import DRAFT, IN_FORCE, difference, named_rules
from cobranza_rules.rulebook.reconsidering import Reconsidered
from cobranza_rules.rules.still_planned import Prospect
from tests.cfdi_files import invoice
from tests.conftest import publish_anew
from tests.dispatch.test_customer_messages import STATEMENT, with_rules
from tests.dispatch.test_internal_mail import faulty
from tests.rulebook.test_publishing import rewrite
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING
from tests.stories.test_far_dates import say

MONDAY = dt.date(2026, 3, 2)
NEW_HOLD = "\nholds:\n  - id: large\n    for: invoice\n    when: balance > 1159.00 MXN and balance < 1161.00 MXN\n    blocks: contact"
FRIENDLY = "      - id: friendly-word\n        when: days_overdue >= 0\n        do:\n          - email: first-reminder\n            to: collections_contact\n"
FIRST = "      # Actividad 8. Primer recordatorio"


def compared(desk: Desk) -> Comparison:
    return difference(desk.workspace, named_rules(desk.workspace, IN_FORCE), named_rules(desk.workspace, DRAFT))


def only(found: Comparison) -> Reconsidered:
    assert (found.changes, found.customers) == ((), 1)
    (one,) = found.waiting
    return one


def test_a_new_hold_calls_off_what_waits_for_its_release(supervised: Desk) -> None:
    supervised.run(MONDAY)
    assert compared(supervised).waiting == ()
    rewrite(supervised, ("\nholds:", NEW_HOLD))
    one = only(compared(supervised))
    assert (one.action.customer, one.action.rule_id, one.action.invoices) == ("C-001", "first-reminder", ("FA-1",))
    assert (one.before, one.after, str(one.why)) == (Prospect.STANDS, Prospect.CALLED_OFF, "on hold by 'large' (rules/collections.yaml:41)")


def test_what_is_foretold_is_what_the_next_run_does(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(supervised, ("\nholds:", NEW_HOLD))
    (one,) = compared(supervised).waiting
    publish_anew(supervised.workspace)
    supervised.tick()
    (action,) = supervised.actions()
    assert (action.state, supervised.why(action)) == ("cancelled", f"no longer planned: {one.why}")


def test_another_condition_calls_off_what_is_agreed_to(supervised: Desk) -> None:
    supervised.run(MONDAY)
    supervised.approve("collections_analyst")
    rewrite(supervised, ("when: days_overdue >= 1", "when: days_overdue >= 30"))
    one = only(compared(supervised))
    assert (one.after, str(one.why)) == (Prospect.CALLED_OFF, "does not apply: days_overdue >= 30 (days_overdue: 26)")


def test_a_higher_minimum_calls_off_with_its_own_reason(supervised: Desk) -> None:
    """That the invoice is due is no reason for calling its reminder off."""
    supervised.run(MONDAY)
    rewrite(supervised, ("MXN: 500.00", "MXN: 2000.00"))
    one = only(compared(supervised))
    assert (one.after, str(one.why)) == (Prospect.CALLED_OFF, "less than the minimum of ladder 'collection' is overdue")


def test_a_rung_that_is_gone_or_has_another_before_it(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(supervised, (FIRST, FRIENDLY + FIRST))
    found = compared(supervised)
    assert [(change.before, change.after) for change in found.changes] == [("", "friendly-word")]
    (one,) = found.waiting
    assert one.after is Prospect.CALLED_OFF
    assert str(one.why).startswith("'friendly-word' takes its place: rung 'friendly-word' (rules/collections.yaml:")
    rewrite(supervised, ("- id: first-reminder", "- id: gentle-reminder"), tests=(("first-reminder", "gentle-reminder"),))
    (one,) = compared(supervised).waiting
    assert (one.after, str(one.why)) == (Prospect.CALLED_OFF, "the rules have no 'first-reminder' any more")


def test_a_renamed_rung_changes_nothing_for_what_waits(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(supervised, ("- id: first-reminder", "- id: gentle-reminder\n        was: first-reminder"))
    assert compared(supervised).waiting == ()


def test_other_copies_and_fewer_invoices_are_asked_for_again(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", "580.00"), opening=OPENING)
    supervised.run(MONDAY)
    rewrite(supervised, ("\nholds:", NEW_HOLD), ("cc: [supervisor]", "cc: [supervisor, sales_manager]"))
    one = only(compared(supervised))
    assert one.after is Prospect.STANDS
    assert [str(said) for said in one.otherwise] == [
        "invoices: FA-2 instead of FA-1, FA-2",
        "on hold, apart: FA-1 instead of none",
        "copies to: supervision@kemper.example, ventas@kemper.example instead of supervision@kemper.example",
    ]


def test_a_hold_on_the_customer_keeps_it_back_and_its_end_lets_it_go(supervised: Desk) -> None:
    supervised.run(MONDAY)
    of_customer = NEW_HOLD.replace("for: invoice", "for: customer").replace(
        "balance > 1159.00 MXN and balance < 1161.00 MXN", "inbox_open >= 0"
    )
    rewrite(supervised, ("\nholds:", of_customer))
    one = only(compared(supervised))
    assert (one.before, one.after, str(one.why)) == (Prospect.STANDS, Prospect.KEPT_BACK, "on hold by 'large' (rules/collections.yaml:41)")
    workspace = supervised.workspace
    found = difference(workspace, named_rules(workspace, DRAFT), named_rules(workspace, IN_FORCE))
    assert [(one.before, one.after) for one in found.waiting] == [(Prospect.KEPT_BACK, Prospect.STANDS)]


def test_a_finished_document_keeps_the_day_that_it_says(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(supervised, ("wait: 5 workdays", "wait: 8 workdays"))
    assert [str(said) for said in only(compared(supervised)).otherwise] == ["next contact: 2026-03-12 instead of 2026-03-09"]
    supervised.approve("collections_analyst")
    faulty(supervised, "postponed")
    supervised.tick()
    assert supervised.actions()[0].state == "approved"
    assert compared(supervised).waiting == ()


def test_diff_and_publish_list_it(supervised: Desk) -> None:
    supervised.run(MONDAY)
    rewrite(supervised, ("\nholds:", NEW_HOLD))
    base = supervised.workspace.base
    listed = (
        "Something else for 1 customers:\n"
        "Messages that wait and that the next run would call off: 1\n"
        "- C-001: first-reminder, 1,160.00 MXN: FA-1\n"
        "    because of on hold by 'large' (rules/collections.yaml:41)\n"
    )
    assert listed in say(base, "rules", "diff", "--on", "2026-03-02")
    shown = json.loads(say(base, "rules", "diff", "--on", "2026-03-02", "--json"))
    assert (shown["customers"], shown["changes"]) == (1, [])
    assert shown["waiting"] == [
        {
            "customer": "C-001",
            "rule": "first-reminder",
            "invoices": ["FA-1"],
            "total": "1160.00",
            "currency": "MXN",
            "before": "stands",
            "after": "called_off",
            "otherwise": [],
            "why": "on hold by 'large' (rules/collections.yaml:41)",
        }
    ]
    assert listed in say(base, "rules", "publish", "--by", "collections_analyst", "--yes", "--on", "2026-03-02")


def test_a_message_about_a_whole_customer_is_listed_without_amount_or_invoices(supervised: Desk) -> None:
    supervised.run(MONDAY)
    desk = with_rules(supervised, STATEMENT)
    base = desk.workspace.base
    rewrite(desk, ("monthly-statement", "statement-of-the-month"))
    shown = say(base, "rules", "diff", "--on", "2026-03-02").splitlines()
    assert shown[:2] == ["Something else for 1 customers:", "- C-001: monthly-statement -> statement-of-the-month"]
    rewrite(desk, ("statement-of-the-month", "monthly-statement"))
    desk.run(MONDAY)
    listed = say(base, "approvals", "list", "--on", "2026-03-02").splitlines()
    assert listed[-1].split() == ["3", "release", "collections_analyst", "monthly-statement", "C-001", "0"]
    rewrite(desk, ("when: open_invoices > 0", "when: open_invoices > 7"))
    reason = "does not apply: open_invoices > 7 (open_invoices: 1)"
    called_off = f"Messages that wait and that the next run would call off: 1\n- C-001: monthly-statement\n    because of {reason}\n"
    assert called_off in say(base, "rules", "diff", "--on", "2026-03-02")
    (waiting,) = json.loads(say(base, "rules", "diff", "--on", "2026-03-02", "--json"))["waiting"]
    assert (waiting["customer"], waiting["invoices"], waiting["total"], waiting["currency"]) == ("C-001", [], None, None)
    publish_anew(desk.workspace)
    in_short = f"monthly-statement, which waits since 2026-03-02: the next run calls it off: {reason}"
    explained = say(base, "explain", "C-001", "--on", "2026-03-02").splitlines()
    assert [line.strip() for line in explained if "which waits since" in line] == [in_short]
    assert explained[explained.index("customer C-001:") :][2] == f"  {in_short}"
