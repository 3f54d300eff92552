"""Tables of Visual FoxPro written by hand, byte for byte as its "Table File Structure" says: the reader under test is somebody else's."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

Field = tuple[str, str, int]  # Name, type (C, N, D, I, B, L, M), width
WINDOWS, DOS, UNTOLD = 0x03, 0x02, 0x00
DELETED = "deleted"  # A key of a record that stands for its deletion mark
BLOCK = 64  # Bytes of a memo file's block
NULL_DAY = dt.date(1899, 12, 30)

DOCUMENT: tuple[Field, ...] = (
    ("CIDDOCUM01", "N", 11),
    ("CIDDOCUM02", "N", 11),
    ("CIDCONCE01", "N", 11),
    ("CSERIEDO01", "C", 11),
    ("CFOLIO", "B", 8),
    ("CFECHA", "D", 8),
    ("CIDCLIEN01", "N", 11),
    ("CRAZONSO01", "C", 60),
    ("CRFC", "C", 20),
    ("CFECHAVE01", "D", 8),
    ("CIDMONEDA", "N", 11),
    ("CREFEREN01", "C", 20),
    ("COBSERVA01", "M", 4),
    ("CNATURAL01", "N", 6),
    ("CPLANTILLA", "N", 6),
    ("CAFECTADO", "N", 6),
    ("CCANCELADO", "N", 6),
    ("CTOTAL", "B", 8),
    ("CPENDIENTE", "B", 8),
)
LINK: tuple[Field, ...] = (
    ("CIDDOCUM01", "N", 11),
    ("CIDDOCUM02", "N", 11),
    ("CIMPORTE01", "B", 8),
    ("CIMPORTE02", "B", 8),
    ("CFECHAAB01", "D", 8),
)
CUSTOMER: tuple[Field, ...] = (
    ("CIDCLIEN01", "N", 11),
    ("CCODIGOC01", "C", 30),
    ("CRAZONSO01", "C", 60),
    ("CRFC", "C", 20),
    ("CTIPOCLI01", "N", 6),
    ("CDIASCRE01", "N", 11),
    ("CEMAIL1", "C", 60),
)
ADDRESS: tuple[Field, ...] = (
    ("CIDCATAL01", "N", 11),
    ("CTIPOCAT01", "N", 6),
    ("CTIPODIR01", "N", 6),
    ("CNOMBREC01", "C", 60),
    ("CNUMEROE01", "C", 30),
    ("CCOLONIA", "C", 60),
    ("CCODIGOP01", "C", 6),
    ("CTELEFONO1", "C", 15),
    ("CEMAIL", "C", 50),
    ("CESTADO", "C", 60),
)
CONCEPT: tuple[Field, ...] = (("CIDCONCE01", "N", 11), ("CNOMBREC01", "C", 60), ("CIDDOCUM01", "N", 11))
CURRENCY: tuple[Field, ...] = (("CIDMONEDA", "N", 11), ("CNOMBREM01", "C", 60))
STAMP: tuple[Field, ...] = (("CIDDOCTO", "N", 11), ("CUUID", "C", 60), ("CESTADO", "N", 6))

Value = str | int | float | Decimal | dt.date | bytes | None
Record = Mapping[str, Value]


def table(
    fields: Sequence[Field], records: Iterable[Record], *, driver: int = WINDOWS, encoding: str = "cp1252", told: int | None = None
) -> bytes:
    """`told` is how many records the header claims, where that is not the truth."""
    rows = [_record(fields, record, encoding) for record in records]
    header = 32 + 32 * len(fields) + 1 + 263  # Visual FoxPro leaves 263 bytes for the name of a database.
    head = struct.pack(
        "<BBBBLHH16xBB2x", 0x30, 126, 3, 2, len(rows) if told is None else told, header, 1 + sum(one[2] for one in fields), 2, driver
    )
    described, at = b"", 1
    for name, kind, width in fields:
        described += struct.pack("<11scLBB14x", name.encode("ascii"), kind.encode("ascii"), at, width, 0)
        at += width
    return head + described + b"\r" + bytes(263) + b"".join(rows) + b"\x1a"


def memo_file(texts: Sequence[bytes]) -> bytes:
    """The text number n, from 1, begins where a record's memo field says the number that `memo_number` gives."""
    blocks = b"".join((struct.pack(">LL", 1, len(text)) + text).ljust(4 * BLOCK, b"\0") for text in texts)
    return struct.pack(">LHH504x", 8 + 4 * len(texts), 0, BLOCK) + blocks


def memo_number(position: int) -> int:
    return 512 // BLOCK + 4 * (position - 1)


def _record(fields: Sequence[Field], record: Record, encoding: str) -> bytes:
    mark = b"*" if record.get(DELETED) else b" "
    return mark + b"".join(_field(kind, width, record.get(name), encoding) for name, kind, width in fields)


def _field(kind: str, width: int, value: Value, encoding: str) -> bytes:
    if isinstance(value, bytes):
        return value.ljust(width)[:width]
    if kind == "B":
        return struct.pack("<d", float(value or 0))  # type: ignore[arg-type]
    if kind in "IM":
        return struct.pack("<i", int(value or 0))  # type: ignore[arg-type]
    if kind == "D":
        return (value.strftime("%Y%m%d") if isinstance(value, dt.date) else "").encode("ascii").ljust(8)
    text = "" if value is None else str(value)
    return text.encode(encoding).rjust(width) if kind == "N" else text.encode(encoding).ljust(width)[:width]
