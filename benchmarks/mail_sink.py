"""A mail server on loopback: `python -m benchmarks.mail_sink [FOLDER]`.

In FOLDER it keeps each message as long as it takes to say so: as a file whose bytes are on the disk before it answers, for whoever answers 250
has taken the message over (RFC 5321 section 6.1). Without a folder it answers at once and keeps nothing, as no mail server may. It prints its port, and after each connection how many messages it took and how many Message-IDs were among them, one JSON object a line.
It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from pathlib import Path

MESSAGE_ID = re.compile(rb"^message-id: *<([^>]+)>", re.IGNORECASE | re.MULTILINE)
END = b"\r\n.\r\n"
OK = b"250 OK\r\n"


class Conversation:
    """One connection, command by command (RFC 5321). What it is asked is not looked at: the senders are ours."""

    def __init__(self, connection: socket.socket, folder: Path | None) -> None:
        self._connection, self._folder = connection, folder
        self._kept = b""
        self.messages = 0
        self.ids: set[bytes] = set()

    def run(self) -> None:
        self._say(b"220 sink.example ESMTP\r\n")
        while (line := self._until(b"\r\n")) is not None:
            command = line[:4].upper()
            if command == b"EHLO":
                self._say(b"250-sink.example\r\n250-SIZE 60000000\r\n250 8BITMIME\r\n")
            elif command == b"DATA":
                self._say(b"354 go on\r\n")
                self._take(self._until(END) or b"")
                self._say(b"250 2.0.0 queued\r\n")
            elif command == b"QUIT":
                self._say(b"221 bye\r\n")
                return
            else:
                self._say(OK)

    def _take(self, message: bytes) -> None:
        self.messages += 1
        if found := MESSAGE_ID.search(message, 0, 8192):
            self.ids.add(found[1])
        if self._folder is not None:
            queued = os.open(self._folder / str(self.messages), os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(queued, message)
            os.fsync(queued)
            os.close(queued)
            (self._folder / str(self.messages)).unlink()

    def _say(self, answer: bytes) -> None:
        self._connection.sendall(answer)

    def _until(self, end: bytes) -> bytes | None:
        """What comes before `end`; None where the other side has gone."""
        kept = bytearray(self._kept)
        looked_at = 0
        while (at := kept.find(end, looked_at)) < 0:
            looked_at = max(0, len(kept) - len(end) + 1)
            received = self._connection.recv(1 << 18)
            if not received:
                return None
            kept += received
        self._kept = bytes(kept[at + len(end) :])
        return bytes(kept[:at])


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    threading.Thread(target=_serve, args=(listener, folder), daemon=True).start()
    sys.stdin.read()


def _serve(listener: socket.socket, folder: Path | None) -> None:
    while True:
        connection, _address = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            conversation = Conversation(connection, folder)
            conversation.run()
        print(json.dumps({"messages": conversation.messages, "ids": len(conversation.ids)}), flush=True)


if __name__ == "__main__":
    main()
