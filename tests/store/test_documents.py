"""The archive of documents: what was put there comes back byte for byte, or says that it does not."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.store.documents import DamagedDocumentError, DocumentArchive, digest_of

CONTENT = b"%PDF-1.7 una carta" * 1000


@pytest.fixture
def archive(tmp_path: Path) -> DocumentArchive:
    return DocumentArchive(tmp_path / "documents")


@given(content=st.binary(max_size=5000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_what_was_put_comes_back(archive: DocumentArchive, content: bytes) -> None:
    assert archive.get(archive.put(content)) == content


def test_the_same_twice_is_one_file(archive: DocumentArchive) -> None:
    first = archive.put(CONTENT)
    before = archive.path_of(first).stat()
    assert archive.put(CONTENT) == first
    after = archive.path_of(first).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [file.name for file in archive.root.rglob("*") if file.is_file()] == [first]


def test_damaged_bytes_are_noticed(archive: DocumentArchive) -> None:
    digest = archive.put(CONTENT)
    path = archive.path_of(digest)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_bytes(CONTENT[:-1] + b"?")
    with pytest.raises(DamagedDocumentError) as raised:
        archive.get(digest)
    assert str(raised.value.problems[0]) == (
        f"{path}: the document in the archive is damaged: its bytes are not those that were put there; "
        "restore it from a backup; an imported file is also restored by importing it again"
    )
    assert archive.get(archive.put(CONTENT)) == CONTENT


def test_a_document_that_is_not_there_is_said(archive: DocumentArchive) -> None:
    with pytest.raises(DamagedDocumentError) as raised:
        archive.get(digest_of(b"never put"))
    assert str(raised.value.problems[0].what) == "the document cannot be read from the archive: No such file or directory"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63 + "/", "a" * 65])
def test_a_name_from_outside_becomes_no_path(archive: DocumentArchive, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        archive.path_of(name)


def _die_at(root: Path, moment: str, number: int) -> None:
    """Puts a document and is killed at the n-th call of a function of `os`."""
    real, calls = getattr(os, moment), 0

    def dying(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **named)

    setattr(os, moment, dying)
    DocumentArchive(root).put(CONTENT)


@pytest.mark.parametrize(("moment", "number"), [("fsync", 1), ("replace", 1), ("rename", 1), ("fsync", 2), ("fdopen", 1)])
def test_a_crash_leaves_no_half_file_under_the_final_name(archive: DocumentArchive, moment: str, number: int) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_die_at, args=(archive.root, moment, number))
    child.start()
    child.join(60)
    assert child.exitcode in (-signal.SIGKILL, 0)  # pathlib renames by one of the two names of the call
    path = archive.path_of(digest_of(CONTENT))
    assert not path.exists() or path.read_bytes() == CONTENT
    assert archive.get(archive.put(CONTENT)) == CONTENT


def test_the_crashes_of_that_test_do_happen(archive: DocumentArchive) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_die_at, args=(archive.root, "fsync", 1))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert not archive.path_of(digest_of(CONTENT)).exists()


@given(contents=st.lists(st.binary(max_size=300), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_many_at_once_are_what_each_alone_is(archive: DocumentArchive, contents: list[bytes]) -> None:
    assert archive.put_all(contents) == [digest_of(content) for content in contents]
    assert [archive.get(digest_of(content)) for content in contents] == contents
    assert all(file.name == digest_of(file.read_bytes()) for file in archive.root.rglob("*") if file.is_file())


def test_many_at_once_heal_what_was_damaged(archive: DocumentArchive) -> None:
    path = archive.path_of(archive.put(CONTENT))
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_bytes(b"other")
    assert archive.get(archive.put_all([b"one", CONTENT, b"two"])[1]) == CONTENT


@given(pieces=st.lists(st.binary(max_size=300), max_size=10))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_pieces_are_kept_as_one(archive: DocumentArchive, pieces: list[bytes]) -> None:
    assert archive.get(archive.put_pieces(pieces)) == b"".join(pieces)


def test_of_pieces_that_break_off_nothing_is_kept(archive: DocumentArchive) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="the line is dead"):
        archive.put_pieces(broken())
    assert not [file for file in archive.root.rglob("*") if file.is_file()]


def test_what_a_killed_process_has_begun_is_swept(archive: DocumentArchive) -> None:
    digest = archive.put(CONTENT)
    begun = archive.root / ".incoming-0123456789abcdef-0"
    begun.write_bytes(CONTENT[:100])
    assert archive.sweep() == 1
    assert not begun.exists()
    assert archive.get(digest) == CONTENT
    assert archive.sweep() == 0


def test_nothing_is_swept_while_another_writes(archive: DocumentArchive) -> None:
    swept: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield CONTENT
        swept.append(DocumentArchive(archive.root).sweep())
        yield CONTENT

    assert archive.get(archive.put_pieces(pieces())) == CONTENT * 2
    assert swept == [0]


def test_an_archive_that_was_never_written_has_nothing_to_sweep(archive: DocumentArchive) -> None:
    assert archive.sweep() == 0
