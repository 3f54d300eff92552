"""What the names of files say of which invoice they are, and what they are of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.support import SupportKind
from cobranza_rules.intake.support_content import LARGEST, PDF, media_type_of
from cobranza_rules.intake.support_name import Reading, readings_of
from cobranza_rules.problems import ProblemError

UUID = "6F1C2D3E-0A1B-4C2D-8E3F-123456789ABC"
PAPER = b"%PDF-1.7\n...\n%%EOF\n"


def named(name: str) -> set[tuple[str, SupportKind]]:
    return {(reading.invoice, reading.kind) for reading in readings_of(name) if reading.kind is not None}


@pytest.mark.parametrize(
    ("name", "invoice", "kind"),
    [
        ("F-101.pdf", "F101", SupportKind.CFDI),
        ("f101.PDF", "F101", SupportKind.CFDI),
        ("lote.zip!/marzo/FA 101.pdf", "FA101", SupportKind.CFDI),
        ("factura F-101.pdf", "F101", SupportKind.CFDI),
        ("F-101-OC.pdf", "F101", SupportKind.PURCHASE_ORDER),
        ("F-101 orden de compra.pdf", "F101", SupportKind.PURCHASE_ORDER),
        ("OC F-101.pdf", "F101", SupportKind.PURCHASE_ORDER),
        ("F-101_remisión.pdf", "F101", SupportKind.REMISSION),
        ("F-101 hoja de aceptación.pdf", "F101", SupportKind.ACCEPTANCE),
        ("facturas/F-101/oc.pdf", "F101", SupportKind.PURCHASE_ORDER),
        (f"{UUID}.pdf", UUID, SupportKind.CFDI),
        (f"EKU9003173C9_F_101_{UUID.lower()}.pdf", UUID, SupportKind.CFDI),
        (f"{UUID} orden de compra.pdf", UUID, SupportKind.PURCHASE_ORDER),
    ],
)
def test_a_name_names_invoice_and_kind(name: str, invoice: str, kind: SupportKind) -> None:
    assert (invoice, kind) in named(name)


def test_a_rest_that_is_no_kind_is_kept_to_be_told() -> None:
    assert Reading("F101", None, "copia") in readings_of("F-101 copia.pdf")


def test_two_uuids_are_two_readings() -> None:
    other = UUID.replace("6F1C", "7F1C")
    assert [reading.invoice for reading in readings_of(f"{UUID} y {other}.pdf")] == [UUID, other]


@pytest.mark.parametrize("name", ["manual.pdf", "contrato-marco.pdf", ".pdf", "politica de cobranza 2026.pdf"])
def test_what_names_no_invoice_does_not_wait_for_one(name: str) -> None:
    assert not any(reading.can_wait for reading in readings_of(name))


@given(st.text(max_size=300))
def test_no_name_is_too_much(name: str) -> None:
    for reading in readings_of(name):
        assert len(reading.invoice) <= 200


def test_a_pdf_is_looked_at_and_pictures_pass_as_support() -> None:
    assert media_type_of(PAPER, "a.pdf", SupportKind.CFDI) == PDF
    assert media_type_of(b"\xff\xd8\xff\xe0...", "a.jpg", SupportKind.ACCEPTANCE) == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"%PDF-1.7\n...", SupportKind.CFDI, "a.pdf: the PDF has no end: it is cut off or damaged; ask for it again"),
        (b"\x89PNG\r\n\x1a\n", SupportKind.CFDI, "a.pdf: the file is not a PDF; print or scan it as a PDF"),
        (b"MZ", SupportKind.OTHER, "a.pdf: the file is neither a PDF nor a picture (JPEG, PNG, TIFF); print or scan it as a PDF"),
        (
            b"%PDF-1.7\n" + b"x" * LARGEST,
            SupportKind.OTHER,
            "a.pdf: the file is larger than 20 MB; scan it with a lower resolution, or in black and white",
        ),
    ],
)
def test_what_may_not_go_with_an_invoice(content: bytes, kind: SupportKind, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        media_type_of(content, "a.pdf", kind)
    assert [str(problem) for problem in caught.value.problems] == [said]
