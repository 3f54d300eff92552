"""Letters on demand: drafts that the case file knows and the ledger does not."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from docx import Document

from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.entry import EntryKind
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.letters.docx_files import docx
from tests.stories.desk import Desk
from tests.stories.spoken import spoken

ANALYST = "analista@kemper.example"


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def written(desk: Desk, *words: str) -> dict[str, str]:
    """The words of each Word document, by its name."""
    folder = desk.workspace.base / "cartas"
    code, said = spoken(desk, "letter", *words, "--format", "docx", "-o", str(folder))
    assert code == 0, said
    return {file.name: words_of(file.read_bytes()) for file in folder.iterdir()}


def test_a_reminder_now_is_a_draft_for_what_is_overdue(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00", DAY))
    [(name, said)] = written(desk, "first-reminder", "C-001").items()
    assert name == "primer-recordatorio-C-001-MXN.docx"
    assert "BORRADOR – sin firma" in said
    assert "FA-1" in said
    assert "FA-2" not in said, "it is not due yet"
    assert "$1,160.00 MXN" in said


def test_it_is_recorded_and_nothing_else_changes(desk: Desk) -> None:
    before = desk.invoice("FA-1")
    written(desk, "first-reminder", "C-001", "--who", "supervisor")
    assert (desk.actions(), desk.outgoing(), desk.mails()) == ([], [], [])
    assert (desk.invoice("FA-1").rung, desk.invoice("FA-1").dunning_level) == (before.rung, before.dunning_level)
    with desk.workspace.database.reading() as session:
        *_rest, last = timeline(session, 1)
        assert verify_case_file(session).intact
    supervisor = desk.workspace.addresses["supervisor"]
    assert str(last.sentence) == f"first-reminder made on demand by {supervisor}, not sent: primer-recordatorio-C-001-MXN.docx"
    assert "BORRADOR" in words_of(desk.workspace.archive.get(last.data["documents"][0]))
    desk.tick()  # The ladder goes its way as if nothing had been asked.
    assert [action.rule_id for action in desk.actions()] == ["first-reminder"]


def test_each_currency_has_a_letter_of_its_own(desk: Desk) -> None:
    desk.take(invoice("FD-1", "300.00", currency="USD"), opening=dt.date(2026, 2, 27))
    found = written(desk, "first-reminder", "C-001")
    assert {name: sorted(set(re.findall(r"F[AD]-\d", said))) for name, said in found.items()} == {
        "primer-recordatorio-C-001-MXN.docx": ["FA-1"],
        "primer-recordatorio-C-001-USD.docx": ["FD-1"],
    }


def test_invoices_that_are_named_are_those_that_it_is_about(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00", DAY), invoice("FA-3", "50.00", DAY))
    [said] = written(desk, "first-reminder", "C-001", "--invoices", "FA-3, fa 2").values()
    assert set(re.findall(r"FA-\d", said)) == {"FA-2", "FA-3"}


def test_what_is_disputed_stands_apart_unless_it_is_named(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00"), opening=dt.date(2026, 2, 27))
    desk.enter("FA-2", EntryKind.DISPUTE_OPENED, reason="precio")
    [said] = written(desk, "first-reminder", "C-001").values()
    assert "en aclaración" in said
    assert "$1,740.00 MXN" not in said
    [said] = written(desk, "first-reminder", "C-001", "--invoices", "FA-1,FA-2").values()
    assert "en aclaración" not in said
    assert "$1,740.00 MXN" in said


def test_a_letter_that_hands_over_is_about_all_that_is_open(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00", DAY))
    [said] = written(desk, "transmittal", "C-001").values()
    assert set(re.findall(r"FA-\d", said)) == {"FA-1", "FA-2"}
    [said] = [said for name, said in written(desk, "acknowledgement-form", "C-001").items() if "carta" not in name]
    assert set(re.findall(r"FA-\d", said)) == {"FA-1", "FA-2"}


def test_one_about_the_whole_account_takes_no_invoices(desk: Desk) -> None:
    assert len(written(desk, "account-statement", "C-001")) == 1
    assert spoken(desk, "letter", "account-statement", "C-001", "--invoices", "FA-1") == (
        1,
        ["the letter 'account-statement' is not about single invoices; leave --invoices out"],
    )


def test_a_letter_about_a_payment_is_about_the_last_one_or_the_one_that_is_named(desk: Desk) -> None:
    template = docx("{{ payment.amount }} {{ payment.operation }}: {% for one in covered %}{{ one.number }} {% endfor %}")
    (desk.workspace.base / "templates" / "letters" / "receipt.es.docx").write_bytes(template)
    assert spoken(desk, "letter", "receipt", "C-001") == (
        1,
        ["no payment of C-001 is known; import the payment receipt or the report of the accounting system first"],
    )
    desk.take(receipt("P-1", {"FA-1": "100.00"}, dt.date(2026, 2, 10), operation="A1"))
    desk.take(receipt("P-2", {"FA-1": "200.00"}, dt.date(2026, 2, 11), operation="B2"))
    assert next(iter(written(desk, "receipt", "C-001").values())).split() == ["$200.00", "MXN", "B2:", "FA-1"]
    assert next(iter(written(desk, "receipt", "C-001", "--payment", "A1").values())).split() == ["$100.00", "MXN", "A1:", "FA-1"]
    code, said = spoken(desk, "letter", "receipt", "C-001", "--payment", "C3")
    assert (code, said[0].partition(";")[0]) == (1, "no payment of C-001 has the operation number 'C3'")


def test_what_is_wrong_is_said_at_once_and_nothing_is_written(desk: Desk) -> None:
    desk.take(receipt("P-1", {"FA-1": "1160.00"}))
    cases = {
        ("remider", "C-001"): ["there is no letter 'remider'; did you mean 'first-reminder'?"],
        ("first-reminder", "C-01"): ["there is no customer 'C-01'; did you mean C-001, UNIVERSIDAD ROBOTICA ESPAÑOLA?"],
        ("first-reminder", "zz"): ["there is no customer 'zz'; name its code or RFC; 'cobranza aging --detail' shows the codes"],
        ("first-reminder", "C-001", "--invoices", "FA-01,Z-9"): [
            "there is no invoice 'FA-01'; did you mean 'FA-1'?",
            "there is no invoice 'Z-9'; 'cobranza aging --detail' lists the open ones",
        ],
        ("first-reminder", "C-001"): [
            "C-001 has no open invoices; name invoices with --invoices, or make a statement with 'cobranza statement'"
        ],
    }
    for words, problems in cases.items():
        assert spoken(desk, "letter", *words, "-o", str(desk.workspace.base / "nada")) == (1, problems)
    assert not (desk.workspace.base / "nada").exists()


def test_a_reminder_without_anything_overdue_wants_names(desk: Desk) -> None:
    desk.on(dt.date(2026, 1, 5))
    said = "C-001 has no overdue invoices, and the letter 'first-reminder' is about them; name invoices with --invoices"
    assert spoken(desk, "letter", "first-reminder", "C-001") == (1, [said])


def test_an_invoice_of_somebody_else_or_one_that_is_closed_is_refused(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00"), invoice("FB-1", "10.00", receiver=("XAXX010101000", "OTRA EMPRESA")))
    desk.enter("FA-2", EntryKind.CANCELLED)
    code, said = spoken(desk, "letter", "first-reminder", "C-001", "--invoices", "FB-1,FA-2")
    assert code == 1
    assert said[0] == "invoice FB-1 is not one of C-001; 'cobranza aging --detail' lists the open ones"
    assert said[1:] in (["there is no invoice 'FA-2'; did you mean 'FA-1'?"], ["invoice FA-2 is cancelled; name invoices that stand"])


@pytest.mark.parametrize("formats", ["pdf", "docx", "docx,pdf"])
def test_formats_are_those_that_are_asked_for(desk: Desk, formats: str) -> None:
    folder = desk.workspace.base / "cartas"
    code, said = spoken(desk, "letter", "first-reminder", "C-001", "--format", formats, "-o", str(folder), "--json")
    assert code == 0
    told = json.loads("\n".join(said))
    assert (told["customer"], told["letter"], told["draft"]) == ("C-001", "first-reminder", True)
    assert {file.suffix[1:] for file in folder.iterdir()} == set(formats.split(","))
    assert {row["file"] for row in told["files"]} == {str(file) for file in folder.iterdir()}


def test_a_statement_is_written_in_the_formats_that_are_asked_for(desk: Desk) -> None:
    folder = desk.workspace.base / "estados"
    assert spoken(desk, "statement", "C-001", "--format", "xlsx,docx", "-o", str(folder))[0] == 0
    assert {file.suffix for file in folder.iterdir()} == {".xlsx", ".docx"}
    assert spoken(desk, "statement", "C-001", "-o", str(folder))[0] == 0
    assert {file.suffix for file in folder.iterdir()} == {".xlsx", ".docx", ".pdf"}
