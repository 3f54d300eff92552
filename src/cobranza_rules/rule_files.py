"""Rules, reply patterns and their tests on the disk: what `rules check` finds wrong, and tests run against the files that they name."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cobranza_rules.language import _
from cobranza_rules.mail.patterns import Patterns
from cobranza_rules.mail.patterns_file import read_patterns
from cobranza_rules.mail.reply_tests import ReplyTest, is_of_replies, read_reply_tests
from cobranza_rules.mail.reply_trials import PhraseCoverage, RepliesReport, ReplyResult, phrases_seen, run_reply_tests
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.document import check_against, read_rules
from cobranza_rules.rules.document_languages import Templates, check_languages
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.schema_rules import Known
from cobranza_rules.rules.testing import Coverage, RuleTest, TestResult, coverage_of, parse_tests, read_tests, run_tests
from cobranza_rules.rules.testing_report import FileReport
from cobranza_rules.rules.written import distinct, problem_at
from cobranza_rules.rules.yaml_marks import LARGEST, YamlScalar

if TYPE_CHECKING:
    from cobranza_rules.workspace import Workspace


RulesRead = tuple[str, tuple[str, ...], RuleSet, tuple[RuleTest, ...]]  # The tests' file, their rules files, both read
RepliesRead = tuple[str, str, Patterns, tuple[ReplyTest, ...]]  # The tests' file, their patterns file, both read


@dataclass(frozen=True, slots=True)
class Checked:
    """`rules` is None where they could not be read."""

    rules: RuleSet | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.warning)


@dataclass(frozen=True, slots=True)
class Tested:
    """`coverage` of each set of rules files, `phrases` of each file of reply patterns, over all files of tests that are about it."""

    __test__ = False

    reports: tuple[FileReport, ...]
    coverage: tuple[tuple[tuple[str, ...], Coverage], ...]
    replies: tuple[RepliesReport, ...] = ()
    phrases: tuple[tuple[str, PhraseCoverage], ...] = ()

    @property
    def failed(self) -> int:
        return self.rules_failed + sum(report.failed for report in self.replies)

    @property
    def rules_failed(self) -> int:
        return sum(report.failed for report in self.reports)


def read_file(path: Path, shown: str) -> bytes:
    """At most a byte more than a rules file may have. Raises ProblemError, for what is no ordinary file too: a pipe would never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ProblemError([Problem(_("it is no file"), _("take it out of the folder"), shown)])
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        what = _("the file cannot be read: {detail}", detail=error.strerror or type(error).__name__)
        raise ProblemError([Problem(what, _("check its name and its permissions"), shown)]) from None


def rules_in(folder: Path, base: Path) -> list[tuple[str, bytes]]:
    """The rules files of a folder in the order of their names; the patterns for replies are no rules. Raises ProblemError."""
    from cobranza_rules.workspace import REPLIES

    files = [path for path in yaml_files(folder, base) if path.name != REPLIES]
    if not files:
        raise ProblemError([Problem(_("there are no rules files"), _("put at least one .yaml file there"), shown_as(folder, base))])
    read, problems = [], list[Problem]()
    for path in files:
        shown = shown_as(path, base)
        try:
            read.append((shown, read_file(path, shown)))
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return read


def yaml_files(folder: Path, base: Path) -> list[Path]:
    """In the order of their names; what editors hide there begins with a dot.

    Raises ProblemError for files whose names end almost so: a hold that somebody wrote into one would keep nothing back, and nobody would see.
    """
    try:
        beside = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        what = _("the folder cannot be read: {detail}", detail=error.strerror or type(error).__name__)
        raise ProblemError([Problem(what, _("check its permissions"), shown_as(folder, base))]) from None
    found = [path for path in beside if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".")]
    what, hint = _("this file is not read: its name does not end in .yaml"), _("rename it, or take it out of the folder")
    if wrong := [path for path in found if path.suffix != ".yaml"]:
        raise ProblemError(Problem(what, hint, shown_as(path, base)) for path in wrong)
    return found


def check_files(files: Sequence[tuple[str, bytes]], workspace: Workspace | None) -> Checked:
    """Rules files taken together. Without a workspace templates and roles are not looked at: nobody knows which there are."""
    try:
        rules, warnings = read_rules(files)
    except ProblemError as error:
        return Checked(None, error.problems)
    if workspace is None:
        return Checked(rules, warnings)
    folder, settings = workspace.templates, workspace.settings
    there = Templates(str(settings.templates), folder.letters(), folder.mails(), folder.notices())
    letters, mails, notices, roles = set(there.letters), set(there.mails), set(there.notices), set(settings.people)
    named = check_against(rules, letter_templates=letters, mail_templates=mails, notice_templates=notices, roles=roles, unfit=folder.unfit)
    return Checked(rules, (*warnings, *named, *check_languages(rules, there, settings.language)))


