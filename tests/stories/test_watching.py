"""The daemon waits on the mail server, and not only for its clock: what comes in is taken at once, and a signal ends the wait."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cobranza_rules.daemon import run_daemon
from cobranza_rules.mail import watching
from cobranza_rules.pause import Pause
from cobranza_rules.problems import Problem
from cobranza_rules.tick import TickReport
from tests.mail.dovecot import Dovecot, missing, running
from tests.stories.taking_rounds import connect, letter, make_template

NEVER = 3600  # seconds


def play(base: Path, steps: Sequence[Callable[[], None]]) -> list[TickReport]:
    """A daemon that has an hour between two ticks; after each tick the next step is done."""
    settings = base / "cobranza.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[daemon]\npoll_seconds = {NEVER}\n", encoding="utf-8")
    reports: list[TickReport] = []
    left = iter(steps)

    def tell(report: TickReport) -> None:
        reports.append(report)
        next(left)()

    def never(problems: Sequence[Problem]) -> None:
        raise AssertionError(problems)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        run_daemon(base, tell, never)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return reports


def stop_soon() -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()


@pytest.mark.skipif(bool(missing()), reason=missing() or "present")
@pytest.mark.parametrize("renewed", [False, True])
def test_a_message_that_comes_in_is_taken_long_before_the_next_poll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renewed: bool) -> None:
    """The second tick comes when the watches stand, for something may have come in while they did not."""
    if renewed:
        monkeypatch.setattr(watching, "RENEW_SECONDS", 0.1)
    base = make_template(tmp_path / "workspace")
    with running() as dovecot:
        client = dovecot.client()
        client.create("Respuestas")
        client.logout()
        connect(base, dovecot.port, dovecot.user)
        first, *others = play(base, [lambda: None, *delivering(dovecot)])
    assert first.received == {}
    assert sum(report.received.total() for report in others) == 2


def delivering(dovecot: Dovecot) -> list[Callable[[], None]]:
    """A message into each folder, each when a tick has said that it is done; then the daemon is stopped."""
    return [lambda: dovecot.append(letter(1)), lambda: dovecot.append(letter(2), "Respuestas"), stop_soon, lambda: None]


def test_without_a_mail_server_a_signal_ends_the_wait(tmp_path: Path) -> None:
    base = make_template(tmp_path / "workspace")
    assert len(play(base, [stop_soon])) == 1


def test_a_pause_lasts_until_somebody_wakes_it() -> None:
    pause = Pause()
    pause.wake()
    pause.begin()
    pause.wait(0.01, 0)
    pause.wake()
    pause.wait(NEVER, 0.01)
    threading.Timer(0.01, pause.wake).start()
    pause.wait(NEVER, 0)
    assert not pause.stopped
    threading.Timer(0.01, pause.stop).start()
    pause.wait(NEVER, NEVER)
    assert pause.stopped
