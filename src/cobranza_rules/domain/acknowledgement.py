"""Acknowledgements of receipt: what the customer gave to show that an invoice has arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any


class AcknowledgementKind(StrEnum):
    STAMP = "stamp"
    SIGNATURE = "signature"
    REPLY = "reply"  # By mail
    TELEPHONE = "telephone"
    CONTRARRECIBO = "contrarrecibo"
    PORTAL = "portal"  # The number that the customer's portal gave


# What one says, and so tells it from another; one that came by mail says no more by coming again.
_SUBSTANCE = ("kind", "number", "review_on", "payment_on")
_BY_HAND = (*_SUBSTANCE, "person", "title", "phone", "at", "document")


def adds_to(known: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> bool:
    """Whether an acknowledgement says anything that those that are known do not say."""
    keys = _SUBSTANCE if data.get("message") else _BY_HAND
    return all(any((one.get(key) or "") != (data.get(key) or "") for key in keys) for one in known)


def without_last(known: Sequence[Mapping[str, Any]], kind: str) -> tuple[Mapping[str, Any], ...]:
    """The last of a kind is taken back."""
    places = [place for place, one in enumerate(known) if one.get("kind", "") == kind]
    return tuple(one for place, one in enumerate(known) if not places or place != places[-1])
