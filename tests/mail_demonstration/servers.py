"""A Postfix and a Dovecot of their own on loopback, with high ports and a folder that goes away: needs root, for Postfix drops it by itself.

Postfix takes mail, writes into each message who has logged in to send it, and hands it to Dovecot over LMTP (RFC 2033).
"""

from __future__ import annotations

import grp
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mail.dovecot import CONFIGURATION_23, PASSWORD, SHARED, free_port

POSTFIX, DOVECOT = "/usr/sbin/postfix", "/usr/sbin/dovecot"
NAME = "mx.kemper.example"
DOVECOT_MORE = """\
protocols = imap lmtp
ssl = no
recipient_delimiter = +
service lmtp {{
  chroot =
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {root}/auth {{
    mode = 0666
  }}
}}
"""
MAIN = """\
compatibility_level = 3.6
myhostname = {name}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
recipient_delimiter = +
message_size_limit = 60000000
virtual_mailbox_limit = 0
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {root}/auth
smtpd_sender_login_maps = inline:{{ {mailboxes} }}
smtpd_sender_restrictions = reject_authenticated_sender_login_mismatch,
  check_sasl_access inline:{{ {vouched} }}, permit_sasl_authenticated,
  check_sender_access static:{{PREPEND Authentication-Results: {name}; none}}
smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Servers:
    """`smtp` and `imap` are ports on loopback; users are whole addresses, all with one password."""

    root: Path
    smtp: int
    imap: int
    password: str = PASSWORD

    def raw_messages(self, address: str) -> list[bytes]:
        """What lies in somebody's mailbox, in the order in which it came."""
        folder = self.root / "mail" / address
        files = [file for part in ("new", "cur") for file in (folder / part).glob("*")]
        return [file.read_bytes() for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name))]

    def wait_for(self, address: str, count: int, seconds: float = 30) -> list[bytes]:
        end = time.monotonic() + seconds
        while len(found := self.raw_messages(address)) < count:
            if time.monotonic() > end:
                log = (self.root / "postfix.log").read_text(encoding="utf-8", errors="replace")
                raise TimeoutError(f"{address} has {len(found)} messages, not {count}\n{log}")
            time.sleep(0.05)
        return found


@contextmanager
def running(root: Path, addresses: Sequence[str]) -> Iterator[Servers]:
    """`root` is an empty folder that everybody may enter."""
    ports = {"port": free_port(), "tls_port": 0, "lmtp": free_port()}
    smtp = free_port()
    dovecot = _start_dovecot(root, addresses, ports)
    try:
        _start_postfix(root, addresses, smtp, ports["lmtp"])
        try:
            _wait_for_port(smtp)
            yield Servers(root, smtp, ports["port"])
        finally:
            subprocess.run([POSTFIX, "-c", str(root / "etc"), "stop"], check=False, capture_output=True, timeout=30)
    finally:
        dovecot.terminate()
        dovecot.wait(20)


def _start_dovecot(root: Path, addresses: Sequence[str], ports: dict[str, int]) -> subprocess.Popen[bytes]:
    owner = pwd.getpwnam("nobody")
    for folder in ("run", "state", "mail", "home"):
        (root / folder).mkdir()
    (root / "users").write_text("".join(f"{address}:{{PLAIN}}{PASSWORD}::::::\n" for address in addresses), encoding="ascii")
    names = {"root": root, "user": owner.pw_name, "group": grp.getgrgid(owner.pw_gid).gr_name, "uid": owner.pw_uid, "gid": owner.pw_gid}
    configuration = SHARED.replace("protocols = imap\n", "") + CONFIGURATION_23 + DOVECOT_MORE
    (root / "dovecot.conf").write_text(configuration.format(**names, **ports), encoding="ascii")
    for path in (root, *root.rglob("*")):
        shutil.chown(path, owner.pw_uid, owner.pw_gid)
    command = [DOVECOT, "-F", "-c", str(root / "dovecot.conf")]
    started = subprocess.Popen(command, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], start_new_session=True)
    for port in (ports["port"], ports["lmtp"]):
        _wait_for_port(port)
    return started


def _start_postfix(root: Path, addresses: Sequence[str], port: int, lmtp: int) -> None:
    etc = root / "etc"
    for folder in (etc, root / "queue", root / "data"):
        folder.mkdir()
    shutil.chown(root / "data", "postfix")
    values = {
        "name": NAME,
        "root": root,
        "lmtp": lmtp,
        "domains": " ".join(sorted({address.partition("@")[2] for address in addresses})),
        "mailboxes": ", ".join(f"{{{address} = {address}}}" for address in addresses),
        "vouched": ", ".join(
            f"{{{address} = PREPEND Authentication-Results: {NAME}; auth=pass smtp.auth={address}}}" for address in addresses
        ),
    }
    (etc / "main.cf").write_text(MAIN.format(**values), encoding="ascii")
    (etc / "master.cf").write_text(MASTER.format(port=port), encoding="ascii")
    done = subprocess.run([POSTFIX, "-c", str(etc), "start"], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"Postfix did not start: {done.stderr}")


def _wait_for_port(port: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.recv(100)
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
