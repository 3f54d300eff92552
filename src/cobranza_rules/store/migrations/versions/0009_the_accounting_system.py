"""The accounting system as a second source: its charges and credits, and invoices whose CFDI is not here yet"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _widen_invoice()
    _widen_application()
    with op.batch_alter_table("credit_note", schema=None) as batch_op:
        batch_op.alter_column("uuid", existing_type=sa.String(length=36), nullable=True)
        batch_op.alter_column("document", existing_type=sa.String(length=64), nullable=True)
    _create_charge()
    _create_credit()


def _widen_invoice() -> None:
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("uuid", existing_type=sa.String(length=36), nullable=True)
        batch_op.alter_column("document", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column("cfdi_missing", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("ledger_open", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ledger_difference", sa.Boolean(), nullable=False, server_default=sa.false()))
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the defaults.
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("cfdi_missing", server_default=None)
        batch_op.alter_column("ledger_difference", server_default=None)


def _widen_application() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.alter_column("invoice_uuid", existing_type=sa.String(length=36), nullable=True)
        batch_op.add_column(sa.Column("invoice_id", ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_application_invoice_id_invoice"), "invoice", ["invoice_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_application_invoice_id"), ["invoice_id"], unique=False)
    application, invoice = (
        sa.table("application", sa.column("invoice_id"), sa.column("invoice_uuid")),
        sa.table("invoice", sa.column("id"), sa.column("uuid")),
    )
    named = sa.select(invoice.c.id).where(invoice.c.uuid == application.c.invoice_uuid).scalar_subquery()
    op.execute(application.update().values(invoice_id=named))


def _create_charge() -> None:
    op.create_table(
        "ledger_charge",
        sa.Column("id", ID, nullable=False),
        sa.Column("invoice_id", ID, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("internal_id", sa.String(length=40), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_ledger_charge_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_charge")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_ledger_charge_invoice_id")),
    )


def _create_credit() -> None:
    op.create_table(
        "ledger_credit",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=70), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided", sa.String(length=40), nullable=False),
        sa.Column("applied", sa.JSON(), nullable=False),
        sa.Column("payment_id", ID, nullable=True),
        sa.Column("note_id", ID, nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ledger_credit_customer_id_customer")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_ledger_credit_payment_id_payment")),
        sa.ForeignKeyConstraint(["note_id"], ["credit_note.id"], name=op.f("fk_ledger_credit_note_id_credit_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_credit")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_credit_key")),
    )
    op.create_table(
        "ledger_part",
        sa.Column("id", ID, nullable=False),
        sa.Column("credit_id", ID, nullable=False),
        sa.Column("invoice_id", ID, nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["credit_id"], ["ledger_credit.id"], name=op.f("fk_ledger_part_credit_id_ledger_credit")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_ledger_part_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_part")),
        sa.UniqueConstraint("credit_id", "invoice_id", name=op.f("uq_ledger_part_credit_id_invoice_id")),
    )
    with op.batch_alter_table("ledger_credit", schema=None) as batch_op:
        for column in ("customer_id", "number", "uuid", "payment_id", "note_id"):
            batch_op.create_index(batch_op.f(f"ix_ledger_credit_{column}"), [column], unique=False)
    with op.batch_alter_table("ledger_part", schema=None) as batch_op:
        for column in ("credit_id", "invoice_id"):
            batch_op.create_index(batch_op.f(f"ix_ledger_part_{column}"), [column], unique=False)
