"""A customer whose data are blocked: documents asked for by hand are refused, but for what decides on claims, and no run writes to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.privacy.blocking import Blocker
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import BillingRequestRow, ContactRow, CustomerRow
from tests.cfdi_files import invoice
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING

Command = Callable[..., Any]
WHO, WHY = "cobranza@kemper.example", "asked for it on 1 March"
REFUSED = (
    "the data of C-001 are blocked: no letter, statement of account or packet is made of them; for a claim, 'cobranza packet escalation C-001'; "
    "if the customer wants to be written to again, 'cobranza customer unblock C-001'"
)


def blocker(desk: Desk, session: Any) -> Blocker:
    return Blocker(Bookkeeper(session, desk.workspace.clock.now()), WHO, desk.today, WHY)


@pytest.fixture
def blocked(desk: Desk) -> Desk:
    """FA-1 is paid, and the customer has asked to be left alone."""
    desk.enter("FA-1", EntryKind.PAYMENT_APPLIED, payment=901, minor=116000)
    with desk.workspace.database.writing() as session:
        blocker(desk, session).block_customer(session.get_one(CustomerRow, 1))
    return desk


@pytest.fixture
def command(blocked: Desk) -> Command:
    def outcome(*words: str) -> Any:
        given = Call(blocked.workspace.base, blocked.today)
        try:
            return CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False).output
        except ProblemError as error:
            return [str(problem) for problem in error.problems]
        finally:
            given.close()

    return outcome


@pytest.mark.parametrize(
    "words",
    [
        ("letter", "account-statement", "C-001"),
        ("letter", "formal-demand", "C-001", "--invoices", "FA-1"),
        ("letter", "sales-intervention", "C-001"),
        ("statement", "C-001"),
        ("statement", "C-001", "--text", "--as-of", "2026-02-20"),
        ("packet", "account", "C-001", "--invoices", "FA-1"),
        ("packet", "delivery", "C-001", "--invoices", "FA-1"),
    ],
)
def test_what_speaks_to_a_blocked_customer_is_refused(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words) == [REFUSED]


def test_what_decides_on_claims_and_what_proves_is_made_all_the_same(blocked: Desk, command: Command) -> None:
    file = blocked.workspace.base / "caso.pdf"
    command("packet", "escalation", "C-001", "--invoices", "FA-1", "-o", str(file))
    assert file.read_bytes().startswith(b"%PDF")
    assert "bloqueó los datos del cliente" in command("case", "C-001")
    zipped = blocked.workspace.base / "C-001.zip"
    command("customer", "export", "C-001", "-o", str(zipped))
    assert zipped.exists()


def test_who_buys_again_is_not_written_to_until_the_block_is_taken_back(blocked: Desk, command: Command) -> None:
    blocked.take(invoice("FA-2", "580.00"), opening=OPENING)
    blocked.tick()
    assert blocked.outgoing() == []
    assert "1 clientes deben facturas y sus datos están bloqueados: no se les envía nada: C-001" in command("plan")
    said = command("customer", "unblock", "C-001", "--why", WHY, "--who", "collections_analyst")
    assert said == "C-001: se usa otra vez en 3 lugares.\n"
    again = command("customer", "unblock", "C-001", "--why", WHY, "--who", "collections_analyst")
    assert again == ["the data of C-001 are not blocked; a person of it is named by the e-mail address"]
    blocked.tick()
    assert [mail.recipients for mail in blocked.outgoing()] == [["pagos@robotica.example"]]
    blocked.assert_whole()


def test_who_was_blocked_before_the_customer_stays_so(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.PAYMENT_APPLIED, payment=901, minor=116000)
    with desk.workspace.database.writing() as session:
        acting = blocker(desk, session)
        acting.block("direccion@robotica.example")
        customer = session.get_one(CustomerRow, 1)
        assert acting.block_customer(customer) == 2
        with pytest.raises(ProblemError, match="the data of C-001 are blocked already; nothing is left to do"):
            acting.block_customer(customer)
        session.flush()
        assert acting.unblock_customer(customer) == 2
        still = session.scalars(select(ContactRow.email).where(ContactRow.blocked_on.is_not(None))).all()
        assert (customer.status, still) == ("active", ["direccion@robotica.example"])


def a_request(**told: object) -> BillingRequestRow:
    texts: tuple[str, ...] = (
        "reference",
        "customer",
        "agreement",
        "concept",
        "purchase_order",
        "approver",
        "requested_by",
        "requester_email",
    )
    texts += ("contact_name", "contact_title", "contact_address", "contact_email", "contact_phone", "source", "refused_by")
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    values: dict[str, object] = dict.fromkeys(texts, "") | {"fingerprint": "f" * 64, "currency": "MXN", "minor": 100, "reasons": []}
    values |= {"requested_on": now.date(), "delivery": "email", "state": "accepted", "known_at": now}
    return BillingRequestRow(**values | told)


def test_requests_deliver_no_more_to_whom_they_name(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.PAYMENT_APPLIED, payment=901, minor=116000)
    with desk.workspace.database.writing() as session:
        session.add(a_request(customer_id=1, contact_name="Ana Muestra", contact_email="ana@robotica.example"))
        session.flush()
        assert blocker(desk, session).block_customer(session.get_one(CustomerRow, 1)) == 4
        session.flush()
        assert session.scalars(select(BillingRequestRow.contact_email)).all() == [""]
