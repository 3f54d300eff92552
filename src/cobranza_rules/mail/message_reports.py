"""What servers and mail programs report of a message that arrived: delivered to a mailbox (RFC 3464), displayed to somebody (RFC 8098).

Each says what it says and no more. That a message was displayed does not say by whom, nor that its receipt is acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cobranza_rules.mail.bounce import STATUS_TYPES, address_in, field_groups
from cobranza_rules.mail.message import IncomingMessage

MOST = 100
ARRIVED = ("delivered", "relayed", "expanded")  # RFC 3464 section 2.3.3: relayed to a server that reports no more, expanded to a list
_DISPOSITION = re.compile(r";\s*(displayed|deleted|dispatched|processed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MessageReport:
    """`recipient` is empty where none is named; `what` is one of ARRIVED, or how RFC 8098 section 3.2.6 says it."""

    recipient: str
    what: str


def reports_of(message: IncomingMessage) -> list[MessageReport]:
    """Nothing of failures and delays, which are no good news: those are read as bounces."""
    found = [one for media_type, text in message.report_parts for one in _in_part(media_type, text)]
    return list(dict.fromkeys(found))[:MOST]


def _in_part(media_type: str, text: str) -> Iterator[MessageReport]:
    for group in field_groups(text):
        if media_type in STATUS_TYPES and (action := group.get("action", "").split(" ")[0].lower()) in ARRIVED:
            yield MessageReport(address_in(group), action)
        if media_type == "message/disposition-notification" and (said := _DISPOSITION.search(group.get("disposition", ""))):
            yield MessageReport(address_in(group), said[1].lower())
