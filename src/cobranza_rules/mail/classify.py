"""What an incoming message is: first what machines send, then what people write, by the patterns that analysts keep.

The program never guesses: where two kinds contend, a condition is set, a date is unclear or words lie outside the text, a person looks.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.reply import Classification, ReplyKind
from cobranza_rules.language import Sentence, _, joined, word
from cobranza_rules.mail.automatic import read_automatic
from cobranza_rules.mail.dates import find_dates
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.patterns import Hit, Patterns, Strength, find_hits
from cobranza_rules.mail.remainder import unread
from cobranza_rules.mail.reply_facts import Reply, read_statement
from cobranza_rules.mail.reply_text import split_reply
from cobranza_rules.mail.words import LONGEST_TEXT, TextSentence, sentences

MOST_KINDS = 3  # A reply that says more different things than that goes to a person.
PERCENTAGE = re.compile(r"(?<![\d.,])\d{1,2} ?%")
COMMITTING = frozenset({ReplyKind.PROMISE, ReplyKind.PAYMENT_NOTICE})  # Kinds whose words may be conditional
RECORDED = COMMITTING | {ReplyKind.ACKNOWLEDGEMENT, ReplyKind.CONTRARRECIBO}  # What else such a reply says would go unseen
ASKING = frozenset(
    {ReplyKind.QUESTION, ReplyKind.CONTACT_CHANGE, ReplyKind.NOT_RECEIVED, ReplyKind.INVOICE_CORRECTION, ReplyKind.DOCUMENT_REQUEST}
)  # Kinds that want somebody to do something
LONGEST_SHOWN = 80  # characters of a sentence in a doubt
MOST_COMPARED = 50  # Phrases of a kind that are weighed against those of another; what is not stays and contends.
FEWEST_ASKING = 3  # words of a question that no phrase knows


def classify(
    message: IncomingMessage, patterns: Patterns, *, on: dt.date, own_address: str, calendar: BusinessCalendar, currency: str = "MXN"
) -> Classification:
    """`on` is the day on which the message was written; `currency` what a bare `$` means in this customer's replies."""
    automatic = read_automatic(message, own_address)
    if automatic is not None:
        return automatic
    split = split_reply(message.text)
    said = unicodedata.normalize("NFC", split.said[:LONGEST_TEXT])
    spoken = sentences(said)
    every = find_hits(patterns, spoken)
    hits = _by_tense(every, said, spoken, on, calendar)
    strengths = _standing(_strengths(hits), patterns)
    if not strengths:
        return _unread(said, spoken, patterns)
    kind = max(strengths, key=lambda one: strengths[one])
    deciding = [hit for hit in hits if hit.kind is kind]
    reply = Reply(said, split.signature, spoken, deciding, on, calendar, currency)
    statement = read_statement(kind, reply)
    doubts = [
        *statement.doubts,
        *_doubts(kind, strengths, reply, patterns, every),
        *_outside(split.signature, patterns),
        *([_("it is too long to be read whole")] if len(split.said) > LONGEST_TEXT else []),
    ]
    best = max(deciding, key=lambda hit: hit.strength)
    evidence = {"kind": said[best.start : best.end], **statement.evidence}
    return Classification(kind, bool(doubts), statement.facts, evidence, doubts=tuple(doubts))


def _unread(said: str, spoken: Sequence[TextSentence], patterns: Patterns) -> Classification:
    """No phrase fits. What asks is a question; a question that a promise or a notice might hide in is doubtful."""
    asked = next((sentence for sentence in spoken if sentence.question and len(sentence.words) >= FEWEST_ASKING), None)
    if asked is not None:
        stated = patterns.mentions(spoken, patterns.statements)
        doubts = (_("no pattern says what it means"),) if stated else ()
        return Classification(ReplyKind.QUESTION, bool(stated), evidence={"kind": said[asked.start : asked.end].strip()}, doubts=doubts)
    doubt = _("no pattern says what it means") if said.strip() else _("it has no text of its own")
    return Classification(ReplyKind.UNKNOWN, doubtful=True, evidence={"kind": said[:200]} if said else {}, doubts=(doubt,))


def _by_tense(hits: list[Hit], said: str, spoken: Sequence[TextSentence], on: dt.date, calendar: BusinessCalendar) -> list[Hit]:
    """`Pagamos el viernes` and `pagamos el viernes pasado` begin with one word.

    Where a promise and a notice rest on overlapping words, the stronger phrase counts, then the date of their sentence; without
    one both stay and contend. A sentence whose dates have all passed, and that states a payment, promises none.
    """
    promises = [hit for hit in hits if hit.kind is ReplyKind.PROMISE][:MOST_COMPARED]
    notices = [hit for hit in hits if hit.kind is ReplyKind.PAYMENT_NOTICE][:MOST_COMPARED]
    dropped: set[Hit] = set()
    found = find_dates(said, on, calendar) if promises and notices else []
    for promise in promises:
        for notice in notices:
            if promise.sentence != notice.sentence:
                continue
            sentence = spoken[promise.sentence]
            dates = [one.date for one in found if sentence.start <= one.start < sentence.end]
            if promise.start >= notice.end or notice.start >= promise.end:
                if dates and max(dates) <= on:
                    dropped.add(promise)  # `Se liberó en la corrida de pagos del 27 de febrero`
            elif promise.strength != notice.strength:
                dropped.add(promise if promise.strength < notice.strength else notice)
            elif dates:
                dropped.add(promise if max(dates) <= on else notice)
    return [hit for hit in hits if hit not in dropped]


