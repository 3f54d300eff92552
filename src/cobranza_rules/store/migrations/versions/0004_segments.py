"""The segment in which the company counts a customer"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customer") as batch_op:
        batch_op.add_column(sa.Column("segment", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("customer") as batch_op:
        batch_op.alter_column("segment", server_default=None)
