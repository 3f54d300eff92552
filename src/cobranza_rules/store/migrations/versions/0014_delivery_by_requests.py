"""Addresses of billing requests that a message came back from; invoices whose due date rests on more than their issue, by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

HAS_BASIS = "due_basis IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("billing_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact_bounced_on", sa.Date(), nullable=True))
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invoice_due_basis", ["customer_id"], unique=False, sqlite_where=sa.text(HAS_BASIS), postgresql_where=sa.text(HAS_BASIS)
        )
