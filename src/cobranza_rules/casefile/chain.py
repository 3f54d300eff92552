"""The hash chain of case events: nothing in it can be changed, taken out, put in or moved without that showing.

The format, so that anybody can check a chain with another program:

- An event is a JSON object of texts, integers, true, false, null, lists and objects; instants, dates and amounts stand in it as texts.
- Its hash is the SHA-256, in lower-case hexadecimal, of the UTF-8 bytes of `{"event":EVENT,"previous":"HASH"}` in the canonical form of
  RFC 8785: keys sorted, no blanks, the shortest escapes. HASH is the hash of the event before; 64 zeros before the first.
- A chain proves itself only up to its last event: a cut end, or a chain written anew as a whole, shows against a head hash that was kept
  elsewhere, such as in the daily mail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
MAX_INTEGER = 2**53 - 1  # RFC 8785 section 3.2.2.3: beyond it, other programs would round.
MAX_DEPTH = 50


class UnhashableEvent(ValueError):  # noqa: N818 (a state of the event, read as such)
    """The event holds what has no single canonical form: a float, a decimal, bytes, a key that is no text, half a character."""


class Break(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """`seq` rises from 1, at best without gaps; the hash does not cover it, for the links alone give the order."""

    seq: int
    previous: str
    hash: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """`good` events were verified, the last of which has the hash `head`.

    Where the chain is broken, `why` says how and `broken_at` where: the number of the event that was changed, put in or moved, or of the first
    that is missing. One that was taken out, with all behind it numbered anew, looks like a change of the one before it. Where a kept head
    contradicts a chain that is sound in itself, the change lies at or before `broken_at`.
    """

    good: int
    head: str
    broken_at: int | None = None
    why: Break | None = None

    @property
    def intact(self) -> bool:
        return self.why is None


def event_hash(previous: str, event: Mapping[str, Any]) -> str:
    """Raises UnhashableEvent."""
    return hashlib.sha256(canonical_json({"event": event, "previous": previous})).hexdigest()


def canonical_json(value: Any) -> bytes:
    """RFC 8785, for the types that an event may have. Raises UnhashableEvent."""
    # Python's escapes are those of RFC 8785, and so is its order of keys, as long as no key has a letter beyond U+FFFF.
    text = json.dumps(_plain(value, MAX_DEPTH), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnhashableEvent("a text of the event has half a character in it") from None


def verify_chain(events: Iterable[ChainedEvent], heads: Mapping[int, str] | None = None) -> ChainVerdict:
    """Names the first broken link. `events` come in the order of their numbers; `heads` are hashes by number that were kept elsewhere."""
    kept = dict(heads or {})
    trail = [ChainedEvent(0, "", GENESIS, {})]
    rest = iter(events)
    for event in rest:
        last = trail[-1]
        if event.previous != last.hash or not _is_sound(event):
            at, why, good = _diagnose(event, list(rest), trail)
            return ChainVerdict(good, trail[good].hash, at, why)
        good = len(trail) - 1
        if event.seq <= last.seq:  # Well linked and yet numbered against it
            return ChainVerdict(good, last.hash, event.seq, Break.REORDERED)
        if kept.pop(event.seq, event.hash) != event.hash:  # Written anew as a whole, from somewhere before this event
            return ChainVerdict(good, last.hash, event.seq, Break.CHANGED)
        trail.append(ChainedEvent(event.seq, event.previous, event.hash, {}))
    if kept:  # A head whose event is not there: the end was cut off, for a gap within would have broken a link.
        return ChainVerdict(len(trail) - 1, trail[-1].hash, min(trail[-1].seq + 1, *kept), Break.REMOVED)
    return ChainVerdict(len(trail) - 1, trail[-1].hash)


def _is_sound(event: ChainedEvent) -> bool:
    try:
        return event_hash(event.previous, event.body) == event.hash
    except UnhashableEvent:
        return False


def _diagnose(event: ChainedEvent, later: Sequence[ChainedEvent], trail: Sequence[ChainedEvent]) -> tuple[int, Break, int]:
    """The number of the event at fault, what was done, and how many events stand before it. `trail` is what was verified, GENESIS first."""
    last, good = trail[-1], len(trail) - 1
    sound = _is_sound(event)
    if sound and any(event.previous == one.hash for one in later):
        return event.seq, Break.REORDERED, good  # Its predecessor is there, but comes after it.
    if any(one.previous == last.hash for one in later):
        return event.seq, Break.INSERTED, good  # Behind it, the chain goes on as if it were not there.
    if not sound:
        return event.seq, Break.CHANGED, good
    places = {one.hash: place for place, one in enumerate(trail)}
    if event.hash in places:
        return event.seq, Break.INSERTED, good  # A copy of an earlier one
    if event.previous in places:  # It follows an earlier one: what was put in between links well to that one, too.
        place = places[event.previous]
        return trail[place + 1].seq, Break.INSERTED, place
    if event.seq == last.seq + 1:  # No number is missing: the one before was exchanged, hash and all, for another.
        return (last.seq, Break.CHANGED, good - 1) if good else (event.seq, Break.CHANGED, good)
    return last.seq + 1, Break.REMOVED, good


def _plain(value: Any, depth: int) -> Any:
    """The same in Python's own containers, for json. Money, dates and instants must have been written as texts before."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise UnhashableEvent("an integer of the event has more than 53 bits; write it as a text")
        return value
    if depth == 0:
        raise UnhashableEvent(f"the event is nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict | Mapping):  # To ask a dict first costs far less than to ask whether it is a mapping.
        if not all(isinstance(key, str) and (key.isascii() or max(key) <= "\uffff") for key in value):
            raise UnhashableEvent("a key of the event is not a text of usual letters")
        return {key: _plain(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth - 1) for inner in value]
    raise UnhashableEvent(f"an event holds texts, integers, truth values, lists and objects, not {type(value).__name__}")
