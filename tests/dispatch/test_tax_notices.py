"""What Accounting is told: PUE invoices that nobody paid in their month, and payments whose receipt has not come in time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cobranza_rules.backtest.payment_reading import PaymentReader
from cobranza_rules.rulebook.difference import difference
from cobranza_rules.store.tables import EvidenceRow, PaymentRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING

APRIL = dt.date(2026, 4, 6)


def internal(desk: Desk) -> list[tuple[str, str]]:
    """Notices, but for reminders of packets that Accounting has not answered: a payment brings one of these as well."""
    from cobranza_rules.store.tables import InternalMessageRow

    with desk.workspace.database.reading() as session:
        rows = session.scalars(select(InternalMessageRow).order_by(InternalMessageRow.id))
        return [(row.recipient, row.subject) for row in rows if row.kind == "notice" and "paquete" not in row.subject]


def known_from_the_bank(session: Session) -> None:
    """As if the bank alone had told of what is paid: a receipt stands for that here."""
    for row in session.scalars(select(EvidenceRow)):
        row.kind = "bank"


def test_a_pue_invoice_is_told_once_after_its_month(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00", dt.date(2026, 2, 16), method="PUE"), opening=OPENING)
    desk.take(invoice("FA-3", "580.00", DAY, method="PUE"), opening=DAY)
    desk.tick()
    told = [("contabilidad@kemper.example", "Contabilidad: 1 factura PUE sin pagar al cierre de su mes")]
    assert internal(desk) == told
    desk.run(DAY + dt.timedelta(days=1))
    assert internal(desk) == told
    desk.run(dt.date(2026, 4, 1))
    assert internal(desk) == [*told, *told]


def test_a_payment_without_its_receipt_is_told_once_after_the_fifth_of_the_next_month(desk: Desk) -> None:
    desk.take(
        invoice("FA-4", "580.00", DAY),
        invoice("FA-5", "580.00", DAY, method="PUE"),
        receipt("P-1", {"FA-1": "1160.00"}, dt.date(2026, 3, 10), operation="SPEI1"),
        receipt("P-2", {"FA-5": "580.00"}, dt.date(2026, 3, 10), operation="SPEI2"),
    )
    with desk.workspace.database.writing() as session:
        known_from_the_bank(session)
    desk.take(receipt("P-3", {"FA-4": "580.00"}, dt.date(2026, 3, 10), operation="SPEI3"))
    desk.run(dt.date(2026, 4, 1))
    assert internal(desk) == []
    desk.run(APRIL)
    told = [("contabilidad@kemper.example", "Contabilidad: 1 pago sin complemento (REP)")]
    assert internal(desk) == told
    desk.run(APRIL + dt.timedelta(days=1))
    assert internal(desk) == told


def test_a_receipt_that_comes_in_time_leaves_nothing_to_tell(desk: Desk) -> None:
    paid = receipt("P-1", {"FA-1": "1160.00"}, dt.date(2026, 3, 10), operation="SPEI1")
    desk.take(paid)
    with desk.workspace.database.writing() as session:
        known_from_the_bank(session)
    desk.take(receipt("P-2", {"FA-1": "1160.00"}, dt.date(2026, 3, 10), operation="SPEI1"))
    desk.run(APRIL)
    assert internal(desk) == []
    with desk.workspace.database.writing() as session:
        assert len(session.scalars(select(PaymentRow)).all()) == 1
        session.execute(delete(EvidenceRow).where(EvidenceRow.kind == "rep"))
    with desk.workspace.database.reading() as session:
        reader = PaymentReader(session, desk.workspace.clock.now(), lambda _customer, at: at.date())
        assert [payment.rep_missing for payment in reader.of([1])] == [True]


def with_tax_days(desk: Desk, pue_days: int, rep_day: int) -> None:
    sat = desk.workspace.settings.sat.model_copy(update={"pue_days": pue_days, "rep_day": rep_day})
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"sat": sat})
    desk.workspace.__dict__.pop("rules", None)


def test_the_settings_say_by_which_days(desk: Desk) -> None:
    """A Sunday ends neither: the law counts natural days, and what is told is told on the business day after."""
    with_tax_days(desk, pue_days=5, rep_day=11)
    desk.take(invoice("FA-4", "580.00", DAY, method="PUE"), opening=DAY)
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, dt.date(2026, 3, 10), operation="SPEI1"))
    with desk.workspace.database.writing() as session:
        known_from_the_bank(session)
    desk.run(dt.date(2026, 4, 3))
    assert internal(desk) == []
    desk.run(APRIL)
    pue = ("contabilidad@kemper.example", "Contabilidad: 1 factura PUE sin pagar al cierre de su mes")
    assert internal(desk) == [pue]
    desk.run(dt.date(2026, 4, 10))
    assert internal(desk) == [pue]
    desk.run(dt.date(2026, 4, 13))
    assert internal(desk) == [pue, ("contabilidad@kemper.example", "Contabilidad: 1 pago sin complemento (REP)")]


def test_both_sets_of_a_comparison_go_by_the_settings(desk: Desk) -> None:
    with_tax_days(desk, pue_days=31, rep_day=5)
    desk.take(invoice("FA-4", "580.00", dt.date(2026, 2, 2), method="PUE"), opening=OPENING)
    files = desk.workspace.draft_files
    other = [(name, content.replace(b"pue_unpaid_past_month", b"days_since_issue_month >= 1")) for name, content in files]
    changed = [change.after for change in difference(desk.workspace, files, other).changes]
    assert changed == ["pue-unpaid", "pue-unpaid"]  # FA-1 is no PUE, and the other rules do not ask for that


def test_a_plan_follows_the_settings_although_the_rules_are_the_same(desk: Desk) -> None:
    desk.take(invoice("FA-4", "580.00", dt.date(2026, 2, 2), method="PUE"), opening=OPENING)
    told = []
    for pue_days in (31, 0, 31):
        with_tax_days(desk, pue_days=pue_days, rep_day=5)
        told.append([action.rule_id for action in desk.plan().actions if action.rule_id == "pue-unpaid"])
    assert told == [[], ["pue-unpaid"], []]
