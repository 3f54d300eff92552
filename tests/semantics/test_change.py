"""Change: what was last published is in force; a rung keeps its place by its id, whatever is put in beside it; a ladder keeps what it took."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.money import Money
from cobranza_rules.rules.model import RuleSet, Rung
from cobranza_rules.rules.testing_model import Event, RuleTest
from cobranza_rules.store.heartbeat import BANK, MAILBOX, beat
from tests.cfdi_files import invoice as cfdi
from tests.conftest import publish_anew
from tests.rules.decide_books import MONDAY, book, done, invoice, plan_for, reasons, rules_of
from tests.rules.random_books import LADDER_OF, RULES, RUNGS
from tests.semantics.stories import PLACE, given_customer, given_invoice, watched
from tests.stories.fixtures import OPENING, DeskMaker, another_folder, make_desk, on_desks

__all__ = ["make_desk"]
LONG_AGO = MONDAY - dt.timedelta(days=90)
REACHED: dict[str, Value] = {"delivery": "sent", "acknowledged": True}


@st.composite
def edited(draw: Any) -> tuple[RuleSet, dict[str, str]]:
    """The ladder with rungs put in anywhere and some renamed; and the present id of each that it had before."""
    rungs: list[Rung] = []
    names: dict[str, str] = {}
    for rung in LADDER_OF.rungs:
        rungs += [replace(rung, id=f"before-{rung.id}-{number}", when=None, sets={}) for number in range(draw(st.integers(0, 2)))]
        renamed = draw(st.booleans())
        names[rung.id] = f"new-{rung.id}" if renamed else rung.id
        rungs.append(replace(rung, id=names[rung.id], was=(rung.id,) if renamed else ()))
    rungs += [replace(LADDER_OF.rungs[0], id=f"last-{number}", when=None) for number in range(draw(st.integers(0, 2)))]
    return replace(RULES, ladders=(replace(LADDER_OF, rungs=tuple(rungs)),), digest=str(names) + str([rung.id for rung in rungs])), names


@settings(max_examples=60, deadline=None)
@given(edited(), st.sampled_from(RUNGS))
def test_an_invoice_goes_on_from_its_rung_by_id_whatever_was_renamed_or_put_in_and_never_backwards(
    change: tuple[RuleSet, dict[str, str]], stood_on: str
) -> None:
    """The store knows a rung under its present id; the one that follows in the new ladder is due, and none before."""
    rules, names = change
    (ladder,) = rules.ladders
    ids = [rung.id for rung in ladder.rungs]
    for old, new in names.items():
        assert rules.current(old) == new
    one = invoice(rung=rules.current(stood_on), rung_on=LONG_AGO, overdue=200, facts=REACHED)
    following = ids[ids.index(names[stood_on]) + 1 :][:1]
    assert done(plan_for(rules, book(one))) == [(rung, ("F-1",)) for rung in following]


AMOUNTS = st.sampled_from([10_000, 60_000, 200_000])
THREE = rules_of(
    """
version: 1
calendar: {holidays: none}
ladders:
  - id: large
    when: balance >= 1000.00 MXN and delivery == "sent"
    rungs:
      - {id: large-one, when: days_overdue >= 1, do: [{email: large, to: collections_contact}]}
      - {id: large-two, wait: 5 workdays, do: [{email: large, to: collections_contact}]}
  - id: small
    when: balance < 500.00 MXN and delivery == "sent"
    rungs:
      - {id: small-one, when: days_overdue >= 1, do: [{email: small, to: collections_contact}]}
      - {id: small-two, wait: 5 workdays, do: [{email: small, to: collections_contact}]}
  - id: all
    when: balance > 0 and delivery == "sent"
    rungs:
      - {id: all-one, when: days_overdue >= 1, do: [{email: all, to: collections_contact}]}
      - {id: all-two, wait: 5 workdays, do: [{email: all, to: collections_contact}]}
