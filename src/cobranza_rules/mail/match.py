"""Which customer and which of our messages an incoming message is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cobranza_rules.domain.reply import Bounce
from cobranza_rules.mail.headers import message_ids
from cobranza_rules.mail.message import IncomingMessage

REPORT_TEXT = 64_000  # characters in which a report may return our message's headers
MESSAGE_ID_LINE = re.compile(r"(?im)^[ \t>]*(?:original-|x-cobranza-)?message-id:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{1,250}>)")


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message that we sent. `message_id` without angle brackets; `kind` is the template or rung that it carried."""

    message_id: str
    action_id: int
    customer_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Messages of ours that a signed token names: in an address to which the message came, or in its text."""

    in_address: tuple[OwnMessage, ...] = ()
    in_text: tuple[OwnMessage, ...] = ()


NO_TOKENS = Tokens()


@dataclass(frozen=True, slots=True)
class Match:
    """`how` says by what: see docs/mail.md.

    `confidence` runs from 0 to 1. `doubtful` where two customers are possible; then a person decides.
    """

    how: Literal["token", "own_id", "token_in_text", "invoice", "recipient", "sender", "request", "none"]
    confidence: float
    customer_id: int | None = None
    action_id: int | None = None
    doubtful: bool = False


def match(
    message: IncomingMessage,
    *,
    own_messages: Mapping[str, OwnMessage],
    contacts: Mapping[str, frozenset[int]],
    bounced: Bounce | None,
    tokens: Tokens = NO_TOKENS,
    named: frozenset[int] = frozenset(),
) -> Match:
    """`own_messages` by message id; `contacts` maps an address in lower case to the customers that it belongs to.

    `named` are the customers whose open invoices a person names.
    """
    report = bounced is not None or bool(message.report_parts)
    answered = _known(named_ids(message) if report else message.references, own_messages)
    senders = frozenset() if report else contacts.get(message.sender, frozenset())
    if tokens.in_address and not report:
        return _by_own_id("token", [*tokens.in_address, *answered], senders)
    if answered:
        return _by_own_id("own_id", answered, senders)
    if tokens.in_text and not report:
        return _by_own_id("token_in_text", list(tokens.in_text), senders)
    if named and not report:
        return _by_invoice(named, senders)
    if bounced is not None:
        refused = frozenset(customer for address in bounced.recipients for customer in contacts.get(address.lower(), frozenset()))
        return _by_address("recipient", refused, 0.7)
    return _by_address("sender", senders, 0.6)


def named_ids(message: IncomingMessage) -> list[str]:
    """Every message id that a message names: those that it answers, and those in headers that it returns."""
    return [*message.references, *_returned_ids(message)]


def _known(ids: Iterable[str], own_messages: Mapping[str, OwnMessage]) -> list[OwnMessage]:
    """Our messages among the ids, the newest first, each once."""
    return list({message_id: own_messages[message_id] for message_id in ids if message_id in own_messages}.values())


def _by_own_id(how: Literal["token", "own_id", "token_in_text"], answered: list[OwnMessage], senders: frozenset[int]) -> Match:
    """The first counts: what a token names, else the newest. A chain through two customers' messages, or a sender who belongs to another customer, is for a person."""
    newest = answered[0]
    customers = {own.customer_id for own in answered}
    stranger = bool(senders) and newest.customer_id not in senders
    mixed = len(customers) > 1
    confidence = 0.5 if stranger or mixed else 1.0 if senders else 0.9
    if how == "token_in_text":
        confidence -= 0.2  # Texts are quoted and passed on.
    return Match(how, confidence, newest.customer_id, newest.action_id, doubtful=stranger or mixed)


def _by_invoice(named: frozenset[int], senders: frozenset[int]) -> Match:
    """The invoice tells which customer somebody means who writes for several. Numbers can be guessed and passed on: a stranger who names one is for a person."""
    meant = named & senders if senders else named
    if len(meant) != 1:
        return Match("invoice", 0.3, doubtful=True)
    clear = bool(senders) and named == meant
    return Match("invoice", 0.7 if clear else 0.5, next(iter(meant)), doubtful=not clear)


def _by_address(how: Literal["recipient", "sender"], customers: frozenset[int], confidence: float) -> Match:
    if not customers:
        return Match("none", 0.0)
    if len(customers) > 1:
        return Match(how, confidence / 2, doubtful=True)
    return Match(how, confidence, next(iter(customers)))


def _returned_ids(message: IncomingMessage) -> list[str]:
    """Message ids in the headers that a report returns, in its parts or in its text."""
    texts = [message.text[:REPORT_TEXT], *(text[:REPORT_TEXT] for _media_type, text in message.report_parts)]
    return [found for text in texts for line in MESSAGE_ID_LINE.findall(text) for found in message_ids(line)]
