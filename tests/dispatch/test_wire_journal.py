"""How far a batch had come on the wire when the run was stopped, as far as its journal can be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.dispatch import wire_journal
from cobranza_rules.dispatch.wire_journal import NAME, UNTOUCHED, Attempt, journal_of, read_journal
from cobranza_rules.mail.message import Delivery, DeliveryReport

ONE, TWO, THREE = (Attempt(f"{name}@kemper.example", 1) for name in ("a", "b", "c"))
LEFT = DeliveryReport(Delivery.SENT, "after-data", "250 queued", (("x@y.example", "550 5.1.1 no"),))


def written(base: Path) -> None:
    """The first message has left, the second is on the wire, the third has not begun."""
    with journal_of(base, [ONE, TWO, THREE]) as journal:
        journal.begins(ONE)
        journal.ended(LEFT)
        journal.begins(TWO)


def test_each_message_of_a_batch_is_where_it_came_to(tmp_path: Path) -> None:
    written(tmp_path)
    assert read_journal(tmp_path) == {ONE: LEFT, TWO: None, THREE: UNTOUCHED}


def test_another_attempt_of_the_same_message_is_not_told_of(tmp_path: Path) -> None:
    written(tmp_path)
    assert Attempt(ONE.message_id, 2) not in read_journal(tmp_path)


def test_after_another_start_of_the_machine_nothing_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    boot = tmp_path / "boot_id"
    boot.write_text("another", encoding="ascii")
    monkeypatch.setattr(wire_journal, "BOOT", boot)
    assert read_journal(tmp_path) == {}


def test_a_machine_that_does_not_tell_its_start_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_journal, "BOOT", tmp_path / "nothing")
    written(tmp_path)
    assert read_journal(tmp_path) == {}


def test_what_was_written_in_part_does_not_count(tmp_path: Path) -> None:
    written(tmp_path)
    file = tmp_path / NAME
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert read_journal(tmp_path) == {ONE: LEFT, TWO: UNTOUCHED, THREE: UNTOUCHED}
    file.write_bytes(whole + b'["ended", "se')
    assert read_journal(tmp_path) == {ONE: LEFT, TWO: None, THREE: UNTOUCHED}


@pytest.mark.parametrize("content", [b"", b"\n", b"nonsense\n", b'["batch"]\n', b'["begins", "a@b.example", 1]\n', b"\xff\n"])
def test_what_is_no_journal_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert read_journal(tmp_path) == {}


def test_without_a_journal_nothing_is_told(tmp_path: Path) -> None:
    assert read_journal(tmp_path) == {}
