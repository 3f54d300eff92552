"""Files that an import brings to invoices: by their names, before or after the invoice, and never by a guess."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.cfdi_files import invoice, uuid_of
from tests.conftest import DAY, WorkspaceMaker
from tests.stories.desk import UNIVERSITY, Desk, customer_list

from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.booking.support_queue import incomplete
from cobranza_rules.domain.support import SupportKind
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.tables import QuarantineRow, WaitingSupportRow

HEADINGS = "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Correo facturas,Soporte\n"
ASKING = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,"


def paper(text: str) -> bytes:
    return f"%PDF-1.7\n{text}\n%%EOF\n".encode()


def take(desk: Desk, **files: bytes) -> ImportReport:
    """Files by their name, with an underscore for what a Python name cannot hold."""
    return take_named(desk, {f"{name}.pdf": content for name, content in files.items()})


def take_named(desk: Desk, files: dict[str, bytes]) -> ImportReport:
    workspace = desk.workspace
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc)
    return importing.take(SourceFile(name, content) for name, content in files.items())


@pytest.fixture
def desk(make_workspace: WorkspaceMaker) -> Desk:
    made = Desk(make_workspace())
    made.take(customer_list(UNIVERSITY), invoice("FA-1", day=DAY), invoice("FA-2", day=DAY))
    return made


def kinds(desk: Desk, number: str) -> list[str]:
    return [file["kind"] for file in desk.invoice(number).support]


def said(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def waiting(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return list(session.scalars(select(WaitingSupportRow.named).order_by(WaitingSupportRow.id)))


def test_names_bring_files_to_their_invoices(desk: Desk) -> None:
    report = take_named(
        desk, {"FA-1.pdf": paper("1"), "FA-1 OC.pdf": paper("oc"), f"x/{uuid_of('FA-2')}.pdf": paper("2"), "FA1 remision.pdf": paper("r")}
    )
    assert said(report) == []
    assert report.counts["support", "new"] == 4
    assert (sorted(kinds(desk, "FA-1")), kinds(desk, "FA-2")) == (["cfdi", "purchase_order", "remission"], ["cfdi"])
    desk.assert_whole()


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    take(desk, FA_1=paper("1"))
    assert dict(take(desk, FA_1=paper("1")).counts) == {("support", "unchanged"): 1}
    assert kinds(desk, "FA-1") == ["cfdi"]


def test_two_files_for_one_place_are_both_told_and_neither_is_taken(desk: Desk) -> None:
    report = take_named(desk, {"a/FA-1.pdf": paper("one"), "b/FA-1.pdf": paper("other")})
    told = (
        "several files would be the cfdi of invoice FA-1: a/FA-1.pdf, b/FA-1.pdf; leave the right one, or attach it with 'cobranza attach'"
    )
    assert said(report) == [f"a/FA-1.pdf: {told}", f"b/FA-1.pdf: {told}"]
    assert kinds(desk, "FA-1") == []
    assert dict(report.counts) == {("support", "quarantined"): 2}


def test_what_is_in_the_book_stays(desk: Desk) -> None:
    take(desk, FA_1=paper("one"))
    assert said(take_named(desk, {"b/FA-1.pdf": paper("other")})) == [
        (
            "b/FA-1.pdf: invoice FA-1 has another file as its cfdi: FA_1.pdf; if this one is right take the other back with "
            "'cobranza support withdraw', then attach this one"
        )
    ]
    assert [file["name"] for file in desk.invoice("FA-1").support] == ["FA_1.pdf"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "FA-1 copia.pdf",
            (
                "FA-1 copia.pdf: its name does not say what it is of invoice FA-1: 'copia'; "
                "write one of these after the number: oc, remision, aceptacion, soporte; or attach it by hand"
            ),
        ),
        (
            "manual.pdf",
            (
                "manual.pdf: its name names no invoice; "
                "call it as its invoice is called (F-101.pdf, or its UUID), or attach it with 'cobranza attach'"
            ),
        ),
    ],
)
def test_what_a_name_does_not_say_is_asked(desk: Desk, name: str, told: str) -> None:
    assert said(take_named(desk, {name: paper("x"), "FA-2.pdf": paper("2")})) == [told]
    assert kinds(desk, "FA-2") == ["cfdi"]  # What is good beside it is taken.


def test_a_damaged_pdf_is_kept_with_its_reason_and_comes_out_when_it_is_whole(desk: Desk) -> None:
    assert said(take_named(desk, {"FA-1.pdf": b"%PDF-1.7 cut"})) == [
        "FA-1.pdf: the PDF has no end: it is cut off or damaged; ask for it again"
    ]
    assert kinds(desk, "FA-1") == []


def test_a_file_that_comes_first_waits_for_its_invoice(desk: Desk) -> None:
    report = take_named(desk, {"FA-3.pdf": paper("3"), "FA-3 oc.pdf": paper("oc")})
    assert dict(report.counts) == {("support", "waiting"): 2}
    assert "FA3" in waiting(desk)
    assert dict(take_named(desk, {"FA-3.pdf": paper("3")}).counts) == {("support", "unchanged"): 1}
    desk.take(invoice("FA-3", day=DAY))
    assert sorted(kinds(desk, "FA-3")) == ["cfdi", "purchase_order"]
    assert waiting(desk) == []


def test_two_that_wait_for_one_place_wait_on_and_are_told(desk: Desk) -> None:
    take_named(desk, {"a/FA-3.pdf": paper("one")})
    take_named(desk, {"b/FA-3.pdf": paper("other")})
    report = take_named(desk, {"FA-3.xml": invoice("FA-3", day=DAY)})
    assert [problem.file for problem in report.warnings] == ["a/FA-3.pdf", "b/FA-3.pdf"]
    assert kinds(desk, "FA-3") == []
    assert len(waiting(desk)) == 2


def test_what_was_refused_and_is_taken_now_leaves_the_quarantine(desk: Desk) -> None:
    take_named(desk, {"manual.pdf": paper("x")})
    take_named(desk, {"FA-1.pdf": paper("x")})
    with desk.workspace.database.reading() as session:
        assert list(session.scalars(select(QuarantineRow.file))) == []


def ask(desk: Desk, what: str) -> None:
    desk.take(f"{HEADINGS}{ASKING}{what}\n".encode())


def missing(desk: Desk) -> dict[str, tuple[str, ...]]:
    with desk.workspace.database.reading() as session:
        return {one.number: one.kinds for one in incomplete(session)}


def test_what_a_customer_asks_for_is_asked_of_invoices_that_were_not_delivered(desk: Desk) -> None:
    desk.take(invoice("FA-0", day=DAY), opening=DAY)
    ask(desk, "orden de compra; remisión")
    assert missing(desk) == {"FA-1": ("purchase_order", "remission"), "FA-2": ("purchase_order", "remission")}
    desk.take(invoice("FA-3", day=DAY))
    assert missing(desk)["FA-3"] == ("purchase_order", "remission")
    take_named(desk, {"FA-1 oc.pdf": paper("oc"), "FA-1 remision.pdf": paper("r")})
    assert "FA-1" not in missing(desk)
    ask(desk, "no")
    assert missing(desk) == {}


def test_some_support_is_any_but_the_printed_cfdi(desk: Desk) -> None:
    ask(desk, "si")
    take_named(desk, {"FA-1.pdf": paper("1"), "FA-2 anexo.pdf": paper("a")})
    assert missing(desk) == {"FA-1": ("any",)}
    assert kinds(desk, "FA-2") == [SupportKind.OTHER]
