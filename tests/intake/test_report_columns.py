"""What is recognised of a report's columns, and how it is kept for its source."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.intake.ledger_files import DUE, HEADINGS, ISSUED, documents, row

from cobranza_rules.config import read_settings
from cobranza_rules.intake.report_columns import columns_of_report
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.problems import ProblemError
from cobranza_rules.saved_mapping import block_of, save_mapping

ODD = ["Día", "Vence el", "Docto", "Núm.", "Cte", "RFC", "Importe", "Por recibir"]
ROW: list[Any] = [ISSUED, DUE, "Factura", "N-1", "C1", "URE180429TM6", 1160, 160.5]
NAMES = {"issued": "Día", "due": "Vence el", "concept": "Docto", "folio": "Núm.", "code": "Cte", "open": "Por recibir"}
NORTH = ReportMapping("norte", "norte-*.xlsx", NAMES, "MXN")
SETTINGS = '[company]\nrfc = "EKU9003173C9" # el nuestro\nname = "Prueba"\naddress = ""\ncity = ""\nphone = ""\nemail = "a@prueba.example"\n\n[mail]\naddress = "cobranza@prueba.example"\n'


def test_what_is_known_is_shown_with_an_example(workbooks: Any) -> None:
    found = columns_of_report(workbooks.of([["Reporte"], HEADINGS, row()]), "r.xlsx", None)
    assert found.place == "Clientes!A2"
    assert (found.missing, found.others) == ((), ())
    assert [(one.letter, one.heading, one.holds, one.example) for one in found.columns][:5] == [
        ("A", "Fecha", "issued", "2026-02-02"),
        ("B", "Vencimiento", "due", "2026-03-04"),
        ("C", "Concepto", "concept", "Factura"),
        ("D", "Serie", "series", "FA"),
        ("E", "Folio", "folio", "1001"),
    ]


def test_headings_that_nobody_knows_are_shown_and_named_one_by_one(workbooks: Any) -> None:
    content = workbooks.of([["Sucursal"], ODD, ROW])
    before = columns_of_report(content, "norte-1.xlsx", None)
    assert [(one.heading, one.holds) for one in before.columns if one.holds] == [("Vence el", "due"), ("RFC", "rfc"), ("Importe", "total")]
    assert [one.heading for one in before.columns] == ODD
    hint = "name its column, such as --column folio='Núm.'; a currency for all with --currency"
    assert [str(problem) for problem in before.missing] == [
        f"norte-1.xlsx (Clientes!A2): the heading '{heading}' is missing; {hint}"
        for heading in ("Pendiente", "Concepto", "Moneda", "Folio", "Fecha")
    ]
    after = columns_of_report(content, "norte-1.xlsx", NORTH)
    assert after.missing == ()
    assert [one.holds for one in after.columns] == ["issued", "due", "concept", "folio", "code", "rfc", "total", "open"]
    assert [document.number for document in documents(content, "norte-1.xlsx", NORTH)] == ["N-1"]


def test_a_file_without_any_headings_is_a_problem(workbooks: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        columns_of_report(workbooks.of([[1, 2], [3, 4]]), "r.xlsx", None)
    assert (
        str(caught.value.problems[0]) == "r.xlsx: no row with headings was found in the first rows; check that it is a report of documents"
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "cobranza.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def test_it_is_kept_and_all_else_stays(settings: Path) -> None:
    save_mapping(settings, NORTH)
    assert settings.read_text(encoding="utf-8") == SETTINGS + "\n" + block_of(NORTH)
    assert read_settings(settings).intake.mappings() == (NORTH,)


def test_it_takes_the_place_of_what_was_kept_before(settings: Path) -> None:
    other = ReportMapping("sur", "sur.csv", {"folio": 'Con "comillas" \\ y ñ'}, "")
    for mapping in (NORTH, other, ReportMapping("norte", "n.xlsx", {}, "USD"), NORTH):
        save_mapping(settings, mapping)
    assert read_settings(settings).intake.mappings() == (NORTH, other)
    assert settings.read_text(encoding="utf-8").startswith(SETTINGS)


@pytest.mark.parametrize(
    "block",
    [
        "[intake.adminpaq]\nnorte = { match = 'x' }\n",
        "[intake.adminpaq.norte]\n# nota\nmatch = 'x'\n",
        "[intake.adminpaq.norte]\nmatch = 'x'\n[intake.adminpaq.norte.columns]\nfolio = 'N'\n",
    ],
)
def test_settings_that_are_written_otherwise_are_left_to_a_person(settings: Path, block: str) -> None:
    settings.write_text(SETTINGS + block, encoding="utf-8")
    assert tomllib.loads(SETTINGS + block)
    with pytest.raises(ProblemError) as caught:
        save_mapping(settings, NORTH)
    assert str(caught.value.problems[0].what) == "the block cannot be put into the settings as they are written"
    assert settings.read_text(encoding="utf-8") == SETTINGS + block
    assert list(settings.parent.iterdir()) == [settings]


def test_a_name_that_no_block_may_have_is_refused(settings: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        save_mapping(settings, ReportMapping("sucursal norte", "x", {}, ""))
    assert str(caught.value.problems[0]) == "--save: 'sucursal norte' is no name of a source; take letters without accents, digits, - and _"
