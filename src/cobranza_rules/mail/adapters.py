"""Which sink and which mailbox the settings ask for: the adapters of mail are chosen here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cobranza_rules.config import FILE_NAME
from cobranza_rules.config_sections import ImapSection, MailInSection, MailOutSection, MailSection, SecretSource
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.addresses import BadAddress, check_address
from cobranza_rules.mail.mailbox import Mailbox
from cobranza_rules.mail.sink import Sink
from cobranza_rules.problems import Problem, ProblemError

if TYPE_CHECKING:
    from cobranza_rules.mail.archive_mailbox import Archive
    from cobranza_rules.mail.imap_connection import Token

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def open_mailboxes(sections: Sequence[MailInSection], base: Path) -> tuple[Mailbox, ...]:
    """Those that are configured. Raises ProblemError with everything that is wrong; no connection is made yet."""
    problems = [problem for section in sections for problem in _imap_problems(section)]
    if problems:
        raise ProblemError(problems)
    return tuple(_open_mailbox(section, base) for section in sections if section.kind != "none")


def _open_mailbox(section: MailInSection, base: Path) -> Mailbox:
    if section.kind == "imap":
        from cobranza_rules.mail.imap_mailbox import ImapMailbox

        return ImapMailbox(section, section.secret(base), _token_of(section))
    from cobranza_rules.mail.maildir_mailbox import MaildirMailbox

    return MaildirMailbox(base / section.path, section.name)


def _imap_problems(section: MailInSection) -> list[Problem]:
    if section.kind != "imap" or (section.host and section.user):
        return []
    needed = _("the IMAP mailbox '{name}' needs a host and a user", name=section.name)
    return [Problem(needed, _("set 'host' and 'user' in its block of mail.incoming"), FILE_NAME, place="mail.incoming")]


def open_archive(mail: MailSection, base: Path) -> Archive | None:
    """None where no archive mailbox is configured. Without a host of its own it is a folder of the incoming mailbox. Raises ProblemError."""
    section = mail.archive
    if section is None:
        return None
    from cobranza_rules.mail.archive_mailbox import ImapArchive
    from cobranza_rules.mail.imap_connection import ImapConnection

    if not section.host:
        incoming = next((each for each in mail.incoming if each.kind == "imap"), None)
        if incoming is None:
            what = _("the archive mailbox has no host, and mail.incoming is no IMAP mailbox")
            raise ProblemError([Problem(what, _("set mail.archive.host and mail.archive.user"), FILE_NAME, place="mail.archive")])
        section = section.model_copy(update={name: getattr(incoming, name) for name in ImapSection.model_fields})
    connection = ImapConnection(section, section.secret(base), _token_of(section), "mail.archive")
    return ImapArchive(connection, section.folder)


def _token_of(section: SecretSource) -> Token | None:
    return section.token if section.token_command else None


def open_sink(section: MailOutSection, base: Path) -> Sink:
    """`base` is the workspace, against which paths are read. Raises ProblemError. No connection is made yet."""
    if section.kind == "maildir":
        from cobranza_rules.mail.maildir_sink import MaildirSink

        try:
            return MaildirSink(base / section.path)
        except OSError as error:
            unusable = _("the folder '{path}' for outgoing mail cannot be used: {detail}", path=str(section.path), detail=error.strerror)
            raise ProblemError([_problem(unusable, _("make it a folder that may be written"), "path")]) from None
    from cobranza_rules.mail.smtp_sink import SmtpSink

    problems = _smtp_problems(section)
    secret = section.secret(base)
    if section.user and not section.token_command and not (secret and secret.get_secret_value()):
        problems.append(
            _problem(_("the mail server's user has no password"), _("name its source, for instance with password_file"), "user")
        )
    if problems:
        raise ProblemError(problems)
    return SmtpSink(
        section.host,
        section.port,
        security=section.security,
        user=section.user,
        password=secret,
        token=_token_of(section),
        timeout_seconds=section.timeout_seconds,
        success_reports=section.delivery_report,
    )


def _smtp_problems(section: MailOutSection) -> list[Problem]:
    problems = []
    if not section.host:
        problems.append(_problem(_("the mail server is not named"), _("set host to the name of the SMTP server"), "host"))
    if not 0 < section.port < 65536:
        problems.append(_problem(_("the port must lie between 1 and 65535"), _("587 is usual with STARTTLS, 465 with TLS"), "port"))
    if section.timeout_seconds <= 0:
        problems.append(_problem(_("the time limit must be at least one second"), _("30 is usual"), "timeout_seconds"))
    if section.token_command and not section.user:
        problems.append(_problem(_("a token is for an account, and none is named"), _("set user to the account's address"), "user"))
    if section.archive and (wrong := _wrong_address(section.archive)) is not None:
        problems.append(_problem(wrong, _("give the address of the archive mailbox"), "archive"))
    if section.security == "none" and section.user and section.host not in _LOOPBACK:
        unprotected = _("the password would cross the network unencrypted")
        problems.append(_problem(unprotected, _("set security to starttls or tls, or leave user out"), "security"))
    return problems


def _wrong_address(address: str) -> Sentence | None:
    try:
        check_address(address)
    except BadAddress as error:
        return error.reason
    return None


def _problem(what: Sentence, hint: Sentence, setting: str) -> Problem:
    return Problem(what, hint, FILE_NAME, place=f"mail.out.{setting}")
