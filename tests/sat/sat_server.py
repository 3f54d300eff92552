"""The SAT's status service on this machine: it answers as it is told, in SOAP as the real one does, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CODE = "S - Comprobante obtenido satisfactoriamente."
UNKNOWN = "N - 602: Comprobante no encontrado."


def answer(state: str = "Vigente", process: str = "", code: str = CODE) -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><ConsultaResponse xmlns="http://tempuri.org/">'
        '<ConsultaResult xmlns:a="http://schemas.datacontract.org/2004/07/Sat.Cfdi.Negocio.ConsultaCfdi.Servicio">'
        f"<a:CodigoEstatus>{code}</a:CodigoEstatus><a:EsCancelable>Cancelable con aceptación</a:EsCancelable><a:Estado>{state}</a:Estado>"
        f"<a:EstatusCancelacion>{process}</a:EstatusCancelacion><a:ValidacionEFOS>200</a:ValidacionEFOS>"
        "</ConsultaResult></ConsultaResponse></s:Body></s:Envelope>"
    ).encode()


@dataclass(slots=True)
class Reply:
    """`drips` sends the body a byte at a time, `silent_for` waits (seconds) before any of it."""

    body: bytes = b""
    code: int = 200
    silent_for: float = 0
    drips: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class SatServer:
    """Gives `replies` one after the other, and the last one from then on."""

    port: int = 0
    replies: list[Reply] = field(default_factory=lambda: [Reply(answer())])
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ConsultaCFDIService.svc"


@contextmanager
def running_sat() -> Iterator[SatServer]:
    told = SatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            reply = told.replies.pop(0) if len(told.replies) > 1 else told.replies[0]
            time.sleep(reply.silent_for)
            try:
                self.send_response(reply.code)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in [bytes([byte]) for byte in reply.body] if reply.drips else [reply.body]:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(0.05 if reply.drips else 0)
            except OSError:
                return  # Who asked has waited long enough.

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()
