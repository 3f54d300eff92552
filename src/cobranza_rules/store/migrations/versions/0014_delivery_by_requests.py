"""Addresses of billing requests that a message came back from"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("billing_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact_bounced_on", sa.Date(), nullable=True))
