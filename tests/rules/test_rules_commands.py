"""`cobranza rules check`, `test` and `facts`: what they print, where they print it, and how they end."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.facts.vocabulary import VOCABULARY
from cobranza_rules.problems import ProblemError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped rules and templates beside the sample company's settings, in English."""
    monkeypatch.setenv("COBRANZA_LANGUAGE", "en")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    settings = (ROOT / "samples/cobranza.toml").read_text(encoding="utf-8").replace('language = "es"', 'language = "en"')
    (tmp_path / "cobranza.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def call(base: Path, *args: str) -> tuple[int, str, list[str]]:
    """The exit code, what was printed, and the lines of the error stream, problems that ended the command among them."""
    call = Call(base)
    result = CliRunner().invoke(cobranza, ["rules", *args], obj=call)
    call.close()
    if isinstance(result.exception, ProblemError):
        return 1, result.stdout, [str(problem) for problem in result.exception.problems]
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr.splitlines()


def change(file: Path, what: str, instead: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert what in text
    file.write_text(text.replace(what, instead), encoding="utf-8")


def test_the_shipped_rules_templates_and_patterns_are_without_problems(workspace: Path) -> None:
    assert call(workspace, "check") == (0, "40 rules, 3 rungs, 12 holds: no problems\n", [])


def test_an_unknown_fact_is_shown_with_its_place_and_what_was_meant() -> None:
    program = [sys.executable, "-c", "from cobranza_rules.cli import main; main()", "rules", "check"]
    done = subprocess.run(
        [*program, "samples/malos/reglas-con-dato-desconocido.yaml"],
        cwd=ROOT,
        env={"COBRANZA_LANGUAGE": "en", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "samples/malos/reglas-con-dato-desconocido.yaml:10:11: unknown fact 'days_overdu'; did you mean 'days_overdue'?\n"
    assert (done.returncode, done.stdout) == (1, "errors: 1, warnings: 0\n")


def test_everything_that_is_wrong_anywhere_is_said_at_once(workspace: Path) -> None:
    rules = workspace / "rules/collections.yaml"
    change(rules, "assign: sales_manager", "assign: sales_manger")
    change(rules, "email: second-reminder", "email: second-remindr")
    (workspace / "rules/replies.yaml").write_text("version: 1\n", encoding="utf-8")
    (workspace / "templates/mail/first-reminder.es.html").write_text("<p>{{ unheard_of }}</p>", encoding="utf-8")
    code, printed, problems = call(workspace, "check")
    assert code == 1
    files = dict.fromkeys(problem.partition(":")[0].partition(" ")[0] for problem in problems)
    assert list(files) == ["rules/collections.yaml", "templates/mail/first-reminder.es.html", "rules/replies.yaml"]
    assert problems[0].endswith(": there is no mail template 'second-remindr'; did you mean 'second-reminder'?")
    assert problems[1].endswith(": nobody of the company has the role 'sales_manger'; did you mean 'sales_manager'?")
    assert printed == f"errors: {len(problems)}, warnings: 0\n"


def test_a_missing_file_of_patterns_is_a_problem(workspace: Path) -> None:
    (workspace / "rules/replies.yaml").unlink()
    assert call(workspace, "check")[::2] == (
        1,
        ["rules/replies.yaml: the file cannot be read: No such file or directory; check its name and its permissions"],
    )


def test_warnings_are_marked_and_do_not_fail(workspace: Path) -> None:
    change(workspace / "rules/collections.yaml", "and customer_ready and delivered_long_enough", "and delivered_long_enough")
    code, printed, problems = call(workspace, "check")
    assert (code, printed) == (0, "40 rules, 3 rungs, 12 holds: no errors, 2 warnings\n")
    assert {problem.split(": ", 1)[1] for problem in problems} == {
        "warning: this writes to customers whose data may be incomplete; add 'customer_ready' to its 'when'"
    }


def test_a_template_that_is_missing_in_one_language(workspace: Path) -> None:
    for name in ("letters/transmittal.en.docx", "mail/second-reminder.es.html", "notices/task-waiting.es.html"):
        (workspace / "templates" / name).unlink()
    code, printed, problems = call(workspace, "check")
    lines = (workspace / "rules/collections.yaml").read_text(encoding="utf-8").splitlines()
    steps = ("letter: transmittal", "email: second-reminder")
    places = [
        f"rules/collections.yaml:{number}:{line.index(step) + 1}" for step in steps for number, line in enumerate(lines, 1) if step in line
    ]
    assert (code, printed) == (0, "40 rules, 3 rungs, 12 holds: no errors, 2 warnings\n")
    assert problems == [
        (
            f"{places[0]}: warning: 'transmittal' is missing in 'en', and the rule writes to customers of that language; "
            "write templates/letters/transmittal.en.docx, or ask for 'language == \"es\"' in its 'when'"
        ),
        (
            f"{places[1]}: warning: 'second-reminder' is missing in 'es', and the rule writes to customers of that language; "
            "write templates/mail/second-reminder.es.html, or ask for 'language == \"en\"' in its 'when'"
        ),
    ]
    change(workspace / "rules/collections.yaml", '- delivery == "pending"', '- delivery == "pending"\n      - language != "en"')
    assert [problem.partition(" is missing")[0].split(": ")[-1] for problem in call(workspace, "check")[2]] == ["'second-reminder'"]


def test_whoever_publishes_learns_of_warnings(workspace: Path) -> None:
    (workspace / "templates/letters/transmittal.en.docx").unlink()
    assert call(workspace, "publish", "--by", "supervisor", "--yes")[:2] == (
        0,
        "63 rule tests pass.\nWarnings: 1; 'cobranza rules check' shows them.\nVersion 1 is in force from the next run on.\n",
    )


def test_a_notice_that_is_missing_in_the_language_of_the_program_is_an_error(workspace: Path) -> None:
    (workspace / "templates/notices/task-waiting.en.html").unlink()
    code, printed, problems = call(workspace, "check")
    assert (code, printed) == (1, "errors: 2, warnings: 0\n")
    assert {problem.partition(": ")[2] for problem in problems} == {
        "the notice 'task-waiting' is missing in 'en', the language of the program; write templates/notices/task-waiting.en.html"
    }


def test_problems_as_json(workspace: Path) -> None:
    change(workspace / "rules/collections.yaml", "days_overdue >= 1", "days_overdu >= 1")
    code, printed, problems = call(workspace, "check", "--json")
    found: dict[str, Any] = json.loads(printed)
    assert (code, problems, found["errors"], found["warnings"], found["rules"]) == (1, [], 1, 0, None)
    assert found["problems"][0] | {"line": 0} == {
        "file": "rules/collections.yaml",
        "line": 0,
        "column": 15,
        "place": "",
        "what": "unknown fact 'days_overdu'",
        "hint": "did you mean 'days_overdue'?",
        "warning": False,
    }


def test_files_are_checked_where_there_is_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COBRANZA_LANGUAGE", "en")
    assert call(tmp_path, "check", str(ROOT / "rules/collections.yaml")) == (0, "40 rules, 3 rungs, 12 holds: no problems\n", [])
    assert call(tmp_path, "check", "none.yaml")[::2] == (
        1,
        ["none.yaml: the file cannot be read: No such file or directory; check its name and its permissions"],
    )


NOT_READ = "this file is not read: its name does not end in .yaml; rename it, or take it out of the folder"


@pytest.mark.parametrize("name", ["holds.yml", "holds.YAML", "replies.yml"])
def test_a_file_that_would_silently_not_be_read_is_named(workspace: Path, name: str) -> None:
    shutil.copy(workspace / "rules/collections.yaml", workspace / "rules" / name)
    shutil.copy(workspace / "rules/collections.yaml", workspace / "rules/tests" / name)
    assert call(workspace, "check") == (1, "errors: 1, warnings: 0\n", [f"rules/{name}: {NOT_READ}"])
    assert call(workspace, "publish", "--by", "supervisor")[::2] == (1, [f"rules/{name}: {NOT_READ}"])
    assert call(workspace, "test") == (1, "", [f"rules/tests/{name}: {NOT_READ}"])


def test_a_folder_that_cannot_be_read_is_told(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(folder: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))

    monkeypatch.setattr(Path, "iterdir", forbidden)
    said = "the folder cannot be read: Permission denied; check its permissions"
    assert call(workspace, "check")[2] == [f"rules: {said}", f"rules/banks: {said}"]
    assert call(workspace, "test")[2] == [f"rules/tests: {said}"]


def test_what_editors_and_people_leave_beside_rules_is_no_rules_file(workspace: Path) -> None:
    for name in (
        ".collections.yaml.swp",
        "._collections.yaml",
        ".#collections.yaml",
        "collections.yaml~",
        "notes.txt",
        "collections.yaml.old",
    ):
        (workspace / "rules" / name).write_bytes(b"\0")
    (workspace / "rules/.#rules.yaml").symlink_to("nobody@nowhere.example")
    assert call(workspace, "check")[:2] == (0, "40 rules, 3 rungs, 12 holds: no problems\n")


def test_every_file_that_cannot_be_read_is_named(workspace: Path) -> None:
    (workspace / "rules/folder.yaml").mkdir()
    (workspace / "rules/gone.yaml").symlink_to("nowhere.yaml")
    assert call(workspace, "check")[2] == [
        "rules/folder.yaml: it is no file; take it out of the folder",
        "rules/gone.yaml: the file cannot be read: No such file or directory; check its name and its permissions",
    ]


def test_what_is_no_ordinary_file_is_said_and_not_waited_for(workspace: Path) -> None:
    os.mkfifo(workspace / "rules" / "pipe.yaml")
    (workspace / "rules" / "loop.yaml").symlink_to("loop.yaml")
    code, printed, _complained = call(workspace, "check")
    assert (code, printed) == (1, "errors: 2, warnings: 0\n")
    what = {
        "loop": "the file cannot be read: Too many levels of symbolic links; check its name and its permissions",
        "pipe": "it is no file; take it out of the folder",
    }
    for name, said in what.items():
        (complained,) = call(workspace, "check", str(workspace / "rules" / f"{name}.yaml"))[2]
        assert complained.endswith(f"{name}.yaml: {said}")


def test_the_tests_of_the_workspace_are_run_and_written_as_junit_xml(workspace: Path) -> None:
    code, printed, problems = call(workspace, "test", "--junit", str(workspace / "results.xml"))
    lines = printed.splitlines()
    assert (code, problems) == (0, [])
    assert lines[-1] == "rules/collections.yaml: every rule, rung and hold was seen at work"
    assert lines[-2] == f"tests: {len(lines) - 4}, failed: 0"
    assert lines[0] == "rules/tests/replies.yaml: replies: 91, read otherwise: 0"
    assert lines[1].startswith("rules/replies.yaml: ")
    assert all(line.startswith("passed: ") for line in lines[2:-2])
    assert ET.parse(workspace / "results.xml").getroot().get("tests") == str(len(lines) - 4 + 91)


def test_a_failed_test_ends_with_one_and_shows_expected_beside_got(workspace: Path) -> None:
    change(workspace / "rules/collections.yaml", "cc: [supervisor, sales_manager]", "cc: [supervisor]")
    code, printed, _problems = call(workspace, "test")
    assert code == 1
    assert "FAILED: una promesa detiene el segundo recordatorio; al no cumplirse, sigue (rules/tests/collections.yaml:" in printed
    assert "    expected: second-reminder invoices: [F-101], cc: [sales_manager, supervisor]" in printed
    assert (
        "    got: second-reminder customer: ACME, currency: MXN, invoices: [F-101], to: [collections_contact], cc: [supervisor]," in printed
    )
    code, printed, _problems = call(workspace, "test", "--json")
    assert (code, sum(not test["passed"] for test in json.loads(printed)["tests"])) == (1, 2)


def test_a_workspace_without_tests_and_tests_without_their_rules_are_problems(workspace: Path) -> None:
    tests = workspace / "rules/tests"
    (tests / "collections.yaml").write_text("rules: nowhere.yaml\ntests: []\n", encoding="utf-8")
    (tests / "other.yaml").write_text("rules: ../nowhere.yaml\ntests: [{}]\n", encoding="utf-8")
    code, _printed, problems = call(workspace, "test")
    assert (code, problems) == (
        1,
        [
            "rules/tests/collections.yaml:2:8: the list under 'tests' is empty; write a value, or leave the line out",
            "rules/tests/other.yaml:1:8: there is no rules file '../nowhere.yaml'; the name is relative to the folder of the tests",
        ],
    )
    shutil.rmtree(tests)
    assert call(workspace, "test")[::2] == (1, ["rules/tests: there are no rule tests; put .yaml files with tests there"])


def test_every_fact_is_listed_with_its_meaning(workspace: Path) -> None:
    _code, printed, _problems = call(workspace, "facts")
    names = {line.split()[0] for line in printed.splitlines() if line}
    assert set().union(*VOCABULARY.values()) <= names
    assert "days past its due date; 0 on that day, negative before it" in printed
    _code, printed, _problems = call(workspace, "facts", "--json")
    facts: list[dict[str, Any]] = json.loads(printed)["facts"]
    assert {fact["name"] for fact in facts} == set().union(*VOCABULARY.values())


@pytest.mark.parametrize("scope", list(VOCABULARY))
def test_a_scope_lists_its_facts_and_those_of_the_customer(workspace: Path, scope: str) -> None:
    _code, printed, _problems = call(workspace, "facts", scope, "--json")
    assert {fact["name"] for fact in json.loads(printed)["facts"]} == set(VOCABULARY[scope])  # type: ignore[index] # a Scope is its own text


def test_one_fact_is_shown_with_all_that_is_known_of_it(workspace: Path) -> None:
    code, printed, problems = call(workspace, "facts", "case_status")
    assert (code, problems) == (0, [])
    assert printed.splitlines() == [
        "case_status: who has the case",
        "Type: text",
        "Values: collections, with_administration, legal, written_off",
        "For: invoice",
        'Example: case_status == "collections"',
    ]
    assert call(workspace, "facts", "case_statu")[::2] == (1, ["there is no scope or fact 'case_statu'; did you mean 'case_status'?"])


@pytest.mark.parametrize("number", ["9" * 10, "9" * 30, "9" * 5000])
def test_a_version_beyond_all_numbers_is_none(workspace: Path, number: str) -> None:
    hint = "name 'in-force', 'draft', the number of a version, a rules file or a folder"
    assert call(workspace, "diff", number)[::2] == (1, [f"there are no rules '{number}'; {hint}"])


@pytest.mark.parametrize(
    "words",
    [
        ("approvals", "show"),
        ("approvals", "approve"),
        ("inbox", "show"),
        ("outbox", "settle"),
        ("override", "end"),
        ("quarantine", "show"),
        ("tasks", "show"),
    ],
)
@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30])
def test_numbers_that_no_database_counts_with_are_wrong_usage(workspace: Path, words: tuple[str, ...], number: str) -> None:
    opened = Call(workspace)
    result = CliRunner().invoke(cobranza, [*words, number], obj=opened)
    opened.close()
    assert result.exit_code == 2
    assert "numbers go from 1 to 2147483647" in result.stderr or "los números van de 1 a 2147483647" in result.stderr


@pytest.mark.parametrize("name", ["x" * 300, "../" * 2000, "'\t'"])
def test_tests_of_rules_that_no_file_can_be_named_by(workspace: Path, name: str) -> None:
    file = workspace / "rules/tests/other.yaml"
    file.write_text(f"rules: {name}\ntests: [{{}}]\n", encoding="utf-8")
    (problem,) = call(workspace, "test", str(file))[2]
    assert problem.endswith("'; the name is relative to the folder of the tests")


def test_a_file_that_is_named_twice_is_read_once(workspace: Path) -> None:
    file = str(workspace / "rules/collections.yaml")
    assert call(workspace, "check", file, file) == (0, "40 rules, 3 rungs, 12 holds: no problems\n", [])
