"""A poll of a mailbox as its bytes are taken: each message's pieces before the next is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cobranza_rules.mail.mailbox import Mailbox, Watermark


@dataclass(frozen=True)
class TakenBefore:
    """What a mailbox is told of the past: of one folder `last`, everywhere the `keys`; with `compare` all has to be compared."""

    last: Watermark | None = None
    keys: frozenset[str] = frozenset()
    compare: bool = False

    def mark(self, folder: str) -> Watermark | None:
        return self.last if self.last is not None and self.last.folder == folder else None

    def unknown(self, folder: str, keys: Collection[str]) -> set[str]:
        del folder
        return set(keys) - self.keys

    def must_compare(self, folder: str) -> bool:
        del folder
        return self.compare


NOTHING_TAKEN = TakenBefore()


@dataclass(frozen=True)
class Given:
    raw: bytes
    origin: str
    mark: Watermark | None
    complete: bool

    @property
    def watermark(self) -> Watermark:
        assert self.mark is not None
        return self.mark


def each(mailbox: Mailbox, before: TakenBefore = NOTHING_TAKEN) -> Iterator[Given]:
    for one in mailbox.fetch_new(before):
        yield Given(b"".join(one.pieces), one.origin, one.watermark_after, one.complete)


def polled(mailbox: Mailbox, before: TakenBefore = NOTHING_TAKEN) -> list[Given]:
    return list(each(mailbox, before))
