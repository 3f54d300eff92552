"""A backtest of rules about deposits, discounts, credit note requests and packets for Accounting: beside what was really done."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.backtest.accounting_history import RecordedDeposit, RecordedDiscount
from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.running import backtest
from cobranza_rules.booking.accounting_packets import accept
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_people import Application, apply_deposit
from cobranza_rules.booking.discounts import Deduction, take_off
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.discount import DiscountKind, DiscountState, Limits
from cobranza_rules.money import Money
from cobranza_rules.store.tables import AccountingPacketRow, BankStatementRow, CaseEventRow, InvoiceRow
from tests.booking.bank_lines import line, put_lines
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.dispatch.test_approvals_by_mail import mails_of
from tests.stories.desk import Desk, days
from tests.stories.fixtures import DeskMaker

ROBOTICA = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,pagos@robotica.example,"
LAST = DAY + dt.timedelta(days=21)
ABOUT_CASH = {"deposit-unapplied", "unapplied-cash-waiting", "collections-to-accounting", "discounts-to-accounting"}
ABOUT_CASH |= {"credit-notes-asked", "credit-note-missing", "packet-unanswered", "payment-reversed"}


def played_by_desk(desk: Desk) -> Desk:
    """One deposit pays less than all with a discount, another is nobody's, of a third something is left. Accounting accepts after a week."""
    desk.take(invoice("FA-7", "1160.00", DAY), invoice("FA-8", "500.00", DAY))
    with desk.workspace.database.writing() as session:
        known_at = desk.workspace.clock.now()
        lines = [line("1100.00", "UNO", DAY), line("300.00", "DE NADIE", DAY), line("640.00", "TRES", DAY)]
        first, _nobodys, third = put_lines(session, *lines, known_at=known_at)
        session.scalars(select(BankStatementRow)).one().document = desk.workspace.archive.put(b"a statement")
        keeper = Bookkeeper(session, known_at)
        apply_deposit(keeper, first, Application({"FA-7": "1100.00"}, "analista@kemper.example"), DAY)
        apply_deposit(keeper, third, Application({"FA-8": ""}, "analista@kemper.example"), DAY)
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-7")).one()
        said = Deduction(DiscountKind.VOLUME, "rebaja", "analista@kemper.example", Money(6_000, "MXN"))
        take_off(keeper, row, said, Limits({"MXN": 100_000}), DAY)
    for day in days(DAY, 21):
        desk.on(day)
        if day == DAY + dt.timedelta(days=8):
            with desk.workspace.database.writing() as session:
                packet = session.scalars(select(AccountingPacketRow)).one()
                accept(Bookkeeper(session, desk.workspace.clock.now()), packet.id, who="contabilidad@kemper.example", today=day)
        desk.tick()
    return desk


def test_both_sides_are_equal_where_the_rules_in_force_are_played(make_desk: DeskMaker) -> None:
    desk = played_by_desk(make_desk(ROBOTICA, accounting=True))
    report = backtest(desk.workspace, Period(DAY, LAST), desk.workspace.rules)

    def told(deeds: object) -> list[tuple[dt.date, str, str]]:
        assert isinstance(deeds, (list, tuple))
        return sorted(
            (deed.on, deed.rule_id, item.number) for deed in deeds for item in deed.items if deed.rule_id.partition(":")[0] in ABOUT_CASH
        )

    assert told(report.simulated_deeds) == told(report.sent_deeds)
    assert {rule.partition(":")[0] for _on, rule, _name in told(report.sent_deeds)} == ABOUT_CASH - {"payment-reversed"}
    with desk.workspace.database.reading() as session:
        told_in_case = [row.data["rule"] for row in session.scalars(select(CaseEventRow).where(CaseEventRow.kind == "people_told"))]
    assert "unapplied-cash-waiting" in told_in_case
    assert "deposit-unapplied" not in told_in_case, "whose it is nobody knows"
    mail = next(mail for mail in mails_of(desk, "notice") if "DE NADIE" in str(mail.get_body(("plain",))))
    body = mail.get_body(("plain",))
    assert body is not None
    assert "DE NADIE" in body.get_content()
    assert "ROBOTICA" not in body.get_content()


def test_a_deposit_is_open_until_something_of_it_is_applied() -> None:
    day = dt.timedelta(days=1)
    deposit = RecordedDeposit(1, "01", 1000, "MXN", "", DAY, DAY + day, [(DAY + 2 * day, 400), (DAY + 4 * day, 600), (DAY + 5 * day, -600)])
    assert [deposit.unapplied(DAY + ahead * day) for ahead in range(6)] == [0, 1000, 600, 600, 0, 600]
    assert (deposit.state(DAY + day), deposit.state(DAY + 2 * day)) == (LineState.OPEN, LineState.PART_APPLIED)


def test_what_accounting_was_asked_for_counts_from_the_next_day() -> None:
    day = dt.timedelta(days=1)
    states = [(DAY, DiscountState.WAITING), (DAY + day, DiscountState.APPLIED), (DAY + 4 * day, DiscountState.CREDITED)]
    discount = RecordedDiscount(1, 1, "FA-7", 6000, "MXN", "volume", DAY, states, requested_on=DAY + 2 * day)
    assert [discount.state(DAY + ahead * day) for ahead in range(-1, 5)] == [
        None,
        DiscountState.WAITING,
        DiscountState.APPLIED,
        DiscountState.APPLIED,
        DiscountState.REQUESTED,
        DiscountState.CREDITED,
    ]
