"""The benchmark of sending: both sides send all messages, and a side that does not is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.mail_out import measure_many, measure_side
from benchmarks.measuring import Cost, MeasuringError

from benchmarks import mail_out


def test_both_sides_send_all_messages(tmp_path: Path) -> None:
    measured = measure_side("send", 3, keeps=True, told="a loop", turns=1, folder=tmp_path)
    assert (measured.figure, measured.unit, measured.n, measured.reference_name) == ("send", "messages", 3, "a loop")
    assert 0 < measured.reference < measured.ours
    assert measured.peak_mb > 20
    assert list(tmp_path.iterdir()) == []


def test_many_messages_are_set_beside_few(tmp_path: Path) -> None:
    (measured,) = measure_many((2, 4), folder=tmp_path)
    assert (measured.figure, measured.n) == ("send-many", 4)
    assert measured.reference_name.startswith("ours, 2 messages (")


def test_a_side_that_sends_too_little_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_out._Sink, "took", lambda _sink: (2, 1))
    monkeypatch.setattr(mail_out, "cost_of", lambda *_command: Cost(1.0, 1.0))
    with pytest.raises(MeasuringError, match="send: the server took 2 messages, 1 different ones, not 2"):
        measure_side("send", 2, keeps=False, told="a loop", turns=1, folder=tmp_path)
