"""What is said of CFDI: under cancellation, cancelled"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cfdi_status",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known_at", cobranza_rules.store.tables.base.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cfdi_status")),
    )
    with op.batch_alter_table("cfdi_status", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cfdi_status_uuid"), ["uuid"], unique=False)
        batch_op.create_index(batch_op.f("ix_cfdi_status_state"), ["state"], unique=False)
