"""Messages parsed in a process that can be thrown away: what ends it ends no other message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cobranza_rules.language import Sentence
from cobranza_rules.mail import mime, reading_process
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.mail.reading_process import MessageReader

from .messages import delivery_report

LETTER = (
    b"From: Ana <ana@cliente.example>\r\nTo: cobranza@kemper.example\r\nSubject: =?utf-8?q?Re:_se=C3=B1al?=\r\nMessage-ID: <1@cliente.example>\r\n"
    b"Date: Tue, 03 Mar 2026 10:00:00 -0600\r\nIn-Reply-To: <m1@kemper.example>\r\nAuthentication-Results: mx; spf=pass\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nRecibido.\r\n"
    b'--b\r\nContent-Type: application/pdf; name="../acuse.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n'
)
# A stand-in for the worker that dies, hangs or talks nonsense at files whose content says so.
WORKER = """
import json, sys, time, socket
from cobranza_rules.mail import reading_worker
from cobranza_rules.mail.reading_worker import main
real = reading_worker._answer
def answer(asked):
    text = open(asked["path"], "rb").read()
    if text.startswith(b"die"):
        sys.exit(3)
    if text.startswith(b"hang"):
        time.sleep(60)
    if text.startswith(b"fail"):
        return {"failed": "RecursionError"}
    return real(asked)
reading_worker._answer = answer
main()
"""


@pytest.fixture
def reader() -> MessageReader:
    return MessageReader()


def files(folder: Path, *contents: bytes) -> list[Path]:
    for number, content in enumerate(contents):
        (folder / f"{number}.eml").write_bytes(content)
    return [folder / f"{number}.eml" for number in range(len(contents))]


def test_what_comes_back_is_what_parsing_here_gives(reader: MessageReader, tmp_path: Path) -> None:
    found = list(reader.read(files(tmp_path, LETTER, b"", b"solo texto", LETTER.replace(b"Recibido", b"Rechazado"))))
    assert found[0] == parse_message(LETTER)
    assert found[2] == parse_message(b"solo texto")
    assert isinstance(found[1], Sentence)
    assert str(found[1]) == "the message is empty"
    assert isinstance(found[3], IncomingMessage)
    assert found[3].text == "Rechazado."
    assert reader.processes == 1
    reader.close()


def test_a_report_comes_back_whole(reader: MessageReader, tmp_path: Path) -> None:
    raw = b"From: MAILER-DAEMON@mx.cliente.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n<pagos@cliente.example>: host mx.cliente.example said: 550 5.1.1 User unknown\r\n"
    (found,) = reader.read(files(tmp_path, raw))
    assert found == parse_message(raw)
    assert delivery_report("failed", "5.1.1").report_parts
    reader.close()


def test_an_attachment_is_written_as_it_came(reader: MessageReader, tmp_path: Path) -> None:
    (path,) = files(tmp_path, LETTER)
    reader.write_attachment(path, 0, tmp_path / "acuse.pdf")
    assert (tmp_path / "acuse.pdf").read_bytes() == b"%PDF-"
    with pytest.raises(UnreadableMessage) as raised:
        reader.write_attachment(path, 7, tmp_path / "other")
    assert str(raised.value.reason) == "the program failed on this message (IndexError)"
    reader.close()


def test_one_that_ends_the_process_is_tried_again_and_keeps_no_other_back(
    reader: MessageReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_process, "PROGRAM", ("-P", "-c", WORKER))
    reader = MessageReader(seconds=1.0)
    found = list(reader.read(files(tmp_path, LETTER, b"die", LETTER, b"hang", b"fail", LETTER)))
    lost = "reading it takes more time or memory than a message may (3 tries)"
    failed = "the program failed on this message (RecursionError)"
    whole = parse_message(LETTER)
    assert [each if isinstance(each, IncomingMessage) else str(each) for each in found] == [whole, lost, whole, lost, failed, whole]
    assert reader.processes == 1 + 2 * reading_process.TRIES
    reader.close()


def test_memory_is_bounded(reader: MessageReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = WORKER.replace("main()\n", "reading_worker.MEMORY = 150_000_000\nmain()\n").replace("sys.exit(3)", "bytearray(200_000_000)")
    monkeypatch.setattr(reading_process, "PROGRAM", ("-P", "-c", greedy))
    found = list(reader.read(files(tmp_path, b"die", LETTER)))
    assert str(found[0]) == "reading it takes more time or memory than a message may (3 tries)"
    assert found[1] == parse_message(LETTER)
    reader.close()


def test_who_stops_listening_gets_no_old_answer_later(reader: MessageReader, tmp_path: Path) -> None:
    paths = files(tmp_path, LETTER, b"dos", b"tres")
    coming = reader.read(paths)
    next(coming)
    coming.close()  # type: ignore[attr-defined]  # (a generator is)
    assert list(reader.read([paths[2]])) == [parse_message(b"tres")]
    reader.close()


def test_a_message_of_the_largest_size_can_be_read(reader: MessageReader, tmp_path: Path) -> None:
    large = LETTER.replace(b"JVBERi0=\r\n", b"JVBERi0A" * ((mime.LARGEST_MESSAGE - 1_000) // 8) + b"\r\n")
    (found,) = reader.read(files(tmp_path, large))
    assert isinstance(found, IncomingMessage)
    assert found.attachments[0].size > mime.LARGEST_MESSAGE // 2
    assert replace(found, attachments=(), fingerprint="") == replace(parse_message(LETTER), attachments=(), fingerprint="")
    reader.close()
