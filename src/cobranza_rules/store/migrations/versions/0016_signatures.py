"""Signatures: what was shown to whom by mail, what was passed to somebody else, and which message everybody has agreed to"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("leaves", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.alter_column("shown", server_default=None)
        batch_op.alter_column("leaves", server_default=None)
    op.create_table(
        "delegation",
        sa.Column("id", ID, nullable=False),
        sa.Column("action_id", ID, nullable=False),
        sa.Column("approval_id", ID, nullable=False),
        sa.Column("gate", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("to_role", sa.String(length=80), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", cobranza_rules.store.tables.base.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_delegation_action_id_action")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_delegation_approval_id_approval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_approval_id"), ["approval_id"], unique=False)
    op.create_table(
        "approval_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["internal_message.id"], name=op.f("fk_approval_request_message_id_internal_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_request")),
    )
    with op.batch_alter_table("approval_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_request_message_id"), ["message_id"], unique=False)
    op.create_table(
        "approval_asked",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("approval_id", ID, nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name=op.f("fk_approval_asked_request_id_approval_request")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_asked_approval_id_approval")),
        sa.PrimaryKeyConstraint("request_id", "approval_id", name=op.f("pk_approval_asked")),
    )
    with op.batch_alter_table("approval_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_asked_approval_id"), ["approval_id"], unique=False)
