"""Between two polls the server says when something has come in (IDLE, RFC 2177): each folder of an IMAP mailbox is watched on a connection of its own.

A watch only says that a poll is due. Where the server knows no IDLE, or a connection is lost, the poll at its usual interval finds the message.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

from imap_tools import BaseMailBox

from cobranza_rules.mail.imap_mailbox import ImapMailbox
from cobranza_rules.mail.mailbox import Mailbox, MailboxUnavailable

RENEW_SECONDS = 9 * 60  # RFC 2177 allows 29 minutes; what stands between forgets a silent connection sooner.
AGAIN_SECONDS = 60
END_SECONDS = 2


class Watches:
    """`wake` is called from other threads whenever something may have come in."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._watches: list[FolderWatch] = []

    def keep(self, mailboxes: Sequence[Mailbox]) -> None:
        """From now on all folders of these are watched, and no others; what is watched already goes on."""
        wanted = [(mailbox, folder) for mailbox in mailboxes if isinstance(mailbox, ImapMailbox) for folder in mailbox.settings.folders]
        going_on = [watch for watch in self._watches if any(watch.is_at(*each) for each in wanted)]
        for watch in self._watches:
            if watch not in going_on:
                watch.end()
        for mailbox, folder in wanted:
            if not any(watch.is_at(mailbox, folder) for watch in going_on):
                going_on.append(FolderWatch(mailbox, folder, self._wake))
                going_on[-1].start()
        self._watches = going_on

    def close(self) -> None:
        self.keep(())


class FolderWatch(threading.Thread):
    def __init__(self, mailbox: ImapMailbox, folder: str, wake: Callable[[], None]) -> None:
        super().__init__(name=f"watch-{mailbox.name}-{folder}", daemon=True)
        self._mailbox, self._folder, self._wake = mailbox, folder, wake
        self._ended = threading.Event()
        self._box: BaseMailBox | None = None
        self._next: bytes | None = None  # The number that the next message will get, when that was last heard of

    def is_at(self, mailbox: ImapMailbox, folder: str) -> bool:
        return self.is_alive() and (self._mailbox.settings, self._folder) == (mailbox.settings, folder)

    def run(self) -> None:
        """Ends where the server knows no IDLE. That the mailbox cannot be reached is told by the poll."""
        while not self._ended.is_set():
            with contextlib.suppress(MailboxUnavailable):
                if not self._watch():
                    return
            self._ended.wait(AGAIN_SECONDS)

    def end(self) -> None:
        """Its connection is cut, for it may wait for minutes on it."""
        self._ended.set()
        if (box := self._box) is not None:
            with contextlib.suppress(OSError):
                box.client.sock.shutdown(socket.SHUT_RDWR)
        self.join(END_SECONDS)

    def _watch(self) -> bool:
        """False where it cannot be done. Raises MailboxUnavailable."""
        connection = self._mailbox.connection
        with connection.opened() as box:
            self._box = box
            connection.examine(box, self._folder)
            _kind, said = box.client.capability()
            if b"IDLE" not in b" ".join(said).upper().split():
                return False
            self._compare(box)
            while not self._ended.is_set():
                _heard(box)  # What was said before does not count.
                with box.idle as idle:
                    came = any(b"EXISTS" in line for line in idle.poll(RENEW_SECONDS))
                if came or _heard(box):
                    self._wake()
        return True

    def _compare(self, box: BaseMailBox) -> None:
        """What came while nobody was watching."""
        _name, data = box.client.response("UIDNEXT")
        following = data[0] if data and isinstance(data[0], bytes) else None
        if following is None or following != self._next:
            self._wake()
        self._next = following


def _heard(box: BaseMailBox) -> bool:
    """Whether the server has told of new messages beside its answer to something else."""
    _name, data = box.client.response("EXISTS")
    return bool(data and data[0])
