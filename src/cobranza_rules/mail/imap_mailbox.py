"""An IMAP folder, read-only: imap-tools connects, searches and selects; bodies are fetched raw and paired by UID here.

The folder is opened with EXAMINE, so that not even a flag can change. The library's own fetch loses the bytes and ends early where
messages vanish, so it is not used.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError
from pydantic import SecretStr

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.language import _
from cobranza_rules.mail.mailbox import Fetched, MailboxUnavailable, Watermark
from cobranza_rules.mail.mime import LARGEST_MESSAGE

CHUNK_MESSAGES = 50
CHUNK_BYTES = 8_000_000
HEAD = 64_000  # bytes of a message that is too large
FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError)
UID = re.compile(rb"\bUID (\d{1,10})\b")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")


class ImapMailbox:
    def __init__(self, settings: MailInSection, password: SecretStr | None) -> None:
        self.settings = settings
        self._password = password

    def fetch_new(self, after: Watermark | None) -> Iterator[Fetched]:
        """The connection stays open while the messages are taken; it ends with the iteration. Raises MailboxUnavailable."""
        box = self._connect()
        try:
            yield from self._new_messages(box, after)
        except FAILURES as error:
            raise self._lost(error) from None
        finally:
            _leave(box)

    def _new_messages(self, box: BaseMailBox, after: Watermark | None) -> Iterator[Fetched]:
        folder = self.settings.folder
        uidvalidity = self._examine(box)
        known = after is not None and (after.folder, after.uidvalidity) == (folder, uidvalidity)
        last = after.last_uid if after is not None and known else 0
        # The range n:* always gives the last message, also when its UID is lower (RFC 3501 section 6.4.8).
        uids = sorted(uid for text in box.uids(f"UID {last + 1}:*", charset=None) if (uid := int(text)) > last)
        for start in range(0, len(uids), CHUNK_MESSAGES):
            sizes = _sizes(box, uids[start : start + CHUNK_MESSAGES])
            for group in _groups(sizes):
                for uid, raw, complete in _fetch(box, group, sizes):
                    yield Fetched(raw, f"{folder}/{uidvalidity}/{uid}", Watermark(folder, uidvalidity, uid), complete)

    def _connect(self) -> BaseMailBox:
        settings = self.settings
        if self._password is None:
            raise MailboxUnavailable(
                _("there is no password for the mailbox of {user}", user=settings.user),
                _("set password_file, password_env or password_command under mail.incoming"),
            )
        try:
            box = _open(settings)
        except ssl.SSLError as error:
            raise MailboxUnavailable(
                _("the mail server {host} has no certificate that can be trusted: {reason}", host=settings.host, reason=_reason(error)),
                _("use the name for which the certificate was made, or let the server's administrator renew it"),
            ) from None
        except FAILURES as error:
            raise self._lost(error) from None
        try:
            _login(box, settings.user, self._password.get_secret_value())
        except (MailboxLoginError, imaplib.IMAP4.error):
            _leave(box)
            raise MailboxUnavailable(
                _("the mail server {host} does not accept the user {user} with this password", host=settings.host, user=settings.user),
                _("check mail.incoming.user and where its password comes from"),
            ) from None
        except (OSError, UnicodeError) as error:
            _leave(box)
            raise self._lost(error) from None
        return box

    def _examine(self, box: BaseMailBox) -> int:
        """Selects the folder for reading and gives the UIDVALIDITY of that very selection."""
        try:
            box.folder.set(self.settings.folder, readonly=True)
        except ImapToolsError:
            raise MailboxUnavailable(
                _("the mailbox has no folder '{folder}' that can be opened", folder=self.settings.folder), _("correct mail.incoming.folder")
            ) from None
        _name, data = box.client.response("UIDVALIDITY")
        if not data or not isinstance(data[0], bytes) or not data[0].isdigit():
            raise MailboxUnavailable(_("the mail server numbers no messages (UIDVALIDITY)"), _("choose another folder or another server"))
        return int(data[0])

    def _lost(self, error: BaseException) -> MailboxUnavailable:
        return MailboxUnavailable(
            _("the mail server {host} cannot be reached, or left: {reason}", host=self.settings.host, reason=_reason(error)),
            _("check mail.incoming.host and port, and the network; it is tried again at the next poll"),
        )


def _reason(error: BaseException) -> str:
    """Bounded and without line ends; the library's errors never hold the password, for it is sent in a command of its own."""
    said = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error) or type(error).__name__
    return " ".join(str(said).split())[:200]


