"""What is attached to a message: its parts that are not shown as text, and the files inside of attached ZIP archives, each by its hash."""

from __future__ import annotations

import hashlib
import io
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass

from cobranza_rules.intake.archive import MB, ZipLimits, is_zip, open_zip, read_entry
from cobranza_rules.mail.message import IncomingAttachment
from cobranza_rules.mail.mime import Part
from cobranza_rules.mail.names import clean_name, file_name
from cobranza_rules.problems import ProblemError

MOST = 300  # Attachments that are told; a message has at most 200 parts, and archives may hold more.
ZIP_LIMITS = ZipLimits(entries=100, total=100 * MB, entry=50 * MB, ratio=200)
OFFICE = ("application/vnd.openxmlformats", "application/vnd.oasis.opendocument", "application/vnd.ms-")
INSIDE = "!/"  # `lote.zip!/a.xml`, as an import names it
EXTENSIONS = {
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/zip": "zip",
    "message/rfc822": "eml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A part, or the content of a file inside of one."""

    name: str
    media_type: str
    inside: Part | bytes

    def pieces(self) -> Iterator[bytes]:
        return self.inside.content_pieces() if isinstance(self.inside, Part) else iter((self.inside,))

    def told(self) -> IncomingAttachment:
        digest, size = hashlib.sha256(), 0
        for piece in self.pieces():
            digest.update(piece)
            size += len(piece)
        return IncomingAttachment(self.name, self.media_type, digest.hexdigest(), size)


def attached(parts: list[Part]) -> Iterator[Attached]:
    """One after the other, so that never all of their contents are in memory. Of an archive beyond the limits nothing but itself is given."""
    count = 0
    for number, part in enumerate(parts, 1):
        for each in _with_members(_attached(part, number)):
            if count == MOST:
                return
            count += 1
            yield each


def _attached(part: Part, number: int) -> Attached:
    extension = EXTENSIONS.get(part.media_type, "bin")
    return Attached(clean_name(file_name(part)) or f"attachment-{number}.{extension}", part.media_type, part)


def _with_members(each: Attached) -> Iterator[Attached]:
    yield each
    if is_zip(next(each.pieces(), b"")) and not each.media_type.startswith(OFFICE):
        yield from _members(each)


def _members(packed: Attached) -> Iterator[Attached]:
    """Archives inside of archives are not opened."""
    try:
        with open_zip(io.BytesIO(b"".join(packed.pieces())), packed.name, ZIP_LIMITS) as archive:
            for number, info in enumerate(archive.infolist(), 1):
                if not info.is_dir():
                    name = clean_name(info.filename) or f"file-{number}.bin"
                    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
                    yield Attached(f"{packed.name}{INSIDE}{name}", media_type, read_entry(archive, info, packed.name, ZIP_LIMITS))
    except ProblemError:
        return
