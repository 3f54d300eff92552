"""The files inside a packet: each once, under a harmless name of its own, all of them in the list of hashes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.language import Sentence
from cobranza_rules.packets.built_part import BuiltPart
from cobranza_rules.packets.inside_files import LONGEST_NAME, embedded_files, harmless_name, sha256_of
from cobranza_rules.packets.material import StoredFile
from cobranza_rules.packets.planning import PlannedPart, Section, WrittenPage
from cobranza_rules.packets.refusals import Refusal
from cobranza_rules.store.documents import DocumentArchive


@pytest.fixture
def archive(tmp_path: Path) -> DocumentArchive:
    return DocumentArchive(tmp_path)


def part(*files: StoredFile, refused: Refusal | None = None) -> BuiltPart:
    planned = PlannedPart(Section.INVOICES, Sentence("Invoice"), dt.date(2026, 3, 2), WrittenPage(), files)
    return BuiltPart(planned, b"", 1, files, None, refused)


def test_each_file_is_inside_once_and_no_two_have_one_name(archive: DocumentArchive) -> None:
    first, second = (StoredFile("F-1.xml", "application/xml", archive.put(content)) for content in (b"1", b"2"))
    other = StoredFile("f-1.XML", "application/xml", archive.put(b"3"))
    found = embedded_files(archive, [part(first), part(first, second), part(other, refused=Refusal.DAMAGED)], "en")
    assert [(file.name, file.content, file.source) for file in found[:-1]] == [
        ("F-1.xml", b"1", True),
        ("F-1-2.xml", b"2", True),
        ("f-1-3.XML", b"3", False),
    ]
    assert found[-1].content.decode().splitlines() == [f"{sha256_of(file.content)}  {file.name}" for file in found[:-1]]


def test_nobody_takes_the_name_of_the_list(archive: DocumentArchive) -> None:
    forged = StoredFile("SHA256.txt", "text/plain", archive.put(b"forged"))
    assert [file.name for file in embedded_files(archive, [part(forged)], "en")] == ["SHA256-2.txt", "sha256.txt"]


def test_of_no_files_there_is_no_list(archive: DocumentArchive) -> None:
    assert embedded_files(archive, [part()], "en") == ()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\autoexec.bat", "C__autoexec.bat"),
        ("a\nb.pdf", "a_b.pdf"),
        ("contrato\u202efdp.exe", "contrato_fdp.exe"),
        ("...", "_"),
        ("Contrato señalado (2).pdf", "Contrato señalado (2).pdf"),
    ],
)
def test_names_lead_nowhere(name: str, clean: str) -> None:
    assert harmless_name(name) == clean


@given(st.text(max_size=400))
def test_every_name_becomes_a_harmless_one(name: str) -> None:
    clean = harmless_name(name)
    assert 0 < len(clean) <= LONGEST_NAME
    assert not set(clean) & set('/\\:*?"<>|\n\r\0')
    assert clean not in (".", "..")
