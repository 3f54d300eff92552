"""Statements of the company's bank accounts, and their lines"""

import sqlalchemy as sa
from alembic import op

from cobranza_rules.store.tables.base import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
    )
    op.create_index("ix_bank_statement_account_days", "bank_statement", ["account", "through_on"], unique=False)
    op.create_index(op.f("ix_bank_statement_document"), "bank_statement", ["document"], unique=False)
    _lines()


def _lines() -> None:
    op.create_table(
        "bank_line",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("statement_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tracking_key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rfc", sa.String(length=13), nullable=False),
        sa.Column("clabe", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'applied', 'part_applied', 'not_ours', 'returned', 'outgoing')", name=op.f("ck_bank_line_state")
        ),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_bank_line_minor")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id_bank_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("identity", name=op.f("uq_bank_line_identity")),
    )
    op.create_index("ix_bank_line_account_day", "bank_line", ["account", "booked_on"], unique=False)
    op.create_index("ix_bank_line_state", "bank_line", ["state", "booked_on"], unique=False)
    for name in ("statement_id", "tracking_key", "rfc", "clabe"):
        op.create_index(op.f(f"ix_bank_line_{name}"), "bank_line", [name], unique=False)
