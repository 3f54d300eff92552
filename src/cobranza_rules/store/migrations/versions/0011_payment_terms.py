"""Payment terms of customers, and what the due date of an invoice rests on"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customer") as batch_op:
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=True))
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.add_column(sa.Column("due_basis", sa.JSON(), nullable=True))
    # The fold of what was acknowledged before says since when: its first day.
    first = "SELECT min(happened_on) FROM entry WHERE entry.invoice_id = invoice.id AND entry.kind = 'acknowledged'"
    kept = f"""'{{"accepted_on": "' || ({first}) || '"}}'"""
    if op.get_bind().dialect.name == "postgresql":
        kept = f"CAST({kept} AS JSON)"
    op.execute(f"UPDATE invoice SET due_basis = {kept} WHERE EXISTS ({first.replace('min(happened_on)', 'id')})")  # noqa: S608
