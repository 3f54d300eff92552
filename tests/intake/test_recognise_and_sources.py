import io
import os
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.intake import sources
from cobranza_rules.intake.archive import ZipLimits
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.sources import count, walk
from cobranza_rules.problems import Problem

CUSTOMERS = [["Clave", "Razón social", "RFC"], ["1", "A", "URE180429TM6"]]
UTF16 = b"\xff\xfe"


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def read(*paths: Path) -> dict[str, str]:
    return {file.name: file.content.text() if isinstance(file.content, Problem) else file.content.decode("latin-1") for file in walk(paths)}


@pytest.mark.parametrize("name", ["a.xml", "a.pdf", "a", "a.csv"])
def test_kinds_are_told_by_content_whatever_the_name(cfdi: Any, workbooks: Any, name: str) -> None:
    document = cfdi.document()
    assert recognise(document, name) is Kind.CFDI
    assert recognise(document[: len(document) // 2], name) is Kind.CFDI
    assert recognise(b"\n\xef\xbb\xbf" + document, name) is Kind.CFDI
    assert recognise(UTF16 + document.decode().encode("utf-16-le"), name) is Kind.CFDI
    assert recognise(document.replace(b"cfd/4", b"cfd/3"), name) is Kind.CFDI
    assert recognise(workbooks.of(CUSTOMERS), name) is Kind.CUSTOMERS
    assert recognise(b"Clave;Nombre;RFC\n1;A;URE180429TM6\n", name) is Kind.CUSTOMERS
    assert recognise(workbooks.of([["Fecha", "Abono"]]), name) is Kind.SPREADSHEET
    assert recognise(b"Fecha,Abono,Saldo\n2026-03-02,1.00,2.00\n", name) is Kind.SPREADSHEET
    assert recognise(packed({"a.xml": document}), name) is Kind.ZIP
    assert recognise(b"%PDF-1.7\n", name) is Kind.PDF
    for unknown in (
        b"",
        b"<SPEI_Tercero/>",
        b"\x89PNG\r\n\x1a\n\x00",
        b"Estimados: ya pagamos, saludos.",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ):
        assert recognise(unknown, name) is Kind.UNKNOWN


def test_a_name_tips_the_scale_for_tables_of_two_columns() -> None:
    assert recognise(b"a,b\nc,d\n", "a.csv") is Kind.SPREADSHEET
    assert recognise(b"a,b\nc,d\n", "a.txt") is Kind.UNKNOWN
    assert recognise(b"| a | b |\n|---|---|\n| c | d |\n", "README.md") is Kind.UNKNOWN
    assert recognise(b"a|b|c\n1|2|3\n", "a.csv") is Kind.SPREADSHEET


def test_random_bytes_have_some_kind() -> None:
    chance = random.Random(11)
    for head in (b"", b"PK\x03\x04", b"PK\x05\x06", b"<", b"%PDF-", UTF16):
        for _ in range(50):
            assert recognise(head + chance.randbytes(200), "a.bin") in Kind


def test_folders_files_and_archives_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "2.xml").write_bytes(b"two")
    (tmp_path / "b" / "1.xml").write_bytes(b"one")
    inner = packed({"z.xml": b"inner"})
    (tmp_path / "a.dat").write_bytes(
        packed({"y/x.xml": b"x", "folder/": b"", "inner.zip": inner, "../../up.xml": b"up", "/abs.xml": b"abs"})
    )
    given = str(tmp_path)
    assert read(tmp_path) == {
        f"{given}/a.dat!/../../up.xml": "up",
        f"{given}/a.dat!//abs.xml": "abs",
        f"{given}/a.dat!/inner.zip!/z.xml": "inner",
        f"{given}/a.dat!/y/x.xml": "x",
        f"{given}/b/1.xml": "one",
        f"{given}/b/c/2.xml": "two",
    }
    assert list(read(tmp_path)) == sorted(read(tmp_path), key=lambda name: name.replace("!//", "!/"))
    assert not (tmp_path.parent / "up.xml").exists()


def test_clutter_is_passed_over_unless_it_is_named(tmp_path: Path) -> None:
    for name in (".DS_Store", "~$clientes.xlsx", "Thumbs.db", "a.xml"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "l.zip").write_bytes(packed({"__MACOSX/._b.xml": b"x", "b.xml": b"x"}))
    assert list(read(tmp_path)) == [f"{tmp_path}/a.xml", f"{tmp_path}/l.zip!/b.xml"]
    assert count([tmp_path]) == 2
    assert list(read(tmp_path / ".DS_Store")) == [f"{tmp_path}/.DS_Store"]


def test_links_never_lead_round(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.xml").write_bytes(b"one")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    told = read(tmp_path)
    assert told.pop(f"{tmp_path}/self").startswith(f"{tmp_path}/self: the file or folder cannot be read: ")
    assert list(told) == [f"{tmp_path}/a/1.xml"]
    assert count([tmp_path]) == 2


def test_a_tree_deeper_than_the_stack_is_walked(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(1200):
        deep /= "d"
        deep.mkdir()
    (deep / "1.xml").write_bytes(b"one")
    assert list(read(tmp_path).values()) == ["one"]
    assert count([tmp_path]) == 1
    (deep / "1.xml").unlink()
    while deep != tmp_path:  # What clears temporary folders away would run out of stack.
        deep.rmdir()
        deep = deep.parent


def test_what_cannot_be_read_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04" + b"x" * 50)
    (tmp_path / "z.xml").write_bytes(b"z")
    assert read(tmp_path / "none", tmp_path) == {
        f"{tmp_path}/none": f"{tmp_path}/none: there is no such file or folder; check the name",
        f"{tmp_path}/bad.zip": f"{tmp_path}/bad.zip: the archive is damaged; download it again, or pack it again",
        f"{tmp_path}/pipe": f"{tmp_path}/pipe: not a regular file; give files, folders or ZIP archives",
        f"{tmp_path}/z.xml": "z",
    }
    assert count([tmp_path / "none", tmp_path]) == 4


def test_a_file_without_the_right_to_read_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"x")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)  # The rights of a file stop nobody who is root, as tests in a container are.
    assert read(file) == {str(file): f"{file}: the file or folder may not be read; ask for the right to read it, or copy it"}


def test_names_cannot_move_the_cursor_of_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "l.zip").write_bytes(packed({"\x1b[2Ja\u202eb.xml": b"x"}))
    (tmp_path / os.fsdecode(b"\xff.xml")).write_bytes(b"y")
    assert list(read(tmp_path)) == [f"{tmp_path}/l.zip!/\ufffd[2Ja\ufffdb.xml", f"{tmp_path}/\ufffd.xml"]


