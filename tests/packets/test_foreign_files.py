"""Files from outside: what they show is kept, what acts is not, and none of them ends or holds up more than its own process."""

from __future__ import annotations

import io
import re

import pikepdf
import pypdfium2
import pytest

from cobranza_rules.packets.foreign_files import PDF, Bounds, ForeignFile, ForeignPages, ForeignReader
from cobranza_rules.packets.refusals import Refusal

from .hostile_files import acting, bomb, encrypted, page_tree_loop, pdf_with, picture, stamped

PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"


def read(file: bytes, media_type: str = PDF, **bounds: int) -> ForeignPages:
    [found] = ForeignReader(Bounds(**bounds)).read([ForeignFile(media_type, file)])
    return found


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    said = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return said


def test_pages_are_kept_with_what_they_say() -> None:
    found = read(pdf_with("Contrato", 3))
    assert (found.pages, found.left_out, found.refused) == (3, (), None)
    assert texts(found.content) == ["Contrato 1", "Contrato 2", "Contrato 3"]


def test_what_acts_is_left_out_and_named() -> None:
    found = read(pdf_with(change=acting))
    assert found.left_out == ("action", "script", "attachment", "link")
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        written = b"".join(bytes(each.unparse(resolved=True)) for each in pdf.objects)
        assert len(pdf.attachments) == 0
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Annots" not in pdf.pages[0].obj
        assert "/AA" not in pdf.pages[0].obj
    assert not re.search(rb"/JavaScript|/JS|/Launch|/URI|cmd\.exe|evil|virus", written)


def test_a_stamp_and_a_signature_become_part_of_the_page() -> None:
    found = read(pdf_with(change=stamped))
    assert "RECIBIDO" in texts(found.content)[0]
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert "/Annots" not in pdf.pages[0].obj


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (encrypted("owner", "user"), Refusal.ENCRYPTED),
        (encrypted("owner", ""), Refusal.ENCRYPTED),
        (page_tree_loop(), Refusal.DAMAGED),
        (b"%PDF-1.4 nothing %%EOF", Refusal.DAMAGED),
        (b"<html>not found</html>", Refusal.DAMAGED),
        (b"", Refusal.DAMAGED),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, why: Refusal) -> None:
    assert read(content) == ForeignPages(refused=why)


def test_bounds_hold() -> None:
    assert read(pdf_with(pages=4), pages=3).refused is Refusal.TOO_MANY_PAGES
    assert read(pdf_with(pages=3), pages=3).pages == 3
    assert read(pdf_with(), largest=100).refused is Refusal.TOO_LARGE
    assert read(pdf_with(content=b" " * 5000), content=4000).refused is Refusal.UNPACKS_TOO_MUCH
    assert read(b"PK", "application/zip").refused is Refusal.OTHER_KIND


def test_a_bomb_ends_nothing_but_itself() -> None:
    files = [pdf_with("antes"), bomb(), pdf_with("después")]
    reader = ForeignReader(Bounds(memory=600_000_000))
    before, bombed, after = reader.read([ForeignFile(PDF, content) for content in files])
    assert bombed.refused is Refusal.TOO_SLOW
    assert (before.pages, after.pages) == (1, 1)
    assert reader.processes <= 2


def test_one_that_takes_too_long_costs_one_process() -> None:
    slow = pdf_with(pages=400, content=b"q Q " * 20_000)
    assert read(slow).pages == 400, "with the time that a file usually has"
    reader = ForeignReader(Bounds(seconds=0))
    first, slowed, last = reader.read([ForeignFile(PDF, content) for content in (pdf_with(), slow, pdf_with())])
    assert slowed.refused is Refusal.TOO_SLOW
    assert (first.pages, last.pages, reader.processes) == (1, 1, 2)


def test_a_contract_of_900_pages_is_read() -> None:
    assert read(pdf_with(pages=900)).pages == 900


def test_one_that_was_mended_says_so() -> None:
    found = read(pdf_with(pages=3).replace(b"startxref\n", b"startxref\n9"))
    assert (found.pages, found.left_out) == (3, ("repaired",))


def test_a_page_that_leaves_its_state_open_is_closed() -> None:
    found = read(pdf_with(content=b"q q 0.5 0 0 0.5 9 9 cm BT /F1 20 Tf 72 700 Td (a \\) q) Tj ET"))
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert [bytes(each.read_bytes()).count(b"Q") for each in pdf.pages[0].obj.Contents] == [0, 2]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture(), PNG),
        (picture("RGBA"), PNG),
        (picture("LA"), PNG),
        (picture("L"), PNG),
        (picture(kind="JPEG"), JPEG),
        (picture("L", "JPEG"), JPEG),
        (picture(kind="TIFF"), TIFF),
        (picture("1", "TIFF"), TIFF),
    ],
)
def test_a_scan_becomes_a_sheet(content: bytes, media_type: str) -> None:
    found = read(content, media_type)
    assert (found.pages, found.refused) == (1, None)
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert [float(value) for value in pdf.pages[0].mediabox] == [0, 0, 612, 792]


def test_a_wide_scan_lies_across() -> None:
    with pikepdf.open(io.BytesIO(read(picture(size=(300, 100)), PNG).content)) as pdf:
        assert [float(value) for value in pdf.pages[0].mediabox] == [0, 0, 792, 612]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\nnothing", picture()[:60], b"GIF89a", b""])
def test_a_picture_that_is_none_is_refused(content: bytes) -> None:
    assert read(content, PNG) == ForeignPages(refused=Refusal.NO_PICTURE)


def test_the_same_files_give_the_same_pages() -> None:
    files = [ForeignFile(PDF, pdf_with(change=stamped)), ForeignFile(PNG, picture("RGBA")), ForeignFile(JPEG, picture(kind="JPEG"))]
    assert ForeignReader().read(files) == ForeignReader().read(files)
