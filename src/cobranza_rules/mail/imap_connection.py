"""A connection to an IMAP server, whose folders are opened for reading: EXAMINE lets not even a flag change."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Callable, Iterable, Iterator

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError
from pydantic import SecretStr

from cobranza_rules.config_sections import ImapSection
from cobranza_rules.language import _
from cobranza_rules.mail.mailbox import MailboxUnavailable
from cobranza_rules.problems import ProblemError

FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError)
Token = Callable[[], SecretStr | None]


class ImapConnection:
    """`place` is the section of the settings, for what is told. `token` gives an access token (XOAUTH2), anew for each connection."""

    def __init__(self, settings: ImapSection, password: SecretStr | None, token: Token | None = None, place: str = "mail.incoming") -> None:
        self.settings, self.place = settings, place
        self._password, self._token = password, token

    @contextlib.contextmanager
    def opened(self) -> Iterator[BaseMailBox]:
        """Logged in. Raises MailboxUnavailable, for what is done with it inside as well."""
        box = self._connect()
        try:
            yield box
        except FAILURES as error:
            raise self._lost(error) from None
        finally:
            _leave(box)

    def told(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pieces that somebody reads while the connection is open elsewhere. Raises MailboxUnavailable where they break off."""
        try:
            yield from pieces
        except FAILURES as error:
            raise self._lost(error) from None

    def examine(self, box: BaseMailBox, folder: str) -> int:
        """Selects the folder for reading and gives the UIDVALIDITY of that very selection."""
        try:
            box.folder.set(folder, readonly=True)
        except ImapToolsError:
            raise MailboxUnavailable(
                _("the mailbox has no folder '{folder}' that can be opened", folder=folder),
                _("correct its folder under {place}", place=self.place),
            ) from None
        _name, data = box.client.response("UIDVALIDITY")
        if not data or not isinstance(data[0], bytes) or not data[0].isdigit():
            raise MailboxUnavailable(_("the mail server numbers no messages (UIDVALIDITY)"), _("choose another folder or another server"))
        return int(data[0])

    def _connect(self) -> BaseMailBox:
        settings = self.settings
        secret = self._secret()
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
            self._log_in(box, secret)
        except (MailboxLoginError, imaplib.IMAP4.error):
            _leave(box)
            raise self._refused() from None
        except (OSError, UnicodeError) as error:
            _leave(box)
            raise self._lost(error) from None
        return box

    def _secret(self) -> SecretStr:
        try:
            secret = self._token() if self._token is not None else self._password
        except ProblemError as error:
            raise MailboxUnavailable(error.problems[0].what, error.problems[0].hint or _("check {place}", place=self.place)) from None
        if secret is None:
            raise MailboxUnavailable(
                _("there is no password for the mailbox of {user}", user=self.settings.user),
                _("set password_file, password_env, password_command or token_command under {place}", place=self.place),
            )
        return secret

    def _log_in(self, box: BaseMailBox, secret: SecretStr) -> None:
        user, password = self.settings.user, secret.get_secret_value()
        if self._token is not None:
            box.xoauth2(user, password, initial_folder=None)
        elif user.isascii() and password.isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)

    def _refused(self) -> MailboxUnavailable:
        host, user = self.settings.host, self.settings.user
        if self._token is not None:
            return MailboxUnavailable(
                _("the mail server {host} does not accept the user {user} with this token", host=host, user=user),
                _("check {place}.user, and for whom and what {place}.token_command gets its tokens", place=self.place),
            )
        return MailboxUnavailable(
            _("the mail server {host} does not accept the user {user} with this password", host=host, user=user),
            _("check {place}.user and where its password comes from", place=self.place),
        )

    def _lost(self, error: BaseException) -> MailboxUnavailable:
        return MailboxUnavailable(
            _("the mail server {host} cannot be reached, or left: {reason}", host=self.settings.host, reason=_reason(error)),
            _("check {place}.host and port, and the network; it is tried again at the next poll", place=self.place),
        )


def _reason(error: BaseException) -> str:
    """Bounded and without line ends; the library's errors never hold the password, for it is sent in a command of its own."""
    said = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error) or type(error).__name__
    return " ".join(str(said).split())[:200]


def _open(settings: ImapSection) -> BaseMailBox:
    """A context is given, for without one imaplib verifies no certificate."""
    timeout = float(settings.timeout_seconds)
    if settings.security == "tls":
        return MailBox(settings.host, settings.port, timeout=timeout, ssl_context=ssl.create_default_context())
    if settings.security == "starttls":
        return MailBoxStartTls(settings.host, settings.port, timeout=timeout, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(settings.host, settings.port, timeout=timeout)


def _leave(box: BaseMailBox) -> None:
    """A goodbye to a dead socket fails, and must not hide what went wrong before."""
    with contextlib.suppress(*FAILURES):
        box.logout()
    with contextlib.suppress(OSError):
        box.client.shutdown()
