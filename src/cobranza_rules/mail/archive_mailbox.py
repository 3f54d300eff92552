"""The folder in which copies of our messages arrive: asked whether a message of which nobody knows is among them.

A copy there proves that the server took the message. That there is none proves nothing: it may be late, or its id rewritten on the way, which is
why messages carry their id a second time in a header of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from cobranza_rules.mail.compose import OWN_ID_HEADER
from cobranza_rules.mail.headers import message_ids
from cobranza_rules.mail.imap_connection import ImapConnection

MOST_HITS = 20  # Of one search; a server that does not know what a header is may give the whole folder.
_IDS = re.compile(rf"(?im)^(?:message-id|{re.escape(OWN_ID_HEADER)}):[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{{1,250}}>)")


class Archive(Protocol):
    def which_are_there(self, ids: Iterable[str]) -> set[str]:
        """Those of the message ids (without angle brackets) of which a copy is there. Raises MailboxUnavailable."""


class ImapArchive:
    def __init__(self, connection: ImapConnection, folder: str) -> None:
        self._connection, self._folder = connection, folder

    def which_are_there(self, ids: Iterable[str]) -> set[str]:
        with self._connection.opened() as box:
            self._connection.examine(box, self._folder)
            return {message_id for message_id in ids if _is_there(box, message_id)}


def _is_there(box: BaseMailBox, message_id: str) -> bool:
    """What the search gives is looked at: servers find parts of words, and some more than was asked for."""
    return any(
        message_id in _ids_of(box, uids[-MOST_HITS:])
        for header in ("Message-ID", OWN_ID_HEADER)
        if (uids := _search(box, header, message_id))
    )


def _search(box: BaseMailBox, header: str, message_id: str) -> list[str]:
    """A server that refuses to search for one header may still search for the other."""
    try:
        return list(box.uids(f'HEADER {header} "{message_id}"', charset=None))
    except ImapToolsError:
        return []


def _ids_of(box: BaseMailBox, uids: list[str]) -> set[str]:
    kind, data = box.client.uid("FETCH", ",".join(uids), f"(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID {OWN_ID_HEADER.upper()})])")
    if kind != "OK":
        return set()
    heads = (item[1].decode("ascii", "replace") for item in data or () if isinstance(item, tuple) and isinstance(item[1], bytes))
    return {found for head in heads for written in _IDS.findall(head) for found in message_ids(written)}
