"""What commands of reports share: the day as of which they tell, tables on the screen, and the files that they write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cobranza_rules.cli.command import Call, Day
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.reports.cells import Cell, Table
from cobranza_rules.reports.standing import Known

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(dir_okay=False, path_type=Path)


def of_a_past_day(command: F) -> F:
    """`as_of` and `known` of the command."""
    known = click.option(
        "--known",
        type=click.Choice([each.value for each in Known]),
        callback=lambda _ctx, _param, value: Known(value) if value else None,
        help=N_("With --as-of: what was known then (the default), or what had happened by then as it is known now."),
    )
    return click.option("--as-of", type=Day(), help=N_("The book as it stood at the end of this day."))(known(command))


def as_spreadsheet(command: F) -> F:
    return click.option("--xlsx", type=FILE, help=N_("Also write it as a spreadsheet."))(command)


def as_chart(command: F) -> F:
    return click.option("--chart", type=FILE, help=N_("Also write it as a chart: a .png or a .svg file."))(command)


def write_file(call: Call, file: Path, content: bytes) -> None:
    """Raises ProblemError where it cannot be written."""
    try:
        file.write_bytes(content)
    except OSError as error:
        what = _("the file cannot be written: {detail}", detail=error.strerror or type(error).__name__)
        raise ProblemError([Problem(what, _("check the folder and its permissions"), str(file))]) from None
    call.screen.say(_("{file} written", file=str(file)))


def show_table(screen: Screen, table: Table) -> None:
    """With its notes; columns of figures stand to the right."""
    for note in table.notes:
        screen.say(note)
    figures = frozenset(place for place, column in enumerate(table.columns) if column.figures)
    rows = [[_shown(cell) for cell in row] for row in (*table.rows, *table.totals)]
    screen.table([column.heading for column in table.columns], rows, figures)


def show_filled(screen: Screen, tables: Iterable[Table]) -> None:
    """Those that have any rows, under their names."""
    for table in tables:
        if table.rows:
            screen.say(Sentence("{name}:", {"name": Sentence(table.name)}))
            show_table(screen, table)


def _shown(cell: Cell) -> object:
    """The currency has a column of its own."""
    return f"{cell.amount:,}" if isinstance(cell, Money) else cell


def in_files(call: Call, files: Sequence[tuple[Path | None, Callable[[], bytes]]]) -> None:
    """Writes those that are asked for."""
    for file, content in files:
        if file is not None:
            write_file(call, file, content())
