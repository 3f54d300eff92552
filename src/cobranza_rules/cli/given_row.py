"""The options of a command read like the cells of a sheet's row: the same values, the same sentences, each option named as the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from cobranza_rules.intake.heading_row import Column, Headings
from cobranza_rules.intake.sheet_row import SheetRow
from cobranza_rules.intake.table import Table, Value
from cobranza_rules.language import _

F = TypeVar("F", bound=Callable[..., Any])


def with_options(options: Sequence[tuple[str, str, str]]) -> Callable[[F], F]:
    """Texts, "" where they are not given: each option with the column that it stands for, and its help."""

    def decorated(command: F) -> F:
        for name, column, text in reversed(options):
            command = click.option(name, column, default="", help=text)(command)
        return command

    return decorated


class GivenRow(SheetRow):
    """`given` by the sheet's columns; `options` names the option of each."""

    empty = (_("nothing is given here"), _("give it a value"))

    def __init__(self, given: Mapping[str, str], options: Mapping[str, str]) -> None:
        super().__init__(Headings(Table("", []), 0, {}), 0, "")
        self.given, self.options = given, options

    def value(self, column: Column) -> Value:
        return self.given.get(str(column), "").strip() or None

    def place(self, column: Column) -> str:
        return self.options.get(str(column), "")
