"""Attempts at sending, what was reported of messages, pauses, and when a message is tried again or looked up"""

import sqlalchemy as sa
from alembic import op

from cobranza_rules.store.tables.base import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_try_at", Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retry_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("said", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("looked_up_at", Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lookup", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_outgoing_next_try_at"), ["next_try_at"], unique=False)
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the default.
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.alter_column("retry_asked", server_default=None)
    _attempts()
    _reports()
    _pauses()


def _attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("outgoing_id", NUMBER, nullable=False),
        sa.Column("began_at", Instant(timezone=True), nullable=False),
        sa.Column("counted_at", Instant(timezone=True), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_attempt_outgoing_id_outgoing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_outgoing_id"), "attempt", ["outgoing_id"], unique=False)
    op.create_index(op.f("ix_attempt_counted_at"), "attempt", ["counted_at"], unique=False)


def _reports() -> None:
    op.create_table(
        "message_report",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("outgoing_id", NUMBER, nullable=False),
        sa.Column("received_id", NUMBER, nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_message_report_outgoing_id_outgoing")),
        sa.ForeignKeyConstraint(["received_id"], ["received.id"], name=op.f("fk_message_report_received_id_received")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_report")),
    )
    op.create_index(op.f("ix_message_report_outgoing_id"), "message_report", ["outgoing_id"], unique=False)


def _pauses() -> None:
    op.create_table(
        "pause",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("began_at", Instant(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index(op.f("ix_pause_ended_at"), "pause", ["ended_at"], unique=False)
