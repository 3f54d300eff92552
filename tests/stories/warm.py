"""Processes that begin with the program loaded, so that a test may start, and kill, hundreds of them.

Each is a process of its own, forked by the standard library's fork server from one that has imported everything and done nothing. What it runs
is the program's own entry point.
"""

from __future__ import annotations

import datetime as dt
import importlib
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

# What a run imports, here and late; a module that is missing from this list only costs time.
LOADED = [
    "cobranza_rules.cli.planning",
    "cobranza_rules.cli.approvals",
    "cobranza_rules.cli.imports",
    "cobranza_rules.cli.aging",
    "cobranza_rules.cli.outbox",
    "cobranza_rules.cli.tasks",
    "cobranza_rules.cli.inbox",
    "cobranza_rules.cli.case",
    "cobranza_rules.cli.daemon",
    "cobranza_rules.tick",
    "cobranza_rules.rules.document",
    "cobranza_rules.engines",
    "cobranza_rules.letters.pdf",
    "cobranza_rules.letters.statement",
    "cobranza_rules.letters.template_folder",
    "cobranza_rules.letters.fields",
    "cobranza_rules.mail.compose",
    "cobranza_rules.mail.patterns_file",
    "cobranza_rules.mail.maildir_sink",
    "cobranza_rules.mail.maildir_mailbox",
    "cobranza_rules.mail.smtp_sink",
    "cobranza_rules.mail.imap_mailbox",
    "cobranza_rules.mail.html_text",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "alembic.command",
    "holidays",
    "pytest",
]

# What the clock on the wall shows to them: Monday, ten in Mexico City. Tests send over SMTP at whatever hour they run.
ON_THE_WALL = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.stories.warm"])

if any("multiprocessing.forkserver" in argument for argument in sys.orig_argv):
    for _module in LOADED:
        importlib.import_module(_module)
    from tests.stories.shipped_files import shipped_patterns, shipped_rules

    shipped_patterns(), shipped_rules()


def fork(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process that calls `target`, and nothing else."""
    process = _context.Process(target=target, args=arguments)
    process.start()
    return process


def start(
    base: Path, arguments: Sequence[str], said: Path, complained: Path, prepare: Callable[[], None] | None = None
) -> ForkServerProcess:
    """Calls the program on the workspace `base`; what it writes goes into the two files. `prepare` runs in the process before it."""
    return fork(_call, str(base), list(arguments), str(said), str(complained), prepare)


def _call(base: str, arguments: list[str], said: str, complained: str, prepare: Callable[[], None] | None) -> None:
    from cobranza_rules.cli import main
    from cobranza_rules.clock import SystemClock

    SystemClock.wall = lambda self: ON_THE_WALL  # type: ignore[method-assign]  # noqa: ARG005 (only in the process that is to begin)
    for number, file in ((1, said), (2, complained)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    for name in [name for name in os.environ if name.startswith(("COBRANZA_", "LC_", "LANG"))]:
        del os.environ[name]
    os.environ |= {"COBRANZA_LANGUAGE": "en", "LANG": "C.UTF-8"}
    warnings.simplefilter("error")
    sys.argv = ["cobranza", "--workspace", base, *arguments]
    if prepare is not None:
        prepare()
    main()
