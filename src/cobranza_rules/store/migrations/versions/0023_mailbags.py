"""The bytes of messages that were taken together lie in one file until they are read"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("taken", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bag", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("start", number, nullable=True))
        batch_op.add_column(sa.Column("size", number, nullable=True))
        batch_op.create_index(batch_op.f("ix_taken_bag"), ["bag"], unique=False)
