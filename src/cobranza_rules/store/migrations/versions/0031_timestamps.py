"""Documents that are to have a timestamp of an authority, and those that have one"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("token IS NULL")


def instant(name: str, *, nullable: bool = True) -> sa.Column[sa.types.TypeEngine[object]]:
    return sa.Column(name, cobranza_rules.store.tables.base.Instant(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "document_timestamp",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=500), nullable=False),
        instant("wanted_at", nullable=False),
        sa.Column("attempts", ID, nullable=False),
        instant("asked_at"),
        instant("next_try_at"),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("anchors", sa.String(length=64), nullable=True),
        instant("stamped_at"),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_document_timestamp_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_timestamp")),
        sa.UniqueConstraint("document", "authority", name=op.f("uq_document_timestamp_document_authority")),
    )
    with op.batch_alter_table("document_timestamp", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_timestamp_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_timestamp_token"), ["token"], unique=False)
        batch_op.create_index("ix_document_timestamp_waiting", ["next_try_at"], sqlite_where=WAITING, postgresql_where=WAITING)
