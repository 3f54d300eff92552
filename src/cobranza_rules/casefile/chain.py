"""The hash chain of case events: nothing in it can be changed, taken out, put in or moved without that showing.

The format, so that anybody can check a chain with another program:

- An event is a JSON object (`casefile.writer.body_of`) of texts, integers, true, false, null, lists and objects; instants, dates and amounts stand in it as texts.
- Its hash is the SHA-256, in lower-case hexadecimal, of the UTF-8 bytes of `{"event":EVENT,"previous":"HASH"}` in the canonical form of
  RFC 8785: keys sorted, no blanks, the shortest escapes. HASH is the hash of the event before; 64 zeros before the first.
- A chain proves itself only up to its last event: a cut end, or a chain written anew as a whole, shows against a head hash that was kept
  elsewhere, such as in the daily mail.
- Of an event whose content was erased the hash is kept. A later event of the chain names it with that hash, and with the SHA-256 of the canonical
  form of what was left of it: so what is left cannot be changed either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
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
class Link:
    """What ties an event to the one before, without what it says."""

    seq: int
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a later event says of one whose content was erased: the hash that it had, and the fingerprint of what was left."""

    hash: str
    left: str


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """`good` events were verified, the last of which has the hash `head`.

    Where the chain is broken, `why` says how and `broken_at` where: the number of the event that was changed, put in or moved, or of the first
    that is missing. One that was taken out, with all behind it numbered anew, looks like a change of the one before it. Where a kept head
    contradicts a chain that is sound in itself, the change lies at or before `broken_at`. `go_on` is the link after which the rest can still be
    verified, None where nothing is left, or nothing can be said of it: of a chain in another order.
    """

    good: int
    head: str
    broken_at: int | None = None
    why: Break | None = None
    go_on: Link | None = field(default=None, compare=False)

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


def fingerprint(body: Mapping[str, Any]) -> str:
    """Of what is left of an event after an erasure. Raises UnhashableEvent."""
    return hashlib.sha256(canonical_json(body)).hexdigest()


BEGINNING = Link(0, "", GENESIS)
Links = Callable[[], Iterable[Link | ChainedEvent]]


def verify_chain(
    events: Iterable[ChainedEvent],
    heads: Mapping[int, str] | None = None,
    *,
    links: Links | None = None,
    erasures: Mapping[int, Erasure] | None = None,
    after: Link = BEGINNING,
    before: int = 0,
) -> ChainVerdict:
    """Names the first broken link; nothing but the last event is held in memory.

    `events` come in the order of their numbers, from the one behind the link `after` on, with `before` events of the chain in front of them;
    `heads` are hashes by number that were kept elsewhere. `links` gives the whole chain once more, which is asked for where it is broken;
    without it `events` is gone through again. `erasures` are by the numbers of the events whose content is gone.
    """
    kept = {seq: digest for seq, digest in (heads or {}).items() if seq > after.seq}
    erased = erasures or {}
    last, good = after, 0
    for event in events:
        sound = _is_sound(event, erased.get(event.seq))
        if event.previous != last.hash or not sound:
            found = _Surroundings.of(event, last, before + good, links or (lambda: events))
            return _diagnose(event, last, good, found, sound=sound)
        if event.seq <= last.seq:  # Well linked and yet numbered against it
            return ChainVerdict(good, last.hash, event.seq, Break.REORDERED)
        if kept.pop(event.seq, event.hash) != event.hash:  # Written anew as a whole, from somewhere before this event
            return ChainVerdict(good, last.hash, event.seq, Break.CHANGED, _link(event))
        last, good = _link(event), good + 1
    if kept:  # A head whose event is not there: the end was cut off, for a gap within would have broken a link.
        return ChainVerdict(good, last.hash, min(last.seq + 1, *kept), Break.REMOVED)
    return ChainVerdict(good, last.hash)


def _link(event: ChainedEvent) -> Link:
    return Link(event.seq, event.previous, event.hash)


def _is_sound(event: ChainedEvent, erasure: Erasure | None) -> bool:
    try:
        if event_hash(event.previous, event.body) == event.hash:
            return True
        return erasure is not None and erasure.hash == event.hash and fingerprint(event.body) == erasure.left
    except UnhashableEvent:
        return False


@dataclass(slots=True)
class _Surroundings:
    """What the whole chain says around a broken link: learnt in one pass, whatever its length."""

    goes_on: bool = False  # An event behind it follows the last good one, as if it were not there.
    comes_later: bool = False  # Its predecessor is there, behind it.
    copied: bool = False  # An earlier event has its hash.
    follows: int | None = None  # The place of the earlier event that it follows; 0 is the beginning.
    behind: int = 0  # The number of the event behind that one

    @staticmethod
    def of(event: ChainedEvent, last: Link, place: int, links: Links) -> _Surroundings:
        """`place` events stand before it."""
        found = _Surroundings()
        for position, link in enumerate(_from_beginning(links)):
            if position <= place:
                found.copied = found.copied or (link.hash == event.hash and position > 0)
                found._may_be_followed(position, link, event)
            elif position > place + 1:
                found.goes_on = found.goes_on or link.previous == last.hash
                found.comes_later = found.comes_later or link.hash == event.previous
        return found

    def _may_be_followed(self, position: int, link: Link, event: ChainedEvent) -> None:
        if self.follows is not None and position == self.follows + 1:
            self.behind = link.seq
        if link.hash == event.previous:
            self.follows = position


def _from_beginning(links: Links) -> Iterator[Link]:
    yield BEGINNING
    yield from (link if isinstance(link, Link) else _link(link) for link in links())


def _diagnose(event: ChainedEvent, last: Link, good: int, found: _Surroundings, *, sound: bool) -> ChainVerdict:
    """Which event is at fault, and what was done."""
    here = _link(event)
    passed_over = Link(event.seq, last.previous, last.hash)
    if sound and found.comes_later:
        return ChainVerdict(good, last.hash, event.seq, Break.REORDERED)
    if found.goes_on:
        return ChainVerdict(good, last.hash, event.seq, Break.INSERTED, passed_over)
    if not sound:
        return ChainVerdict(good, last.hash, event.seq, Break.CHANGED, here)
    if found.copied:
        return ChainVerdict(good, last.hash, event.seq, Break.INSERTED, passed_over)
    if found.follows is not None:  # It follows an earlier one: what was put in between links well to that one, too.
        return ChainVerdict(found.follows, event.previous, found.behind, Break.INSERTED, here)
    if event.seq == last.seq + 1:  # No number is missing: the one before was exchanged, hash and all, for another.
        if good:
            return ChainVerdict(good - 1, last.previous, last.seq, Break.CHANGED, here)
        return ChainVerdict(good, last.hash, event.seq, Break.CHANGED, here)
    return ChainVerdict(good, last.hash, last.seq + 1, Break.REMOVED, Link(event.seq - 1, "", event.previous))


@lru_cache(maxsize=1024)
def _is_usual(key: object) -> bool:
    """Events have few keys, again and again."""
    return isinstance(key, str) and (key.isascii() or max(key) <= "\uffff")


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
        if not all(map(_is_usual, value)):
            raise UnhashableEvent("a key of the event is not a text of usual letters")
        return {key: _plain(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth - 1) for inner in value]
    raise UnhashableEvent(f"an event holds texts, integers, truth values, lists and objects, not {type(value).__name__}")
