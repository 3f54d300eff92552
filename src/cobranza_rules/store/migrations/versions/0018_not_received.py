"""How often a customer has said that an invoice did not reach it"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_received_count", number, nullable=False, server_default="0"))
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the default.
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.alter_column("not_received_count", server_default=None)
