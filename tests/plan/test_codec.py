"""A planned action survives the ledger's JSON, whatever it holds."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.language import Sentence
from cobranza_rules.plan.codec import from_json, to_json
from cobranza_rules.rules.model import Place, Step, StepKind
from cobranza_rules.rules.planned import HeldItem, Item, PlannedAction

texts = st.text(max_size=12)
ids = st.integers(1, 2**31)
amounts = st.integers(-(2**62), 2**62)
dates = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
some = st.lists(texts, max_size=3).map(tuple)
settings_of_rules = st.dictionaries(st.sampled_from(["delivery", "case_status"]), texts)
# The ledger keeps what a sentence says: its fields as texts, and sentences within it.
sentences = st.recursive(
    st.builds(Sentence, texts, st.dictionaries(texts, texts, max_size=2)),
    lambda inner: st.builds(Sentence, texts, st.dictionaries(texts, inner, max_size=2)),
    max_leaves=3,
)
steps = st.builds(
    Step,
    kind=st.sampled_from(StepKind),
    name=texts,
    place=st.builds(Place, texts, st.integers(1, 999), st.integers(1, 99)),
    to=texts,
    cc=some,
    attach=some,
    sign=texts,
    rubric=texts,
    assign=texts,
    due_workdays=st.integers(0, 99),
)
actions = st.builds(
    PlannedAction,
    rule_id=texts,
    ladder=texts,
    procedure_step=st.integers(0, 99),
    subject=st.sampled_from(["invoice", "reply"]),
    customer_id=ids,
    customer=texts,
    currency=texts,
    on=dates,
    items=st.lists(st.builds(Item, ids, texts, texts, st.integers(1, 9), amounts, settings_of_rules), max_size=3).map(tuple),
    held=st.lists(st.builds(HeldItem, ids, texts, amounts, texts), max_size=3).map(tuple),
    steps=st.lists(steps, max_size=3).map(tuple),
    recipients=some,
    copies=some,
    sets=settings_of_rules,
    next_contact=st.none() | dates,
    closing=st.booleans(),
    reason=sentences,
)


@given(action=actions)
def test_round_trip(action: PlannedAction) -> None:
    assert from_json(json.loads(json.dumps(to_json(action)))) == action
