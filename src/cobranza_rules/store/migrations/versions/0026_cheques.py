"""Cheques that customers give: received, deposited, cleared, returned; and at which rate invoices in another currency were issued and paid"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cheque",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("drawer", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("deposited_on", sa.Date(), nullable=True),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("line_id", ID, nullable=True),
        sa.Column("payment_id", ID, nullable=True),
        sa.Column("known_at", cobranza_rules.store.tables.base.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_cheque_minor")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_cheque_customer_id_customer")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_cheque_line_id_bank_line")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_cheque_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cheque")),
    )
    with op.batch_alter_table("cheque", schema=None) as batch_op:
        for column in ("customer_id", "line_id", "payment_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_cheque_{column}"), [column], unique=False)
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cheques", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("cheque_state", sa.String(length=40), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("cheque_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("exchange_rate", sa.String(length=24), nullable=False, server_default=""))
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("cheque_state", server_default=None)
        batch_op.alter_column("exchange_rate", server_default=None)
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paid", sa.BigInteger(), nullable=True))
