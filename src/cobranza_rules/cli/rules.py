"""`cobranza rules`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, SpokenCommand, reporting, take
from cobranza_rules.cli.screen import Screen, harmless
from cobranza_rules.config import FILE_NAME
from cobranza_rules.facts.vocabulary import CUSTOMER_FACTS, OWN_FACTS, VOCABULARY, Fact, FactType, Scope
from cobranza_rules.language import N_, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rule_files import (
    Checked,
    Tested,
    check_files,
    check_workspace,
    files_of_tests,
    known_names,
    read_file,
    run_files,
    shown_as,
)
from cobranza_rules.rules.suggestions import suggestion

if TYPE_CHECKING:
    from cobranza_rules.workspace import Workspace

TYPES = {
    FactType.TEXT: N_("text"),
    FactType.BOOLEAN: N_("yes or no"),
    FactType.NUMBER: N_("number"),
    FactType.AMOUNT: N_("amount"),
    FactType.DATE: N_("date"),
}
SCOPES = {
    Scope.CUSTOMER: N_("Facts of the customer as a whole, for rules and holds about it"),
    Scope.INVOICE: N_("Facts of the invoice"),
    Scope.REPLY: N_("Facts of a reply"),
    Scope.TASK: N_("Facts of an open task"),
    Scope.APPROVAL: N_("Facts of what waits for a signature, a rubric or a release"),
    Scope.PAYMENT: N_("Facts of a payment"),
    Scope.DISCOUNT: N_("Facts of a discount"),
    Scope.CREDIT_NOTE_REQUEST: N_("Facts of a credit note that Accounting was asked for"),
    Scope.INSTALMENT: N_("Facts of an instalment of a payment plan that is not paid"),
    Scope.PACKET: N_("Facts of a packet for Accounting"),
    Scope.DEPOSIT: N_("Facts of a deposit of the bank that is not applied in full"),
}
SHARED = N_("Facts of the customer, for every rule and hold")
Group = tuple[Scope | None, tuple[Fact, ...]]  # None: the facts of the customer, which every scope has
A_FILE = click.Path(dir_okay=False, path_type=Path)


LATER = {
    "diff": ("cobranza_rules.cli.rules_versions", "diff", N_("Who would get something else under other rules, and why.")),
    "publish": ("cobranza_rules.cli.rules_versions", "publish", N_("Put the rules files in force.")),
    "versions": ("cobranza_rules.cli.rules_versions", "versions", N_("The versions that were published.")),
}


@click.group(
    cls=LazyGroup, lazy=LATER, help=N_("Check the rules, run their tests, compare and publish them; browse the facts that they may name.")
)
def rules() -> None:
    pass


def _workspace(call: Call) -> Workspace | None:
    """None in a folder that is no workspace: rules files can be looked at anywhere."""
    return call.workspace if (call.base / FILE_NAME).exists() else None


@rules.command(
    cls=SpokenCommand, help=N_("All that is wrong with the rules. Without files those of the workspace, its templates and reply patterns.")
)
@click.argument("files", nargs=-1, type=A_FILE)
@reporting
@click.pass_obj
def check(call: Call, files: tuple[Path, ...], as_json: bool) -> None:
    take(call, as_json=as_json)
    workspace = _workspace(call) if files else call.workspace
    if files or workspace is None:
        named = [(shown, read_file(path, shown)) for path in dict.fromkeys(files) for shown in (shown_as(path, call.base),)]
        checked = check_files(named, workspace)
    else:
        checked = check_workspace(workspace)
    _show_checked(call.screen, checked, as_json=as_json)
    if checked.errors:
        click.get_current_context().exit(WRONG_INPUT)


def _show_checked(screen: Screen, checked: Checked, *, as_json: bool) -> None:
    known = checked.rules
    counts = {
        "rules": len(known.rules) if known is not None else None,
        "rungs": sum(len(ladder.rungs) for ladder in known.ladders) if known is not None else None,
        "holds": len(known.holds) if known is not None else None,
        "errors": len(checked.errors),
        "warnings": len(checked.warnings),
    }
    if as_json:
        screen.json({"problems": [_problem_json(screen, problem) for problem in checked.problems], **counts})
        return
    screen.problems(checked.errors)
    for problem in checked.warnings:
        said = screen.text(_("warning: {what}", what=problem.what)) + (f"; {screen.text(problem.hint)}" if problem.hint else "")
        click.echo(harmless(f"{problem.where()}: {said}" if problem.where() else said), err=True)
    if checked.errors:
        screen.say(_("errors: {errors}, warnings: {warnings}", **counts))
    elif checked.warnings:
        screen.say(_("{rules} rules, {rungs} rungs, {holds} holds: no errors, {warnings} warnings", **counts))
    else:
        screen.say(_("{rules} rules, {rungs} rungs, {holds} holds: no problems", **counts))


def _problem_json(screen: Screen, problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "place": problem.place,
        "what": screen.text(problem.what),
        "hint": screen.text(problem.hint) if problem.hint else "",
        "warning": problem.warning,
    }


@rules.command(
    cls=SpokenCommand, help=N_("Run the rule tests, and tell what none has seen at work. Without files those in rules/tests are run.")
)
@click.argument("files", nargs=-1, type=A_FILE)
@click.option("--junit", "junit_file", type=A_FILE, help=N_("Write the results into this file, as JUnit XML."))
@reporting
@click.pass_obj
def test(call: Call, files: tuple[Path, ...], junit_file: Path | None, as_json: bool) -> None:
    take(call, as_json=as_json)
    workspace = _workspace(call) if files else call.workspace
    tested = run_files(files or (files_of_tests(workspace) if workspace is not None else ()), call.base)
    if junit_file is not None:
        _write_junit(call.screen, junit_file, tested)
    _show_tested(call.screen, tested, as_json=as_json)
    if tested.failed:
        click.get_current_context().exit(WRONG_INPUT)


def _write_junit(screen: Screen, file: Path, tested: Tested) -> None:
    from cobranza_rules.mail.reply_trials import reply_suites
    from cobranza_rules.rules.testing_report import junit

    try:
        file.write_bytes(junit(tested.reports, tested.coverage, screen.translate, reply_suites(tested.replies, screen.translate)))
    except OSError as error:
        what = _("the file cannot be written: {detail}", detail=error.strerror or type(error).__name__)
        raise ProblemError([Problem(what, _("check the folder and its permissions"), str(file))]) from None


def _show_tested(screen: Screen, tested: Tested, *, as_json: bool) -> None:
    from cobranza_rules.mail.reply_trials import phrase_lines, replies_json, reply_lines
    from cobranza_rules.rules.testing_report import coverage_lines, report_json, report_lines

    if as_json:
        of_replies = replies_json(tested.replies, tested.phrases, screen.translate)
        screen.json({**report_json(tested.reports, tested.coverage, screen.translate), **of_replies})
        return
    for line in reply_lines(tested.replies):
        screen.say(line)
    for file, phrases in tested.phrases:
        for line in phrase_lines(file, phrases):
            screen.say(line)
    if not tested.reports:
        return
    for line in report_lines(tested.reports):
        screen.say(line)
    for files, coverage in tested.coverage:
        for line in coverage_lines(files, coverage):
            screen.say(line)


@rules.command(
    cls=SpokenCommand, help=N_("The facts that conditions may name. All of them, those of a scope (such as invoice or task), or one.")
)
@click.argument("name", required=False)
@reporting
@click.pass_obj
def facts(call: Call, name: str | None, as_json: bool) -> None:
    take(call, as_json=as_json)
    _workspace(call)
    chosen = _chosen(name)
    if as_json:
        call.screen.json({"facts": [_fact_json(call.screen, scope, fact) for scope, found in chosen for fact in found]})
        return
    for number, (scope, found) in enumerate(chosen):
        if number:
            click.echo()
        if name == found[0].name:
            _show_fact(call.screen, scope, found[0])
        else:
            click.echo(call.screen.word(SCOPES[scope] if scope is not None else SHARED))
            _show_facts(call.screen, found)


@rules.command(
    cls=SpokenCommand,
    help=N_("The JSON Schema of rules files, or of rule tests: an editor completes and explains with it, in the language of the program."),
)
@click.option("--tests", is_flag=True, help=N_("The schema of rule test files."))
@click.pass_obj
def schema(call: Call, tests: bool) -> None:
    from cobranza_rules.rules.schema_rules import NOTHING_KNOWN, rules_schema
    from cobranza_rules.rules.schema_tests import rule_tests_schema
    from cobranza_rules.rules.schema_values import translated

    workspace = _workspace(call)
    known = known_names(workspace) if workspace is not None else NOTHING_KNOWN
    call.screen.json(translated(rule_tests_schema() if tests else rules_schema(known), call.screen.translate))


def _chosen(name: str | None) -> list[Group]:
    """Facts by the scope to which they belong; those of the customer are known in every scope but that of packets, which are of many."""
    groups: list[Group] = [(None, CUSTOMER_FACTS), *OWN_FACTS.items()]
    if name is None:
        return groups
    if name in {scope.value for scope in Scope}:
        shared = VOCABULARY[Scope(name)].keys() >= {fact.name for fact in CUSTOMER_FACTS}
        return [(scope, found) for scope, found in groups if scope is Scope(name) or (scope is None and shared)]
    if named := [(scope, facts) for scope, found in groups if (facts := tuple(fact for fact in found if fact.name == name))]:
        return named
    known = {fact for names in VOCABULARY.values() for fact in names} | {scope.value for scope in Scope}
    raise ProblemError([Problem(_("there is no scope or fact '{name}'", name=name), suggestion(name, known))])


def _show_facts(screen: Screen, found: tuple[Fact, ...]) -> None:
    headings = (N_("Name"), N_("Type"), N_("Unit"), N_("Meaning"), N_("Example"))
    rows = [
        (fact.name, screen.word(TYPES[fact.type]), screen.word(fact.unit) if fact.unit else "", screen.word(fact.meaning), fact.example)
        for fact in found
    ]
    screen.table(headings, rows)


def _scopes_of(scope: Scope | None) -> list[str]:
    return [scope.value] if scope is not None else [each.value for each in Scope]


def _show_fact(screen: Screen, scope: Scope | None, fact: Fact) -> None:
    screen.say(_("{name}: {meaning}", name=fact.name, meaning=screen.word(fact.meaning)))
    screen.say(_("Type: {type}", type=screen.word(TYPES[fact.type])))
    if fact.unit:
        screen.say(_("Unit: {unit}", unit=screen.word(fact.unit)))
    if fact.choices:
        screen.say(_("Values: {values}", values=", ".join(fact.choices)))
    if fact.may_be_unknown:
        screen.say(_("It may be unknown; a comparison with it is false then."))
    screen.say(_("For: {scopes}", scopes=", ".join(_scopes_of(scope))))
    screen.say(_("Example: {example}", example=fact.example))


def _fact_json(screen: Screen, scope: Scope | None, fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "scopes": _scopes_of(scope),
        "type": fact.type.value,
        "unit": fact.unit,
        "meaning": screen.word(fact.meaning),
        "choices": list(fact.choices),
        "may_be_unknown": fact.may_be_unknown,
        "example": fact.example,
    }
