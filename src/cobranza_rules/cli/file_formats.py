"""The option that says in which formats a document is wanted, and the files that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cobranza_rules.cli.command import Call, Spoken
from cobranza_rules.language import N_, _
from cobranza_rules.problems import Problem, ProblemError

F = TypeVar("F", bound=Callable[..., Any])


class Formats(click.ParamType[tuple[str, ...]]):
    """Names of formats, with commas between them; each once."""

    name = "FORMATS"

    def __init__(self, known: Sequence[str]) -> None:
        self.known = known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if not isinstance(value, str):
            return tuple(value)
        given = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
        if not given or not set(given) <= set(self.known):
            wrong = (Spoken.translated(N_("write one or several of {formats}, with commas between them")) or "").format(
                formats=", ".join(self.known)
            )
            self.fail(wrong, param, ctx)
        return given


def in_formats(*known: str) -> Callable[[F], F]:
    return click.option(
        "--format", "formats", type=Formats(known), default=known, help=N_("The formats, with commas between them (default: all).")
    )


def write_files(call: Call, folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Says of each where it is. Raises ProblemError where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (folder / name).write_bytes(content)
            call.screen.say(_("{file} written", file=str(folder / name)))
    except OSError as error:
        what = _("cannot be written: {detail}", detail=error.strerror or "")
        raise ProblemError([Problem(what, _("choose another folder with -o"), str(folder))]) from None
