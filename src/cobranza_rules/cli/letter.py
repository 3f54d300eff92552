"""`cobranza letter`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import WRONG_INPUT, Call, Day, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.file_formats import in_formats, write_files
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import ProblemError

LANGUAGES = ("es", "en")
MAKER = "collections_analyst"


class LetterGroup(LazyGroup):
    """`letter TEMPLATE CUSTOMER` writes one: what is no name of a command is a template."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.list_commands(ctx), *ctx.help_option_names):
            args = ["write", *args]
        return super().parse_args(ctx, args)


@click.group(cls=LetterGroup, help=N_("Letters on demand ('cobranza letter TEMPLATE CUSTOMER'), and what their templates look like."))
def letter() -> None:
    pass


class Instalment(click.ParamType[tuple[dt.date, str]]):
    """DAY=AMOUNT."""

    name = "DAY=AMOUNT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[dt.date, str]:
        if isinstance(value, tuple):
            return value
        day, _equals, amount = str(value).partition("=")
        return Day().convert(day.strip(), param, ctx), amount.strip()


@letter.command(
    cls=SpokenCommand,
    help=N_(
        "Write a letter to a customer now: a draft, in the customer's language, for each currency. Papers for Accounting are in that of the "
        "house, and about all customers where none is named."
    ),
)
@click.argument("template")
@click.argument("customer", default="")
@click.option("--invoices", default="", help=N_("Numbers or UUID of the invoices, with commas between them (default: those it is about)."))
@click.option("--payment", "operation", default="", help=N_("Of a letter about a payment: its operation number (default: the last one)."))
@click.option("--since", type=Day(), help=N_("Of a paper for Accounting: the first day of the payments (default: of the month)."))
@click.option("--until", type=Day(), help=N_("Of a paper for Accounting: the last day of the payments (default: today)."))
@click.option(
    "--instalment",
    "instalments",
    type=Instalment(),
    multiple=True,
    help=N_("Of an acknowledgement of debt: a payment as DAY=AMOUNT, or DAY=rest; may be repeated (default: what was promised)."),
)
@in_formats("docx", "pdf")
@click.option("--who", default=MAKER, help=N_("Who makes it: a role or an e-mail address of cobranza.toml (default: the analyst)."))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help=N_("The folder for the files."))
@on_a_day
@reporting
@click.pass_obj
def write(
    call: Call,
    template: str,
    customer: str,
    invoices: str,
    operation: str,
    since: dt.date | None,
    until: dt.date | None,
    instalments: tuple[tuple[dt.date, str], ...],
    formats: tuple[str, ...],
    who: str,
    output: Path,
    on: dt.date | None,
    as_json: bool,
) -> None:
    from cobranza_rules.dispatch.on_demand import Asked, make_letters
    from cobranza_rules.dispatch.rendering import PDF, WORD

    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    named = tuple(name.strip() for name in invoices.split(",") if name.strip())
    wanted = frozenset({"docx": WORD, "pdf": PDF}[each] for each in formats)
    row = customer_named(workspace, customer) if customer else None
    asked = Asked(template, row, person, named, operation.strip(), wanted, since, until, instalments)
    made = make_letters(workspace, asked)
    write_files(call, output, [(each.name, each.content) for each in made])
    if as_json:
        files = [{"file": str(output / each.name), "engine": each.engine or None} for each in made]
        call.screen.json({"customer": row.code if row is not None else None, "letter": template, "draft": True, "files": files})


@letter.command(
    cls=SpokenCommand, help=N_("What is wrong with the letters: fields, elements, tags, and a trial on sample data, as Word and as PDF.")
)
@click.argument("templates", nargs=-1)
@reporting
@click.pass_obj
def check(call: Call, templates: tuple[str, ...], as_json: bool) -> None:
    from cobranza_rules.letters.letter_check import check_letters

    workspace = take(call, as_json=as_json).workspace
    checked = check_letters(workspace.templates, workspace.pdf, templates)
    problems = [problem for one in checked for problem in one.problems]
    if as_json:
        told = [
            {
                "name": one.name,
                "language": one.language,
                "problems": [problem.text(call.screen.translate) for problem in one.problems],
                "warnings": [warning.text(call.screen.translate) for warning in one.warnings],
            }
            for one in checked
        ]
        call.screen.json({"letters": told})
    else:
        call.screen.problems(problems)
        for warning in [warning for one in checked for warning in one.warnings]:
            call.screen.say(_("works, but look at it: {problem}", problem=warning.text(call.screen.translate)))
    wrong = sum(bool(one.problems) for one in checked)
    call.screen.say(_("{count} letters checked; {wrong} of them cannot be used as they are.", count=len(checked), wrong=wrong))
    if problems:
        click.get_current_context().exit(WRONG_INPUT)


@letter.command(cls=SpokenCommand, help=N_("A letter on sample data as a picture: its Word document beside its PDF."))
@click.argument("template")
@click.option("--language", type=click.Choice(LANGUAGES), help=N_("Only in this language (default: each in which there is one)."))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help=N_("The folder for the files."))
@click.pass_obj
def preview(call: Call, template: str, language: str | None, output: Path) -> None:
    from cobranza_rules.letters.letter_check import no_such_letter, sample_of, trial_templates
    from cobranza_rules.letters.libreoffice import find_libreoffice
    from cobranza_rules.letters.preview import preview_of

    workspace = call.workspace
    there = trial_templates(workspace.templates)
    if template not in there:
        raise ProblemError([no_such_letter(template, there)])
    office = find_libreoffice()
    for tongue in [language] if language else sorted(there[template]):
        compiled, fields = sample_of(workspace.templates, template, tongue)
        write_files(call, output, [(f"{template}.{tongue}.png", preview_of(compiled, fields, workspace.pdf, office))])
    if office is None:
        call.screen.say(_("LibreOffice is not installed: the picture shows the PDF alone, without the Word document beside it."))
