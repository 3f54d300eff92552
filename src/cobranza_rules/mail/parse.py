"""A message from outside as a value: bounded, decoded, its text chosen, its attachments named harmlessly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from cobranza_rules.mail.attachments import attached
from cobranza_rules.mail.bounce import LARGEST_FOR_DETECTORS, failures_in, may_be_report
from cobranza_rules.mail.charsets import clean, decode
from cobranza_rules.mail.headers import addresses, date_of, decode_words, message_ids, references
from cobranza_rules.mail.html_text import html_to_text
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import Part, UnreadableMessage, read_head, read_parts
from cobranza_rules.mail.names import disposition, file_name
from cobranza_rules.mail.raw_message import RawMessage
from cobranza_rules.mail.reply_text import new_text

__all__ = ["UnreadableMessage", "attachment_content", "parse_message"]

LONGEST_TEXT = 500_000  # characters of a message's text that are kept
LARGEST_TEXT = 2_000_000  # bytes of one part that are read as text
LONGEST_REPORT = 64_000  # characters of one part of a report
KEPT_HEADERS = (
    "auto-submitted",
    "content-type",
    "list-id",
    "precedence",
    "return-path",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-failed-recipients",
    "x-loop",
    "x-ms-exchange-generated-message-source",
)
# What machines say about our mail: RFC 3464, RFC 8098, RFC 5965, and the headers or the message that they return.
REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/rfc822",
        "message/global",
    }
)
STATUS_TYPES = REPORT_TYPES - {"message/rfc822", "message/global"}


def parse_message(raw: bytes | RawMessage) -> IncomingMessage:
    """Raises UnreadableMessage where a limit is passed. Anything else that is odd gives empty fields, never an error."""
    raw = raw if isinstance(raw, RawMessage) else RawMessage(raw)
    root = read_parts(raw)
    shown = _shown_parts(root)
    text = clean("\n\n".join(filter(None, (_text_of(part) for part in shown))))[:LONGEST_TEXT].strip("\n")
    senders = [address for value in root.all("from") for address in addresses(value)]
    name, sender = senders[0] if len(senders) == 1 else ("", "")
    message = IncomingMessage(
        message_id=next(iter(message_ids(root.header("message-id"))), ""),
        sender=sender,
        sender_name=name,
        to=tuple(dict.fromkeys(address for part in ("to", "cc") for value in root.all(part) for _name, address in addresses(value))),
        subject=" ".join(decode_words(root.header("subject")).split()),
        dated=date_of(root.header("date")),
        references=references(root.header("in-reply-to"), root.header("references")),
        text=text,
        new_text=new_text(text),
        headers={name: root.header(name) for name in KEPT_HEADERS if root.header(name)},
        authentication_results=root.all("authentication-results"),
        attachments=tuple(each.told() for each in attached(_attached_parts(root, shown))),
        report_parts=_report_parts(root),
        fingerprint=fingerprint(raw),
    )
    return replace(message, failures=failures_in(raw[:LARGEST_FOR_DETECTORS])) if may_be_report(message) else message


def attachment_content(raw: bytes | RawMessage, number: int) -> Iterator[bytes]:
    """Of an attachment of the message, counted from 0 in the order of `IncomingMessage.attachments`, in pieces.

    Raises UnreadableMessage, and IndexError where there is none.
    """
    root = read_parts(raw if isinstance(raw, RawMessage) else RawMessage(raw))
    for each in islice(attached(_attached_parts(root, _shown_parts(root))), number, None):
        return each.pieces()
    raise IndexError(number)


def fingerprint(raw: RawMessage) -> str:
    """SHA-256 over Message-ID, From, Date, Subject and body: one message delivered twice has one fingerprint.

    Never the Message-ID alone, which anybody can use again to make us drop a mail. Line ends count as one kind, for servers change them, and
    those at the end as none.
    """
    try:
        headers, body_start = read_head(raw)
    except UnreadableMessage:
        headers, body_start = [], 0
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        value = next((text for known, text in headers if known == name), "")
        digest.update(value.encode("utf-8", "surrogatepass") + b"\0")
    ends = 0
    for piece in _with_plain_line_ends(raw.pieces(body_start, len(raw))):
        said = piece.rstrip(b"\n")
        if said:
            digest.update(b"\n" * ends + said)
            ends = 0
        ends += len(piece) - len(said)
    return digest.hexdigest()


def _with_plain_line_ends(pieces: Iterator[bytes]) -> Iterator[bytes]:
    begun = b""
    for piece in pieces:
        whole = begun + piece
        begun = b"\r" if whole.endswith(b"\r") else b""
        yield whole[: len(whole) - len(begun)].replace(b"\r\n", b"\n")
    yield begun


def _shown_parts(part: Part) -> list[Part]:
    """The parts that a mail program shows as text: of alternatives the plain one, unless only another says something."""
    if part.media_type == "multipart/alternative":
        ways = [shown for child in part.children if (shown := _shown_parts(child))]
        plain = [
            shown for shown in ways if all(one.media_type == "text/plain" for one in shown) and any(_text_of(one).strip() for one in shown)
        ]
        return (plain or ways[::-1] or [[]])[0]
    if part.children:
        return [shown for child in part.children for shown in _shown_parts(child)]
    kind, _parameters = disposition(part)
    return [part] if part.media_type in ("text/plain", "text/html") and kind != "attachment" and not file_name(part) else []


def _text_of(part: Part) -> str:
    text = decode(part.beginning(LARGEST_TEXT), part.parameters.get("charset", ""))
    if part.media_type == "text/html":
        return html_to_text(text)
    return _unflowed(text, part.parameters) if part.parameters.get("format", "").lower() == "flowed" else text


def _unflowed(text: str, parameters: dict[str, str]) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one of the same quote depth."""
    cut = 1 if parameters.get("delsp", "").lower() == "yes" else 0
    lines: list[list[str]] = []
    flowing, depth = False, 0
    for line in text.splitlines():
        level = len(line) - len(line.lstrip(">"))
        said = line[level + 1 :] if line[level : level + 1] == " " else line[level:]
        if flowing and level == depth and said != "-- ":
            lines[-1].append(said)
        else:
            lines.append([">" * level + (" " if level else "") + said])
        flowing, depth = said.endswith(" ") and said != "-- ", level
        if flowing and cut:
            lines[-1][-1] = lines[-1][-1][:-1]
    return "\n".join("".join(pieces) for pieces in lines)


def _attached_parts(root: Part, shown: list[Part]) -> list[Part]:
    """Every leaf that is not shown, named or not; the other forms of the shown text are no attachments."""
    other_forms = {
        id(leaf)
        for part in root.walk()
        if part.media_type == "multipart/alternative"
        for leaf in part.walk()
        if leaf.media_type in ("text/plain", "text/html") and not file_name(leaf)
    }
    kept = {id(part) for part in shown} | other_forms
    return [
        part
        for part in root.walk()
        if not part.children and id(part) not in kept and part.media_type not in STATUS_TYPES and not part.is_blank()
    ]


def _report_parts(root: Part) -> tuple[tuple[str, str], ...]:
    """Parts that machines write: all of a multipart/report, and a status that stands in any other message."""
    leaves = [part for part in root.walk() if not part.children]
    report = root.media_type == "multipart/report"
    wanted = [part for part in leaves if part.media_type in (REPORT_TYPES if report else STATUS_TYPES)]
    return tuple((part.media_type, clean(decode(part.beginning(LONGEST_REPORT)))) for part in wanted)
