"""`cobranza letter`."""

from __future__ import annotations

from pathlib import Path

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, SpokenCommand, reporting, take
from cobranza_rules.language import N_, _
from cobranza_rules.problems import ProblemError

LANGUAGES = ("es", "en")


@click.group(cls=LazyGroup, help=N_("Letters on demand, and what their templates look like."))
def letter() -> None:
    pass


@letter.command(cls=SpokenCommand, help=N_("What is wrong with the letters: fields, elements, tags, and a trial on sample data."))
@click.argument("templates", nargs=-1)
@reporting
@click.pass_obj
def check(call: Call, templates: tuple[str, ...], as_json: bool) -> None:
    from cobranza_rules.letters.letter_check import check_letters

    workspace = take(call, as_json=as_json).workspace
    checked = check_letters(workspace.templates, templates)
    problems = [problem for one in checked for problem in one.problems]
    if as_json:
        told = [
            {"name": one.name, "language": one.language, "problems": [problem.text(call.screen.translate) for problem in one.problems]}
            for one in checked
        ]
        call.screen.json({"letters": told})
    else:
        call.screen.problems(problems)
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
    from cobranza_rules.letters.letter_check import no_such_letter, sample_of
    from cobranza_rules.letters.libreoffice import find_libreoffice
    from cobranza_rules.letters.preview import preview_of

    workspace = call.workspace
    there = workspace.templates.letters()
    if template not in there:
        raise ProblemError([no_such_letter(template, there)])
    office = find_libreoffice()
    output.mkdir(parents=True, exist_ok=True)
    for tongue in [language] if language else sorted(there[template]):
        compiled, fields = sample_of(workspace.templates, template, tongue)
        file = output / f"{template}.{tongue}.png"
        file.write_bytes(preview_of(compiled, fields, workspace.pdf, office))
        call.screen.say(_("{file} written", file=str(file)))
    if office is None:
        call.screen.say(_("LibreOffice is not installed: the picture shows the PDF alone, without the Word document beside it."))
