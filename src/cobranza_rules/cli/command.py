"""Commands that speak the user's language, know their workspace, print problems as sentences and end with the promised exit code."""

from __future__ import annotations

import datetime as dt
import importlib
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cobranza_rules.catalogue import language_of_locale, translator
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _
from cobranza_rules.problems import Problem, ProblemError

if TYPE_CHECKING:
    from cobranza_rules.workspace import Workspace

WRONG_INPUT, WAITS_FOR_PEOPLE = 1, 3
LARGEST_NUMBER = 2**31 - 1  # Of an integer column in PostgreSQL
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Call:
    """One call of the program: where, for which day, and how to show things."""

    base: Path
    on: dt.date | None = None
    as_json: bool = False

    @cached_property
    def workspace(self) -> Workspace:
        from cobranza_rules.workspace import open_workspace

        opened = open_workspace(self.base, self.on)
        self.__dict__["screen"] = Screen(opened.settings.language, as_json=self.as_json)
        return opened

    @cached_property
    def screen(self) -> Screen:
        return Screen(language_of_locale(), as_json=self.as_json)

    def close(self) -> None:
        if "workspace" in self.__dict__:
            self.workspace.close()

    def waits_for_people(self) -> None:
        """Carried out, and something new waits for a person."""
        click.get_current_context().exit(WAITS_FOR_PEOPLE)


class Spoken:
    """Help texts are marked in the code and translated when they are shown."""

    @staticmethod
    def translated(text: str | None) -> str | None:
        return translator(language_of_locale())(text) if text else text


def _metavar(param: click.Parameter, ctx: click.Context) -> str:
    """`[ARCHIVOS]...` for `[FILES]...`: the word is translated, the signs around it stay."""
    shown = param.make_metavar(ctx)
    word = shown.removesuffix("...").strip("[]")
    return shown.replace(word, Spoken.translated(word) or word)


class SpokenCommand(click.Command):
    def get_short_help_str(self, limit: int = 100) -> str:
        text = (Spoken.translated(self.help) or "").split(". ")[0].rstrip(".")
        return text if len(text) <= limit else f"{text[: limit - 1]}…"

    def format_help_text(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        text = Spoken.translated(self.help)
        if text:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(text)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, click.Option):
                param.help = Spoken.translated(param.help)
            if param.metavar is None:
                param.metavar = _metavar(param, ctx)
        return params

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [Spoken.translated(piece) or "" for piece in super().collect_usage_pieces(ctx)]


class LazyGroup(SpokenCommand, click.Group):
    """Subcommands are imported when they are called: `cobranza --help` answers at once.

    `lazy` maps a command to (module, attribute, one line of help).
    """

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, attribute, _help = self.lazy[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, Spoken.translated(text) or "") for name, (_module, _attribute, text) in self.lazy.items()]
        rows += [
            (name, command.get_short_help_str())
            for name, command in ((name, click.Group.get_command(self, ctx, name)) for name in click.Group.list_commands(self, ctx))
            if command is not None
        ]
        with formatter.section(Spoken.translated(N_("Commands")) or ""):
            formatter.write_dl(rows)


class Day(click.ParamType[dt.date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(Spoken.translated(N_("write the day as YYYY-MM-DD, for instance 2026-03-06")) or "", param, ctx)


class Number(click.types.IntParamType):
    """What a database counts its rows with; click's own takes numbers that no database can look for."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number: int = super().convert(value, param, ctx)
        if not 0 < number <= LARGEST_NUMBER:
            self.fail(Spoken.translated(N_("numbers go from 1 to 2147483647")) or "", param, ctx)
        return number


def on_a_day(command: F) -> F:
    return click.option("--on", "on", type=Day(), help=N_("The day on which the command acts (default: today)."))(command)


def reporting(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help=N_("Print JSON instead of sentences."))(command)


def pair(written: str) -> tuple[str, str]:
    """The two sides of NAME=VALUE. Raises ProblemError."""
    name, equals, value = written.partition("=")
    if not equals:
        raise ProblemError([Problem(_("'{fact}' is no fact", fact=written), _("write it as name=value"))])
    return name.strip(), value.strip()


def take(call: Call, *, on: dt.date | None = None, as_json: bool = False) -> Call:
    """Puts a command's own options into the call, before its workspace is opened."""
    call.on = on or call.on
    call.as_json = as_json
    return call


def run_program(group: click.Group) -> None:
    """Problems end with 1 and a line each, Ctrl-C with 130 and a sentence; a broken pipe ends quietly."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    call = Call(Path.cwd())
    try:
        code = group.main(obj=call, standalone_mode=False)
    except ProblemError as error:
        call.screen.problems(error.problems)
        code = WRONG_INPUT
    except click.exceptions.Exit as finished:
        code = finished.exit_code
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        call.screen.problems(
            [Problem(_("stopped before the end"), _("what was done until then is kept, and the same command goes on from there"))]
        )
        code = 130
    finally:
        call.close()
    sys.exit(code if isinstance(code, int) else 0)
