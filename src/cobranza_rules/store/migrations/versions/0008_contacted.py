"""Messages that the limit of contacts counts are found by day and rule"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_finished_on"))
        batch_op.create_index("ix_action_contacted", ["finished_on", "rule_id"], unique=False)
