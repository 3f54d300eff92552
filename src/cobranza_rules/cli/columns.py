"""`cobranza columns`."""

from __future__ import annotations

from pathlib import Path

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, SpokenCommand, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.intake.report_columns import ReportColumns, columns_of_report
from cobranza_rules.intake.report_mapping import FIELDS, ReportMapping, mapping_for
from cobranza_rules.intake.sources import LARGEST_FILE
from cobranza_rules.language import N_, _
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.saved_mapping import save_mapping
from cobranza_rules.workspace import Workspace

WORDS = {
    "issued": N_("day of issue"),
    "due": N_("due date"),
    "concept": N_("concept"),
    "nature": N_("charge or credit"),
    "series": N_("series"),
    "folio": N_("folio"),
    "uuid": N_("UUID"),
    "code": N_("the customer's code"),
    "name": N_("the customer's name"),
    "rfc": N_("RFC"),
    "currency": N_("currency"),
    "total": N_("total"),
    "open": N_("open amount"),
    "charge": N_("amount of a charge"),
    "credit": N_("amount of a credit"),
    "cancelled": N_("cancelled or not"),
    "posted": N_("posted or not"),
    "reference": N_("reference"),
    "internal_id": N_("internal number"),
    "model": N_("document model"),
}


@click.command(
    cls=SpokenCommand,
    help=N_("What is recognised of a document report: its heading row, each column, and what is missing. Nothing is imported."),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", "named", multiple=True, metavar="FIELD=HEADING", help=N_("What a column holds that is called otherwise."))
@click.option("--currency", default="", help=N_("Currency of all amounts, where no column tells one."))
@click.option("--save", "source", metavar="NAME", help=N_("Keep this for the source NAME, in cobranza.toml."))
@click.option("--match", help=N_("With --save: pattern of the names of the source's files; by default the name of this one."))
@reporting
@click.pass_obj
def columns(call: Call, file: Path, named: tuple[str, ...], currency: str, source: str | None, match: str | None, as_json: bool) -> None:
    workspace = take(call, on=None, as_json=as_json).workspace
    mapping = _mapping(workspace, file, source, match, currency, named)
    found = columns_of_report(_content(file), file.name, mapping)
    saved = bool(source and mapping and not found.missing)
    if saved and mapping:
        save_mapping(workspace.base / "cobranza.toml", mapping)
    show(call.screen, found, mapping, saved=saved)
    if found.missing:
        click.get_current_context().exit(WRONG_INPUT)


def _content(file: Path) -> bytes:
    if file.stat().st_size > LARGEST_FILE:
        what = _("the file is larger than {limit} MB", limit=LARGEST_FILE // 2**20)
        raise ProblemError([Problem(what, _("check that it is the right file"), file.name)])
    return file.read_bytes()


def _mapping(
    workspace: Workspace, file: Path, source: str | None, match: str | None, currency: str, named: tuple[str, ...]
) -> ReportMapping | None:
    """What is on file for the source, or for the file's name, with what is given besides."""
    on_file = workspace.settings.intake.mappings()
    known = next((one for one in on_file if one.name == source), None) if source else mapping_for(file.name, on_file)
    given = _given(named)
    if currency and currency.upper() not in MINOR_UNITS:
        what = _("the currency '{currency}' is not known", currency=currency)
        raise ProblemError([Problem(what, _("write MXN, USD or EUR"), place="--currency")])
    if not (known or source or given or currency):
        return None
    return ReportMapping(
        source or (known.name if known else file.name),
        match or (known.match if known else file.name),
        {**(known.columns if known else {}), **given},
        currency.upper() or (known.currency if known else ""),
    )


def _given(named: tuple[str, ...]) -> dict[str, str]:
    """Raises ProblemError with every one that names no field or no heading."""
    found, problems = {}, []
    for one in named:
        name, _sign, heading = (part.strip() for part in one.partition("="))
        if name not in FIELDS or not heading:
            what = _("'{text}' does not say what a column holds", text=one)
            problems.append(
                Problem(what, _("write FIELD=HEADING with one of these fields: {fields}", fields=", ".join(FIELDS)), place="--column")
            )
        found[name] = heading
    if problems:
        raise ProblemError(problems)
    return found


def show(screen: Screen, found: ReportColumns, mapping: ReportMapping | None, *, saved: bool) -> None:
    if screen.as_json:
        screen.json(
            {
                "heading_row": found.place,
                "source": mapping.name if mapping else "",
                "columns": [
                    {"column": one.letter, "heading": one.heading, "field": one.holds, "example": one.example} for one in found.columns
                ],
                "missing": [problem.text(screen.translate) for problem in found.missing],
                "warnings": [problem.text(screen.translate) for problem in found.others],
                "saved": saved,
            }
        )
        return
    screen.say(_("The headings stand in the row of cell {place}.", place=found.place))
    rows = [
        (one.letter, one.heading, one.holds, screen.word(WORDS[one.holds]) if one.holds else screen.word(N_("not read")), one.example)
        for one in found.columns
    ]
    screen.table((N_("Column"), N_("Heading"), N_("Field"), N_("What it holds"), N_("Example")), rows)
    for warning in found.others:
        screen.say(_("taken, but look at it: {problem}", problem=warning.text(screen.translate)))
    screen.problems(found.missing)
    if saved and mapping:
        screen.say(_("Kept for the source {name}: files named {match}.", name=mapping.name, match=mapping.match))
    elif not found.missing:
        screen.say(_("Nothing is missing: import it, or keep it for the source with --save NAME."))
