"""Agreements with their files, billing requests, and which of them an invoice belongs to"""

import sqlalchemy as sa
from alembic import op

from cobranza_rules.store.tables.base import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _agreements()
    _requests()
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreement", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("agreement_id", _id(), nullable=True))
        batch_op.add_column(sa.Column("request", _id(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_invoice_agreement_id_agreement"), "agreement", ["agreement_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_invoice_request_billing_request"), "billing_request", ["request"], ["id"])
        batch_op.create_index(batch_op.f("ix_invoice_request"), ["request"], unique=False)
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the default.
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("agreement", server_default=None)


def _agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", _id(), nullable=False),
        sa.Column("customer_id", _id(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("version", _id(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("support_required", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("known_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_agreement_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_agreement_number_version")),
    )
    op.create_table(
        "agreement_file",
        sa.Column("id", _id(), nullable=False),
        sa.Column("customer_id", _id(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("known_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_agreement_file_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_file")),
        sa.UniqueConstraint("number", "document", name=op.f("uq_agreement_file_number_document")),
    )
    for table in ("agreement", "agreement_file"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_customer_id"), ["customer_id"], unique=False)


def _requests() -> None:
    op.create_table(
        "billing_request",
        sa.Column("id", _id(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("customer_id", _id(), nullable=True),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("concept", "purchase_order", "approver")),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requester_email", sa.String(length=254), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contact_name", "contact_title", "contact_address")),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("refused_by", sa.Text(), nullable=False),
        sa.Column("known_at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('accepted', 'refused')", name=op.f("ck_billing_request_state")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_billing_request_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_request")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_billing_request_fingerprint")),
    )
    op.create_table(
        "request_told",
        sa.Column("id", _id(), nullable=False),
        sa.Column("request_id", _id(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("message_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["billing_request.id"], name=op.f("fk_request_told_request_id_billing_request")),
        sa.ForeignKeyConstraint(["message_id"], ["internal_message.id"], name=op.f("fk_request_told_message_id_internal_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_told")),
        sa.UniqueConstraint("request_id", "outcome", "recipient", name=op.f("uq_request_told_request_id_outcome_recipient")),
    )
    with op.batch_alter_table("billing_request", schema=None) as batch_op:
        for column in ("customer_id", "reference", "state"):
            batch_op.create_index(batch_op.f(f"ix_billing_request_{column}"), [column], unique=False)
    with op.batch_alter_table("request_told", schema=None) as batch_op:
        for column in ("message_id", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_request_told_{column}"), [column], unique=False)
