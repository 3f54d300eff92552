"""A message's parts, cut from its bytes within limits (RFC 5322, RFC 2045, RFC 2046).

The standard library's parser checks each line against every open boundary and recurses once a level: thousands of nested parts cost
minutes or the stack. This one reads the bytes once a level, counts as it goes, and stops at the first limit that is passed.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.charsets import decode
from cobranza_rules.mail.raw_message import RawMessage

LARGEST_MESSAGE = 75_000_000  # bytes: with base64, an attachment of 50 MB
LARGEST_HEAD = 256_000  # bytes of one part's headers
MOST_HEADERS = 1_000
MOST_PARTS = 200
DEEPEST = 20
MOST_BOUNDARY_CANDIDATES = 50_000
LONGEST_VALUE = 8_000  # characters of one header that are looked at
HEADER_START = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200}):")


class UnreadableMessage(Exception):  # noqa: N818 (the name says what the message is; other rooms catch it by this name)
    """The message passes a limit or is no message. `reason` is for people."""

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(slots=True)
class Part:
    """`headers` are (lower-case name, value) in order, unfolded; the body as transferred lies in `raw` from `start` to `end`.

    A multipart has `children` and no body.
    """

    headers: tuple[tuple[str, str], ...]
    media_type: str
    parameters: dict[str, str]
    raw: RawMessage
    start: int
    end: int
    children: list[Part] = field(default_factory=list)

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.headers if known == name)

    def walk(self) -> Iterator[Part]:
        yield self
        for child in self.children:
            yield from child.walk()

    def content(self) -> bytes:
        """The body after its Content-Transfer-Encoding; damaged base64 gives what can be read of it."""
        return b"".join(self.content_pieces())

    def content_pieces(self) -> Iterator[bytes]:
        """The same, never all of it in memory."""
        encoding = self.header("content-transfer-encoding").split(";")[0].strip().lower()
        pieces = self.raw.pieces(self.start, self.end)
        if encoding == "base64":
            return _from_base64(pieces)
        if encoding == "quoted-printable":
            return iter((binascii.a2b_qp(b"".join(pieces)),))
        return pieces

    def beginning(self, size: int) -> bytes:
        """The first `size` bytes of the content."""
        found = b""
        for piece in self.content_pieces():
            found += piece[: size - len(found)]
            if len(found) == size:
                break
        return found

    def is_blank(self) -> bool:
        return not any(piece.strip() for piece in self.raw.pieces(self.start, self.end))


@dataclass(slots=True)
class _Counts:
    parts: int = 0
    candidates: int = 0


def read_parts(raw: RawMessage) -> Part:
    """The message as a tree of parts. Attached messages (message/rfc822) are leaves. Raises UnreadableMessage."""
    if raw.is_blank():
        raise UnreadableMessage(_("the message is empty"))
    if len(raw) > LARGEST_MESSAGE:
        raise UnreadableMessage(_("the message is larger than {limit} MB", limit=LARGEST_MESSAGE // 1_000_000))
    start = raw.find(b"\n", 0, len(raw)) + 1 if raw[:5] == b"From " else 0  # The separator line of an mbox file
    return _read(raw, (start, len(raw)), 0, "text/plain", _Counts())


def read_head(raw: RawMessage, start: int = 0, end: int | None = None) -> tuple[list[tuple[str, str]], int]:
    """The headers at `start` and the offset of the body. Raises UnreadableMessage."""
    end = len(raw) if end is None else end
    found: list[tuple[str, bytes]] = []
    at = start
    while at < end:
        line_end = raw.find(b"\n", at, min(end, start + LARGEST_HEAD))
        if line_end < 0 and end - start > LARGEST_HEAD:
            raise UnreadableMessage(_("the headers are longer than {limit} kB", limit=LARGEST_HEAD // 1000))
        line_end = end if line_end < 0 else line_end + 1
        line = raw[at:line_end].rstrip(b"\r\n")
        if not line:
            return _as_text(found), line_end
        if line[:1] in b" \t" and found:
            found.append(("", line))
        elif started := HEADER_START.match(line):
            found.append((started[1].decode("ascii").lower(), line[started.end() :]))
        else:
            return _as_text(found), at  # What is no header begins the body, as mail programs read it.
        if len(found) > MOST_HEADERS:
            raise UnreadableMessage(_("the message has more than {limit} header lines", limit=MOST_HEADERS))
        at = line_end
    return _as_text(found), end


def _as_text(lines: list[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Unfolded (RFC 5322 section 2.2.3); bytes beyond ASCII are read as UTF-8 or cp1252."""
    headers: list[tuple[str, list[bytes]]] = []
    for name, value in lines:
        if name:
            headers.append((name, [value]))
        else:
            headers[-1][1].append(value)
    return [(name, decode(b"".join(values)).strip()[:LONGEST_VALUE].replace("\x00", "")) for name, values in headers]


