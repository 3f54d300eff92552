from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cobranza_rules.casefile.chain import (
    GENESIS,
    MAX_INTEGER,
    Break,
    ChainedEvent,
    ChainVerdict,
    UnhashableEvent,
    canonical_json,
    event_hash,
    verify_chain,
)


def chained(bodies: Sequence[Mapping[str, Any]], previous: str = GENESIS, seq: int = 1) -> list[ChainedEvent]:
    events = []
    for number, body in enumerate(bodies, seq):
        digest = event_hash(previous, body)
        events.append(ChainedEvent(number, previous, digest, body))
        previous = digest
    return events


def letters() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def values() -> st.SearchStrategy[Any]:
    plain = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | letters()
    keys = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=8)
    return st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6)


def bodies() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.sampled_from(["letter sent", "promise", "note"]), "data": values()})


def chains(least: int = 1) -> st.SearchStrategy[list[ChainedEvent]]:
    return st.lists(bodies(), min_size=least, max_size=8).map(chained)


def numbered(events: Sequence[ChainedEvent]) -> list[ChainedEvent]:
    """As a forger would who numbers everything anew."""
    return [dataclasses.replace(event, seq=seq) for seq, event in enumerate(events, 1)]


def test_the_format_is_the_one_that_is_written_down() -> None:
    body = {"texto": 'Señor "X"\n\x1f\u2028', "n": 1, "a": [None, True], "ñ": {}}
    written = '{"event":{"a":[null,true],"n":1,"texto":"Señor \\"X\\"\\n\\u001f\u2028","ñ":{}},"previous":"' + "0" * 64 + '"}'
    assert canonical_json({"previous": GENESIS, "event": body}).decode() == written
    assert event_hash(GENESIS, body) == hashlib.sha256(written.encode()).hexdigest()


def test_a_known_hash() -> None:
    assert event_hash(GENESIS, {"kind": "note", "text": "ñ"}) == "0726210ed9cd0585f187d1dbda88fb12c5b420e70e4d03a6b549821ef2fa1ec3"


def test_an_empty_chain_is_intact() -> None:
    assert verify_chain([]) == ChainVerdict(0, GENESIS)


@given(chains())
def test_a_chain_as_it_was_written_is_intact(events: list[ChainedEvent]) -> None:
    assert verify_chain(iter(events)) == ChainVerdict(len(events), events[-1].hash)
    assert verify_chain(events).intact


@given(chains())
def test_a_chain_survives_the_store(events: list[ChainedEvent]) -> None:
    """Keys in another order, tuples become lists, other kinds of mappings: the same event."""
    stored = [
        dataclasses.replace(event, body=MappingProxyType(dict(reversed(json.loads(json.dumps(event.body)).items())))) for event in events
    ]
    assert verify_chain(stored).intact


@given(chains())
def test_numbers_may_have_gaps(events: list[ChainedEvent]) -> None:
    assert verify_chain([dataclasses.replace(event, seq=event.seq * 10) for event in events]).intact


@given(chains(), st.data(), bodies())
def test_a_changed_event_is_named(events: list[ChainedEvent], data: st.DataObject, other: dict[str, Any]) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    assume(canonical_json(other) != canonical_json(events[at].body))
    forged = [*events]
    forged[at] = dataclasses.replace(events[at], body=other)
    before = events[at].previous
    assert verify_chain(forged) == ChainVerdict(at, before, at + 1, Break.CHANGED)


@given(chains(2), st.data(), bodies())
def test_an_event_exchanged_with_its_hash_is_named(events: list[ChainedEvent], data: st.DataObject, other: dict[str, Any]) -> None:
    at = data.draw(st.integers(0, len(events) - 2))
    assume(canonical_json(other) != canonical_json(events[at].body))
    forged = [*events]
    forged[at] = chained([other], events[at].previous, at + 1)[0]
    assert verify_chain(forged) == ChainVerdict(at, events[at].previous, at + 1, Break.CHANGED)


@given(chains(), st.data(), st.booleans())
def test_a_changed_hash_is_named(events: list[ChainedEvent], data: st.DataObject, own: bool) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    forged = [*events]
    forged[at] = dataclasses.replace(events[at], hash="f" * 64) if own else dataclasses.replace(events[at], previous="f" * 64)
    assert verify_chain(forged) == ChainVerdict(at, events[at].previous, at + 1, Break.CHANGED)


@given(chains(2), st.data())
def test_a_removed_event_is_named(events: list[ChainedEvent], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 2))
    upto = data.draw(st.integers(at + 1, len(events) - 1))
    assert verify_chain(events[:at] + events[upto:]) == ChainVerdict(at, events[at].previous, at + 1, Break.REMOVED)


@given(chains(2), st.data())
def test_a_removed_event_shows_even_when_the_rest_is_numbered_anew(events: list[ChainedEvent], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 2))
    verdict = verify_chain(numbered(events[:at] + events[at + 1 :]))
    assert (verdict.broken_at, verdict.why) == (max(at, 1), Break.CHANGED)


@given(chains(), st.data(), st.lists(bodies(), min_size=1, max_size=3), st.booleans())
def test_inserted_events_are_named(events: list[ChainedEvent], data: st.DataObject, new: list[dict[str, Any]], renumber: bool) -> None:
    """Well linked to the event before, as a forger would who does not write all the rest anew."""
    at = data.draw(st.integers(0, len(events) - 1))
    put_in = chained(new, events[at].previous, at + 1)
    assume(put_in[0].hash != events[at].hash)
    forged = events[:at] + put_in + events[at:]
    assert verify_chain(numbered(forged) if renumber else forged) == ChainVerdict(at, events[at].previous, at + 1, Break.INSERTED)