def _open(settings: MailInSection) -> BaseMailBox:
    """A context is given, for without one imaplib verifies no certificate."""
    timeout = float(settings.timeout_seconds)
    if settings.security == "tls":
        return MailBox(settings.host, settings.port, timeout=timeout, ssl_context=ssl.create_default_context())
    if settings.security == "starttls":
        return MailBoxStartTls(settings.host, settings.port, timeout=timeout, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(settings.host, settings.port, timeout=timeout)


def _login(box: BaseMailBox, user: str, password: str) -> None:
    if user.isascii() and password.isascii():
        box.login(user, password, initial_folder=None)
    else:
        box.login_utf8(user, password, initial_folder=None)


def _leave(box: BaseMailBox) -> None:
    """A goodbye to a dead socket fails, and must not hide what went wrong before."""
    with contextlib.suppress(*FAILURES):
        box.logout()
    with contextlib.suppress(OSError):
        box.client.shutdown()


def _sizes(box: BaseMailBox, uids: Sequence[int]) -> dict[int, int]:
    """Bytes of each message that is still there, by UID, in order."""
    found: dict[int, int] = {}
    for head, _body in _answers(box, uids, "(UID RFC822.SIZE)") or ():
        uid, size = UID.search(head), SIZE.search(head)
        if uid and size:
            found[int(uid[1])] = int(size[1])
    return {uid: found[uid] for uid in uids if uid in found}


def _groups(sizes: dict[int, int]) -> Iterator[list[int]]:
    """UIDs to fetch in one command: of few bytes together, the large ones alone."""
    group: list[int] = []
    total = 0
    for uid, size in sizes.items():
        if group and total + size > CHUNK_BYTES:
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
    if group:
        yield group


def _fetch(box: BaseMailBox, uids: Sequence[int], sizes: dict[int, int]) -> Iterator[tuple[int, bytes, bool]]:
    """(uid, bytes, whether they are all) in order. A message that has vanished meanwhile is left out.

    One that the server refuses to give is tried alone and then passed on without its bytes: it must not keep the others back.
    """
    if len(uids) == 1 and sizes[uids[0]] > LARGEST_MESSAGE:
        heads = _bodies(box, uids, f"BODY.PEEK[]<0.{HEAD}>")
        yield uids[0], (heads or {}).get(uids[0], b""), False
        return
    bodies = _bodies(box, uids, "BODY.PEEK[]")
    if bodies is None:
        if len(uids) == 1:
            yield uids[0], b"", False
            return
        for uid in uids:
            yield from _fetch(box, [uid], sizes)
        return
    for uid in uids:
        if uid not in bodies:
            continue
        raw = bodies[uid]
        if len(raw) != sizes[uid] and (_bodies(box, [uid], "BODY.PEEK[]") or {}).get(uid) != raw:
            # Some servers only estimate the size; what comes the same twice is the message.
            raise OSError(f"message {uid} came incomplete")
        yield uid, raw, True


def _bodies(box: BaseMailBox, uids: Sequence[int], what: str) -> dict[int, bytes] | None:
    answers = _answers(box, uids, f"(UID {what})")
    if answers is None:
        return None
    wanted = set(uids)
    found = ((UID.search(head), body) for head, body in answers if body is not None)
    return {int(uid[1]): body for uid, body in found if uid and int(uid[1]) in wanted}


def _answers(box: BaseMailBox, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes | None]] | None:
    """Each FETCH answer as (all of its text but the literal, the literal); None where the server says NO.

    Answers about other messages come in between when another program changes flags; their UIDs tell.
    """
    if not uids:
        return []  # An empty set would be a syntax error to some servers and the whole folder to others.
    kind, data = box.client.uid("FETCH", ",".join(map(str, uids)), what)
    if kind != "OK":
        return None
    answers: list[tuple[bytes, bytes | None]] = []
    for item in data or ():
        if isinstance(item, tuple):
            answers.append((item[0], item[1]))
        elif isinstance(item, bytes) and answers and answers[-1][1] is not None and not re.match(rb"\d+ \(", item):
            head, body = answers[-1]
            answers[-1] = (head + b" " + item, body)  # What stands behind the literal, often the UID
        elif isinstance(item, bytes):
            answers.append((item, None))
    return answers
