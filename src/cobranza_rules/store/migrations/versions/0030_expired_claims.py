"""When a payment that a customer claims was looked for long enough without being seen, and the few invoices that were overpaid"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OVERPAID = sa.text("balance < 0")


def upgrade() -> None:
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_expired_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_invoice_overpaid", ["customer_id"], sqlite_where=OVERPAID, postgresql_where=OVERPAID)
