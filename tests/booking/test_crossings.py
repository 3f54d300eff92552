"""Invoices in dollars that are paid in pesos: at which rate, in the journal and in the packet; no currencies are ever added up."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from tests.booking.bank_lines import line
from tests.booking.test_deposits import balances, deposited, importing, take
from tests.booking.test_deposits_by_people import applied, refused
from tests.cfdi_files import invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_queue import paid_by
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.journal import journal_of
from cobranza_rules.booking.packet_lines import PAYMENT, lines_of, must_equal_the_ledger, totals_of
from cobranza_rules.domain.exchange import Crossing
from cobranza_rules.domain.journal import Accounts, JournalEntry
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import BankLineRow, PaymentRow

__all__ = ["importing"]  # A fixture
ACCOUNTS = Accounts("105", "402", "206", {"MXN": "102"}, exchange_gain="702", exchange_loss="701")
SINCE, UNTIL = dt.date(2026, 2, 1), dt.date(2026, 2, 28)


def crossings(importing: Importing) -> dict[str, Crossing]:
    with importing.database.reading() as session:
        (row,) = session.scalars(select(BankLineRow))
        return {number: each for paid in paid_by(Bookkeeper(session, None), row) for number, each in paid.crossings.items()}  # type: ignore[arg-type]


def entries(importing: Importing, accounts: Accounts = ACCOUNTS) -> list[JournalEntry]:
    with importing.database.reading() as session:
        made = journal_of(session, SINCE, UNTIL, accounts, lambda _invoice: 0)
        assert made.warnings == []
        return made.entries


def test_the_rate_is_given_or_comes_from_the_amounts(importing: Importing) -> None:
    take(importing, invoice("FU-1", "1000.00", currency="USD"), invoice("FU-2", "500.00", currency="USD"))
    (number,) = deposited(importing, line("25882.51", "SPEI"))
    applied(importing, number, FU_1="1000.00", FU_2="500.00")
    assert balances(importing) == {"FU-1": 0, "FU-2": 0}
    found = crossings(importing)
    assert (found["FU-1"].paid, found["FU-2"].paid) == (Money(1_725_501, "MXN"), Money(862_750, "MXN"))
    assert found["FU-2"].difference == Money(862_750 - 925_000, "MXN")


def test_amounts_that_come_to_a_rate_that_cannot_be(importing: Importing) -> None:
    take(importing, invoice("FU-1", "1000.00", currency="USD"))
    (number,) = deposited(importing, line("17255.00", "SPEI"))
    assert refused(lambda: applied(importing, number, FU_1="100.00")) == [
        "the amounts come to a rate of 172.5500, and the invoice was issued at 18.5000; correct the amounts, or give the rate with --rate"
    ]
    assert refused(lambda: applied(importing, number, rate="172.5500", FU_1="100.00")) == [
        (
            "a rate of 172.5500 is far from 18.5000, at which FU-1 was issued; "
            "correct the rate: what one unit of the invoice's currency costs in the deposit's"
        )
    ]
    applied(importing, number, rate="17.2550", FU_1="100.00")
    assert balances(importing) == {"FU-1": 90_000}


def test_the_journal_posts_the_difference_where_the_rates_are_known(importing: Importing) -> None:
    take(
        importing, invoice("FU-1", "1000.00", currency="USD"), receipt("P-1", {"FU-1": "1000.00"}, currency="USD", pesos_for_one="17.2550")
    )
    (entry,) = entries(importing)
    assert (entry.currency, entry.debit, entry.credit) == ("MXN", 1_850_000, 1_850_000)
    assert [(one.account, one.debit, one.credit) for one in entry.postings] == [
        ("102", 1_725_500, 0),
        ("105", 0, 1_850_000),
        ("701", 124_500, 0),
    ]
    with importing.database.reading() as session, pytest.raises(ProblemError) as caught:
        journal_of(session, SINCE, UNTIL, Accounts("105", "402", "206", {"MXN": "102"}), lambda _invoice: 0)
    (problem,) = caught.value.problems
    assert (str(problem.what), str(problem.hint)) == (
        "the accounts for exchange gains and losses are not set",
        "name exchange_gain and exchange_loss under [accounting.accounts] in cobranza.toml",
    )


def test_the_packet_shows_the_rate_and_its_totals_are_in_one_currency(importing: Importing) -> None:
    take(importing, invoice("FU-1", "1000.00", currency="USD"), invoice("FA-1"))
    take(importing, receipt("P-1", {"FU-1": "1000.00"}, currency="USD", pesos_for_one="17.2550"), receipt("P-2", {"FA-1": "160.00"}))
    with importing.database.reading() as session:
        members = [(PAYMENT, key) for key in session.scalars(select(PaymentRow.id))]
        lines = lines_of(session, members, "MXN")
        totals = totals_of(lines)
        assert (totals.received, totals.applied, totals.unapplied) == (1_741_500, 1_741_500, 0)
        must_equal_the_ledger(session, lines, "MXN")
        (part,) = next(line["parts"] for line in lines if line["parts"][0]["invoice"] == "FU-1")
        assert str(Sentence.from_json(part["exchange"])) == "1,000.00 USD at a rate of 17.2550; exchange loss of 1,245.00 MXN"
        wrong = [{**line, "parts": [{**each, **({"covers": 1} if "covers" in each else {})} for each in line["parts"]]} for line in lines]
        with pytest.raises(ProblemError):
            must_equal_the_ledger(session, wrong, "MXN")


def test_a_deposit_and_its_receipt_agree_on_the_receipts_rate(importing: Importing) -> None:
    take(importing, invoice("FU-1", "1000.00", currency="USD"))
    (number,) = deposited(importing, line("17255.00", "SPEI"))
    applied(importing, number, FU_1="1000.00")
    take(importing, receipt("P-1", {"FU-1": "1000.00"}, currency="USD", pesos_for_one="17.2550"))
    assert balances(importing) == {"FU-1": 0}
    assert crossings(importing)["FU-1"].paid == Money(1_725_500, "MXN")
