"""Statements that banks give as tables: what is read of them, and the exact sentence for whatever is wrong."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.bank_files import OTHER, PESOS, bbva, files, lines_of, problems_of, read, shipped

from cobranza_rules.intake.bank.reading import is_statement
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.money import Money

GOOD = ("02-03-2026\tSPEI RECIBIDOBANORTE / 0000123\t\t1,200.00\t11,200.00", "03-03-2026\tCOMISION\t11.60\t\t11,188.40")
HSBC = files(PESOS, chosen="00012345678")


def hsbc(*rows: tuple[object, ...]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("Movimientos")
    headings = (
        "Fecha del apunte",
        "Descripción",
        "Referencia de cliente",
        "Referencia bancaria",
        "Importe del débito",
        "Importe de crédito",
        "Saldo",
    )
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate((headings, *rows)):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(number, column, dt.datetime.combine(value, dt.time()), day)
            else:
                sheet.write(number, column, value)
    book.close()
    return target.getvalue()


def test_a_statement_of_bbva() -> None:
    first, second = lines_of(bbva(*GOOD))
    assert (first.booked_on, first.amount, first.balance) == (dt.date(2026, 3, 2), Money(120_000, "MXN"), Money(1_120_000, "MXN"))
    assert (first.reference, first.description, first.kind) == ("0000123", "SPEI RECIBIDOBANORTE / 0000123", "spei")
    assert (second.amount, second.position, second.kind) == (Money(-1160, "MXN"), 2, "fee")
    (statement,) = read(bbva(*GOOD)).statements
    assert (statement.account, statement.opening, statement.closing) == ("00012345678", Money(1_000_000, "MXN"), Money(1_118_840, "MXN"))
    assert (statement.from_on, statement.through_on, statement.profile) == (dt.date(2026, 3, 2), dt.date(2026, 3, 3), "bbva")


def test_headings_that_were_encoded_twice_and_lines_in_two_encodings() -> None:
    twice = bbva(*GOOD, headings="DÃ­a\tConcepto / Referencia\tCargo\tABONO\tsaldo")
    assert [line.amount.minor for line in lines_of(twice)] == [120_000, -1160]
    mixed = bbva("02-03-2026\tDepósito / 1\t\t1.00\t1.00") + "03-03-2026\tDepósito / 2\t\t1.00\t2.00\r\n".encode()
    found = read(mixed)
    assert [line.description for line in found.statements[0].lines] == ["Depósito / 1", "Depósito / 2"]
    assert [str(warning) for warning in found.warnings] == [
        (
            "estado.txt:3: some lines are in UTF-8 and others in Windows-1252; each was read in its own, from here on in the other one; "
            "save it again as 'CSV UTF-8' in your spreadsheet program"
        )
    ]


def test_letters_of_utf_8_that_windows_1252_has_not_are_read_beside_it() -> None:
    found = read(
        "Día\tConcepto / Referencia\tcargo\tAbono\tSaldo\r\n02-03-2026\tCOMPAÑÍA\t\t1.00\t1.00\r\n".encode()
        + "03-03-2026\tPEÑA\t\t1.00\t2.00\r\n".encode("cp1252")
    )
    assert [line.description for line in found.statements[0].lines] == ["COMPAÑÍA", "PEÑA"]
    assert [warning.line for warning in found.warnings] == [3]


def test_movements_of_the_newest_day_first_are_turned_round() -> None:
    turned = lines_of(bbva(*reversed(GOOD)))
    assert [(line.position, line.amount.minor) for line in turned] == [(1, 120_000), (2, -1160)]
    same_day = ("02-03-2026\tB\t\t2.00\t13.00", "02-03-2026\tA\t\t1.00\t11.00")
    assert [line.description for line in lines_of(bbva(*same_day))] == ["A", "B"]


def test_two_transfers_that_say_the_same_are_two() -> None:
    twice = bbva("02-03-2026\tSPEI / 1\t\t5.00\t", "02-03-2026\tSPEI / 1\t\t5.00\t")
    assert len(lines_of(twice)) == 2


def test_santander_and_banorte() -> None:
    santander = (
        b"Fecha,Hora,Descripcion,Cargo/Abono,Importe,Saldo,Referencia,Concepto,Clabe Beneficiario,Nombre Beneficiario\r\n"
        b"'02032026','10:11','ABONO TRANSFERENCIA SPEI',+,\"1,200.00\",\"1,300.00\",'0000123','PAGO F-101',,\r\n"
        b"'03032026','10:11','COMISION',-,100.00,\"1,200.00\",'0',,,\r\n"
    )
    first, second = lines_of(santander, files(PESOS, chosen="12345678"))
    assert (first.reference, first.description, first.amount.minor) == ("0000123", "ABONO TRANSFERENCIA SPEI PAGO F-101", 120_000)
    assert (first.booked_on, second.amount.minor) == (dt.date(2026, 3, 2), -10_000)
    banorte = (
        "FECHA,REFERENCIA,DESCRIPCIÓN,COD. TRANSAC,SUCURSAL,DEPÓSITOS,RETIROS,SALDO,MOVIMIENTO,DESCRIPCIÓN DETALLADA\r\n"
        '2 de marzo de 2026,0001,SPEI RECIBIDO,1,2,"$1,200.00",-,"$1,200.00",1,'
        '"DEL CLIENTE KERNEL INDUSTIA DE LA CLABE 002010077777777771 CON RFC KIJ0906199R1 CVE RASTREO: 2026ABC"\r\n'
    ).encode()
    (line,) = lines_of(banorte, files(PESOS, chosen="12345678"))
    assert (line.counterparty_name, line.counterparty_rfc) == ("KERNEL INDUSTIA", "KIJ0906199R1")
    assert (line.counterparty_clabe, line.tracking_key, line.reference) == ("002010077777777771", "2026ABC", "0001")


def test_hsbc_writes_negative_debits() -> None:
    day = dt.date(2026, 3, 2)
    rows = (
        (day, "SPEI ORDENANTE: KERNEL RFC KIJ0906199R1", "F-101", "", "", 1200, 1200),
        (day, "COMISION", "", "", Decimal("-11.60"), "", 1188.4),
    )
    first, second = lines_of(
        hsbc(*((*row[:4], *(float(cell) if isinstance(cell, Decimal) else cell for cell in row[4:])) for row in rows)), HSBC
    )
    assert (first.reference, first.counterparty_name, second.amount.minor) == ("F-101", "KERNEL", -1160)


def test_an_amount_of_the_wrong_sign_is_no_guess() -> None:
    day = dt.date(2026, 3, 2)
    assert problems_of(hsbc((day, "COMISION", "", "", 11, "", 0)), HSBC, "h.xlsx") == [
        "h.xlsx (Movimientos!E2): the withdrawal is positive; correct 'withdrawals' in the profile of the bank if it writes them so"
    ]
    assert problems_of(bbva("02-03-2026\tX\t-5.00\t\t")) == [
        "estado.txt (C2): the withdrawal is negative; correct 'withdrawals' in the profile of the bank if it writes them so"
    ]


def test_the_line_at_which_the_balance_breaks() -> None:
    broken = bbva(*GOOD, "04-03-2026\tSPEI / 2\t\t10.00\t11,198.41", "05-03-2026\tSPEI / 3\t\t10.00\t11,208.41")
    assert problems_of(broken) == [
        (
            "estado.txt (A4): the running balance breaks here: 11,198.40 MXN was to come, and the statement says 11,198.41 MXN; "
            "a line before it may be missing, doubled or shifted: download the statement again. Nothing of it was taken"
        )
    ]


def test_missing_balances_are_bridged_and_told_where_none_comes_after() -> None:
    bridged = bbva("02-03-2026\tA\t\t1.00\t11.00", "02-03-2026\tB\t\t1.00\t", "03-03-2026\tC\t\t1.00\t13.00")
    assert read(bridged).warnings == []
    assert problems_of(bridged.replace(b"13.00", b"14.00"))[0].startswith("estado.txt (A4): the running balance breaks here: 13.00 MXN")
    open_end = bbva("02-03-2026\tA\t\t1.00\t11.00", "03-03-2026\tB\t\t1.00\t")
    assert [str(warning) for warning in read(open_end).warnings] == [
        (
            "estado.txt (A3): no balance comes after 1 movements: that none is missing was not checked; "
            "compare their sum with the bank's, or download the statement with its balances"
        )
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "02-03-2026\tA\tB\t\t1.00\t11.00",
            ("estado.txt (F2): the row has more cells than there are headings: '11.00' stands beyond the last one; "
            "a text with a delimiter in it may have shifted the cells: download the statement again"),
        ),
        ("02-03-2026\tA\t1.00\t1.00\t11.00", "estado.txt (D2): the row has a deposit and a withdrawal; the cells may be shifted: download the statement again"),
        ("\tA\t\t1.00\t11.00", "estado.txt (A2): the row has an amount and no day; download the statement again, and do not edit it"),
        ("02-03-2026\tA\t\t\t11.00", "estado.txt (D2): the row has a day and no amount; download the statement again, and do not edit it"),
        ("02-03-2026\tA\t\t1.005\t11.00", "estado.txt (D2): '1.005' has more decimals than MXN; download the statement again, and do not edit it"),
        ("02-03-2026\tA\t\t1.234,50\t11.00", "estado.txt (D2): '1.234,50' is no amount; download the statement again, and do not edit it"),
        ("02-03-2026\tA\t\t1.00\t#REF!", "estado.txt (E2): the cell holds the error #REF!; correct its formula, or write the value itself, and import the file again"),
        (
            "03-25-2026\tA\t\t1.00\t11.00",
            ("estado.txt (A2): '03-25-2026' is not a date of the form DD-MM-YYYY, DD/MM/YYYY; "
            "day and month may have changed places in a spreadsheet program: download the statement again"),
        ),
        (
            "2026.03.02\tA\t\t1.00\t11.00",
            "estado.txt (A2): '2026.03.02' is not a date of the form DD-MM-YYYY, DD/MM/YYYY; correct 'dates' in rules/banks/bbva.yaml if the bank writes it so",
        ),
    ],
)  # fmt: skip
def test_rows_that_are_not_as_the_bank_writes_them(row: str, said: str) -> None:
    assert problems_of(bbva(row)) == [said]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert len(problems_of(bbva("02-03-2026\tA\t\tx\t1.00", "32-03-2026\tB\t\t1.00\t1.00", "\tC\t\t1.00\t1.00"))) == 3


def test_days_that_go_forth_and_back() -> None:
    days = bbva("02-03-2026\tA\t\t1.00\t", "05-02-2026\tB\t\t1.00\t", "06-03-2026\tC\t\t1.00\t")
    assert problems_of(days) == [
        (
            "estado.txt (A2): the days go forth and back: 2026-03-02 stands between others; "
            "day and month may have changed places in a spreadsheet program: download the statement again"
        )
    ]


def test_a_column_of_dates_and_texts_was_read_in_two_orders() -> None:
    rows = ((dt.date(2026, 3, 2), "A", "", "", "", 1, 1), ("25/03/2026", "B", "", "", "", 1, 2))
    assert problems_of(hsbc(*rows), HSBC, "h.xlsx") == [
        (
            "h.xlsx (Movimientos!A3): some days of this column are dates and others are text: a spreadsheet program may have taken months for days in "
            "the former; download the statement again, and do not open it before"
        )
    ]


def test_a_clabe_that_a_spreadsheet_program_took_for_a_number() -> None:
    headings = "Fecha,Hora,Descripcion,Cargo/Abono,Importe,Saldo,Referencia,Concepto,Clabe Beneficiario,Nombre Beneficiario\r\n"
    row = "02032026,10:11,SPEI,+,1.00,1.00,1,PAGO,{clabe},\r\n"
    how = files(PESOS, chosen="12345678")
    assert problems_of((headings + row.format(clabe="2.01007777777778E+15")).encode(), how) == [
        (
            "estado.txt (I2): '2.01007777777778E+15' is a number, of which a spreadsheet program keeps 15 digits: the others are lost; "
            "have the bank's file open as text, or download it again: what is lost cannot be told from the number"
        )
    ]
    found = read((headings + row.format(clabe="002010077777777770")).encode(), how)
    assert found.statements[0].lines[0].counterparty_clabe == ""
    assert [str(warning) for warning in found.warnings] == [
        "estado.txt (I2): '002010077777777770' is no CLABE: its check digit is wrong; the account of who paid is left out"
    ]
    number = hsbc((dt.date(2026, 3, 2), "SPEI", 2010077777777771000, "", "", 1, 1))
    assert problems_of(number, HSBC, "h.xlsx")[0].startswith("h.xlsx (Movimientos!C2): '2.010077777777771E+18' is a number, of which")


def banamex(
    *rows: str, account: str = "7001-234567", currency: str = "Pesos", period: str = "01-03-2026 al 31-03-2026", after: str = ""
) -> bytes:
    head = f'"Cuenta:","{account}"\r\n"Moneda: {currency}"\r\n"Periodo: {period}"\r\n"Detalle de Movimientos - Depósitos y Retiros"\r\n'
    return (head + "Fecha,Descripción,Depósitos,Retiros,Saldo\r\n" + "".join(f"{row}\r\n" for row in rows) + after).encode("cp1252")


def test_banamex_tells_account_currency_and_days() -> None:
    (statement,) = read(
        banamex('02-03-2026,"PAGO Referencia Númerica: 0001234 Autorización: 9","1,500.00",,"1,500.00"'), files()
    ).statements
    assert (statement.account, statement.currency, statement.profile) == ("7001234567", "MXN", "banamex")
    assert (statement.from_on, statement.through_on) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert statement.lines[0].reference == "0001234"
    (empty,) = read(banamex()).statements
    assert (empty.lines, empty.opening) == ((), None)


def test_a_statement_that_is_not_of_our_account_or_currency() -> None:
    row = "02-03-2026,X,1.00,,1.00"
    assert problems_of(banamex(row, account="9999 888777")) == [
        (
            "estado.txt: the statement is of the account 9999 888777, which is none of the company's; "
            "add it to company.accounts in cobranza.toml if it is ours, with all its digits"
        )
    ]
    assert problems_of(banamex(row, account="******4567"))[0].startswith(
        "estado.txt: the statement is of the account ******4567, which is none"
    )
    assert problems_of(banamex(row, currency="Dólares")) == [
        "estado.txt: the statement is in USD, and the account 7001-234567 in MXN; choose the account with --account, or correct its currency in cobranza.toml"
    ]
    assert problems_of(banamex(row), files(chosen="00012345678")) == [
        "estado.txt: the statement is of the account 7001-234567, not of 00012345678; leave --account out, or choose the right file"
    ]
    assert problems_of(bbva(*GOOD), files(OTHER)) == [
        (
            "estado.txt: the statement does not say of which account it is; "
            'name it with --account NUMBER, or write statements = "bbva" into one block of company.accounts'
        )
    ]
    assert problems_of(bbva(*GOOD), files(chosen="1111111111")) == [
        "estado.txt: the account 1111111111 is none of the company's; add it to company.accounts in cobranza.toml if it is ours, with all its digits"
    ]


def test_a_movement_outside_of_the_days_of_the_statement() -> None:
    assert problems_of(banamex("02-04-2026,X,1.00,,1.00")) == [
        "estado.txt: a movement stands outside of the days of the statement, 2026-03-01 to 2026-03-31; download the statement again, and do not edit it"
    ]


def test_headings_that_are_missing_are_named_where_the_account_tells_the_bank() -> None:
    shifted = bbva(*GOOD, headings="Día\tReferencia\tCargo\tAbono\tSaldo")
    assert not is_statement(shifted, "estado.txt", files())
    assert problems_of(shifted, files(chosen="00012345678")) == [
        "estado.txt: headings of the profile bbva are missing: concepto referencia; download the statement again, or correct 'columns' in rules/banks/bbva.yaml"
    ]
    assert problems_of(shifted)[0].startswith(
        "estado.txt: no profile of a bank fits: banamex, banorte, bbva, camt053, hsbc, mt940, santander; docs/bank.md"
    )


def test_the_kind_shows_in_the_content() -> None:
    assert recognise(bbva(*GOOD), "x.txt", (), files()) is Kind.BANK
    assert recognise(banamex(), "x.csv", (), files()) is Kind.BANK
    assert recognise(b"Clave,Raz\xf3n social,RFC\r\nC-1,X,KIJ0906199R1\r\n", "c.csv", (), files()) is Kind.CUSTOMERS
    assert recognise(b"Clave,Raz\xf3n social,RFC\r\n", "c.csv", (), files(told=True)) is Kind.BANK


def test_far_too_many_lines_are_refused_before_they_are_read() -> None:
    many = bbva() + b"02-03-2026\tX\t\t1.00\t\r\n" * 250_001
    assert problems_of(many) == ["estado.txt:250001: the table has more than 250000 rows or 500 columns; split the file"]


@settings(max_examples=25)
@given(st.lists(st.integers(-10_000, 10_000).filter(bool), min_size=2, max_size=12), st.integers(1, 11))
def test_law_balances_that_add_up_are_taken_and_any_other_figure_is_not(moves: list[int], at: int) -> None:
    balance, rows = 0, []
    for day, cents in enumerate(moves, 1):
        balance += cents
        told = f"{abs(cents) / 100:,.2f}"
        out, into = ("", told) if cents > 0 else (told, "")
        rows.append((f"{day:02}-03-2026\tX\t{out}\t{into}", balance))
    assert [line.amount.minor for line in lines_of(bbva(*(f"{row}\t{left / 100:,.2f}" for row, left in rows)))] == moves
    broken = at % (len(rows) - 1) + 1
    rows[broken] = (rows[broken][0], rows[broken][1] + 1)
    (said,) = problems_of(bbva(*(f"{row}\t{left / 100:,.2f}" for row, left in rows)))
    assert said.startswith(f"estado.txt (A{broken + 2}): the running balance breaks here")


def test_shipped_profiles_tell_the_banks_of_the_procedure() -> None:
    assert sorted(profile.bank for profile in shipped().values()) == [
        "BBVA",
        "Banamex",
        "Banorte",
        "CAMT.053",
        "HSBC",
        "MT940",
        "Santander",
    ]
