"""A memo goes with what people of the company are asked or told: in the language of the house, and never to the customer."""

from __future__ import annotations

import datetime as dt
import io
import re
from email.message import EmailMessage

import pytest
from docx import Document

from cobranza_rules.letters.marked_xml import W
from tests.cfdi_files import invoice
from tests.conftest import publish_anew
from tests.dispatch.test_notices import mails, told
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker
from tests.stories.spoken import spoken

ENGLISH = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,en,30,correo,facturas@robotica.example,pagos@robotica.example,"
SECOND_REMINDER = dt.date(2026, 3, 9)


@pytest.fixture
def foreign(make_desk: DeskMaker) -> Desk:
    """A customer of English whose invoice has been reminded twice."""
    desk = make_desk(ENGLISH)
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.tick()
    desk.run(SECOND_REMINDER)
    return desk


def words_of(content: bytes) -> str:
    paragraphs = Document(io.BytesIO(content)).element.body.iter(f"{W}p")
    return " ".join(" ".join("".join(text.text or "" for text in paragraph.iter(f"{W}t")) for paragraph in paragraphs).split())


def attached(mail: EmailMessage) -> list[str]:
    return [str(part.get_filename()) for part in mail.iter_attachments()]


def test_the_task_for_sales_has_its_memo_in_word_and_pdf(foreign: Desk) -> None:
    task = foreign.task("sales-intervention")
    folder = foreign.workspace.base / "ventas"
    code, said = spoken(foreign, "tasks", "show", str(task.id), "-o", str(folder))
    assert code == 0
    names = ["intervención-de-Ventas-C-001-MXN.docx", "intervención-de-Ventas-C-001-MXN.pdf"]
    assert sorted(file.name for file in folder.iterdir()) == names
    assert all(any(name in line for line in said) for name in names)
    memo = words_of((folder / names[0]).read_bytes())
    assert "MEMORÁNDUM" in memo
    assert "Le pedimos intervenir con UNIVERSIDAD ROBOTICA ESPAÑOLA" in memo
    assert "09/03/2026 Segundo recordatorio FA-1" in memo, "the reminder with which it is opened is told, too"
    assert re.findall(r"c\.c\.p\. .*?, ([^.]*)", memo) == ["Supervisora de Cobranza"]


def test_it_goes_to_no_customer_and_not_into_a_print_set(foreign: Desk) -> None:
    assert [name for name in attached(foreign.last_mail()) if "memo" in name or "ventas" in name or "sales" in name] == []
    assert any("reminder" in name for name in attached(foreign.last_mail())), "the letter itself is in the customer's language"


def test_a_task_that_others_join_has_their_memos_too(foreign: Desk) -> None:
    foreign.take(invoice("FA-9", "580.00"), opening=SECOND_REMINDER)
    foreign.run(SECOND_REMINDER + dt.timedelta(days=1))
    for ahead in range(2, 12):
        foreign.run(SECOND_REMINDER + dt.timedelta(days=ahead))
    task = foreign.task("sales-intervention")
    assert len(task.detail["memos"]) == 2
    folder = foreign.workspace.base / "ventas"
    spoken(foreign, "tasks", "show", str(task.id), "-o", str(folder))
    assert sum("FA-9" in words_of(file.read_bytes()) for file in folder.glob("*.docx")) == 1
    assert len(list(folder.iterdir())) == 4


def test_a_memo_on_demand_is_in_the_language_of_the_house(foreign: Desk) -> None:
    folder = foreign.workspace.base / "cartas"
    assert spoken(foreign, "letter", "sales-intervention", "C-001", "--format", "docx", "-o", str(folder))[0] == 0
    [file] = folder.iterdir()
    assert "MEMORÁNDUM" in words_of(file.read_bytes())


NOTICE = """
  - id: large-invoice
    for: invoice
    when: balance >= 1000.00 MXN
    group_by: [customer, currency]
    do:
      - notice: task-waiting
        to: sales_manager
        memo: sales-intervention
"""


def test_a_notice_carries_its_memo(desk: Desk) -> None:
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("\nrules:\n", f"\nrules:{NOTICE}", 1), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.tick()
    (mail,) = mails(desk)
    assert mail["To"] == "ventas@kemper.example"
    assert attached(mail) == ["intervención-de-Ventas-C-001-MXN.pdf"]
    [row] = told(desk)
    assert (row.state, desk.action("large-invoice").state) == ("sent", "sent")
