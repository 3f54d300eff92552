"""The benchmark of mail that comes in: every side takes in the same messages, all of them, and a side that does not is told."""

from __future__ import annotations

import pytest
from benchmarks.mail_in import FLOOR, measure_mailbox
from benchmarks.measuring import MeasuringError
from benchmarks.synthetic_mail import messages

from tests.mail.dovecot import missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "present")


def test_every_side_takes_in_all_messages() -> None:
    figures = measure_mailbox(messages(20), 20, turns=1)
    assert [(each.figure, each.unit, each.n, each.reference_name) for each in figures] == [
        (figure, "messages", 20, FLOOR) for figure in ("ingest", "read")
    ]
    assert all(each.ours > 0 and each.reference > 0 and each.peak_mb > 20 for each in figures)


def test_a_side_that_takes_in_another_number_is_told() -> None:
    with pytest.raises(MeasuringError, match="20 were taken in, not 21"):
        measure_mailbox(messages(20), 21, turns=1)


def test_the_mail_is_always_the_same() -> None:
    assert list(messages(40)) == list(messages(40))
    assert len(set(messages(40))) == 40
