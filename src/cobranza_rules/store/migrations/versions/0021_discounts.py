"""What is taken off invoices beside payments"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = cobranza_rules.store.tables.base.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "discount",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("invoice_id", NUMBER, nullable=False),
        sa.Column("customer_id", NUMBER, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("support", sa.String(length=64), nullable=True),
        sa.Column("payment_id", NUMBER, nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("doubt", sa.String(length=40), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("note_id", NUMBER, nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.CheckConstraint("minor > 0", name=op.f("ck_discount_minor")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_discount_invoice_id_invoice")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_discount_customer_id_customer")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_discount_payment_id_payment")),
        sa.ForeignKeyConstraint(["note_id"], ["credit_note.id"], name=op.f("fk_discount_note_id_credit_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount")),
    )
    with op.batch_alter_table("discount", schema=None) as batch_op:
        for column in ("invoice_id", "customer_id", "payment_id", "state", "note_id"):
            batch_op.create_index(batch_op.f(f"ix_discount_{column}"), [column], unique=False)
