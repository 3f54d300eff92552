"""MT940 and CAMT.053: what is read of them, and what is said of those that are not sound."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.intake.bank_files import lines_of, problems_of, read

from cobranza_rules.intake.bank.reading import format_of
from cobranza_rules.money import Money

MT940 = b""":20:STMT1
:25:BANCO/999180000123456782
:28C:1/1
:60F:C260301MXN10000,00
:61:2603020302C1200,00NTRF0000123//BANKREF
:86:SPEI RECIBIDO RASTREO: ABC123 ORDENANTE: KERNEL RFC KIJ0906199R1
002010077777777771
:61:2603030303D11,60NCHGNONREF
:86:COMISION
:61:2603030303RC200,00NTRFNONREF
:86:DEVOLUCION SPEI
:62F:C260304MXN10988,40
-
"""
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="MXN">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
DETAILS = (
    "<NtryDtls><TxDtls><Refs><EndToEndId>F-101</EndToEndId><ClrSysRef>2026RASTREO</ClrSysRef></Refs><RltdPties><Dbtr>{party}</Dbtr>"
    "<DbtrAcct><Id><Othr><Id>002010077777777771</Id></Othr></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>PAGO FACTURA F-101</Ustrd></RmtInf></TxDtls></NtryDtls>"
)
PARTY = "<Nm>KERNEL</Nm><Id><OrgId><Othr><Id>KIJ0906199R1</Id></Othr></OrgId></Id>"


def entry(amount: str, way: str, day: str, details: str = "", status: str = "BOOK") -> str:
    return f'<Ntry><Amt Ccy="MXN">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>{details}</Ntry>'


def camt(*entries: str, closing: str = "30.00", account: str = "00012345678", version: str = "02") -> bytes:
    head = f"<Stmt><Id>1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
    balances = BALANCE.format(code="OPBD", amount="10.00", day="2026-03-01") + BALANCE.format(code="CLBD", amount=closing, day="2026-03-31")
    body = f"<BkToCstmrStmt>{head}{balances}{''.join(entries)}</Stmt></BkToCstmrStmt>"
    return f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">{body}</Document>'.encode()


def test_mt940() -> None:
    (statement,) = read(MT940).statements
    assert (statement.account, statement.currency, statement.profile) == ("00012345678", "MXN", "mt940")
    assert (statement.from_on, statement.through_on) == (dt.date(2026, 3, 2), dt.date(2026, 3, 4))
    assert (statement.opening, statement.closing) == (Money(1_000_000, "MXN"), Money(1_098_840, "MXN"))
    first, fee, reversal = statement.lines
    assert (first.amount.minor, first.reference, first.tracking_key, first.kind) == (120_000, "0000123", "ABC123", "spei")
    assert (first.counterparty_name, first.counterparty_rfc, first.counterparty_clabe) == ("KERNEL", "KIJ0906199R1", "002010077777777771")
    assert (fee.amount.minor, fee.reference, fee.kind) == (-1160, "", "fee")
    assert (reversal.amount.minor, reversal.kind) == (-20_000, "returned")  # A reversal of a credit takes money away.


def test_one_bad_statement_of_a_file_leaves_the_others() -> None:
    bad = MT940.replace(b"10988,40", b"10988,41").replace(b"STMT1", b"STMT2")
    found = read(MT940 + bad, name="dos.sta")
    assert len(found.statements) == 1
    assert [str(problem) for problem in found.problems] == [
        (
            "dos.sta:14: the last balance comes to 10,988.40 MXN, and the statement says 10,988.41 MXN; "
            "download the statement again; if the bank gives it so, ask the bank"
        )
    ]


def test_an_mt940_that_is_none_names_its_line() -> None:
    again = "not as MT940 has it; download it again, or ask the bank: it may have written another format"
    assert problems_of(MT940.replace(b":61:2603030303D", b":61:260330X")) == [f"estado.txt:8: {again}"]
    assert problems_of(MT940.replace(b":61:2603020302C", b":61:2602310302C")) == [f"estado.txt:1: {again}"]  # No such day
    assert problems_of(MT940.replace(b":62F:", b":64:")) == [f"estado.txt:1: {again}"]
    assert problems_of(MT940.replace(b"MXN", b"XXX")) == [f"estado.txt:1: {again}"]


def test_an_account_of_another_currency() -> None:
    assert problems_of(MT940.replace(b"MXN", b"USD")) == [
        (
            "estado.txt:1: the statement is in USD, and the account 00012345678 in MXN; "
            "choose the account with --account, or correct its currency in cobranza.toml"
        )
    ]


def test_camt053_of_two_versions() -> None:
    deposit = entry("20.00", "CRDT", "2026-03-05", DETAILS.format(party=PARTY))
    (line,) = lines_of(camt(deposit))
    assert (line.amount, line.booked_on, line.reference, line.tracking_key) == (
        Money(2000, "MXN"),
        dt.date(2026, 3, 5),
        "F-101",
        "2026RASTREO",
    )
    assert (line.counterparty_name, line.counterparty_rfc, line.counterparty_clabe) == ("KERNEL", "KIJ0906199R1", "002010077777777771")
    later = entry("20.00", "CRDT", "2026-03-05", DETAILS.format(party=f"<Pty>{PARTY}</Pty>"), "<Cd>BOOK</Cd>")
    (same,) = lines_of(camt(later, version="08"))
    assert (same.counterparty_name, same.counterparty_rfc) == ("KERNEL", "KIJ0906199R1")


def test_what_is_not_booked_or_moves_nothing_is_no_movement() -> None:
    pending, nothing = entry("7.00", "CRDT", "2026-03-05", status="PDNG"), entry("0.00", "CRDT", "2026-03-05")
    assert [line.amount.minor for line in lines_of(camt(pending, nothing, entry("20.00", "CRDT", "2026-03-06")))] == [2000]


def test_several_payments_in_one_movement_name_nobody() -> None:
    two = DETAILS.format(party=PARTY).replace("</NtryDtls>", "<TxDtls/></NtryDtls>")
    (line,) = lines_of(camt(entry("20.00", "CRDT", "2026-03-05", two)))
    assert (line.counterparty_name, line.reference) == ("", "")


def transactions(*amounts: str, way: str = "", later: bool = False) -> str:
    """Each names its invoice F-1, F-2 ..., with its amount where version 02 has it, or where version 04 and later do."""
    told = [f'<Amt Ccy="MXN">{amount}</Amt>' if amount else "" for amount in amounts]
    placed = [each if later or not each else f"<AmtDtls><TxAmt>{each}</TxAmt></AmtDtls>" for each in told]
    direction = f"<CdtDbtInd>{way}</CdtDbtInd>" if way else ""
    each = (
        f"<TxDtls><Refs><EndToEndId>F-{at}</EndToEndId></Refs>{amount}{direction if amount else ''}</TxDtls>"
        for at, amount in enumerate(placed, 1)
    )
    return f"<NtryDtls>{''.join(each)}</NtryDtls>"


@pytest.mark.parametrize("later", [False, True])
def test_several_payments_in_one_movement_are_several(later: bool) -> None:
    found = lines_of(camt(entry("20.00", "CRDT", "2026-03-05", transactions("12.50", "7.50", later=later))))
    assert [(line.amount.minor, line.reference, line.position) for line in found] == [(1250, "F-1", 1), (750, "F-2", 2)]
    paid = lines_of(camt(entry("4.00", "DBIT", "2026-03-05", transactions("3.00", "1.00", later=later)), closing="6.00"))
    assert [line.amount.minor for line in paid] == [-300, -100]


def test_a_movement_whose_payments_do_not_come_to_it_is_refused() -> None:
    assert problems_of(camt(entry("20.00", "CRDT", "2026-03-05", transactions("12.50", "7.00")))) == [
        ("estado.txt:1 (Stmt[1]): the transactions of a movement over 20.00 MXN come to 19.50 MXN; download it again, or ask the bank")
    ]
    assert problems_of(camt(entry("20.00", "CRDT", "2026-03-05", transactions("12.50", "", "7.50")))) == [
        "estado.txt:1 (Stmt[1]): 1 of the 3 transactions of a movement have no amount; download it again, or ask the bank"
    ]


def test_camt053_that_does_not_add_up_or_lacks_something() -> None:
    deposit = entry("20.00", "CRDT", "2026-03-05")
    assert problems_of(camt(deposit, closing="31.00")) == [
        (
            "estado.txt:1 (Stmt[1]): the last balance comes to 30.00 MXN, and the statement says 31.00 MXN; "
            "download the statement again; if the bank gives it so, ask the bank"
        )
    ]
    again = "download it again, or ask the bank"
    assert problems_of(camt(deposit).replace(b"CLBD", b"CLAV")) == [f"estado.txt:1 (Stmt[1]): the balance CLBD is missing; {again}"]
    assert problems_of(camt(deposit.replace("20.00", "2o.00"))) == [f"estado.txt:1 (Stmt[1]): '2o.00' is no amount; {again}"]
    assert problems_of(camt(deposit.replace("03-05", "02-30"))) == [f"estado.txt:1 (Stmt[1]): '2026-02-30' is not a date; {again}"]
    assert problems_of(camt(account="9999988888"))[0].startswith("estado.txt: the statement is of the account 9999988888, which is none")


def test_hostile_xml_is_refused_before_it_is_parsed() -> None:
    hostile = camt().replace(b"<Document", b'<!DOCTYPE x [<!ENTITY a "b">]><Document', 1)
    assert "DOCTYPE" in problems_of(hostile)[0]


def test_formats_tell_themselves() -> None:
    assert [format_of(each) for each in (MT940, camt(), b"Fecha,Saldo\n")] == ["mt940", "camt053", None]
