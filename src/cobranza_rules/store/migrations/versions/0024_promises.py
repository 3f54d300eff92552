"""Every promise that was made for an invoice, with what was paid since, so that it is known how well a customer keeps them"""

import sqlalchemy as sa
from alembic import op

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import fold

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ENTRY = sa.table(
    "entry", sa.column("id"), sa.column("invoice_id"), sa.column("kind"), sa.column("data", sa.JSON()), sa.column("happened_on", sa.Date())
)
INVOICE = sa.table("invoice", sa.column("id"), sa.column("promises", sa.JSON()))
HAS_PROMISES = sa.text("promises IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promises", sa.JSON(), nullable=True))
        batch_op.create_index("ix_invoice_promises", ["customer_id"], sqlite_where=HAS_PROMISES, postgresql_where=HAS_PROMISES)
    _fold_promises()


def _fold_promises() -> None:
    """The invoices' rows are copies of what their entries say."""
    connection = op.get_bind()
    with_promises = sa.select(ENTRY.c.invoice_id).where(ENTRY.c.kind == EntryKind.PROMISED.value).distinct()
    for (invoice_id,) in connection.execute(with_promises).all():
        of_it = sa.select(ENTRY.c.kind, ENTRY.c.happened_on, ENTRY.c.data).where(ENTRY.c.invoice_id == invoice_id).order_by(ENTRY.c.id)
        state = fold(Entry(EntryKind(kind), day, data) for kind, day, data in connection.execute(of_it))
        if state.promises:
            kept = [promise.as_json() for promise in state.promises]
            connection.execute(sa.update(INVOICE).where(INVOICE.c.id == invoice_id).values(promises=kept))