def _strengths(hits: Sequence[Hit]) -> dict[ReplyKind, Strength]:
    strengths: dict[ReplyKind, Strength] = {}
    for hit in hits:
        strengths[hit.kind] = max(hit.strength, strengths.get(hit.kind, Strength.HINT))
    return strengths


def _standing(strengths: dict[ReplyKind, Strength], patterns: Patterns) -> dict[ReplyKind, Strength]:
    """Without the kinds that give way to another that is said at least likely: a promise is more than the thanks before it."""
    said = {kind for kind, strength in strengths.items() if strength >= Strength.LIKELY}
    return {kind: strength for kind, strength in strengths.items() if not (patterns.gives_way.get(kind, frozenset()) & (said - {kind}))}


def _doubts(
    kind: ReplyKind, strengths: dict[ReplyKind, Strength], reply: Reply, patterns: Patterns, every: Sequence[Hit]
) -> list[Sentence]:
    """`strengths` are the kinds that stand, `every` are all phrases that were found, before some were dropped for their tense."""
    doubts = []
    if strengths[kind] is Strength.HINT:
        doubts.append(_("only a hint of it is said"))
    rivals = [other for other, strength in strengths.items() if other is not kind and strength >= Strength.LIKELY]
    if rivals:
        doubts.append(_("it also says: {kinds}", kinds=joined(word(kind) for kind in sorted(rivals))))
    if kind in RECORDED and (asked := _asked_beside(kind, every) - set(strengths)):
        doubts.append(_("it also says: {kinds}", kinds=joined(word(other) for other in sorted(asked))))
    if len(strengths) > MOST_KINDS:
        doubts.append(_("it says many different things"))
    if kind in COMMITTING:
        doubts.extend(_limits(reply, patterns))
    elif kind is ReplyKind.ACKNOWLEDGEMENT and _speaks_of_payment(reply, frozenset(hit.kind for hit in every)):
        doubts.append(_("it may also speak of a payment"))
    if kind in RECORDED and (unknown := unread(reply.sentences, every, patterns)):
        doubts.append(_("it also says something that no pattern knows: «{words}»", words=unknown[0].text[:LONGEST_SHOWN]))
    return doubts


def _asked_beside(kind: ReplyKind, every: Sequence[Hit]) -> set[ReplyKind]:
    """What gave way and waits for an answer: a reply that is recorded is not looked at again. Who has paid asks for his complement."""
    asked = {hit.kind for hit in every if hit.kind in ASKING and hit.strength >= Strength.LIKELY}
    return asked - ({ReplyKind.DOCUMENT_REQUEST} if kind is ReplyKind.PAYMENT_NOTICE else set())


def _limits(reply: Reply, patterns: Patterns) -> list[Sentence]:
    """What keeps a promise or a notice from being one about the whole."""
    doubts = []
    near = reply.near
    if any(patterns.conditions.spans(sentence.words) for sentence in near):
        doubts.append(_("it is said under a condition"))
    if any(patterns.partial.spans(sentence.words) or PERCENTAGE.search(sentence.text) for sentence in near):
        doubts.append(_("it speaks of a part only"))
    if _is_limited(reply, patterns):
        doubts.append(_("what follows limits or denies it"))
    return doubts


def _speaks_of_payment(reply: Reply, said: frozenset[ReplyKind]) -> bool:
    """A mere hint of a payment beside a date: the thanks for the invoice may hold a promise that no pattern knows."""
    return bool(said & COMMITTING) and bool(reply.every_date)


def _is_limited(reply: Reply, patterns: Patterns) -> bool:
    """A reservation or a negation behind the deciding words in their sentence (`pagamos el viernes, pero no todo`, `..., la otra no`)."""
    earliest: dict[int, int] = {}
    for hit in reply.hits:
        earliest[hit.sentence] = min(hit.end, earliest.get(hit.sentence, hit.end))
    for number, end in earliest.items():
        words = reply.sentences[number].words
        if any(words[start].start >= end for start, _end in (*patterns.reservations.spans(words), *patterns.denials(words))):
            return True
    return False


def _outside(signature: str, patterns: Patterns) -> list[Sentence]:
    """Words of weight below what was taken for the closing: a person decides whether they belong to the reply."""
    hits = find_hits(patterns, sentences(signature))
    return [_("words of weight stand below the closing")] if any(hit.strength is Strength.CERTAIN for hit in hits) else []
