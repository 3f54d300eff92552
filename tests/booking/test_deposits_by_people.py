"""What people say of deposits: applied, taken back, another evidence, nobody's; and what is refused, with its exact sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.booking.bank_lines import DAY as PAID
from tests.booking.bank_lines import line
from tests.booking.test_deposits import DAY, NOW, balances, deposited, evidences, importing, open_tasks, standing, take
from tests.cfdi_files import UNIVERSITY, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.deposit_advices import open_claims
from cobranza_rules.booking.deposit_people import (
    Application,
    Discounted,
    apply_deposit,
    join_deposit,
    not_ours,
    returned,
    unapply_deposit,
)
from cobranza_rules.booking.deposit_queue import proposed
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.payment_claims import PaymentClaim, claim_payment
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.dispatch.unapplied import currencies_of, unapplied
from cobranza_rules.domain.discount import Limits
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.reports.past_unapplied import cut_of, other_unapplied
from cobranza_rules.reports.standing import Known
from cobranza_rules.store.tables import BankLineRow, DiscountRow, InvoiceRow

__all__ = ["importing"]  # A fixture
WHO = "analista@empresa.example"
OTHER = ("MISC491214B86", "CECILIA MIRANDA SANCHEZ")


def doing(importing: Importing, act: Callable[[Bookkeeper], Any]) -> Any:
    with importing.database.writing() as session:
        return act(Bookkeeper(session, NOW))


def applied(importing: Importing, number: int, discounts: tuple[Discounted, ...] = (), rate: str = "", **shares: str) -> None:
    named = {name.replace("_", "-"): amount for name, amount in shares.items()}
    said = Application(named, WHO, "según correo", discounts, Limits({"MXN": 100_000}), rate)
    doing(importing, lambda keeper: apply_deposit(keeper, number, said, DAY))


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        call()
    return [f"{problem.what}; {problem.hint}" for problem in caught.value.problems]


def told(importing: Importing) -> list[str]:
    with importing.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, 1)]


def test_a_part_payment_and_what_is_left_is_unapplied_cash(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", "500.00"))
    (number,) = deposited(importing, line("1000.00", "ABONO"))
    applied(importing, number, FA_1="600.00")
    assert balances(importing) == {"FA-1": 56_000, "FA-2": 50_000}
    assert standing(importing) == [("part_applied", "person")]
    with importing.database.reading() as session:
        assert unapplied(session, 1, "MXN") == (("2026-02-10", Money(40_000, "MXN")),)
        assert currencies_of(session, 1) == ["MXN"]
        today = cut_of(DAY, dt.UTC, Known.THEN)
        assert [one.as_json() for one in other_unapplied(session, None)] == [one.as_json() for one in other_unapplied(session, today)]
        assert [(one.kind, one.number, one.amount) for one in other_unapplied(session, today)] == [
            ("left of a payment", "2026-02-10", Money(40_000, "MXN"))
        ]
        assert other_unapplied(session, cut_of(DAY - dt.timedelta(days=1), dt.UTC, Known.THEN)) == []
    applied(importing, number, FA_1="100.00", FA_2="")
    assert balances(importing) == {"FA-1": 46_000, "FA-2": 20_000}
    assert standing(importing) == [("applied", "person")]


def test_one_deposit_for_several_customers_and_several_for_one_invoice(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FB-1", "500.00", receiver=OTHER))
    first, second = deposited(importing, line("1000.00", "VARIOS"), line("660.00", "RESTO"))
    applied(importing, first, FA_1="500.00", FB_1="500.00")
    applied(importing, second, FA_1="")
    assert balances(importing) == {"FA-1": 0, "FB-1": 0}
    assert standing(importing) == [("applied", "person"), ("applied", "person")]
    assert evidences(importing) == [["bank"], ["bank"], ["bank"]]
    take(importing, receipt("P-1", {"FA-1": "500.00"}, PAID), receipt("P-2", {"FB-1": "500.00"}, PAID, receiver=OTHER))
    assert balances(importing) == {"FA-1": 0, "FB-1": 0}
    assert evidences(importing) == [["bank"], ["bank", "rep"], ["bank", "rep"]]


def test_taking_back_restores_what_was(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    (number,) = deposited(importing, line("1000.00", "ABONO"))
    doing(importing, lambda keeper: claim_payment(keeper, ["FA-1"], PaymentClaim(WHO, "lo dice su tesorería"), DAY))
    before = _state(importing)
    applied(importing, number, FA_1="1000.00")
    assert _state(importing).claimed_on is None
    doing(importing, lambda keeper: unapply_deposit(keeper, number, who=WHO, comment="era de otro", today=DAY))
    assert _state(importing) == before
    assert standing(importing) == [("open", "person")]
    assert "the payment of FA-1 claimed on 2026-03-02 is found: 1,000.00 MXN (payment 1)" in told(importing)
    assert "payment taken back from FA-1: a deposit was applied to it that is not for it: era de otro" in told(importing)


def _state(importing: Importing) -> Any:
    with importing.database.reading() as session:
        return state_of(session.scalars(select(InvoiceRow)).one())


def test_what_people_took_back_the_program_leaves_to_them(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    (number,) = deposited(importing, line("1160.00", "FA-1"))
    doing(importing, lambda keeper: unapply_deposit(keeper, number, who=WHO, comment="no es", today=DAY))
    take(importing, invoice("FA-2"))
    assert balances(importing) == {"FA-1": 116_000, "FA-2": 116_000}
    applied(importing, number, FA_2="")
    assert balances(importing) == {"FA-1": 116_000, "FA-2": 0}


def test_a_discount_goes_with_the_deposit_and_comes_back_with_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    (number,) = deposited(importing, line("1100.00", "FA-1"))
    applied(importing, number, (Discounted("FA-1", "60.00", "volume"),), FA_1="1100.00")
    assert balances(importing) == {"FA-1": 0}
    take(importing, receipt("P-1", {"FA-1": "1100.00"}, PAID))
    assert balances(importing) == {"FA-1": 0}
    assert evidences(importing) == [["bank", "rep"]]
    doing(importing, lambda keeper: returned(keeper, number, who=WHO, comment="sin fondos", today=DAY))
    assert balances(importing) == {"FA-1": 116_000}
    with importing.database.reading() as session:
        assert list(session.scalars(select(DiscountRow.state))) == ["reversed"]


def test_a_receipt_that_disagrees_with_a_person_is_asked_about(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"))
    (number,) = deposited(importing, line("1160.00", "ABONO"))
    applied(importing, number, FA_1="")
    take(importing, receipt("P-1", {"FA-2": "1160.00"}, PAID))
    assert open_tasks(importing) == ["match-deposit"]
    doing(importing, lambda keeper: unapply_deposit(keeper, number, who=WHO, comment="es el del recibo", today=DAY))
    doing(importing, lambda keeper: join_deposit(keeper, number, 2, who=WHO, comment="", today=DAY))
    assert balances(importing) == {"FA-1": 116_000, "FA-2": 0}
    assert open_tasks(importing) == []


def test_a_line_that_the_bank_returns_reopens_what_it_closed(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    deposited(importing, line("1160.00", "FA-1", tracking_key="ABC123456"))
    assert balances(importing) == {"FA-1": 0}
    deposited(importing, line("-1160.00", "DEVOLUCION", day=dt.date(2026, 2, 12), tracking_key="ABC123456", kind="returned"))
    assert balances(importing) == {"FA-1": 116_000}
    assert standing(importing) == [("returned", ""), ("outgoing", "returned")]
    with importing.database.reading() as session:
        assert session.scalars(select(InvoiceRow.reversed_on)).one() == dt.date(2026, 2, 12)
    deposited(importing, line("1160.00", "FA-1", day=dt.date(2026, 2, 20)))
    assert balances(importing) == {"FA-1": 0}


def test_an_invoice_in_dollars_is_paid_in_pesos_at_a_rate(importing: Importing) -> None:
    take(importing, invoice("FU-1", "1000.00", currency="USD"))
    (number,) = deposited(importing, line("17255.00", "FU-1"))
    assert standing(importing) == [("open", "")]
    assert refused(lambda: applied(importing, number, FU_1="")) == [
        "deposit 1 is in MXN, FU-1 in USD; give each invoice its amount, or say with --rate what one USD costs in MXN"
    ]
    applied(importing, number, FU_1="", rate="17.2550")
    assert balances(importing) == {"FU-1": 0}
    assert standing(importing) == [("applied", "person")]
    with importing.database.reading() as session:
        assert (session.scalars(select(BankLineRow)).one().detail or {})["rate"] == "17.2550"


def test_what_cannot_be_applied_is_said_all_at_once(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", "500.00"))
    number, gone = deposited(importing, line("1000.00", "ABONO"), line("-5.00", "COMISION"))
    assert refused(lambda: applied(importing, number, FA_1="1160.01", FA_9="1.00", FA_2="x")) == [
        "1,160.01 MXN is more than the 1,160.00 MXN that is owed of FA-1; apply what is owed: the rest stays as unapplied cash",
        "there is no invoice 'FA-9'; 'cobranza aging --detail' lists the open ones",
        "'x' is no amount of FA-2, which is in MXN; write it like 1200.00",
    ]
    assert refused(lambda: applied(importing, number, FA_1="900.00", FA_2="200.00")) == [
        "the shares come to 1,100.00 MXN, and 1,000.00 MXN is left of deposit 1; apply no more than was deposited"
    ]
    assert refused(lambda: applied(importing, number)) == ["nothing is named that the deposit pays; give --invoice NUMBER=AMOUNT"]
    assert refused(lambda: applied(importing, gone, FA_1="1.00")) == [
        "line 2 is no deposit: it takes money out; 'cobranza payment list' shows the deposits"
    ]
    assert refused(lambda: applied(importing, 99, FA_1="1.00")) == ["there is no deposit 99; 'cobranza payment list --all' shows them"]
    assert balances(importing) == {"FA-1": 116_000, "FA-2": 50_000}
    applied(importing, number, FA_1="1000.00")
    assert refused(lambda: applied(importing, number, FA_2="1.00")) == [
        "deposit 1 is applied: nothing of it is left to apply; 'cobranza payment explain 1' says why; 'cobranza payment unapply 1' takes it back"
    ]


def test_a_deposit_that_is_nobodys_leaves_the_queue(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    (number,) = deposited(importing, line("1000.00", "TRASPASO"))
    assert refused(lambda: doing(importing, lambda keeper: not_ours(keeper, number, who=WHO, comment="", today=DAY))) == [
        "whose money it is has to be said; say so with --comment"
    ]
    doing(importing, lambda keeper: not_ours(keeper, number, who=WHO, comment="traspaso propio", today=DAY))
    assert standing(importing) == [("not_ours", "person")]
    assert refused(lambda: applied(importing, number, FA_1="1.00"))[0].startswith("deposit 1 is not_ours: nothing of it is left")
    doing(importing, lambda keeper: unapply_deposit(keeper, number, who=WHO, comment="sí era", today=DAY))
    assert standing(importing) == [("open", "person")]


def test_claims_are_a_queue_and_what_they_say_is_proposed(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", "500.00"))
    claim = PaymentClaim(WHO, "correo", "700.00", "TR-778899")
    doing(importing, lambda keeper: claim_payment(keeper, ["FA-1"], claim, DAY))
    deposited(importing, line("700.00", "TRANSFERENCIA TR-778899"), line("123.00", "x", name=UNIVERSITY[1]))
    with importing.database.reading() as session:
        (found,) = open_claims(session, BusinessCalendar(), DAY + dt.timedelta(days=3))
        assert (found.invoice.number, found.workdays, found.amount, found.reference) == ("FA-1", 3, Money(70_000, "MXN"), "TR-778899")
        lines = list(session.scalars(select(BankLineRow).order_by(BankLineRow.id)))
        advised, by_name = [some for _line, some, _numbers in proposed(Bookkeeper(session, NOW), lines, Policy(), DAY)]
        assert [(each.level.value, dict(each.shares), str(each.reason)) for each in advised] == [
            ("advice", {1: 70_000}, "the customer says that it has paid FA-1")
        ]
        assert [(each.level.value, str(each.reason)) for each in by_name] == [
            ("person", "the payer's name is that of UNIVERSIDAD ROBOTICA ESPAÑOLA, which tells nothing by itself")
        ]