"""
)
LADDERS = {ladder.id: ladder for ladder in THREE.ladders}


def matching(balance: int) -> list[str]:
    """Ladders that would take an invoice of so much, in the order of the file."""
    return [*(["large"] if balance >= 100_000 else []), *(["small"] if balance < 50_000 else []), "all"]


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.sampled_from(["", *LADDERS, "gone"]))
def test_the_first_matching_ladder_takes_an_invoice_and_one_that_was_taken_stays(balance: int, taken_by: str) -> None:
    """Only a ladder that the rules have no more lets go of it; `explain` says which one has it, and why it does not act."""
    one = invoice(balance=balance, overdue=200, facts=REACHED)
    if taken_by:
        one = one._replace(ladder=taken_by, rung=f"{taken_by}-one", rung_on=LONG_AGO)
    plan = plan_for(THREE, book(one))
    first = matching(balance)[0]
    if taken_by in LADDERS:
        expected = [(f"{taken_by}-two", ("F-1",))] if taken_by in matching(balance) else []
        assert done(plan) == expected
        if not expected:
            assert reasons(plan, f"{taken_by}-two")[0].startswith("does not apply: balance ")
    elif taken_by == "":
        assert done(plan) == [(f"{first}-one", ("F-1",))]
    else:
        assert done(plan) == []
        assert reasons(plan, first) == [f"F-1 stands on the rung 'gone-one', which ladder '{first}' has no more: give it that id back"]


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, st.lists(st.tuples(st.integers(0, 25), st.integers(1, 150_000)), max_size=4))
def test_a_part_payment_never_moves_an_invoice_to_another_ladder(total: int, payments: list[tuple[int, int]]) -> None:
    """Played through: whatever is left of it, its reminders are of the ladder that took it first."""
    one = given_invoice("F-1", "A", "MXN", total, MONDAY - dt.timedelta(days=9), LONG_AGO, delivered=True)
    events = [
        Event(MONDAY + dt.timedelta(days=ahead), "payment", PLACE, ("F-1",), data={"amount": Money(minor, "MXN")})
        for ahead, minor in sorted(payments)
    ]
    last = Event(MONDAY + dt.timedelta(days=30), "facts", PLACE)
    simulation = watched(RuleTest("parts", PLACE, MONDAY, (given_customer("A"),), (one,), events=(*events, last)), THREE)
    ladders = [leaving.action.ladder for leaving in simulation.left]
    assert len(set(ladders)) <= 1
    paid_on_monday = sum(minor for ahead, minor in payments if ahead == 0)
    if total > paid_on_monday:
        assert ladders[0] == matching(total - paid_on_monday)[0]


@on_desks(3)
@given(drafts=st.lists(st.tuples(st.sampled_from([500, 900, 2000, 3000]), st.booleans()), min_size=4, max_size=8))
def test_the_rules_in_force_are_those_that_were_published_last_whatever_the_files_say(
    make_desk: DeskMaker, drafts: list[tuple[int, bool]]
) -> None:
    """Drafts with other minimums, published or not; the invoice of 1,160.00 is due."""
    desk = make_desk(folder=another_folder())
    desk.take(cfdi("FA-1", "1160.00"), opening=OPENING)
    with desk.workspace.database.writing() as session:
        for name in (BANK, MAILBOX):
            beat(session, name, desk.workspace.clock.now())
    rules = desk.workspace.base / "rules" / "collections.yaml"
    shipped, in_force = rules.read_text(encoding="utf-8"), 500
    for drafted, published in drafts:
        rules.write_text(shipped.replace("MXN: 500.00", f"MXN: {drafted}.00"), encoding="utf-8")
        if published:
            publish_anew(desk.workspace)
            in_force = drafted
        for name in ("draft_files", "rules", "engine"):
            desk.workspace.__dict__.pop(name, None)
        assert [action.rule_id for action in desk.plan().actions] == (["first-reminder"] if in_force <= 1160 else [])
