"""A wire between the program and a server that is cut after so many bytes of what the server says."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AT_ONCE = 4096


class CuttingProxy(socketserver.ThreadingTCPServer):
    """`left` is how many bytes of the server still come through, on all connections together; None where nothing is cut. `cuts` counts."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, server_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Wire)
        self.server_port = server_port
        self.left: int | None = None
        self.cuts = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A side that is killed breaks its wire; that is what it is there for."""


class _Wire(socketserver.BaseRequestHandler):
    server: CuttingProxy

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.server_port), 10) as behind:
            asked = threading.Thread(target=_pass_on, args=(self.request, behind), daemon=True)
            asked.start()
            while piece := behind.recv(AT_ONCE):
                if self.server.left is not None:
                    piece, whole = piece[: self.server.left], piece
                    self.server.left -= len(piece)
                    if len(piece) < len(whole):
                        self.request.sendall(piece)
                        self._cut()
                        return
                self.request.sendall(piece)

    def _cut(self) -> None:
        """A shutdown, for the other thread waits on the wire, and to close it alone would change nothing for the program."""
        self.server.cuts += 1
        self.server.left = None
        self.request.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(AT_ONCE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def cutting(server_port: int) -> Iterator[CuttingProxy]:
    with CuttingProxy(server_port) as proxy:
        serving = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            serving.join()
