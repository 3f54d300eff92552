"""PDFs and pictures as they come from outside, good and bad, made here by pikepdf and Pillow."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image


def saved(pdf: Pdf, **options: object) -> bytes:
    file = io.BytesIO()
    pdf.save(file, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]
    return file.getvalue()


def pdf_with(text: str = "Contrato", pages: int = 1, change: Callable[[Pdf], None] | None = None, content: bytes | None = None) -> bytes:
    """Each page says its text and number."""
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding))
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(612, 792))
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = Stream(
            pdf, content if content is not None else f"BT /F1 20 Tf 72 700 Td ({text} {number}) Tj ET".encode("cp1252")
        )
    if change is not None:
        change(pdf)
    return saved(pdf)


def acting(pdf: Pdf) -> None:
    """A script on opening, actions of a page, a link to a program, a link to an address, an embedded file."""
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    page = pdf.pages[0].obj
    page.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("cmd.exe")))
    launch = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 100, 100], A=Dictionary(S=Name.Launch, F=String("cmd.exe")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI=String("http://evil.example/")))
    page.Annots = Array([pdf.make_indirect(launch), pdf.make_indirect(link)])
    pdf.attachments["virus.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ virus", filename="virus.exe")


def stamped(pdf: Pdf) -> None:
    """A stamp, as an annotation with a look of its own."""
    look = Stream(pdf, b"BT /F1 14 Tf 2 2 Td (RECIBIDO) Tj ET")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 120, 20])
    look.Resources = Dictionary(Font=Dictionary(F1=pdf.pages[0].obj.Resources.Font.F1))
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[300, 300, 420, 320], F=4, AP=Dictionary(N=look))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(annotation)])


def encrypted(owner: str, user: str) -> bytes:
    with Pdf.open(io.BytesIO(pdf_with())) as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(owner=owner, user=user, R=6))


def bomb(size: int = 2_000_000_000) -> bytes:
    """Some thousand bytes, packed twice, that unpack to `size`."""
    inner = zlib.compressobj(9)
    packed = b"".join(inner.compress(b" " * 10_000_000) for _ in range(size // 10_000_000)) + inner.flush()
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(612, 792))
    stream = Stream(pdf, zlib.compress(packed, 9))
    stream.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].obj.Contents = stream
    file = io.BytesIO()
    pdf.save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none, deterministic_id=True)
    return file.getvalue()


def page_tree_loop() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\n"
        b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n110\n%%EOF"
    )


def picture(mode: str = "RGB", kind: str = "PNG", size: tuple[int, int] = (200, 300)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)] if mode != "1" else 1).save(file, kind)
    return file.getvalue()
