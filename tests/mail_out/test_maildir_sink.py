from __future__ import annotations

import email
import errno
import mailbox
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.mail.message import Delivery, DeliveryReport

SENDER = "cobranza@escuela.example"
TO = ["pagos@kernel.example"]
COPIES = ["gerencia@escuela.example"]


def message(number: int, body: bytes = b"hola\r\n") -> bytes:
    return b"From: cobranza@escuela.example\r\nMessage-ID: <%d@escuela.example>\r\nSubject: x\r\n\r\n" % number + body


def deliver(sink: MaildirSink, raw: bytes) -> DeliveryReport:
    return sink.deliver(raw, SENDER, TO + COPIES, TO)


def files(folder: Path) -> list[Path]:
    return sorted(path for part in ("new", "cur") for path in (folder / part).iterdir())


def test_a_message_becomes_a_file_with_its_very_bytes(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path / "deep" / "outgoing")
    raw = message(1, bytes(range(256)))
    report = deliver(sink, raw)
    (file,) = files(tmp_path / "deep" / "outgoing")
    assert report == DeliveryReport(Delivery.SENT, "after-data", f"new/{file.name}")
    assert (file.read_bytes(), file.suffix) == (raw, ".eml")
    assert list((tmp_path / "deep" / "outgoing" / "tmp").iterdir()) == []
    sink.close()


def test_the_folder_is_a_maildir_to_other_programs(tmp_path: Path) -> None:
    deliver(MaildirSink(tmp_path), message(1))
    box = mailbox.Maildir(tmp_path, create=False)
    ((key, seen),) = box.items()
    assert seen["Message-ID"] == "<1@escuela.example>"
    seen.add_flag("S")
    seen.set_subdir("cur")
    box[key] = seen
    assert [path.parent.name for path in files(tmp_path)] == ["cur"]


def test_a_repeat_makes_no_second_file(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path)
    deliver(sink, message(1))
    report = deliver(MaildirSink(tmp_path), message(1))
    assert (report.outcome, report.detail) == (Delivery.SENT, "was there already")
    assert len(files(tmp_path)) == 1


def test_a_message_that_was_read_is_still_delivered(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path)
    deliver(sink, message(1))
    (file,) = files(tmp_path)
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")
    assert sink.was_delivered("1@escuela.example") is True
    assert deliver(sink, message(1)).detail == "was there already"
    assert len(files(tmp_path)) == 1


def test_another_message_with_the_same_id_overwrites_nothing(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path)
    deliver(sink, message(1, b"first\r\n"))
    report = deliver(sink, message(1, b"second\r\n"))
    assert (report.outcome, report.detail) == (Delivery.REFUSED, "another message has this Message-ID")
    assert [file.read_bytes() for file in files(tmp_path)] == [message(1, b"first\r\n")]


def test_only_what_is_there_was_delivered(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path)
    deliver(sink, message(1))
    assert sink.was_delivered("1@escuela.example") is True
    assert sink.was_delivered("2@escuela.example") is False
    assert sink.was_delivered("../../etc/passwd") is False


