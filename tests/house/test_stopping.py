"""Whoever stops the program is told what that means."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import click
import pytest

from cobranza_rules.cli.command import run_program


@pytest.fixture(autouse=True)
def pipes() -> Iterator[None]:
    """The program lets a broken pipe end it; tests do not."""
    before = signal.getsignal(signal.SIGPIPE)
    yield
    signal.signal(signal.SIGPIPE, before)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "\nstopped before the end; what was done until then is kept, and the same command goes on from there\n"),
        ("es", "\nse detuvo antes de terminar; lo hecho hasta ahí se conserva, y la misma orden sigue desde ahí\n"),
    ],
)
def test_ctrl_c_ends_with_130_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    @click.command()
    def long() -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("COBRANZA_LANGUAGE", language)
    monkeypatch.setattr("sys.argv", ["cobranza"])
    with pytest.raises(SystemExit) as ended:
        run_program(long)  # type: ignore[arg-type]
    assert (ended.value.code, capsys.readouterr().err) == (130, said)
