"""A message as bytes for the wire: ASCII, CRLF, the same bytes for the same message, so that what is stored is what is sent.

MIME (RFC 2045, 2046, 2047, 2231) is written here rather than by the email package: it draws random boundaries, encodes long message ids in
Python 3.11 into something that no mail program threads by, and takes eight times as long.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from cobranza_rules.mail.addresses import check_address, check_domain
from cobranza_rules.mail.message import Attachment, OutgoingMessage

MAX_SUBJECT = 255
MAX_NAME = 128
MAX_FILE_NAME_BYTES = 255
MAX_RECIPIENTS = 100  # RFC 5321 section 4.5.3.1.8: what every server must take.
MAX_REFERENCES = 20
MAX_MESSAGE_ID = 60  # Of those made here.
MAX_OTHER_ID = 900  # RFC 5322 section 2.1.1: no line over 998.
LINE = 76
# The id once more: some providers write a Message-ID of their own over ours, and leave other headers alone.
OWN_ID_HEADER = "X-Cobranza-Message-ID"

_CRLF = b"\r\n"
_MESSAGE_ID = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # Printable ASCII without space and angle brackets (RFC 5322 section 3.6.4, loosely).
_MIME_NAME = r"[A-Za-z0-9!#$&^_.+-]{1,127}"
_MEDIA_TYPE = re.compile(f"{_MIME_NAME}/{_MIME_NAME}")
# Besides the controls: signs that break a line or turn the reading direction, with which "xfdp.exe" is shown as "exe.pdf".
_TREACHEROUS = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class CompositionError(ValueError):
    """The message cannot be written as it stands: a line break in a header, a malformed id, media type or date."""


def message_id_for(key: str, domain: str) -> str:
    """An id of at most 60 characters without angle brackets: the same key and domain, the same id.

    Short, because mail programs and providers fold and rewrite long ones. The hash covers the whole domain even where leading labels had to
    go. Raises BadAddress where `domain` is none.
    """
    full = check_domain(domain)
    local = base64.b32encode(hashlib.sha256(f"{full}\n{key}".encode()).digest()[:15]).decode("ascii").lower()
    right = full
    while len(local) + 1 + len(right) > MAX_MESSAGE_ID:
        right = right.partition(".")[2]
        if not right:
            raise CompositionError(f"a domain of {len(full)} characters leaves no room in a message id")
    return f"{local}@{right}"


def compose(message: OutgoingMessage) -> bytes:
    """multipart/mixed around multipart/alternative (text, HTML) and the attachments; wrappers with a single part inside are left out.

    Raises CompositionError or BadAddress, both ValueErrors.
    """
    head = _headers(message)
    seed = hashlib.sha256(head)
    for part in (message.text, message.html):
        seed.update(_in_utf8(part, "the text"))
    for attachment in message.attachments:
        seed.update(hashlib.sha256(attachment.content).digest())
    boundary = seed.hexdigest()[:32]
    body = _text_part("plain", message.text)
    if message.html:
        body = _multipart("alternative", f"=_a{boundary}", [body, _text_part("html", message.html)])
    if message.attachments:
        body = _multipart("mixed", f"=_m{boundary}", [body, *map(_attachment_part, message.attachments)])
    return head + body


def _headers(message: OutgoingMessage) -> bytes:
    if message.dated.utcoffset() is None:
        raise CompositionError("the date has no time zone")
    if not message.to or len(message.to) + len(message.cc) > MAX_RECIPIENTS:
        raise CompositionError(f"a message has a To recipient, and at most {MAX_RECIPIENTS} recipients in all")
    lines = [
        f"Message-ID: <{_own_id(message.message_id)}>",
        f"{OWN_ID_HEADER}: <{message.message_id}>",
        f"Date: {format_datetime(message.dated.astimezone(dt.UTC))}",
        _folded("From", [*_phrase(message.sender_name), f"<{check_address(message.sender)}>"]),
    ]
    if message.reply_to:
        lines.append(f"Reply-To: {check_address(message.reply_to)}")
    lines += [_address_list(name, some) for name, some in (("To", message.to), ("Cc", message.cc)) if some]
    lines.append(_subject(message.subject))
    conversation = _conversation(message.references)
    if conversation:
        lines.append(_folded("In-Reply-To", conversation[-1:]))
        lines.append(_folded("References", conversation))
    lines += [
        *([f"Disposition-Notification-To: {check_address(message.receipt_to)}"] if message.receipt_to else []),  # RFC 8098
        "Auto-Submitted: auto-generated",  # RFC 3834: vacation responders keep quiet; Exchange reads the next line instead.
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _own_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text) or len(text) > MAX_OTHER_ID:
        raise CompositionError(f"not a message id: {text[:80]!r}")
    return text


def _conversation(references: Iterable[str]) -> list[str]:
    """The ids as they stand in a header, oldest first, the first and the latest of a long conversation.

    They come from other people's programs. One that cannot stand in a header is left out, for threading is a courtesy and an odd id must not
    hold back an answer; a line break in one is an attack and is refused.
    """
    kept = []
    for reference in references:
        _refuse_controls(reference, "a reference")
        if _MESSAGE_ID.fullmatch(reference) and len(reference) <= MAX_OTHER_ID:
            kept.append(f"<{reference}>")
    kept = list(dict.fromkeys(kept))
    return kept if len(kept) <= MAX_REFERENCES else kept[:1] + kept[1 - MAX_REFERENCES :]


def _address_list(name: str, addresses: Iterable[str]) -> str:
    checked = [check_address(address) for address in addresses]
    return _folded(name, [f"{address}," for address in checked[:-1]] + checked[-1:])


def _folded(name: str, words: Iterable[str]) -> str:
    """Folds between the words only; a word that is longer than a line stands alone on one."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


