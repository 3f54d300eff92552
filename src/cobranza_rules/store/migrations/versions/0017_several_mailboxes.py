"""Several mailboxes with several folders; messages are taken first and read then; what is attached to them"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FIRST = "incoming"  # What the only mailbox was called in the settings
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _folders()
    _messages()
    _attachments()


def _folders() -> None:
    marks = op.get_bind().execute(sa.text("SELECT folder, uid_validity, last_uid FROM mailbox_mark")).mappings().all()
    op.drop_table("mailbox_mark")
    table = op.create_table(
        "mailbox_mark",
        sa.Column("mailbox", sa.String(length=40), nullable=False),
        sa.Column("folder", sa.String(length=400), nullable=False),
        sa.Column("uid_validity", Id, nullable=False),
        sa.Column("last_uid", Id, nullable=False),
        sa.Column("compared_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_mailbox_mark")),
    )
    if marks:
        op.bulk_insert(table, [{**mark, "mailbox": FIRST, "compared_on": None} for mark in marks])


def _messages() -> None:
    query = "SELECT t.origin, t.received_id, t.quarantined, r.raw FROM taken t LEFT JOIN received r ON r.id = t.received_id ORDER BY t.received_id"
    taken = op.get_bind().execute(sa.text(query)).mappings().all()
    op.drop_table("taken")
    table = op.create_table(
        "taken",
        sa.Column("id", Id, nullable=False),
        sa.Column("origin", sa.String(length=500), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", Id, nullable=False),
        sa.Column("received_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["received_id"], ["received.id"], name=op.f("fk_taken_received_id_received")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken")),
        sa.UniqueConstraint("origin", name=op.f("uq_taken_origin")),
    )
    with op.batch_alter_table("taken", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taken_folder"), ["folder"], unique=False)
        batch_op.create_index(batch_op.f("ix_taken_state"), ["state"], unique=False)
    if taken:
        op.bulk_insert(table, [_as_it_is_now(row) for row in taken])


def _as_it_is_now(row: sa.RowMapping) -> dict[str, object]:
    origin = f"{FIRST}/{row['origin']}"
    return {
        "origin": origin,
        "folder": origin.rpartition("/")[0],
        "raw": row["raw"] or row["quarantined"] or "",
        "complete": True,
        "state": "quarantined" if row["quarantined"] else "read",
        "tries": 1,
        "received_id": row["received_id"],
    }


def _attachments() -> None:
    """Of messages that were read before nobody knows them; what is in them is still in the archive."""
    with op.batch_alter_table("received", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attachments", sa.JSON(), nullable=True))
    op.execute("UPDATE received SET attachments = '[]'")
    with op.batch_alter_table("received", schema=None) as batch_op:
        batch_op.alter_column("attachments", existing_type=sa.JSON(), nullable=False)
