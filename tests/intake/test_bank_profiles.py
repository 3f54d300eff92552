"""Profiles of banks: what is wrong with one is said with line and column, all at once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.intake.bank_files import shipped

from cobranza_rules.bank_profiles import unknown_profiles
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.intake.bank.date_forms import days_in, is_form, read_day, read_otherwise
from cobranza_rules.intake.bank.finding import found_in, is_clabe, kind_of
from cobranza_rules.intake.bank.profile import Find, Shape
from cobranza_rules.intake.bank.profile_file import read_profile
from cobranza_rules.problems import ProblemError

GOOD = """\
version: 1
bank: Banco del Ejemplo
format: table
columns:
  day: Fecha
  description: Concepto
  deposit: Abonos
  withdrawal: Cargos
dates: [DD/MM/YYYY]
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ProblemError) as raised:
        read_profile("rules/banks/ejemplo.yaml", text.encode())
    return [str(problem).removeprefix("rules/banks/ejemplo.yaml:") for problem in raised.value.problems]


def test_the_name_is_that_of_the_file() -> None:
    profile = read_profile("rules/banks/ejemplo.yaml", GOOD.encode())
    assert (profile.name, profile.bank, profile.dates) == ("ejemplo", "Banco del Ejemplo", ("DD/MM/YYYY",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 2", "1:10: version '2' is not known; write 'version: 1'"),
        ("format: table", "format: pdf", "3:9: 'pdf' is not possible under 'format'; possible are: camt053, mt940, table"),
        ("bank:", "bnak:", "2:1: profile has no key 'bnak'; did you mean 'bank'?"),
        ("  day: Fecha\n", "", "5:3: columns needs the key 'day'; add it"),
        ("  withdrawal: Cargos\n", "", "5:3: it is not said where the amounts stand; name 'deposit' and 'withdrawal', or 'amount'"),
        ("  day: Fecha\n", "  day: Fecha\n  amount: Importe\n", "5:3: 'amount' stands beside 'deposit' or 'withdrawal'; name one column of amounts, or one of deposits and one of withdrawals"),
        ("Cargos", "abonos", "8:15: the heading 'abonos' is named for two columns; name each heading once"),
        ("DD/MM/YYYY", "dia/mes", "9:9: 'dia/mes' is no form of a date; write it like DD-MM-YYYY, DD/MM/YY or D de MMMM de YYYY"),
        ("[DD/MM/YYYY]", "[DD/MM/YYYY, MM/DD/YYYY]", "9:21: 'DD/MM/YYYY' and 'MM/DD/YYYY' read the same text as two days; keep the one that the bank writes"),
        ("dates:", "optional: [day]\ndates:", "9:12: 'day' is no column that may be missing; name a column of 'columns' other than day and amounts"),
        ("dates:", "signs: {deposit: A, withdrawal: C}\ndates:", "9:8: the column 'sign' and the key 'signs' go together; write both; 'signs' says what the column holds for deposit and withdrawal"),
        ("dates:", "find: {reference: {take: digits}}\ndates:", "9:19: 'take: digits' needs the key 'after'; name the text that stands before it"),
        ("dates:", "kinds: {spie: [SPEI]}\ndates:", "9:9: kinds has no key 'spie'; did you mean 'spei'?"),
        ("dates:", "totals: {closing: Final, last: X}\ndates:", "9:26: 'totals' has no key 'last'; possible are: closing, deposits, opening, withdrawals"),
    ],
)  # fmt: skip
def test_mistakes(old: str, new: str, said: str) -> None:
    assert said in problems_of(GOOD.replace(old, new, 1))


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems_of(GOOD.replace("version: 1", "version: 2").replace("DD/MM/YYYY", "x").replace("bank:", "banc:"))) == 4


def test_a_profile_of_a_format_says_only_what_is_taken_of_texts() -> None:
    assert problems_of("version: 1\nbank: X\nformat: mt940\ndates: [DD/MM/YYYY]\n") == [
        "4:1: profile has no key 'dates'; possible are: bank, find, format, kinds, version"
    ]


def test_accounts_whose_profile_is_not_there() -> None:
    accounts = [BankAccount("MXN", "B", "1", "", "K", statements="bvba")]
    assert [str(problem) for problem in unknown_profiles(accounts, shipped())] == [
        "cobranza.toml (company.accounts.0.statements): there is no profile 'bvba' of a bank; did you mean 'bbva'?"
    ]


def test_forms_of_dates() -> None:
    march = dt.date(2026, 3, 2)
    forms = (
        ("02-03-2026", "DD-MM-YYYY"),
        ("2/3/26", "D/M/YY"),
        ("02032026", "DDMMYYYY"),
        ("2 de Marzo de 2026", "D de MMMM de YYYY"),
        ("02-MAR-2026", "DD-MMM-YYYY"),
    )
    assert [read_day(text, [form]) for text, form in forms] == [march] * 5
    assert [is_form(text) for text in ("DD-MM-YYYY", "DD-MM", "DD-DD-YYYY", "")] == [True, False, False, False]
    assert read_otherwise("DD-MM-YY", "MM-DD-YY")
    assert not read_otherwise("DD-MM-YY", "DD/MM/YY")
    assert days_in("Del 01/03/2026 al 02/03/2026", ["DD/MM/YYYY"]) == [dt.date(2026, 3, 1), march]


def test_what_is_taken_of_a_text() -> None:
    text = "PAGO Referencia Númerica: 0001234 RASTREO:AB-1, ORDENANTE: Ñandú S.A. RFC kij0906199r1 002010077777777771"
    finds = {
        "reference": Find(Shape.DIGITS, "referencia numerica:"),
        "tracking_key": Find(Shape.WORD, "Rastreo:"),
        "name": Find(Shape.REST, "Ordenante:", "RFC"),
        "rfc": Find(Shape.RFC),
        "clabe": Find(Shape.CLABE),
    }
    found = {"reference": "0001234", "tracking_key": "AB-1", "name": "Ñandú S.A", "rfc": "KIJ0906199R1", "clabe": "002010077777777771"}
    assert found_in(text, finds) == found
    assert found_in("nothing of it", finds) == {}
    assert is_clabe("002010077777777771")
    assert not is_clabe("002010077777777770")


def test_words_tell_the_kind_as_whole_words() -> None:
    kinds = shipped()["bbva"].kinds
    texts = ("SPEI RECIBIDOBANORTE", "Spei devuelto", "IVA COM", "IVAN PEREZ", "DEPÓSITO EN EFECTIVO")
    assert [kind_of(text, kinds) for text in texts] == ["spei", "returned", "fee", "", "cash"]
