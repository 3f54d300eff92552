"""What a verification of the case file has found, each as a sentence that names the event or the document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.casefile.chain import Break, ChainVerdict
from cobranza_rules.language import Sentence, _


class About(StrEnum):
    EVENT = "event"
    DOCUMENT = "document"
    BOOK = "book"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Finding:
    """`event` is the number of the event at fault, `document` the hash of the document; `customer` is the id of whose case it is."""

    about: About
    what: Sentence
    event: int | None = None
    document: str | None = None
    customer: int | None = None


def of_break(verdict: ChainVerdict, kept: str | None) -> Finding:
    """`kept` is the hash that was kept outside for the event at which the chain breaks, if one was."""
    seq, why = verdict.broken_at, verdict.why
    if kept is not None and why is Break.CHANGED:
        what = _(
            "event {seq} has another hash than the one kept outside ({kept}): it, or one before it, was written anew", seq=seq, kept=kept
        )
        return Finding(About.HEAD, what, seq)
    said = {
        Break.CHANGED: _("event {seq} was changed after it was written", seq=seq),
        Break.INSERTED: _("event {seq} was put in: the events behind it follow the one before it", seq=seq),
        Break.REORDERED: _("event {seq} is not in its place; what comes behind it was not verified", seq=seq),
        Break.REMOVED: _missing(verdict),
    }
    assert why is not None
    return Finding(About.EVENT, said[why], seq)


def _missing(verdict: ChainVerdict) -> Sentence:
    first = verdict.broken_at
    if verdict.go_on is None:
        return _("the events from {seq} on are missing: a hash kept outside is that of a later one", seq=first)
    last = verdict.go_on.seq
    return _("event {seq} is missing", seq=first) if first == last else _("events {seq} to {last} are missing", seq=first, last=last)


def of_unknown_head(kept: str) -> Finding:
    return Finding(
        About.HEAD, _("no event has the hash {kept} that was kept outside: the end is cut off, or all was written anew", kept=kept)
    )


def of_file(digest: str, seq: int, customer: int, *, whole: bool | None) -> Finding:
    if whole is None:
        what = _("the file of the document {digest}, which event {seq} names, is missing", digest=digest, seq=seq)
    else:
        what = _("the file of the document {digest}, which event {seq} names, was changed", digest=digest, seq=seq)
    return Finding(About.DOCUMENT, what, seq, digest, customer)


def of_unknown_document(what: str, name: str, digest: str, customer: int) -> Finding:
    said = _(
        "{what} {name}: no event names its document {digest}; it was put in or exchanged", what=Sentence(what), name=name, digest=digest
    )
    return Finding(About.DOCUMENT, said, None, digest, customer)
