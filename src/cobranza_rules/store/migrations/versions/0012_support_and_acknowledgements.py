"""Support of invoices, what customers ask for with them, and what acknowledges their receipt"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LISTS = ("acknowledgements", "support", "support_required")
ENTRY = sa.table(
    "entry", sa.column("id"), sa.column("invoice_id"), sa.column("kind"), sa.column("data", sa.JSON()), sa.column("happened_on", sa.Date())
)
INVOICE = sa.table("invoice", sa.column("id"), sa.column("acknowledgements", sa.JSON()))
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("support_required", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("portal", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.alter_column("support_required", server_default=None)
        batch_op.alter_column("portal", server_default=None)
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        for name in LISTS:
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("support_missing", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        for name in (*LISTS, "support_missing"):
            batch_op.alter_column(name, server_default=None)
    _copy_acknowledgements()
    op.create_table(
        "waiting_support",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("named", sa.String(length=70), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_support")),
        sa.UniqueConstraint("named", "kind", "document", name=op.f("uq_waiting_support_named_kind_document")),
    )
    with op.batch_alter_table("waiting_support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_support_named"), ["named"], unique=False)


def _copy_acknowledgements() -> None:
    """The invoices' rows are copies of what their entries say; so far an invoice was acknowledged once at most."""
    connection = op.get_bind()
    said = sa.select(ENTRY.c.invoice_id, ENTRY.c.data, ENTRY.c.happened_on).where(ENTRY.c.kind == "acknowledged").order_by(ENTRY.c.id)
    found = [{"of": key, "said": [{**data, "on": day.isoformat()}]} for key, data, day in connection.execute(said)]
    if found:
        connection.execute(
            sa.update(INVOICE).where(INVOICE.c.id == sa.bindparam("of")).values(acknowledgements=sa.bindparam("said")), found
        )
