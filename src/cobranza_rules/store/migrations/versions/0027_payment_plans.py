"""Payment plans: instalments that a customer agreed to pay, and of each of their invoices the next one"""

import sqlalchemy as sa
from alembic import op

import cobranza_rules.store.tables.base

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = cobranza_rules.store.tables.base.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payment_plan",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("customer_id", NUMBER, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("discounts", sa.JSON(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("agreed_with", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("grace", NUMBER, nullable=False),
        sa.Column("task_id", NUMBER, nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("replaced_by", NUMBER, nullable=True),
        sa.Column("broken_on", sa.Date(), nullable=True),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_payment_plan_customer_id_customer")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_payment_plan_task_id_task")),
        sa.ForeignKeyConstraint(["replaced_by"], ["payment_plan.id"], name=op.f("fk_payment_plan_replaced_by_payment_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_plan")),
    )
    with op.batch_alter_table("payment_plan", schema=None) as batch_op:
        for column in ("customer_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_payment_plan_{column}"), [column], unique=False)
    _instalments()
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("payment_plan", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("instalment_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("instalment_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("instalment_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("plan_percent", NUMBER, nullable=False, server_default="0"))
        batch_op.create_foreign_key(batch_op.f("fk_invoice_payment_plan_payment_plan"), "payment_plan", ["payment_plan"], ["id"])
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("instalment_minor", server_default=None)
        batch_op.alter_column("plan_percent", server_default=None)


def _instalments() -> None:
    op.create_table(
        "instalment",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("plan_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_instalment_minor")),
        sa.ForeignKeyConstraint(["plan_id"], ["payment_plan.id"], name=op.f("fk_instalment_plan_id_payment_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
    )
    with op.batch_alter_table("instalment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instalment_plan_id"), ["plan_id"], unique=False)
