"""ZIP archives from outside, opened and read within bounds: what an archive says of itself is checked before anything is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

MB = 2**20
LARGEST_DIRECTORY = 32 * MB  # Bytes of the list of entries: what zipfile keeps in memory grows with it.
SMALL = MB  # Below this, how far an entry expands is nobody's concern.
_ENCRYPTED = 0x1
_END, _END64_LOCATOR, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"  # APPNOTE.TXT 4.3.16, 4.3.15, 4.3.14
_LONGEST_TAIL = 22 + 65535
_SAFER = _("unpack it yourself and give the folder")


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """`entries` counts files, `total` and `entry` are bytes after unpacking, `ratio` is unpacked over packed size."""

    entries: int
    total: int
    entry: int
    ratio: int


def is_zip(content: bytes) -> bool:
    return content[:4] in (b"PK\x03\x04", _END)


def open_zip(stream: IO[bytes], file: str, limits: ZipLimits) -> zipfile.ZipFile:
    """`stream` must be seekable. Raises ProblemError where the archive is damaged or beyond the limits."""
    try:
        if _directory_size(stream) > LARGEST_DIRECTORY:
            raise _refused(file, _("the archive lists too many files"), _SAFER)
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError):
        raise _refused(file, _("the archive is damaged"), _("download it again, or pack it again")) from None
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise _refused(
            file, _("the archive has {count} entries, more than the {limit} allowed", count=len(infos), limit=limits.entries), _SAFER
        )
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        what = _("the archive unpacks to {size} MB, more than the {limit} MB allowed", size=total // MB, limit=limits.total // MB)
        raise _refused(file, what, _SAFER)
    return archive


def read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, limits: ZipLimits) -> bytes:
    """Never gives more bytes than the entry declares. Raises ProblemError; `file` is how the problem names the entry."""
    with _damage_told(file):
        _check_entry(info, file, limits)
        return archive.read(info)


def stream_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, limits: ZipLimits, size: int) -> Iterator[bytes]:
    """The same in pieces of `size` bytes, the last one shorter. Raises ProblemError at any of them."""
    with _damage_told(file):
        _check_entry(info, file, limits)
        with archive.open(info) as stream:
            while piece := stream.read(size):
                yield piece


def _check_entry(info: zipfile.ZipInfo, file: str, limits: ZipLimits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise _refused(file, _("the file in the archive is encrypted"), _("unpack it with its password and give the folder"))
    if info.file_size > limits.entry:
        size, limit = info.file_size // MB, limits.entry // MB
        raise _refused(
            file, _("the file is {size} MB, more than the {limit} MB allowed", size=size, limit=limit), _("check that it is the right file")
        )
    if info.file_size > SMALL and info.file_size > limits.ratio * max(info.compress_size, 1):
        what = _("the file expands more than {ratio} times, as only a harmful archive does", ratio=limits.ratio)
        raise _refused(file, what, _("do not open it; ask its sender"))


@contextmanager
def _damage_told(file: str) -> Iterator[None]:
    try:
        yield
    except NotImplementedError:
        raise _refused(file, _("the file in the archive is packed in a way that is not supported"), _SAFER) from None
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError, OSError):
        raise _refused(file, _("the file in the archive is damaged"), _("download the archive again, or pack it again")) from None


def _directory_size(stream: IO[bytes]) -> int:
    """Bytes of the central directory as the end record tells them; 0 where there is none, which zipfile then refuses itself."""
    length = stream.seek(0, 2)
    stream.seek(max(length - _LONGEST_TAIL, 0))
    tail = stream.read(_LONGEST_TAIL)
    at = tail.rfind(_END)
    if at < 0:
        return 0
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if at >= 20 and tail[at - 20 : at - 16] == _END64_LOCATOR:
        (offset,) = struct.unpack_from("<Q", tail, at - 12)
        stream.seek(min(offset, length))
        record = stream.read(56)
        if record.startswith(_END64):
            (size,) = struct.unpack_from("<Q", record, 40)
    return int(size)


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
