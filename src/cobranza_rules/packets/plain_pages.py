"""A PDF or picture from outside as a PDF of plain pages: what shows and prints is kept, what acts is left out.

ISO 32000-1, 7.7.3.3: of a page only what makes up its look is taken over. Actions (12.6), scripts, embedded files and links do not
survive; stamps, signatures and filled-in forms become part of the page. It runs in the process of `foreign_worker`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

LETTER = (612.0, 792.0)  # Points: US Letter, which Mexico uses
MARGIN = 28.0
MOST_PIXELS = 80_000_000  # A sheet at 600 dots an inch has 34 million.
# ISO 32000-1, table 30: what makes up the look of a page
_KEPT = ("/Type", "/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit")
_ACTING = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/AF", "/EF", "/EmbeddedFiles", "/OPI", "/Ref", "/Metadata", "/PieceInfo")
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")  # Table 5: a stream whose data lies in another file
_STRINGS = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_STATES = re.compile(rb"(?<![^\s\[\]<>()/])([qQ])(?![^\s\[\]<>()/])")


class RefusedFileError(Exception):
    """`why` is a word of `refusals.Refusal`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class PlainPages:
    """`left_out` names what of the file acted: script, action, attachment, form, link; and `repaired` where pages may be lost."""

    pages: int
    left_out: tuple[str, ...]


def pages_of_pdf(source: Path, target: Path, most_pages: int, most_content: int) -> PlainPages:
    """Raises RefusedFileError; `most_content` bounds what the contents of all pages unpack to, in bytes."""
    try:
        with Pdf.open(source, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise RefusedFileError("encrypted")
            count = len(pdf.pages)
            if count > most_pages:
                raise RefusedFileError("too_many_pages")
            if count == 0:
                raise RefusedFileError("damaged")
            left_out = tuple(dict.fromkeys((*(["repaired"] if pdf.get_warnings() else []), *_acting(pdf))))
            _into_the_page(pdf)
            _write(pdf, target, most_content)
    except pikepdf.PasswordError:
        raise RefusedFileError("encrypted") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, RecursionError, RuntimeError, OverflowError):
        raise RefusedFileError("damaged") from None
    return PlainPages(count, left_out)


def _acting(pdf: Pdf) -> Iterator[str]:
    root = pdf.Root
    if "/OpenAction" in root or "/AA" in root:
        yield "action"
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        yield from (word for key, word in (("/JavaScript", "script"), ("/EmbeddedFiles", "attachment")) if key in names)
    if "/AcroForm" in root:
        yield "form"
    for page in pdf.pages:
        if "/AA" in page.obj:
            yield "action"
        for annotation in _annotations(page):
            if annotation.get("/Subtype") == Name.FileAttachment:
                yield "attachment"
            elif annotation.get("/Subtype") == Name.Link or "/A" in annotation or "/AA" in annotation:
                yield "link"


def _annotations(page: pikepdf.Page) -> list[Dictionary]:
    found = page.obj.get("/Annots")
    return [each for each in found if isinstance(each, Dictionary)] if isinstance(found, Array) else []


def _into_the_page(pdf: Pdf) -> None:
    """What annotations show becomes content of their pages, as when the file is printed."""
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("print")


def _write(pdf: Pdf, target: Path, most_content: int) -> None:
    with Pdf.new() as plain:
        plain.pages.extend(pdf.pages)
        unpacked = 0
        for page in plain.pages:
            for key in [key for key in page.obj.keys() if key not in _KEPT]:  # noqa: SIM118 (a dictionary of pikepdf's own)
                del page.obj[key]
            unpacked += _close(page, most_content - unpacked)
        for each in plain.objects:
            if isinstance(each, pikepdf.Stream | Dictionary):
                _remove_acting(each)
        plain.remove_unreferenced_resources()
        plain.save(
            target,
            deterministic_id=True,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )


def _close(page: pikepdf.Page, most: int) -> int:
    """Ends every graphics state that the page leaves open, so that what is written behind it stands where it should; gives the unpacked size."""
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, Array) else [] if contents is None else [contents]
    size = opened = 0
    for stream in streams:
        content = stream.read_bytes()
        size += len(content)
        if size > most:
            raise RefusedFileError("unpacks_too_much")
        states = _STATES.findall(_STRINGS.sub(b"()", content))
        opened += states.count(b"q") - states.count(b"Q")
    if opened > 0:
        page.contents_add(b"\n" + b"Q " * opened)
    return size


def _remove_acting(each: pikepdf.Object) -> None:
    stream = isinstance(each, pikepdf.Stream)
    for key in (*_ACTING, *(_ELSEWHERE if stream else ())):
        if key in each:
            del each[key]


def pages_of_picture(source: Path, target: Path, most_pages: int, most_content: int) -> PlainPages:
    """Each picture of the file on a sheet of its own, upright or across as it is, without any loss. Raises RefusedFileError."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source) as picture:
            frames = getattr(picture, "n_frames", 1)
            if frames > most_pages:
                raise RefusedFileError("too_many_pages")
            if picture.width * picture.height > MOST_PIXELS:
                raise RefusedFileError("unpacks_too_much")
            picture.load()
            content = _opaque(picture, source)
        layout = img2pdf.get_layout_fun(pagesize=LETTER, border=(MARGIN, MARGIN), fit=img2pdf.FitMode.into, auto_orient=True)
        sheet = target.with_suffix(".sheet")
        sheet.write_bytes(img2pdf.convert(content, layout_fun=layout, nodate=True, rotation=img2pdf.Rotation.ifvalid))
    except (OSError, SyntaxError, ValueError, TypeError, Image.DecompressionBombError, img2pdf.ImageOpenError, img2pdf.AlphaChannelError):
        raise RefusedFileError("no_picture") from None
    return pages_of_pdf(sheet, target, most_pages, most_content)


def _opaque(picture: Image.Image, source: Path) -> bytes:
    """Paper shows no transparency: it becomes white."""
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return source.read_bytes()
    layered = picture.convert("RGBA")
    sheet = Image.new("RGB", layered.size, "white")
    sheet.paste(layered, mask=layered.getchannel("A"))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
