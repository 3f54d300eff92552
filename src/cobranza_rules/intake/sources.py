"""The files behind what a user names: files, folders and ZIP archives, one at a time, each within bounds."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from cobranza_rules.intake.adminpaq_dbf import is_of_no_use, table_of
from cobranza_rules.intake.archive import MB, ZipLimits, is_zip, open_zip, read_entry
from cobranza_rules.intake.recognise import is_office_file
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_FILE = 50 * MB
LARGEST_TABLE = 400 * MB  # Of AdminPAQ's: 200,000 documents of its widest table
LIMITS = ZipLimits(entries=200_000, total=4096 * MB, entry=LARGEST_FILE, ratio=300)
_INSIDE = "!/"  # `lote.zip!/a.xml`, as other tools write it.
_DEEPEST = 2  # An archive in an archive is opened; one in that is not.
_CLUTTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`name` is for people only and never becomes a path. `content` is a Problem where the file cannot be read."""

    name: str
    content: bytes | Problem


def walk(paths: Sequence[Path]) -> Iterator[SourceFile]:
    """Every file in the order of its name, one in memory at a time. Folders are entered once, however links lead to them.

    Hidden files, what systems leave behind (Thumbs.db, __MACOSX, locks of office programs) and those files of AdminPAQ that nobody reads
    (indexes, its other tables) are passed over unless they are named.
    """
    seen: set[tuple[int, int]] = set()
    waiting = list(reversed(paths))
    while waiting:
        path = waiting.pop()
        name = shown_name(str(path))
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                waiting.extend(reversed(_children(path, status, seen)))
            elif stat.S_ISREG(status.st_mode):
                yield from _file(path, name)
            else:  # Opening a pipe or a device could wait for ever.
                yield SourceFile(name, Problem(_("not a regular file"), _("give files, folders or ZIP archives"), name))
        except OSError as error:
            yield SourceFile(name, _unreadable(name, error))


def count(paths: Sequence[Path]) -> int:
    """How many files `walk` will give, near enough for a progress bar: archives are told by their name, and inner ones count as one."""
    seen: set[tuple[int, int]] = set()
    found, waiting = 0, list(paths)
    while waiting:
        path = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                waiting.extend(_children(path, status, seen))
            else:
                found += _count_archive(path) if path.suffix.lower() == ".zip" and stat.S_ISREG(status.st_mode) else 1
        except (OSError, ProblemError):
            found += 1
    return found


def _count_archive(path: Path) -> int:
    with path.open("rb") as file, open_zip(file, str(path), LIMITS) as archive:
        return sum(_is_wanted(info) for info in archive.infolist())


def _unreadable(name: str, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(_("there is no such file or folder"), _("check the name"), name)
    if isinstance(error, PermissionError):
        return Problem(_("the file or folder may not be read"), _("ask for the right to read it, or copy it"), name)
    what = _("the file or folder cannot be read: {detail}", detail=error.strerror or type(error).__name__)
    return Problem(what, _("check the disk or the connection and try again"), name)


def _children(folder: Path, status: os.stat_result, seen: set[tuple[int, int]]) -> list[Path]:
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return []
    seen.add(identity)
    return sorted(child for child in folder.iterdir() if not _is_clutter(child.name))


def _file(path: Path, name: str) -> Iterator[SourceFile]:
    with path.open("rb") as file:
        largest = _largest(name)
        content = file.read(largest + 1)
        fits = len(content) <= largest
        if is_zip(content) and not (fits and is_office_file(content)):
            del content
            yield from _archive(file, name, 1)
            return
    yield SourceFile(name, content if fits else _too_large(name))


def _archive(stream: IO[bytes], name: str, depth: int) -> Iterator[SourceFile]:
    try:
        with open_zip(stream, name, LIMITS) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if _is_wanted(info):
                    yield from _entry(archive, info, name + _INSIDE + shown_name(info.filename), depth)
    except ProblemError as error:
        yield from (SourceFile(name, problem) for problem in error.problems)


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int) -> Iterator[SourceFile]:
    try:
        content = read_entry(archive, info, name, replace(LIMITS, entry=LARGEST_TABLE) if table_of(name) else LIMITS)
    except ProblemError as error:
        yield from (SourceFile(name, problem) for problem in error.problems)
        return
    if not is_zip(content) or is_office_file(content):
        yield SourceFile(name, content)
    elif depth < _DEEPEST:
        yield from _archive(io.BytesIO(content), name, depth + 1)
    else:
        yield SourceFile(name, Problem(_("archives are nested too deeply"), _("unpack the inner archive and give its folder"), name))


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not any(map(_is_clutter, info.filename.split("/")))


def _largest(name: str) -> int:
    return LARGEST_TABLE if table_of(name) else LARGEST_FILE


def _is_clutter(name: str) -> bool:
    return is_of_no_use(name) or (name.startswith((".", "~$")) and name not in (".", "..")) or name.lower() in _CLUTTER


def shown_name(name: str) -> str:
    """Names come from outside: what would move a terminal's cursor, or was not text in the first place, is shown as a mark."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def _too_large(name: str) -> Problem:
    return Problem(_("the file is larger than {limit} MB", limit=_largest(name) // MB), _("check that it is the right file"), name)