def test_workbooks_are_files_and_not_archives(tmp_path: Path, workbooks: Any) -> None:
    content = workbooks.of(CUSTOMERS)
    (tmp_path / "clientes.xlsx").write_bytes(content)
    (tmp_path / "l.zip").write_bytes(packed({"clientes.xlsx": content}))
    assert {file.name: file.content == content for file in walk([tmp_path])} == {
        f"{tmp_path}/clientes.xlsx": True,
        f"{tmp_path}/l.zip!/clientes.xlsx": True,
    }


def test_archives_nested_too_deeply_are_told(tmp_path: Path) -> None:
    (tmp_path / "1.zip").write_bytes(packed({"2.zip": packed({"3.zip": packed({"a.xml": b"a"}), "b.xml": b"b"})}))
    name = f"{tmp_path}/1.zip!/2.zip!/3.zip"
    assert read(tmp_path) == {
        name: f"{name}: archives are nested too deeply; unpack the inner archive and give its folder",
        f"{tmp_path}/1.zip!/2.zip!/b.xml": "b",
    }


def test_bad_entries_are_told_and_the_good_ones_read(tmp_path: Path) -> None:
    content = bytearray(
        packed(
            {"bomb.xml": b"0" * (4 * 2**20), "broken.xml": b"broken", "good.xml": b"good", "locked.xml": b"locked"}, zipfile.ZIP_DEFLATED
        )
    )
    content[content.index(b"broken.xml") + len("broken.xml")] ^= 0xFF
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # APPNOTE.TXT 4.4.4, bit 0: encrypted
        content[content.rindex(signature, 0, content.rindex(b"locked.xml") if offset == 8 else content.index(b"locked.xml")) + offset] |= 1
    (tmp_path / "l.zip").write_bytes(bytes(content))
    name = f"{tmp_path}/l.zip!/"
    assert read(tmp_path) == {
        f"{name}bomb.xml": f"{name}bomb.xml: the file expands more than 300 times, as only a harmful archive does; do not open it; ask its sender",
        f"{name}broken.xml": f"{name}broken.xml: the file in the archive is damaged; download the archive again, or pack it again",
        f"{name}good.xml": "good",
        f"{name}locked.xml": f"{name}locked.xml: the file in the archive is encrypted; unpack it with its password and give the folder",
    }


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (
            ZipLimits(2, 10**9, 10**9, 300),
            "l.zip: the archive has 3 entries, more than the 2 allowed; unpack it yourself and give the folder",
        ),
        (
            ZipLimits(9, 2 * 2**20, 10**9, 300),
            "l.zip: the archive unpacks to 3 MB, more than the 2 MB allowed; unpack it yourself and give the folder",
        ),
        (ZipLimits(9, 10**9, 2**20, 300), "l.zip!/a.xml: the file is 3 MB, more than the 1 MB allowed; check that it is the right file"),
    ],
)
def test_archives_beyond_the_limits_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: ZipLimits, problem: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "LIMITS", limits)
    Path("l.zip").write_bytes(packed({"a.xml": random.Random(1).randbytes(3 * 2**20), "b.xml": b"b", "c.xml": b"c"}))
    told = read(Path("l.zip"))
    assert next(iter(told.values())) == problem
    assert count([Path("l.zip")]) in {1, 3}