def _subject(text: str) -> str:
    _refuse_controls(text, "the subject")
    if len(text) > MAX_SUBJECT:
        raise CompositionError(f"the subject has more than {MAX_SUBJECT} characters")
    words = text.split(" ")
    if text and text.isascii() and all(words) and "=?" not in text:
        return _folded("Subject", words)
    return _folded("Subject", _encoded_words(text, len("Subject: ")))


def _phrase(name: str) -> list[str]:
    _refuse_controls(name, "the sender's name")
    if len(name) > MAX_NAME:
        raise CompositionError(f"the sender's name has more than {MAX_NAME} characters")
    if not name:
        return []
    if name.isascii() and "=?" not in name and len(name) < LINE:
        return ['"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _encoded_words(name, len("From: "))


def _encoded_words(text: str, first_at: int) -> list[str]:
    """RFC 2047: at most 75 characters each, cut between characters only."""
    if not text:
        return []
    return Header(text, "utf-8", maxlinelen=LINE - 1, header_name="x" * (first_at - 2)).encode(linesep="\n").split("\n ")


def _refuse_controls(text: str, where: str) -> None:
    if text.isprintable():
        return
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in _TREACHEROUS for sign in text):
        raise CompositionError(f"{where} has a line break or a control character in it: {text[:80]!a}")


def _in_utf8(text: str, where: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CompositionError(f"{where} has half a character in it") from None


def _text_part(subtype: str, text: str) -> bytes:
    """Quoted-printable, so that the file can be read and no server has a reason to change it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    encoded = binascii.b2a_qp(_in_utf8(lines.replace("\n", "\r\n"), "the text"), istext=True)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode("ascii") + encoded


def _attachment_part(attachment: Attachment) -> bytes:
    head = [
        f"Content-Type: {_media_type(attachment.media_type)};",
        # A mail program that knows no RFC 2231 takes the name from here.
        f' name="{_plain_name(attachment.name)}"',
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment;",
        *_file_name(attachment.name),
        "",
        "",
    ]
    encoded = binascii.b2a_base64(attachment.content, newline=False)
    lines = [encoded[start : start + LINE] for start in range(0, len(encoded), LINE)]
    return "\r\n".join(head).encode("ascii") + _CRLF.join([*lines, b""])


def _media_type(text: str) -> str:
    """A message or multipart within would have to go unencoded (RFC 2046 section 5), and then not byte for byte: it goes as mere bytes."""
    if not _MEDIA_TYPE.fullmatch(text):
        raise CompositionError(f"not a media type: {text[:80]!a}")
    return "application/octet-stream" if text.lower().startswith(("message/", "multipart/")) else text.lower()


def _plain_name(name: str) -> str:
    letters = (sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(map(_plain_sign, letters)).replace("=?", "__")


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return "_" if sign in '"\\/' or not sign.isprintable() else sign
    return "-" if unicodedata.category(sign) == "Pd" else "_"


def _file_name(name: str) -> list[str]:
    """The `filename` parameter: quoted where it is plain, else RFC 2231, in continued pieces where it is long."""
    _refuse_controls(name, "an attachment's name")
    if not name.replace(".", " ").strip() or "/" in name or "\\" in name or len(name.encode()) > MAX_FILE_NAME_BYTES:
        raise CompositionError(f"an attachment's name is no path, not empty, and has at most {MAX_FILE_NAME_BYTES} bytes: {name[:80]!a}")
    if name.isascii() and '"' not in name and "=?" not in name and len(name) < LINE - 12:
        return [f' filename="{name}"']
    escaped = quote(name, safe="")
    if len(escaped) < LINE - 20:
        return [f" filename*=utf-8''{escaped}"]
    pieces = ["utf-8''"]
    for sign in name:  # Cut between characters, for some programs decode each piece by itself.
        letter = quote(sign, safe="")
        if len(pieces[-1]) + len(letter) > LINE - 20:
            pieces.append("")
        pieces[-1] += letter
    return [f" filename*{i}*={piece}{';' if i < len(pieces) - 1 else ''}" for i, piece in enumerate(pieces)]


def _multipart(subtype: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """The boundary starts with "=_", which neither base64 nor quoted-printable can write: it collides with nothing."""
    edge = f"--{boundary}".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(edge + _CRLF + part + _CRLF for part in parts) + edge + b"--" + _CRLF
