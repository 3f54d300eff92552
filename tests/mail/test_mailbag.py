"""Messages lie together in a mailbag until each is in the archive under its hash."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from cobranza_rules.mail.mailbag import FOLDER, PIECE, Mailbag, bags_in, place, throw_away
from cobranza_rules.store.documents import DocumentArchive, digest_of

LARGE = [b"a" * PIECE, b"b" * PIECE, b"c"]


@pytest.fixture
def archive(tmp_path: Path) -> DocumentArchive:
    return DocumentArchive(tmp_path / "documents")


def broken() -> Iterator[bytes]:
    yield b"half of a message"
    raise OSError("the line is dead")


def test_what_was_put_into_a_bag_is_placed_by_its_hash(archive: DocumentArchive) -> None:
    bag = Mailbag(archive.root)
    contents = [[b"one"], [], [b"in ", b"pieces"], LARGE, [b"last"]]
    packed = [bag.add(pieces) for pieces in contents]
    bag.seal()
    assert (archive.root / FOLDER / bag.name).stat().st_size == bag.size == sum(map(len, map(b"".join, contents)))
    assert not any(archive.holds(each.digest) for each in packed)
    place(archive, [(bag.name, each) for each in packed])
    assert [archive.get(each.digest) for each in packed] == [b"".join(pieces) for pieces in contents]


def test_of_a_message_that_breaks_off_nothing_is_left_in_the_next(archive: DocumentArchive) -> None:
    bag = Mailbag(archive.root)
    first = bag.add([b"one"])
    with pytest.raises(OSError, match="the line is dead"):
        bag.add(broken())
    last = bag.add([b"two"])
    bag.seal()
    place(archive, [(bag.name, first), (bag.name, last)])
    assert [archive.get(each.digest) for each in (first, last)] == [b"one", b"two"]


def test_a_bag_without_messages_is_no_file(archive: DocumentArchive) -> None:
    bag = Mailbag(archive.root)
    bag.seal()
    bag.close()
    assert bags_in(archive.root) == []
    throw_away(archive.root, bag.name)


def test_only_the_programs_user_may_read_a_bag(archive: DocumentArchive) -> None:
    bag = Mailbag(archive.root)
    bag.add([b"one"])
    bag.seal()
    assert stat.S_IMODE((archive.root / FOLDER / bag.name).stat().st_mode) == 0o600


@pytest.mark.parametrize("pieces", [[b"one"], LARGE])
def test_bytes_that_a_damaged_bag_has_lost_are_not_taken_for_the_message(archive: DocumentArchive, pieces: list[bytes]) -> None:
    bag = Mailbag(archive.root)
    packed = bag.add(pieces)
    bag.seal()
    file = archive.root / FOLDER / bag.name
    file.write_bytes(b"?" + file.read_bytes()[1:])
    place(archive, [(bag.name, packed)])
    assert not archive.holds(packed.digest)
    assert packed.digest == digest_of(b"".join(pieces))
