"""The signed token that a message carries, so that its answer names it even where mail programs and providers have lost the headers that do.

In the address of Reply-To (RFC 5233: cobranza+r41-...@, and cobranza+a41-...@ of a mail that asks somebody to decide), where our server keeps
such addresses; or in a last line of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from cobranza_rules.mail.addresses import MAX_LOCAL
from cobranza_rules.mail.signed_token import TokenKey

REPLY, APPROVAL = (
    "reply",
    "approval",
)  # What tokens are for: an answer to a message to a customer, and to a mail that asks somebody to decide
MOST_IN_TEXT = 5  # Different tokens of one text that are looked at
_DETAILS = {each: re.compile(rf"{each[0]}([0-9]{{1,18}}-[a-z2-7]{{16}})", re.IGNORECASE | re.ASCII) for each in (REPLY, APPROVAL)}
_IN_TEXT = re.compile(r"(?<![\w-])([1-9][0-9]{0,17}-[a-z2-7]{16})(?![\w-])", re.IGNORECASE | re.ASCII)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def reply_address(key: TokenKey, own_address: str, number: int, purpose: str = REPLY) -> str:
    """`number` is that of an action, or of a request to decide. Our plain address where there is no room for a token before the @."""
    local, _at, domain = own_address.rpartition("@")
    named = f"{local}+{purpose[0]}{key.token(purpose, number)}"
    return f"{named}@{domain}" if len(named) <= MAX_LOCAL else own_address


def tokens_in_addresses(own_address: str, addresses: Iterable[str], purpose: str = REPLY) -> list[str]:
    """What stands where our tokens stand, in addresses that are ours; whether we wrote it, only the key can tell."""
    local, _at, domain = own_address.lower().rpartition("@")
    found = []
    for address in addresses:
        name, _at, host = address.lower().rpartition("@")
        detail = _DETAILS[purpose].fullmatch(name.removeprefix(f"{local}+"))
        if host == domain and name.startswith(f"{local}+") and detail:
            found.append(detail[1])
    return list(dict.fromkeys(found))


def tokens_in_text(text: str) -> list[str]:
    return list(dict.fromkeys(token.lower() for token in _IN_TEXT.findall(text)))[:MOST_IN_TEXT]


def numbers_of(key: TokenKey, tokens: Iterable[str]) -> list[int]:
    """Those that our own signature vouches for."""
    return [number for token in tokens if (number := key.number_of(REPLY, token)) is not None]


def with_reference_line(key: TokenKey, html: str, number: int) -> str:
    """The token as a last line, small and pale: it is for programs."""
    line = f'<p style="margin:14px 0 0;font-size:10px;color:#8A94A3;">Ref. {escape(key.token(REPLY, number))}</p>'
    ends = list(_BODY_END.finditer(html))
    return f"{html[: ends[-1].start()]}{line}{html[ends[-1].start() :]}" if ends else html + line