def test_a_folder_that_is_gone_cannot_tell(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path / "outgoing")
    deliver(sink, message(1))
    (tmp_path / "outgoing").rename(tmp_path / "elsewhere")
    assert sink.was_delivered("1@escuela.example") is None
    report = deliver(sink, message(2))
    assert (report.outcome, report.phase, report.detail) == (Delivery.POSTPONED, "data", "No such file or directory")


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_postpones_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int) -> None:
    sink = MaildirSink(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        report = deliver(sink, message(1))
    assert (report.outcome, report.phase, report.detail) == (Delivery.POSTPONED, "data", os.strerror(fault))
    assert files(tmp_path) == list((tmp_path / "tmp").iterdir()) == []
    assert deliver(sink, message(1)).outcome is Delivery.SENT


def test_a_fault_after_the_file_has_its_name_is_uncertain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = MaildirSink(tmp_path)
    calls = []
    real = os.fsync

    def second_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", second_fails)
    assert deliver(sink, message(1)) == DeliveryReport(Delivery.UNCERTAIN, "after-data", "Input/output error")
    assert sink.was_delivered("1@escuela.example") is True


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    sink = MaildirSink(tmp_path)
    outcomes = [(report.outcome, report.detail) for report in (deliver(sink, message(1)), deliver(sink, message(1)))]
    assert [outcome for outcome, _ in outcomes] == [Delivery.SENT, Delivery.SENT]
    assert outcomes[1][1] == "was there already"
    assert [file.read_bytes() for file in files(tmp_path)] == [message(1)]


def test_addresses_are_held_to_the_same_rules_as_on_the_wire(tmp_path: Path) -> None:
    sink = MaildirSink(tmp_path)
    assert sink.deliver(message(1), SENDER, ["not one", *COPIES], ["not one"]).outcome is Delivery.REFUSED
    assert sink.deliver(message(1), "not one", TO, TO).outcome is Delivery.REFUSED
    assert files(tmp_path) == []
    report = sink.deliver(message(1), SENDER, [*TO, "not one"], [*TO, "not one"])
    assert (report.outcome, [address for address, _ in report.refused]) == (Delivery.SENT, ["not one"])


@pytest.mark.parametrize("raw", [b"", b"Subject: x\r\n\r\nMessage-ID: <in@the.body>\r\n", b"Message-ID: <has space@b.example>\r\n\r\n"])
def test_a_message_without_an_id_is_refused(tmp_path: Path, raw: bytes) -> None:
    report = deliver(MaildirSink(tmp_path), raw)
    assert (report.outcome, report.detail) == (Delivery.REFUSED, "the message has no Message-ID")
    assert files(tmp_path) == []


def test_what_a_killed_process_left_goes_after_a_day_and_a_half(tmp_path: Path) -> None:
    MaildirSink(tmp_path)
    old, new = tmp_path / "tmp" / "old", tmp_path / "tmp" / "new"
    old.touch()
    new.touch()
    os.utime(old, (1_000_000_000, 1_000_000_000))
    MaildirSink(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == [new]


# Runs in a process of its own, which kills itself at the step that it is told: before or after each call that changes the disk.
KILLED = """
import os, pathlib, signal, sys, tempfile
from cobranza_rules.mail.maildir_sink import MaildirSink
folder, step = pathlib.Path(sys.argv[1]), int(sys.argv[2])
sink = MaildirSink(folder)
count = 0
def at(call):
    def wrapped(*args, **options):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        done = call(*args, **options)
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return wrapped
for place, name in ((tempfile, "mkstemp"), (os, "fsync"), (os, "link"), (os, "unlink")):
    setattr(place, name, at(getattr(place, name)))
raw = sys.stdin.buffer.read()
report = sink.deliver(raw, "cobranza@escuela.example", ["pagos@kernel.example"], ["pagos@kernel.example"])
print(report.outcome)
"""
STEPS = 10  # mkstemp, fsync, link, unlink, fsync of the folder: before and after each


def killed_at(step: int, folder: Path, raw: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", KILLED, str(folder), str(step)], input=raw, capture_output=True, timeout=60, check=False)


def test_after_a_kill_at_any_step_the_truth_is_told_and_a_repeat_completes(tmp_path: Path) -> None:
    raw = message(1, b"x" * 300_000 + b"\r\n")
    told = []
    for step in range(1, STEPS + 1):
        folder = tmp_path / str(step)
        assert killed_at(step, folder, raw).returncode == -signal.SIGKILL
        assert all(file.read_bytes() == raw for file in files(folder))
        sink = MaildirSink(folder)
        told.append(sink.was_delivered("1@escuela.example"))
        assert told[-1] is bool(files(folder))
        assert deliver(sink, raw).outcome is Delivery.SENT
        assert [file.read_bytes() for file in files(folder)] == [raw]
        assert sink.was_delivered("1@escuela.example") is True
    assert told == [False] * 5 + [True] * 5
    beyond = killed_at(STEPS + 1, tmp_path / "beyond", raw)
    assert (beyond.returncode, beyond.stdout.strip()) == (0, b"sent")


LOOP = """
import pathlib, sys
from cobranza_rules.mail.maildir_sink import MaildirSink
sink = MaildirSink(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
for n in range(100000):
    raw = b"Message-ID: <%d@escuela.example>\\r\\n\\r\\n" % n + b"%d " % n * 5000 + b"\\r\\n"
    report = sink.deliver(raw, "cobranza@escuela.example", ["pagos@kernel.example"], ["pagos@kernel.example"])
    print(n, report.outcome, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 23])
def test_a_kill_amid_many_messages_loses_none_that_was_reported_and_shows_no_half(tmp_path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", LOOP, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        heard = [process.stdout.readline() for _ in range(after + 1)]
        process.kill()
        heard += process.stdout.readlines()
    reported = [int(line.split()[0]) for line in heard[1:] if line.endswith(b" sent\n")]
    assert len(reported) >= after
    sink = MaildirSink(tmp_path)
    assert all(sink.was_delivered(f"{number}@escuela.example") for number in reported)
    assert len(files(tmp_path)) in (len(reported), len(reported) + 1)
    for file in files(tmp_path):
        number = str(email.message_from_bytes(file.read_bytes())["Message-ID"]).strip("<>").partition("@")[0]
        assert file.read_bytes().endswith(b"\r\n\r\n" + f"{number} ".encode() * 5000 + b"\r\n")
