"""Notices to people of the company: which message tells of a step, and who has a copy"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("internal_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copies", sa.JSON(), nullable=False, server_default="[]"))
    # In a second batch: SQLite copies the rows into a new table, and the first copy needs the default.
    with op.batch_alter_table("internal_message", schema=None) as batch_op:
        batch_op.alter_column("copies", server_default=None)
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_step_notice_id_internal_message"), "internal_message", ["notice_id"], ["id"])
