"""A private Dovecot on loopback: 2.3 or 2.4 by what is installed; as root it drops to nobody, as anybody else it runs as that user."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = "/usr/sbin/dovecot"
USER, PASSWORD = "cobranza", "secreto"
START_SECONDS = 15
MOST_USERS = 1000

SHARED = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
listen = 127.0.0.1
protocols = imap
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""
CONFIGURATION_23 = """\
disable_plaintext_auth = no
mail_location = maildir:{root}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home/%u
}}
"""
TLS_23 = "ssl = yes\nssl_cert = <{root}/cert.pem\nssl_key = <{root}/key.pem\n"
CONFIGURATION_24 = """\
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {root}/mail/%{{user}}
mail_home = {root}/home
mail_uid = {uid}
mail_gid = {gid}
passdb passwd-file {{
  passwd_file_path = {root}/users
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {root}/home
  }}
}}
"""
TLS_24 = "ssl = yes\nssl_server_cert_file = {root}/cert.pem\nssl_server_key_file = {root}/key.pem\n"


def missing() -> str:
    """Why it cannot run here; empty where it can."""
    return "" if Path(PROGRAM).exists() else "Dovecot is not installed (script/setup installs it as root: dovecot-imapd)"


def version() -> tuple[int, int]:
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
    match = re.match(r"(\d+)\.(\d+)", said)
    assert match, said
    return int(match[1]), int(match[2])


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@dataclass
class Dovecot:
    """`root` is a folder of its own that every user may enter."""

    root: Path
    port: int = 0
    tls_port: int = 0
    process: subprocess.Popen[bytes] | None = None
    user: str = f"{USER}0"

    def next_user(self) -> None:
        """Another user, whose mailbox is still empty."""
        self.user = f"{USER}{int(self.user.removeprefix(USER)) + 1}"

    def start(self) -> None:
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.port, self.tls_port = free_port(), free_port()
        for folder in ("run", "state", "mail", "home"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "users").write_text("".join(f"{USER}{number}:{{PLAIN}}{PASSWORD}::::::\n" for number in range(MOST_USERS)))
        self._write_configuration(owner)
        self.own()
        drop: dict[str, Any] = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        self.process = subprocess.Popen([PROGRAM, "-F", "-c", str(self.root / "dovecot.conf")], start_new_session=True, **drop)
        self._wait()

    def _write_configuration(self, owner: pwd.struct_passwd) -> None:
        modern = version() >= (2, 4)
        names = {
            "root": self.root,
            "user": owner.pw_name,
            "group": grp.getgrgid(owner.pw_gid).gr_name,
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "port": self.port,
            "tls_port": self.tls_port if self._make_certificate() else 0,
        }
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n" if modern else ""
        own = CONFIGURATION_24 if modern else CONFIGURATION_23
        tls = (TLS_24 if modern else TLS_23) if names["tls_port"] else "ssl = no\n"
        (self.root / "dovecot.conf").write_text(head + (SHARED + own + tls).format(**names))

    def _make_certificate(self) -> bool:
        """Signed by itself, so that no client should trust it."""
        if not shutil.which("openssl"):
            return False
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        files = ["-keyout", str(self.root / "key.pem"), "-out", str(self.root / "cert.pem")]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=60)
        return True

    def own(self) -> None:
        """Hands every file to the server's user; needed after a test has written some as root."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self.root, *self.root.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                connection.settimeout(2)
                if connection.recv(100).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        log = self.root / "dovecot.log"
        raise RuntimeError(f"Dovecot did not come up: {log.read_text() if log.exists() else 'no log'}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(self.user, PASSWORD)
        return client

    def append(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> None:
        with contextlib.closing(_Closing(self.client())) as client:
            kind, said = client.imap.append(folder, flags, "", raw)
            assert kind == "OK", said


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """One in a folder of its own, until it is no longer needed."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)
        started = Dovecot(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@dataclass
class _Closing:
    imap: imaplib.IMAP4

    def close(self) -> None:
        self.imap.logout()


@contextlib.contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)
        dovecot = Dovecot(Path(folder))
        try:
            dovecot.start()
            yield dovecot
        finally:
            dovecot.stop()
