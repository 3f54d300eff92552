"""Header values as people and programs mean them: encoded words, addresses, message ids, dates (RFC 2047, RFC 5322)."""

from __future__ import annotations

import binascii
import datetime as dt
import re
from email.utils import parseaddr, parsedate_to_datetime

from cobranza_rules.mail.charsets import clean, decode

ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
MOST_REFERENCES = 100
MOST_ADDRESSES = 100
LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3 counts 256 octets with the angle brackets


def decode_words(value: str) -> str:
    """RFC 2047. Neighbouring words of one charset are joined as bytes first: programs split letters between them."""
    pieces: list[str] = []
    pending, charset = b"", ""
    last = 0
    for word in ENCODED_WORD.finditer(value):
        between = value[last : word.start()]
        name = word[1].split("*")[0].lower()
        if (between.strip() or name != charset) and pending:
            pieces.append(decode(pending, charset))
            pending = b""
        if between.strip() or last == 0:
            pieces.append(between)
        pending, charset, last = pending + _word_bytes(word[2], word[3]), name, word.end()
    pieces.append(decode(pending, charset) if pending else "")
    return clean("".join(pieces) + value[last:]).strip()


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))


def addresses(value: str) -> list[tuple[str, str]]:
    """(name, address in lower case) of an address list; what holds no address is left out."""
    found = []
    for one in _split_list(value)[:MOST_ADDRESSES]:
        name, address = parseaddr(one) if one.count("(") <= 5 else ("", one)
        address = address.strip().lower()
        if address.count("@") == 1 and len(address) <= LONGEST_ADDRESS and not re.search(r"[\s<>,;\"()]", address) and address[0] != "@":
            found.append((decode_words(name.replace('"', "")), address))
    return found


def _split_list(value: str) -> list[str]:
    """At commas and semicolons (as Outlook writes) outside quotes, comments and angle brackets."""
    pieces, depth, quoted, start = [], 0, False, 0
    for index, letter in enumerate(value):
        if letter == '"' and value[index - 1 : index] != "\\":
            quoted = not quoted
        elif not quoted and letter in "(<":
            depth += 1
        elif not quoted and letter in ")>":
            depth = max(0, depth - 1)
        elif letter in ",;" and not quoted and depth == 0:
            pieces.append(value[start:index])
            start = index + 1
    return [piece for piece in [*pieces, value[start:]] if piece.strip()]


def message_ids(value: str) -> list[str]:
    """Ids without their angle brackets, in order; an id that stands bare alone is taken too."""
    found = MESSAGE_ID.findall(value)
    bare = value.strip()
    return found or ([bare] if re.fullmatch(r"[^<>\s]{1,250}@[^<>\s]{1,250}", bare) else [])


def references(in_reply_to: str, chain: str) -> tuple[str, ...]:
    """Newest first: what it answers, then the References header backwards; each once."""
    ordered = [*message_ids(in_reply_to), *reversed(message_ids(chain))]
    return tuple(dict.fromkeys(ordered))[:MOST_REFERENCES]


def date_of(value: str) -> dt.datetime | None:
    """Aware UTC; None where there is no date that a calendar has. A date without a zone is read as UTC."""
    try:
        moment = parsedate_to_datetime(value[:200])
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
