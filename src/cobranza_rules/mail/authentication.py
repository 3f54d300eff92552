"""Whether our own mail server vouches for a sender: Authentication-Results (RFC 8601), read without trust in what others wrote.

Our server must be the one that adds the topmost such header and that removes any that claims its name (RFC 8601, section 5).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 10_000  # characters of a header that is read: of a longer one no piece is, for what it says last may deny what it says first
TOKEN = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|([^\s;=\"]+)|([;=\"])", re.DOTALL)
# Registries under which anybody can have a domain: alignment with them alone would prove nothing.
REGISTRY_LABELS = frozenset({"com", "org", "net", "gob", "gov", "edu", "ac", "co", "or", "ne", "mil", "web"})


def sender_authenticated(results: Sequence[str], authserv_id: str, sender: str) -> bool:
    """Only the topmost of `results` counts, and only when it bears our server's name; never raises.

    DMARC passed for the sender's domain, or DKIM or SPF passed for a domain that is aligned with it (RFC 7489, relaxed), while
    DMARC did not fail. Or the sender has logged in to our server to send it, under the very address that he writes from (RFC 8601, 2.7.4):
    smtp.auth is what the login proved, and smtp.mailfrom beside it only what the one who has logged in says of somebody (RFC 4954, 5).
    """
    domain = sender.rpartition("@")[2].strip().rstrip(".").lower()
    if not results or not authserv_id.strip() or not domain or len(results[0]) > LONGEST:
        return False
    name, statements = _read(results[0])
    if name != authserv_id.strip().rstrip(".").lower():
        return False
    if any(method == "dmarc" and result in ("fail", "permerror", "temperror") for method, result, _found in statements):
        return False
    passed = [(method, properties) for method, result, properties in statements if result == "pass"]
    return any(_logged_in(method, properties, sender) or _vouches(method, properties, domain) for method, properties in passed)


def _logged_in(method: str, properties: dict[str, str], sender: str) -> bool:
    return method == "auth" and properties.get("smtp.auth", "").strip().lower() == sender.strip().lower()


def _vouches(method: str, properties: dict[str, str], domain: str) -> bool:
    if method == "dmarc":
        return _aligned(properties.get("header.from", domain), domain)
    if method == "dkim":
        return _aligned(properties.get("header.d", "") or properties.get("header.i", ""), domain)
    return method == "spf" and _aligned(properties.get("smtp.mailfrom", "") or properties.get("smtp.mail", ""), domain)


def _aligned(found: str, domain: str) -> bool:
    """The same domain, or one below the other, where the shorter is one that somebody owns."""
    other = found.rpartition("@")[2].strip("<>. ").lower()
    if not other or other == domain:
        return bool(other)
    shorter, longer = sorted((other, domain), key=len)
    labels = shorter.split(".")
    owned = len(labels) >= 2 and not (len(labels) == 2 and labels[0] in REGISTRY_LABELS)
    return owned and longer.endswith("." + shorter)


def _read(value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """The server's name in lower case, and (method, result, properties) of each statement. What cannot be read is left out.

    Nothing is read where a quotation or a comment has no end: what others wrote (addresses, names of hosts) stands in them, and where they
    end is where our own server speaks again. Servers that write no name of their own (Microsoft 365) have a statement in its place: it matches no configured name.
    """
    groups: list[list[str]] = [[]]
    for match in TOKEN.finditer(_without_comments(value)):
        if match[3] == '"':
            return "", []
        if match[3] == ";":
            groups.append([])
        else:
            groups[-1].append(match[3] or match[2] or match[1] or "")
    name = groups[0][0].rstrip(".").lower() if groups[0] and "=" not in groups[0] else ""
    return name, [statement for group in groups[1:] if (statement := _statement(group))]


def _statement(tokens: list[str]) -> tuple[str, str, dict[str, str]] | None:
    pairs = [(tokens[at - 1].lower(), tokens[at + 1]) for at in range(1, len(tokens) - 1) if tokens[at] == "="]
    if not pairs:
        return None
    method = pairs[0][0].partition("/")[0]
    properties: dict[str, str] = {}
    for name, text in pairs[1:]:
        properties.setdefault(name, text)
    return method, pairs[0][1].lower(), properties


def _without_comments(value: str) -> str:
    """Comments nest (RFC 5322 section 3.2.2) and may hold anything, also what looks like a result. Empty where one has no end."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in value:
        if escaped:
            escaped = False
        elif letter == "\\" and (depth or quoted):
            escaped = True
        elif letter == '"' and not depth:
            quoted = not quoted
        elif letter == "(" and not quoted:
            depth += 1
        elif letter == ")" and not quoted and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(letter)
        elif letter == "(" and depth == 1:
            kept.append(" ")
    return "" if depth or quoted else "".join(kept)