def check_workspace(workspace: Workspace) -> Checked:
    """The workspace's rules, and what lies beside them: its templates, its patterns for replies and its profiles of banks."""
    try:
        checked = check_files(workspace.draft_files, workspace)
    except ProblemError as error:
        checked = Checked(None, error.problems)
    folder = workspace.settings.templates
    templates = [replace(problem, file=str(folder / problem.file)) for problem in workspace.templates.problems()]
    return Checked(checked.rules, (*checked.problems, *templates, *_of_patterns(workspace), *_of_banks(workspace)))


def _of_patterns(workspace: Workspace) -> tuple[Problem, ...]:
    from cobranza_rules.workspace import REPLIES

    shown = str(workspace.settings.rules / REPLIES)
    try:
        read_file(workspace.base / workspace.settings.rules / REPLIES, shown)
        assert workspace.patterns
    except ProblemError as error:
        return error.problems
    return ()


def _of_banks(workspace: Workspace) -> tuple[Problem, ...]:
    try:
        assert workspace.bank_profiles is not None
    except ProblemError as error:
        return error.problems
    return ()


def known_names(workspace: Workspace) -> Known:
    """What rules of this workspace can name outside of their files."""
    templates = workspace.templates
    roles = frozenset(workspace.settings.people)
    return Known(frozenset(templates.letters()), frozenset(templates.mails()), roles, frozenset(templates.notices()))


def files_of_tests(workspace: Workspace) -> list[Path]:
    """Raises ProblemError where there are none, or some that are not read."""
    folder = workspace.settings.rules / "tests"
    found = yaml_files(workspace.base / folder, workspace.base)
    if not found:
        raise ProblemError([Problem(_("there are no rule tests"), _("put .yaml files with tests there"), str(folder))])
    return found


def run_files(files: Sequence[Path], base: Path) -> Tested:
    """Runs the tests of all files. Raises ProblemError with everything that is wrong in any of them, before any test is run."""
    problems: list[Problem] = []
    read: list[RulesRead] = []
    of_replies: list[RepliesRead] = []
    for path in files:
        try:
            shown = shown_as(path, base)
            content = read_file(path, shown)
            if is_of_replies(content):
                of_replies.append(_read_replies(path, shown, content, base))
            else:
                read.append(_read(path, shown, content, base))
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(distinct(problems))
    return replace(_run_rules(read), **_run_replies(of_replies))


def _run_rules(read: Sequence[RulesRead]) -> Tested:
    reports = []
    by_rules: dict[tuple[str, ...], tuple[RuleSet, list[TestResult]]] = {}
    for shown, names, rules, tests in read:
        results = run_tests(tests, rules)
        reports.append(FileReport(shown, names, results))
        by_rules.setdefault(names, (rules, []))[1].extend(results)
    coverage = tuple((names, coverage_of(rules, results)) for names, (rules, results) in by_rules.items())
    return Tested(tuple(reports), coverage)


def _run_replies(read: Sequence[RepliesRead]) -> dict[str, Any]:
    """The fields of Tested that are about replies."""
    reports = []
    by_patterns: dict[str, tuple[Patterns, list[ReplyResult]]] = {}
    for shown, name, patterns, tests in read:
        results = run_reply_tests(tests, patterns)
        reports.append(RepliesReport(shown, name, results))
        by_patterns.setdefault(name, (patterns, []))[1].extend(results)
    phrases = tuple((name, phrases_seen(results, patterns)) for name, (patterns, results) in by_patterns.items())
    return {"replies": tuple(reports), "phrases": phrases}


def _read_replies(path: Path, shown: str, content: bytes, base: Path) -> RepliesRead:
    parsed = read_reply_tests(shown, content)
    name, written = _named(parsed.patterns, path.parent, base)
    return shown, name, read_patterns(name, written), parsed.tests


def _read(path: Path, shown: str, content: bytes, base: Path) -> RulesRead:
    parsed = parse_tests(shown, content)
    files = [_named(scalar, path.parent, base) for scalar in parsed.rules]
    rules, _warnings = read_rules(files)
    return shown, tuple(name for name, _content in files), rules, read_tests(parsed, rules)


def _named(scalar: YamlScalar, folder: Path, base: Path) -> tuple[str, bytes]:
    path = folder / scalar.text
    if not _is_file(path):
        what = _("there is no rules file '{file}'", file=scalar.text[:200])
        raise ProblemError([problem_at(scalar.place, what, _("the name is relative to the folder of the tests"))])
    shown = shown_as(path, base)
    return shown, read_file(path, shown)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # No name of a file at all: far too long, for instance
        return False


def shown_as(path: Path, base: Path) -> str:
    """A file as the user knows it: relative to the folder in which he works, where it lies there."""
    try:
        whole, folder = path.parent.resolve() / path.name, base.resolve()  # A link goes by its own name.
    except (OSError, RuntimeError):  # A link that leads back to itself
        return str(path)
    return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else str(path)
