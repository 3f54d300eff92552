"""The command line inside the test's process: what it says, or the problems that end it."""

from __future__ import annotations

from click.testing import CliRunner

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.problems import ProblemError

from .desk import Desk


def spoken(desk: Desk, *words: str) -> tuple[int, list[str]]:
    """Exit code and lines; of problems what 'cobranza' writes on the error stream in English. On the desk's own day."""
    given = Call(desk.workspace.base, desk.today)
    try:
        result = CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False)
        if isinstance(result.exception, ProblemError):
            return 1, [str(problem) for problem in result.exception.problems]
        if result.exception is not None:
            raise result.exception
        return result.exit_code or (result.return_value or 0), result.output.splitlines()
    except ProblemError as error:
        return 1, [str(problem) for problem in error.problems]
    finally:
        given.close()
