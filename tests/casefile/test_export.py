"""A case file that opens anywhere: the same bytes each time, nothing fetched from elsewhere, and what comes from outside stands in it as text."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.migrated import put_migrated
from tests.store.rows import a_customer

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain import event_hash
from cobranza_rules.casefile.export import export_to
from cobranza_rules.language import in_english
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CustomerRow

DAY = dt.date(2026, 3, 2)
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'&amp;\u202e\x00\x0b"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    put_migrated(tmp_path / "test.db")
    return open_database("sqlite:///test.db", tmp_path)


def written(database: Database, tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    with database.reading() as session:
        export_to(path, session, DocumentArchive(tmp_path / "d"), session.get_one(CustomerRow, 1), in_english, [])
    return path


def book(database: Database, tmp_path: Path, text: str = "They will pay.") -> list[str]:
    """The hashes of two documents."""
    archive = DocumentArchive(tmp_path / "d")
    digests = [archive.put(b"%PDF one"), archive.put(b"\x89PNG two")]
    with database.writing() as session:
        customer = a_customer()
        customer.name = text
        session.add(customer)
        session.flush()
        keeper = Bookkeeper(session, dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC))
        for digest in digests:
            keeper.note(1, "noted_call", DAY, {"who": "a@kemper.example", "text": text, "document": digest})
    return digests


class Tags(HTMLParser):
    """Tags of a page, and what they lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.leads: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.leads += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]


def test_the_same_case_gives_the_same_bytes(database: Database, tmp_path: Path) -> None:
    book(database, tmp_path)
    one, two = written(database, tmp_path, "one.zip"), written(database, tmp_path, "two.zip")
    assert one.read_bytes() == two.read_bytes()


def test_nothing_from_outside_becomes_more_than_text(database: Database, tmp_path: Path) -> None:
    digests = book(database, tmp_path, HOSTILE)
    page = (written(database, tmp_path, "case") / "index.html").read_text(encoding="utf-8")
    tags = Tags(page)
    assert not {"script", "img", "iframe", "object", "form", "link"} & tags.tags
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert set(tags.leads) == {f"documents/{digests[0]}.pdf", f"documents/{digests[1]}.png"}, "nothing leads out of the folder"
    assert not re.search(r"(?:https?:)?//|url\(|@import", page)
    assert "default-src 'none'" in page


def test_a_lost_document_has_its_line_and_the_rest_is_there(database: Database, tmp_path: Path) -> None:
    lost, there = book(database, tmp_path)
    DocumentArchive(tmp_path / "d").path_of(lost).unlink()
    folder = written(database, tmp_path, "case")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "document of event 1 (its file is missing or damaged)" in page
    assert lost in page, "its hash is what it would be known by"
    assert [path.name for path in (folder / "documents").iterdir()] == [f"{there}.png"]


def test_another_program_can_check_the_events_and_the_copy(database: Database, tmp_path: Path) -> None:
    book(database, tmp_path)
    with zipfile.ZipFile(written(database, tmp_path, "case.zip")) as packed:
        for line in packed.read("SHA256SUMS").decode().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(packed.read(name)).hexdigest() == digest
        events = json.loads(packed.read("events.json"))["events"]
    assert [event_hash(each["previous"], each["event"]) for each in events] == [each["hash"] for each in events]
    assert [each["event"]["actor"] for each in events] == ["a@kemper.example"] * 2
