"""Opening the database: SQLite in WAL mode with foreign keys, or PostgreSQL; migrated to the present before it is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.chosen_index import HintedCompiler
from cobranza_rules.store.migrations import HEAD

BUSY_SECONDS = 30
WRITER_LOCK = 0x636F6272  # "cobr": the advisory lock under which PostgreSQL lets one writer extend the case file's chain.


class Database:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = sessionmaker(engine.execution_options(writes=False), expire_on_commit=False)
        self._writers = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Raises ProblemError where the database is locked, full or gone."""
        with _failing_now_told(), self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, and one writer at a time: commits at the end, or rolls everything back.

        Raises ProblemError where the database is locked, full or gone; then nothing of it was written.
        """
        with _failing_now_told(), self._writers.begin() as session:
            if self.engine.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
            yield session

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, base: Path) -> Database:
    """`url` as SQLAlchemy writes it; a relative SQLite path counts from `base`. Raises ProblemError where it cannot be opened."""
    with _problems_told():
        engine = _engine(url, base)
        migrate(engine)
    return Database(engine)


def reopen(database: Database) -> None:
    """After `close`: whatever lies at its address now is brought to the present. Raises ProblemError where it cannot be opened."""
    with _problems_told():
        migrate(database.engine)


@contextmanager
def _problems_told() -> Iterator[None]:
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        what = _("the database address cannot be used")
        raise ProblemError(
            [Problem(what, _("write it as sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"), place="database")]
        ) from None
    except DatabaseError as error:  # No connection, no rights, or a file that is no database
        what = _("the database cannot be opened: {detail}", detail=str(error.orig).splitlines()[0])
        raise ProblemError([Problem(what, _("check its address and that it runs"), place="database")]) from None


@contextmanager
def _failing_now_told() -> Iterator[None]:
    """What another program, a full disk or a server that restarts does to a database is no fault of this program."""
    try:
        yield
    except OperationalError as last:
        # SQLite ends the transaction of a statement for which there is no room, so that what would undo it fails as well.
        error = next((one for one in _with_causes(last) if not _is_our_fault(one)), None)
        if error is None:
            raise
        what = _("the database cannot be used now: {detail}", detail=str(error.orig).splitlines()[0])
        hint = _("see whether its disk is full or another program holds it; nothing is lost, and the next run goes on")
        raise ProblemError([Problem(what, hint, place="database")]) from last


def _with_causes(error: BaseException) -> Iterator[OperationalError]:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OperationalError):
            yield found
        found = found.__context__


def _is_our_fault(error: OperationalError) -> bool:
    """A statement that SQLite does not understand, or that comes at the wrong time."""
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _engine(url: str, base: Path) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        parsed = parsed.set(database=str(base / parsed.database))
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    engine.dialect.statement_compiler = HintedCompiler
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # The driver's own transactions begin too late; ours begin in `_begin_immediately`.
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: Any) -> None:
    """A reader that becomes a writer in mid-transaction could meet another writer and fail; who may write says so at the start."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes", True) else "BEGIN")


def migrate(engine: Engine) -> None:
    """Brings the tables to the present version; alembic is loaded only where there is something to do."""
    with engine.begin() as connection:
        if _version(connection) == HEAD:
            return
    with _references_resting(engine) as connection:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "cobranza_rules:store/migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _references_resting(engine: Engine) -> Iterator[Connection]:
    """A transaction in which SQLite lets a table be replaced to which others refer, as it is when a column is changed.

    They are looked at before it ends. Whether they are heeded can only be said outside of a transaction.
    """
    with engine.connect() as connection:
        driver = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if driver is not None and (broken := driver.execute("PRAGMA foreign_key_check").fetchall()):
                    raise DatabaseError("PRAGMA foreign_key_check", None, ValueError(f"rows without what they refer to: {broken[:3]}"))
        finally:
            if driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
