"""A workspace in which a run has but to send: `n` reminders, each to a customer of its own, written and agreed to.

Customers, invoices and the bytes of the messages are synthetic and always the same; the actions are those that the program itself plans.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TextIO

from sqlalchemy import select

from benchmarks.synthetic_book import contact_row, customer_row, insert, invoice_row
from benchmarks.synthetic_invoice import Row, overdue
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.chains import read_chains
from cobranza_rules.dispatch.content_key import content_keys
from cobranza_rules.language import _
from cobranza_rules.mail.compose import compose, message_id_for
from cobranza_rules.mail.message import Attachment, OutgoingMessage
from cobranza_rules.plan.ledger import move
from cobranza_rules.plan.states import State
from cobranza_rules.rulebook.publishing import publish_shipped
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.documents import digest_of
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.tick import enter_plan, make_plan
from cobranza_rules.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parents[1]
KEPT = "kept.db"  # The database before anything was sent
LIST = "messages.jsonl"  # For the side that knows nothing of the program: sender, recipients and file of each message
STATEMENT_BYTES = 7_000
TOGETHER = 1_000  # Actions agreed to in one transaction
TEXT = "Estimados señores:\n\nA la fecha no hemos recibido el pago de las facturas que se relacionan.\n\n" * 6
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make(base: Path, n: int) -> None:
    _make_folder(base)
    workspace = open_workspace(base, TODAY)
    publish_shipped(workspace, "benchmark")
    _write_book(base / "cobranza.db", n)
    assert len(enter_plan(workspace, make_plan(workspace))) == n, "something else is due than one reminder a customer"
    with (base / LIST).open("w", encoding="utf-8") as told:
        _agree(workspace, told)
    assert not make_plan(workspace).actions, "something is planned beside what waits"
    workspace.close()
    (base / "cobranza.db").rename(base / KEPT)


def restore(base: Path) -> None:
    """As it was before anything was sent."""
    for name in ("cobranza.db-wal", "cobranza.db-shm"):
        (base / name).unlink(missing_ok=True)
    shutil.copyfile(base / KEPT, base / "cobranza.db")


def connect(base: Path, port: int) -> None:
    """Lets the workspace send to the server at `port`."""
    settings = (base / "cobranza.toml").read_text(encoding="utf-8")
    before, _out, rest = settings.partition("[mail.out]\n")
    wire = f'[mail.out]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    (base / "cobranza.toml").write_text(before + wire + rest[rest.index("\n[mail.incoming]") :], encoding="utf-8")


def _make_folder(base: Path) -> None:
    base.mkdir(parents=True)
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, base / name)
    settings = (ROOT / "samples" / "cobranza.toml").read_text(encoding="utf-8")
    (base / "cobranza.toml").write_text(settings.replace('mode = "supervised"', 'mode = "automatic"'), encoding="utf-8")
    rules = base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1000000"), encoding="utf-8")


def _write_book(database: Path, n: int) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous=OFF")
    with connection:
        insert(connection, "heartbeat", [{"name": name, "at": NOW} for name in ("bank", "mailbox", "payments_told")])
        for number in range(1, n + 1):
            for table, rows in _customer(number):
                insert(connection, table, rows)
    connection.close()


def _customer(number: int) -> Iterator[tuple[str, list[Row]]]:
    random = Random(number)
    yield "customer", [customer_row(number)]
    yield "contact", [contact_row(number, "collections_contact")]
    yield "invoice", [invoice_row(number, number, overdue(random, (1, 30)), "MXN", random.randrange(100_000, 25_000_000))]


def _agree(workspace: Workspace, told: TextIO) -> None:
    """What preparing leaves behind when all have agreed, without printing the letter: the bytes of the message are made up."""
    archive = workspace.archive.root
    with workspace.database.reading() as session:
        ids = session.scalars(select(ActionRow.id).order_by(ActionRow.id)).all()
    for start in range(0, len(ids), TOGETHER):
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            chains = read_chains(keeper, ids[start : start + TOGETHER])
            keys = content_keys(keeper, workspace, [chain.action for chain in chains])
            for chain, key in zip(chains, keys, strict=True):
                row = chain.row
                row.revision, row.rendered_on, row.content = 1, TODAY, key
                move(keeper, row, State.APPROVED, TODAY, _("ready to leave"))
                message = _message(workspace, row.id, chain.action)
                raw = compose(message)
                digest = digest_of(raw)
                file = archive / digest[:2] / digest
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(raw)
                session.add(_outgoing(row, message, digest))
                recipients = [*message.to, *message.cc]
                told.write(json.dumps([message.sender, recipients, str(file.relative_to(workspace.base))]) + "\n")


def _message(workspace: Workspace, number: int, action: PlannedAction) -> OutgoingMessage:
    mail = workspace.settings.mail
    return OutgoingMessage(
        message_id=message_id_for(str(number), mail.address.rpartition("@")[2]),
        sender=mail.address,
        sender_name=mail.display_name,
        to=action.recipients,
        cc=action.copies,
        subject=f"Recordatorio de pago F-{number}",
        text=TEXT,
        html=TEXT,
        dated=NOW,
        attachments=(Attachment(f"estado-de-cuenta-{number}.xlsx", EXCEL, Random(number).randbytes(STATEMENT_BYTES)),),
    )


def _outgoing(row: ActionRow, message: OutgoingMessage, digest: str) -> OutgoingRow:
    return OutgoingRow(
        action_id=row.id,
        revision=row.revision,
        message_id=message.message_id,
        raw=digest,
        recipients=list(message.to),
        copies=list(message.cc),
        subject=message.subject,
        state="approved",
        phase="",
        detail="",
        changed_at=NOW,
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
