from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.mail import maildir_mailbox
from cobranza_rules.mail.adapters import open_mailboxes
from cobranza_rules.mail.mailbox import MailboxUnavailable
from cobranza_rules.mail.maildir_mailbox import MaildirMailbox, make_maildir
from cobranza_rules.mail.parse import fingerprint
from cobranza_rules.mail.raw_message import RawMessage

from .polling import TakenBefore, each, polled

RAW = b"From: a@cliente.example\r\nSubject: x\r\nMessage-ID: <1@cliente.example>\r\n\r\nRecibido.\r\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    make_maildir(tmp_path / "in")
    return tmp_path / "in"


def keys(box: Path, seen: frozenset[str] = frozenset()) -> list[str]:
    return [one.origin.removeprefix("in/") for one in polled(MaildirMailbox(box), TakenBefore(keys=seen))]


def test_files_are_read_in_order_and_left_as_they_are(box: Path) -> None:
    (box / "new" / "200.b.host").write_bytes(RAW)
    (box / "cur" / "100.a.host:2,S").write_bytes(b"first")
    (box / "tmp" / "50.z.host").write_bytes(b"not delivered yet")
    (box / "new" / ".hidden").write_bytes(b"no")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in box.rglob("*") if path.is_file()}
    found = polled(MaildirMailbox(box))
    assert [(one.origin, one.raw, one.complete) for one in found] == [("in/100.a.host", b"first", True), ("in/200.b.host", RAW, True)]
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in box.rglob("*") if path.is_file()} == before


def test_a_file_that_was_taken_is_not_given_again_under_other_flags(box: Path) -> None:
    (box / "new" / "1.a.host").write_bytes(RAW)
    taken = frozenset(keys(box))
    assert keys(box, taken) == []
    (box / "new" / "1.a.host").rename(box / "cur" / "1.a.host:2,RS")
    assert keys(box, taken) == []
    assert keys(box) == ["1.a.host"]


def test_a_file_that_moves_or_vanishes_while_reading(box: Path) -> None:
    for name in ("1.a", "2.b", "3.c"):
        (box / "new" / name).write_bytes(name.encode())
    coming = each(MaildirMailbox(box))
    assert next(coming).raw == b"1.a"
    (box / "new" / "2.b").unlink()
    (box / "new" / "3.c").rename(box / "cur" / "3.c:2,S")
    assert [one.raw for one in coming] == [b"3.c"]


def test_links_folders_and_pipes_are_no_messages(box: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("From: x\n\nsecret")
    (box / "new" / "1.link").symlink_to(tmp_path / "secret")
    (box / "new" / "2.folder").mkdir()
    os.mkfifo(box / "new" / "3.pipe")
    (box / "new" / "4.mail").write_bytes(RAW)
    assert keys(box) == ["4.mail"]


def test_a_file_that_is_too_large_gives_its_head(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maildir_mailbox, "LARGEST_MESSAGE", 100_000)
    (box / "new" / "1.big").write_bytes(b"x" * 100_001)
    (box / "new" / "2.fits").write_bytes(b"x" * 100_000)
    found = polled(MaildirMailbox(box))
    assert [(len(one.raw), one.complete) for one in found] == [(64_000, False), (100_000, True)]


def test_a_folder_that_is_no_maildir_is_said(tmp_path: Path) -> None:
    (mailbox,) = open_mailboxes([MailInSection(kind="maildir", path=Path("correo"))], tmp_path)
    with pytest.raises(MailboxUnavailable) as raised:
        polled(mailbox)
    assert str(raised.value) == (
        f"there is no Maildir at '{tmp_path}/correo'; create the folder with 'new', 'cur' and 'tmp' in it, or correct mail.incoming.path"
    )


def mark(raw: bytes) -> str:
    return fingerprint(RawMessage(raw))


def test_one_message_has_one_fingerprint_however_it_came() -> None:
    assert mark(RAW) == mark(RAW.replace(b"\r\n", b"\n")) == mark(b"Received: by x\r\n" + RAW)
    assert mark(RAW) != mark(RAW.replace(b"Recibido", b"Rechazado"))
    assert mark(RAW) != mark(RAW.replace(b"a@cliente", b"b@cliente"))
    assert mark(b"") != mark(b"x")


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_other_bytes_have_other_fingerprints(one: bytes, other: bytes) -> None:
    head = b"From: a@b.example\nMessage-ID: <same@b.example>\n\n"
    same = one.replace(b"\r\n", b"\n").rstrip(b"\n") == other.replace(b"\r\n", b"\n").rstrip(b"\n")
    assert (mark(head + one) == mark(head + other)) == same