def test_a_file_beyond_the_size_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST_FILE", 2**20)
    (tmp_path / "a.xml").write_bytes(b"x" * (2**20 + 1))
    assert read(tmp_path) == {f"{tmp_path}/a.xml": f"{tmp_path}/a.xml: the file is larger than 1 MB; check that it is the right file"}


def test_count_agrees_with_walk(tmp_path: Path) -> None:
    (tmp_path / "l.zip").write_bytes(packed({f"{number}.xml": b"x" for number in range(7)} | {"f/": b""}))
    (tmp_path / "f").mkdir()
    for number in range(5):
        (tmp_path / "f" / f"{number}.xml").write_bytes(b"x")
    assert count([tmp_path, tmp_path / "l.zip"]) == len(list(walk([tmp_path, tmp_path / "l.zip"]))) == 19


def test_of_a_folder_of_adminpaq_only_the_tables_that_are_read_are_taken(tmp_path: Path) -> None:
    for name in ("MGW10008.DBF", "MGW10008.CDX", "mgw10008.fpt", "MGW10005.DBF", "mgw10002.dbf", "CAC10000.DBF", "CFDI.XML"):
        (tmp_path / name).write_bytes(b"x")
    found = [Path(file.name).name for file in walk([tmp_path])]
    assert found == ["CFDI.XML", "MGW10008.DBF", "mgw10002.dbf", "mgw10008.fpt"]
    assert [file.name for file in walk([tmp_path / "MGW10005.DBF"])] == [str(tmp_path / "MGW10005.DBF")]  # Named by itself


def test_tables_of_adminpaq_may_be_larger_than_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST_FILE", 1000)
    monkeypatch.setattr(sources, "LARGEST_TABLE", 2000)
    monkeypatch.setattr(sources, "LIMITS", replace(sources.LIMITS, entry=1000))
    for name, size in (("MGW10008.DBF", 2000), ("MGW10009.DBF", 2001), ("otro.dbf", 1001)):
        (tmp_path / name).write_bytes(b"x" * size)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("MGW10002.DBF", b"x" * 2000)
        archive.writestr("a.xml", b"x" * 1001)
    taken = {file.name.rpartition("/")[2]: isinstance(file.content, bytes) for file in walk([tmp_path])}
    assert taken == {"MGW10008.DBF": True, "MGW10009.DBF": False, "MGW10002.DBF": True, "a.xml": False, "otro.dbf": False}
