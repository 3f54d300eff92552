"""The folders of an IMAP mailbox, read-only: imap-tools connects, selects and searches, and `imap_fetching` reads the bytes.

A folder is opened with EXAMINE, so that not even a flag can change.
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError
from pydantic import SecretStr

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.language import _
from cobranza_rules.mail.imap_fetching import fetch_messages
from cobranza_rules.mail.mailbox import Fetched, History, MailboxUnavailable, Watermark

FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError)


class ImapMailbox:
    def __init__(self, settings: MailInSection, password: SecretStr | None) -> None:
        self.name = settings.name
        self.settings = settings
        self._password = password

    def fetch_new(self, history: History) -> Iterator[Fetched]:
        """One folder after the other. The connection stays open while the messages are taken; it ends with the iteration.

        Raises MailboxUnavailable.
        """
        box = self._connect()
        try:
            for folder in self.settings.folders:
                yield from self._new_messages(box, folder, history)
        except FAILURES as error:
            raise self._lost(error) from None
        finally:
            _leave(box)

    def _new_messages(self, box: BaseMailBox, folder: str, history: History) -> Iterator[Fetched]:
        uidvalidity = self._examine(box, folder)
        kept = f"{folder}/{uidvalidity}"
        mark = history.mark(folder)
        last = mark.last_uid if mark is not None and mark.uidvalidity == uidvalidity else 0
        for uid, message in fetch_messages(box, _new_uids(box, kept, last, history)):
            last = max(last, uid)
            yield Fetched(message.pieces, message.size, kept, str(uid), Watermark(folder, uidvalidity, last), message.complete)

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

    def _examine(self, box: BaseMailBox, folder: str) -> int:
        """Selects the folder for reading and gives the UIDVALIDITY of that very selection."""
        try:
            box.folder.set(folder, readonly=True)
        except ImapToolsError:
            raise MailboxUnavailable(
                _("the mailbox has no folder '{folder}' that can be opened", folder=folder), _("correct mail.incoming.folders")
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


def _new_uids(box: BaseMailBox, kept: str, last: int, history: History) -> list[int]:
    """Those after the last one; of a folder that is to be compared all that were not taken, whatever their numbers."""
    if last and history.must_compare(kept.rpartition("/")[0]):
        return sorted(map(int, history.unknown(kept, set(box.uids("ALL", charset=None)))))
    # The range n:* always gives the last message, also when its UID is lower (RFC 3501 section 6.4.8).
    return sorted(uid for text in box.uids(f"UID {last + 1}:*", charset=None) if (uid := int(text)) > last)
