"""An archive mailbox in a real Dovecot, for the program that looks for copies of its messages."""

from __future__ import annotations

from pydantic import SecretStr

from cobranza_rules.config_sections import ArchiveSection
from cobranza_rules.mail.archive_mailbox import ImapArchive
from cobranza_rules.mail.imap_connection import ImapConnection
from cobranza_rules.workspace import Workspace
from tests.mail.dovecot import PASSWORD, Dovecot
from tests.stories.mail_server import MailServer

ARCHIVE = "archivo@kemper.example"


def section(dovecot: Dovecot, **changes: object) -> ArchiveSection:
    given = {"host": "127.0.0.1", "port": dovecot.port, "security": "none", "user": dovecot.user, "timeout_seconds": 5, "grace_minutes": 30}
    return ArchiveSection.model_validate({**given, **changes})


def archive_of(section: ArchiveSection) -> ImapArchive:
    return ImapArchive(ImapConnection(section, SecretStr(PASSWORD), None, "mail.archive"), section.folder)


def with_archive(workspace: Workspace, section: ArchiveSection) -> None:
    settings = workspace.settings
    mail = settings.mail.model_copy(update={"archive": section, "out": settings.mail.out.model_copy(update={"archive": ARCHIVE})})
    workspace.settings = settings.model_copy(update={"mail": mail})
    workspace.archive_mailbox = archive_of(section)


def deliver_copies(server: MailServer, dovecot: Dovecot) -> None:
    for _sender, recipients, raw in server.handler.accepted:
        if ARCHIVE in recipients:
            dovecot.append(raw)
