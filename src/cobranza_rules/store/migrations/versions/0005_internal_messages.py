"""Messages to people of the company"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "internal_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", cobranza_rules.store.tables.base.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_message")),
        sa.UniqueConstraint("kind", "key", "recipient", name=op.f("uq_internal_message_kind_key_recipient")),
        sa.UniqueConstraint("message_id", name=op.f("uq_internal_message_message_id")),
    )
    with op.batch_alter_table("internal_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_internal_message_state"), ["state"], unique=False)
