"""A timestamp authority on this machine: OpenSSL answers, with a CA and a certificate made for the test, and fails as it is told."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto.tsp import TimeStampReq

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
POLICY, OTHER_POLICY = "1.2.3.4.1", "1.2.3.4.5"
SETTINGS = f"""
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Raiz de prueba
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[signer]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ca]
default_ca = issuing
[issuing]
database = issued.txt
new_certs_dir = .
serial = issued.serial
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
organizationName = optional
[stamping]
serial = stamped.serial
crypto_device = builtin
signer_cert = signer.pem
signer_key = signer.key
certs = root.pem
signer_digest = sha256
default_policy = {POLICY}
other_policies = {OTHER_POLICY}
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    """A folder with the keys of a CA and of its signer, whose certificate is of the year 2020 where it is `ended`."""

    folder: Path

    @property
    def anchors(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "settings", "-section", "stamping", "-queryfile", "query", "-out", "answer")
        return (self.folder / "answer").read_bytes()

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True, timeout=30)


def make_authority(folder: Path, *, ended: bool = False) -> Authority:
    folder.mkdir()
    made = Authority(folder)
    for name, content in (("settings", SETTINGS), ("issued.txt", ""), ("issued.serial", "10\n"), ("stamped.serial", "2A\n")):
        (folder / name).write_text(content, encoding="utf-8")
    for key in ("root", "signer"):
        made._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{key}.key")
    shared = ("-config", "settings")
    made._openssl("req", "-x509", "-new", "-key", "root.key", *shared, "-extensions", "root", "-days", "30", "-out", "root.pem")
    subject = "/O=Autoridad de prueba/CN=Sello de prueba"
    made._openssl("req", "-new", "-key", "signer.key", "-subj", subject, *shared, "-out", "signer.csr")
    days = ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z") if ended else ("-days", "20")
    signing = ("-cert", "root.pem", "-keyfile", "root.key", "-extensions", "signer", "-in", "signer.csr", "-out", "signer.pem")
    made._openssl("ca", "-batch", *shared, *days, *signing, "-notext")
    return made


def other_nonce(query: bytes) -> bytes:
    read = TimeStampReq.load(query)
    return bytes(TimeStampReq({**read.native, "version": "v1", "nonce": 12345, "cert_req": True, "extensions": None}).dump())


def other_document(query: bytes) -> bytes:
    read = TimeStampReq.load(query).native
    imprint = {**read["message_imprint"], "hashed_message": b"x" * 32}
    return bytes(TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": read["nonce"], "cert_req": True}).dump())


def other_policy(query: bytes) -> bytes:
    read = TimeStampReq.load(query)
    read["req_policy"] = OTHER_POLICY
    return bytes(read.dump(force=True))


@dataclass(frozen=True)
class Answering:
    """`body` in place of a token; `asked` turns the question into another; `drips` sends a byte at a time, `silent_for` waits (seconds)."""

    body: bytes | None = None
    code: int = 200
    media_type: str = REPLY
    asked: Callable[[bytes], bytes] = bytes
    by: Authority | None = None
    silent_for: float = 0
    drips: bool = False


@dataclass
class TimestampServer:
    """Answers as `turns` say, one after the other, and the last one from then on; `queries` and `logins` are what it was asked, and by whom."""

    authority: Authority
    port: int = 0
    turns: list[Answering] = field(default_factory=lambda: [Answering()])
    queries: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def next_answer(self, query: bytes) -> tuple[Answering, bytes]:
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        body = turn.body if turn.body is not None else (turn.by or self.authority).answer(turn.asked(query))
        return turn, body


@contextmanager
def running_authority(authority: Authority) -> Iterator[TimestampServer]:
    told = TimestampServer(authority)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == QUERY
            told.queries.append(query)
            told.logins.append(self.headers.get("Authorization", ""))
            turn, body = told.next_answer(query)
            time.sleep(turn.silent_for)
            try:
                self.send_response(turn.code)
                self.send_header("Content-Type", turn.media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                for piece in [bytes([byte]) for byte in body] if turn.drips else [body]:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(0.05 if turn.drips else 0)
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
