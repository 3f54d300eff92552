"""By what a deposit was applied, and what it is looked for by"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_by", sa.String(length=40), nullable=False, server_default=""))
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the default.
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.alter_column("settled_by", server_default=None)
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_folio", ["folio"], unique=False)
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_amount", ["amount", "currency"], unique=False)
