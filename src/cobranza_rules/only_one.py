"""One run at a time for a workspace: two that sent at once would each take the other's message for an interrupted one."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

LOCK_FILE = ".cobranza.lock"
RUN_LOCK = 0x636F6273  # The advisory lock of PostgreSQL that stands for a run, whatever machine it runs on.


@contextmanager
def only_run(base: Path, engine: Engine) -> Iterator[None]:
    """Raises ProblemError where another run is under way. Both locks vanish with the process that holds them."""
    with (base / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _busy() from None
        if engine.dialect.name != "postgresql":
            yield
            return
        # No transaction stays open for the run, and the connection is closed for good after it, for the lock is the connection's.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.detach()
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": RUN_LOCK}).scalar():
                raise _busy()
            try:
                yield
            finally:  # A server notices a closed connection only after a while; the next run may come sooner.
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": RUN_LOCK})


def _busy() -> ProblemError:
    return ProblemError([Problem(_("another run is under way in this workspace"), _("wait until it is done, or stop the daemon"))])
