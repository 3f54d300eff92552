"""How the columns of one source's report are called, where they are not called as usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, get_args

# What a column of a document report can hold. `charge` and `credit` are the amounts of reports that show the two apart.
ReportField = Literal[
    "internal_id", "model", "nature", "concept", "series", "folio", "uuid", "rfc", "name", "code", "issued", "due",
    "total", "open", "charge", "credit", "currency", "cancelled", "posted", "reference",
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(ReportField)


@dataclass(frozen=True, slots=True)
class ReportMapping:
    """The block `[intake.adminpaq.NAME]` of the settings.

    `match` is a pattern of file names (`*`, `?`), capitals aside; `columns` maps what is held (`folio`, `open` ...) to the heading above it;
    `currency` holds where no column tells one, "" for none.
    """

    name: str
    match: str
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


def mapping_for(file: str, mappings: Sequence[ReportMapping]) -> ReportMapping | None:
    """The first whose pattern fits the last part of the file's name, be it in a folder or in an archive."""
    name = file.replace("\\", "/").rpartition("/")[2].casefold()
    return next((mapping for mapping in mappings if fnmatchcase(name, mapping.match.casefold())), None)
