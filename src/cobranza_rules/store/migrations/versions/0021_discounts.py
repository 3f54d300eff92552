"""What is taken off invoices beside payments, and packets for Accounting"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0021"
down_revision = "0020"
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
        sa.Column("answer", sa.Text(), nullable=False),
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
    _packets()


def _packets() -> None:
    op.create_table(
        "accounting_packet",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("customer_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("relation", sa.String(length=64), nullable=False),
        sa.Column("workbook", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_accounting_packet_customer_id_customer")),
        sa.ForeignKeyConstraint(["message_id"], ["internal_message.id"], name=op.f("fk_accounting_packet_message_id_internal_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_packet")),
        sa.UniqueConstraint("day", "currency", "sequence", "revision", name=op.f("uq_accounting_packet_day_currency_sequence_revision")),
    )
    with op.batch_alter_table("accounting_packet", schema=None) as batch_op:
        for column in ("customer_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_accounting_packet_{column}"), [column], unique=False)
    op.create_table(
        "packet_line",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("packet_id", NUMBER, nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["packet_id"], ["accounting_packet.id"], name=op.f("fk_packet_line_packet_id_accounting_packet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_line")),
    )
    with op.batch_alter_table("packet_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_packet_line_packet_id"), ["packet_id"], unique=False)
        batch_op.create_index(
            "uq_packet_line_live",
            ["subject", "subject_id"],
            unique=True,
            sqlite_where=sa.text("live = 1"),
            postgresql_where=sa.text("live"),
        )
