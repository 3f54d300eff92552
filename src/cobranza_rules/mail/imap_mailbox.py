"""The folders of an IMAP mailbox, read-only: imap-tools selects and searches, and `imap_fetching` reads the bytes."""

from __future__ import annotations

from collections.abc import Iterator

from imap_tools import BaseMailBox
from pydantic import SecretStr

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.mail.imap_connection import ImapConnection, Token
from cobranza_rules.mail.imap_fetching import fetch_messages
from cobranza_rules.mail.mailbox import Fetched, History, Watermark


class ImapMailbox:
    def __init__(self, settings: MailInSection, password: SecretStr | None, token: Token | None = None) -> None:
        self.name = settings.name
        self.settings = settings
        self.connection = ImapConnection(settings, password, token)

    def fetch_new(self, history: History) -> Iterator[Fetched]:
        """One folder after the other. The connection stays open while the messages are taken; it ends with the iteration.

        Raises MailboxUnavailable.
        """
        with self.connection.opened() as box:
            for folder in self.settings.folders:
                yield from self._new_messages(box, folder, history)

    def _new_messages(self, box: BaseMailBox, folder: str, history: History) -> Iterator[Fetched]:
        uidvalidity = self.connection.examine(box, folder)
        kept = f"{folder}/{uidvalidity}"
        mark = history.mark(folder)
        last = mark.last_uid if mark is not None and mark.uidvalidity == uidvalidity else 0
        for uid, message in fetch_messages(box, _new_uids(box, kept, last, history)):
            last = max(last, uid)
            pieces = self.connection.told(message.pieces)
            yield Fetched(pieces, message.size, kept, str(uid), Watermark(folder, uidvalidity, last), message.complete)


def _new_uids(box: BaseMailBox, kept: str, last: int, history: History) -> list[int]:
    """Those after the last one; of a folder that is to be compared all that were not taken, whatever their numbers."""
    if last and history.must_compare(kept.rpartition("/")[0]):
        return sorted(map(int, history.unknown(kept, set(box.uids("ALL", charset=None)))))
    # The range n:* always gives the last message, also when its UID is lower (RFC 3501 section 6.4.8).
    return sorted(uid for text in box.uids(f"UID {last + 1}:*", charset=None) if (uid := int(text)) > last)