def _read(raw: RawMessage, span: tuple[int, int], depth: int, default_type: str, counts: _Counts) -> Part:
    start, end = span
    counts.parts += 1
    if counts.parts > MOST_PARTS:
        raise UnreadableMessage(_("the message has more than {limit} parts", limit=MOST_PARTS))
    if depth > DEEPEST:
        raise UnreadableMessage(_("the message has parts nested more than {limit} deep", limit=DEEPEST))
    headers, body_start = read_head(raw, start, end)
    media_type, parameters = content_type(next((value for name, value in headers if name == "content-type"), default_type))
    part = Part(tuple(headers), media_type, parameters, raw, body_start, body_start)
    spans = []
    if media_type.startswith("multipart/"):
        spans = _spans(raw, body_start, end, parameters.get("boundary", ""), counts)
    if not spans:  # Also a multipart whose boundary never comes: its text can still be read.
        part.media_type = "text/plain" if media_type.startswith("multipart/") else media_type
        part.end = end
        return part
    inner_type = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    part.children = [_read(raw, inner, depth + 1, inner_type, counts) for inner in spans]
    return part


def _spans(raw: RawMessage, start: int, end: int, boundary: str, counts: _Counts) -> list[tuple[int, int]]:
    """Where the parts of a multipart lie. A missing end delimiter ends with the body; the line end before a delimiter belongs to it."""
    delimiter = b"--" + boundary.rstrip().encode("utf-8", "replace")
    if not 2 < len(delimiter) <= 202:
        return []
    spans: list[tuple[int, int]] = []
    opened = -1
    at = raw.find(delimiter, start, end)
    while at >= 0:
        counts.candidates += 1
        if counts.candidates > MOST_BOUNDARY_CANDIDATES:
            raise UnreadableMessage(_("the message repeats its part boundaries too often"))
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end + 1
        rest = raw[at + len(delimiter) : min(line_end, at + len(delimiter) + 100)].strip()
        if rest in (b"", b"--") and (at == start or raw[at - 1 : at] == b"\n"):
            if opened >= 0:
                spans.append((opened, max(opened, at - (2 if raw[at - 2 : at] == b"\r\n" else 1))))
            opened = -1 if rest else line_end
            if rest:
                return spans
        at = raw.find(delimiter, max(line_end, at + 1), end)
    if opened >= 0:
        spans.append((opened, end))
    return spans


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """Media type in lower case and its parameters, RFC 2231 continuations joined; text/plain where it cannot be read."""
    holder = Message()
    holder["Content-Type"] = value[:LONGEST_VALUE].replace("\n", " ").replace("\r", " ")
    parameters: dict[str, str] = {}
    for name, text in holder.get_params(failobj=[])[1:]:
        parameters.setdefault(name.lower(), collapse_rfc2231_value(text).strip())
    return holder.get_content_type(), parameters


def _from_base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        letters = left + re.sub(rb"[^A-Za-z0-9+/]", b"", piece)
        whole = len(letters) - len(letters) % 4
        yield binascii.a2b_base64(letters[:whole])
        left = letters[whole:]
    if len(left) > 1:
        yield binascii.a2b_base64(left + b"=" * (-len(left) % 4))