@given(chains(), st.data(), bodies())
def test_an_inserted_event_that_links_to_nothing_is_named(events: list[ChainedEvent], data: st.DataObject, new: dict[str, Any]) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    for forgery in (chained([new], "f" * 64)[0], ChainedEvent(1, "f" * 64, "e" * 64, new)):
        forged = numbered([*events[:at], forgery, *events[at:]])
        assert verify_chain(forged) == ChainVerdict(at, events[at].previous, at + 1, Break.INSERTED)


@given(chains(), st.data())
def test_a_copied_event_is_named(events: list[ChainedEvent], data: st.DataObject) -> None:
    copied = data.draw(st.integers(0, len(events) - 1))
    at = data.draw(st.integers(copied + 1, len(events)))
    forged = numbered([*events[:at], events[copied], *events[at:]])
    verdict = verify_chain(forged)
    assert (verdict.broken_at, verdict.why) == (at + 1, Break.INSERTED)


@given(chains(2), st.data(), st.booleans())
def test_reordered_events_are_named(events: list[ChainedEvent], data: st.DataObject, renumber: bool) -> None:
    order = data.draw(st.permutations(range(len(events))))
    assume(order != sorted(order))
    first = next(place for place, origin in enumerate(order) if place != origin)
    forged = [events[origin] for origin in order]
    verdict = verify_chain(numbered(forged) if renumber else forged)
    named = first + 1 if renumber else order[first] + 1
    assert verdict == ChainVerdict(first, events[first].previous, named, Break.REORDERED)


@given(chains(2), st.data())
def test_numbers_against_the_links_are_named(events: list[ChainedEvent], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(events) - 1))
    forged = [*events]
    forged[at] = dataclasses.replace(events[at], seq=at)
    assert verify_chain(forged) == ChainVerdict(at, events[at].previous, at, Break.REORDERED)


@given(chains(2), st.data())
def test_a_cut_end_shows_against_a_head_that_was_kept(events: list[ChainedEvent], data: st.DataObject) -> None:
    left = data.draw(st.integers(0, len(events) - 1))
    cut = events[:left]
    assert verify_chain(cut).intact
    head = cut[-1].hash if cut else GENESIS
    assert verify_chain(cut, {len(events): events[-1].hash}) == ChainVerdict(left, head, left + 1, Break.REMOVED)


@given(chains(), bodies())
def test_a_chain_written_anew_shows_against_a_head_that_was_kept(events: list[ChainedEvent], other: dict[str, Any]) -> None:
    assume(canonical_json(other) != canonical_json(events[0].body))
    anew = chained([other, *(event.body for event in events[1:])])
    assert verify_chain(anew).intact
    assert verify_chain(anew, {len(events): events[-1].hash}) == ChainVerdict(
        len(events) - 1, anew[-1].previous, len(events), Break.CHANGED
    )


@given(chains())
def test_heads_that_were_kept_agree_with_the_true_chain(events: list[ChainedEvent]) -> None:
    assert verify_chain(events, {event.seq: event.hash for event in events}).intact


def test_a_body_that_cannot_be_hashed_any_more_was_changed() -> None:
    events = chained([{"amount": "1.50"}, {"amount": "2.50"}])
    forged = [events[0], dataclasses.replace(events[1], body={"amount": 2.5})]
    assert verify_chain(forged) == ChainVerdict(1, events[0].hash, 2, Break.CHANGED)


@given(bodies(), bodies())
def test_different_events_have_different_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = canonical_json(one) == canonical_json(other)
    assert (event_hash(GENESIS, one) == event_hash(GENESIS, other)) is same
    assert json.loads(canonical_json(one)) == one


class Kind(StrEnum):
    NOTE = "note"


def test_an_enumeration_hashes_as_its_text() -> None:
    assert event_hash(GENESIS, {"kind": Kind.NOTE, "to": ("a", "b")}) == event_hash(GENESIS, {"kind": "note", "to": ["a", "b"]})


def test_one_and_true_are_two_things() -> None:
    assert event_hash(GENESIS, {"a": 1}) != event_hash(GENESIS, {"a": True})


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1.5, "an event holds texts, integers, truth values, lists and objects, not float"),
        (Decimal("1.50"), "an event holds texts, integers, truth values, lists and objects, not Decimal"),
        (dt.date(2026, 3, 2), "an event holds texts, integers, truth values, lists and objects, not date"),
        (b"x", "an event holds texts, integers, truth values, lists and objects, not bytes"),
        ({1: "x"}, "a key of the event is not a text of usual letters"),
        ({"😀": "x"}, "a key of the event is not a text of usual letters"),
        (MAX_INTEGER + 1, "an integer of the event has more than 53 bits; write it as a text"),
        ("\ud800", "a text of the event has half a character in it"),
    ],
)
def test_what_has_no_single_form_is_refused(value: Any, sentence: str) -> None:
    with pytest.raises(UnhashableEvent) as caught:
        event_hash(GENESIS, {"value": [value]})
    assert str(caught.value) == sentence


def test_depth_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UnhashableEvent, match="nested more than 50 deep"):
        event_hash(GENESIS, {"value": deep})
