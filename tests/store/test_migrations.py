"""The migrations lead to exactly the tables that the program works with, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, text

from cobranza_rules.store.database import Database, migrate
from cobranza_rules.store.migrations import HEAD
from cobranza_rules.store.tables import Base, CustomerRow, InternalMessageRow, InvoiceRow, MailboxMarkRow, TakenRow
from tests.store.rows import a_customer


def configured(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "cobranza_rules:store/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def differences(database: Database) -> list[Any]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_named_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "cobranza_rules:store/migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    assert differences(database) == []


def test_the_comparison_finds_what_is_missing(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin() as undone:
        connection.execute(text("ALTER TABLE action ADD COLUMN forgotten INTEGER"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
        undone.rollback()
    assert [difference[0] for difference in found] == ["remove_column"]


def test_the_index_over_live_claims_is_partial_and_unique(database: Database) -> None:
    index = next(index for index in inspect(database.engine).get_indexes("claim") if index["name"] == "uq_claim_live")
    assert index["unique"]
    assert index["column_names"] == ["subject", "subject_id", "rule_id", "occurrence"]
    options = index["dialect_options"]
    where = str(options.get("sqlite_where", options.get("postgresql_where")))
    assert where.strip("()") in ("live = 1", "live")


def test_an_older_database_keeps_what_is_in_it(database: Database) -> None:
    """One of the first version, with a customer, becomes one of the present."""
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(configured(connection), "0001")
    assert not inspect(database.engine).has_table("internal_message")
    with database.engine.begin() as connection:
        table = Table("customer", MetaData(), autoload_with=connection)
        given = a_customer("C-007")
        connection.execute(
            insert(table).values(
                {name: getattr(given, name) for name in [column.name for column in table.c] if getattr(given, name) is not None}
            )
        )
    migrate(database.engine)
    assert differences(database) == []
    with database.reading() as session:
        assert list(session.scalars(select(CustomerRow.code))) == ["C-007"]
        assert list(session.scalars(select(InternalMessageRow))) == []


def test_migrating_a_database_of_the_present_changes_nothing(database: Database) -> None:
    migrate(database.engine)
    assert differences(database) == []


def test_acknowledgements_of_before_count_from_their_first_day(database: Database) -> None:
    """What the rows of an older database say of them is what the fold of their entries gives."""
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(configured(connection), "0008")
        tables = MetaData()
        tables.reflect(connection, only=["customer", "invoice", "entry"])
        put = {name: tables.tables[name] for name in ("customer", "invoice", "entry")}
        given = a_customer()
        names = [column.name for column in put["customer"].c if getattr(given, column.name) is not None]
        connection.execute(insert(put["customer"]).values({**{name: getattr(given, name) for name in names}, "id": 1, "segment": ""}))
        for number in (1, 2):
            connection.execute(insert(put["invoice"]).values(an_invoice(put["invoice"], number)))
        for kind, day in (("acknowledged", 9), ("acknowledged", 5), ("delivered", 4)):
            values = {"invoice_id": 1, "kind": kind, "data": {}, "happened_on": dt.date(2026, 3, day), "known_at": NOON}
            connection.execute(insert(put["entry"]).values(values))
    migrate(database.engine)
    with database.reading() as session:
        kept = session.execute(select(InvoiceRow.id, InvoiceRow.due_basis).order_by(InvoiceRow.id)).all()
    assert kept == [(1, {"accepted_on": "2026-03-05"}), (2, None)]


NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


def an_invoice(table: Table, number: int) -> dict[str, Any]:
    """A value for every column that must have one."""
    usual: dict[type, Any] = {
        int: 0,
        str: "",
        bool: False,
        dt.date: dt.date(2026, 3, 2),
        dict: {},
        object: {},
    }  # The two databases say of JSON one each
    values = {column.name: usual[column.type.python_type] for column in table.c if not column.nullable}
    return {**values, "id": number, "customer_id": 1, "uuid": str(number), "status": "open", "delivery": "pending"}


def test_messages_of_before_are_of_the_only_mailbox(database: Database) -> None:
    """What was taken is not taken again, and is known to be read, or to be set aside."""
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(configured(connection), "0014")
        connection.execute(text("INSERT INTO mailbox_mark (folder, uid_validity, last_uid) VALUES ('INBOX', 7, 42)"))
        received = Table("received", MetaData(), autoload_with=connection)
        values: dict[str, Any] = {
            "fingerprint": "f" * 64,
            "raw": "a" * 64,
            "received_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
            "state": "open",
            "kind": "promise",
        }
        empty: dict[str, Any] = {
            "facts": {},
            "evidence": {},
            "doubts": [],
            "doubtful": False,
            "sender_authenticated": False,
            "sender_known": False,
        }
        texts = dict.fromkeys(("message_id", "sender", "subject", "matched_by", "decided_by"), "")
        connection.execute(insert(received).values(id=5, **values, **empty, **texts))
        connection.execute(
            text("INSERT INTO taken (origin, received_id, quarantined) VALUES ('INBOX/7/41', 5, NULL), ('INBOX/7/42', NULL, :digest)"),
            {"digest": "b" * 64},
        )
    migrate(database.engine)
    assert differences(database) == []
    with database.reading() as session:
        mark = session.get_one(MailboxMarkRow, ("incoming", "INBOX"))
        assert (mark.uid_validity, mark.last_uid, mark.compared_on) == (7, 42, None)
        rows = {row.origin: (row.folder, row.raw, row.state, row.received_id) for row in session.scalars(select(TakenRow))}
    assert rows == {
        "incoming/INBOX/7/41": ("incoming/INBOX/7", "a" * 64, "read", 5),
        "incoming/INBOX/7/42": ("incoming/INBOX/7", "b" * 64, "quarantined", None),
    }
