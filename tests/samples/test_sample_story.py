"""historia.yaml, the replies and the bad input can be played."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.config import read_settings
from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.intake.cfdi import read_cfdi
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.problems import ProblemError

TASKS = {
    "hand-over-originals",
    "transmittal",
    "sales-intervention",
    "decide-on-case",
    "call-for-acknowledgement",
    "resolve-rejection",
    "complete-requirements",
    "correct-invoice",
}

ACTS = {"approve", "answer", "release", "assign", "done", "acknowledge", "claim", "discount", "approve_discount", "accept"} | {
    "keep_agreement",
    "original",
    "hand_over",
    "receive",
}


def listed(story: dict[str, Any], key: str) -> list[tuple[dt.date, Any]]:
    return [(day["on"], item) for day in story["days"] for item in day.get(key, ())]


def message(file: Path) -> EmailMessage:
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_the_days_are_the_working_days_of_six_weeks(story: dict[str, Any]) -> None:
    days = [day["on"] for day in story["days"]]
    first, last = dt.date(2026, 3, 2), dt.date(2026, 4, 10)
    every = [first + dt.timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    assert days == [day for day in every if BusinessCalendar().is_workday(day)]
    assert story["opening"]["on"] == first


def test_every_document_arrives_exactly_once(samples: Path, story: dict[str, Any]) -> None:
    patterns = [*story["opening"]["files"], *(pattern for _day, pattern in listed(story, "files"))]
    arrived = Counter(file.relative_to(samples).as_posix() for pattern in patterns for file in samples.glob(pattern))
    assert all(any(samples.glob(pattern)) for pattern in patterns)
    assert set(arrived.values()) == {1}
    good = {file.relative_to(samples).as_posix() for file in (samples / "cfdi").rglob("*.xml")}
    assert good <= set(arrived)
    assert {name.split("/")[0] for name in set(arrived) - good} == {"bancos", "malos", "soporte"}


def test_every_reply_arrives_once_after_a_message_that_it_can_answer(samples: Path, story: dict[str, Any]) -> None:
    arrivals = listed(story, "replies")
    assert sorted(reply["file"] for _day, reply in arrivals) == sorted(
        f"respuestas/{file.name}" for file in (samples / "respuestas").iterdir()
    )
    codes = {row.code for row in read_customers((samples / "clientes.xlsx").read_bytes(), "clientes.xlsx")[0]}
    answered = [(day, reply["answers"]) for day, reply in arrivals if "answers" in reply]
    assert {answers["customer"] for _day, answers in answered} <= codes
    assert {answers["template"] for _day, answers in answered} == {"transmittal", "first-reminder", "second-reminder"}
    earliest = {"first-reminder": dt.date(2026, 3, 3), "second-reminder": dt.date(2026, 3, 10), "transmittal": dt.date(2026, 3, 3)}
    assert [answers for day, answers in answered if day < earliest[answers["template"]]] == []


def test_people_do_what_the_program_offers_in_roles_that_exist(samples: Path, story: dict[str, Any]) -> None:
    roles = set(read_settings(samples / "cobranza.toml").people)
    acts = listed(story, "people")
    arrived = {reply["file"]: day for day, reply in listed(story, "replies")}
    assert {act["do"] for _day, act in acts} == ACTS
    assert {act["as"] for _day, act in acts} <= roles
    for day, act in acts:
        if act["do"] == "assign":
            assert act["kind"] in list(ReplyKind)
            assert arrived[act["reply"]] <= day
            assert act["comment"]
        if act["do"] == "answer":
            assert "@NUMBER@" in (samples / act["file"]).read_text(encoding="utf-8") or "customer" not in act
        if act["do"] == "done":
            assert act["task"] in TASKS
        if act["do"] in {"keep_agreement", "original", "receive", "acknowledge"} and "file" in act:
            assert (samples / act["file"]).is_file()


def test_replies_carry_our_servers_verdict_on_top_and_no_thread(samples: Path) -> None:
    verdicts = Counter()  # type: Counter[str]
    for file in (samples / "respuestas").iterdir():
        read = message(file)
        assert read.keys()[0] == "Authentication-Results", file.name
        assert not {"In-Reply-To", "References", "Date"} & set(read.keys()), file.name
        assert read.defects == [], file.name
        assert all(part.defects == [] for part in read.walk()), file.name
        server, _, verdict = read["Authentication-Results"].partition(";")
        assert server == "mx.kemper.example"
        verdicts[verdict.split()[0]] += 1
    assert verdicts["dmarc=fail"] == 1
    assert verdicts["none"] == 1
    assert verdicts["dmarc=pass"] == len(list((samples / "respuestas").iterdir())) - 2


def test_replies_come_from_contacts_but_for_one_stranger_and_the_mail_server(samples: Path) -> None:
    rows, _problems = read_customers((samples / "clientes.xlsx").read_bytes(), "clientes.xlsx")
    contacts = {contact.email for row in rows for contact in row.contacts}
    senders = {file.name[3:]: message(file)["From"].addresses[0].addr_spec for file in (samples / "respuestas").iterdir()}
    unknown = {name: sender for name, sender in senders.items() if sender not in contacts}
    assert unknown == {
        "rebote.eml": "MAILER-DAEMON@mx.kemper.example",
        "remitente-desconocido.eml": "contabilidad@despacho-externo.example",
    }


@pytest.mark.parametrize(("file", "kind"), [("rebote", "delivery-status"), ("confirmacion-de-lectura", "disposition-notification")])
def test_reports_have_their_form_and_the_place_of_the_id(samples: Path, file: str, kind: str) -> None:
    [found] = (samples / "respuestas").glob(f"*-{file}.eml")
    read = message(found)
    assert read.get_content_type() == "multipart/report"
    assert read.get_param("report-type") == kind
    assert f"message/{kind}" in [part.get_content_type() for part in read.walk()]
    assert b"@MESSAGE-ID@" in found.read_bytes()


def test_the_proof_of_payment_is_a_pdf_with_the_sum_of_the_invoices(samples: Path) -> None:
    [found] = (samples / "respuestas").glob("*-aviso-de-pago.eml")
    read = message(found)
    [attached] = list(read.iter_attachments())
    slip = attached.get_content()
    assert attached.get_filename() == "comprobante.pdf"
    assert slip.startswith(b"%PDF-1.4")
    paid = [line for line in read.get_body(("plain",)).get_content().split() if line.startswith("$")]  # type: ignore[union-attr]  # it has one
    assert paid[0].removeprefix("$").encode() in slip


BAD = ("cfdi-truncado", "cfdi-con-dtd", "bomba-de-entidades", "codificacion-equivocada", "sin-uuid", "importe-negativo", "importe-absurdo")


@pytest.mark.parametrize("name", [*BAD, "moneda-desconocida", "vacio"])
def test_bad_documents_are_refused(samples: Path, name: str) -> None:
    with pytest.raises(ProblemError):
        read_cfdi((samples / "malos" / f"{name}.xml").read_bytes(), f"{name}.xml")


def test_bad_documents_that_only_the_book_can_refuse_are_read(samples: Path) -> None:
    other = read_cfdi((samples / "malos/factura-de-otra-empresa.xml").read_bytes(), "a.xml")
    assert (other.issuer.rfc, other.receiver.rfc) == ("URE180429TM6", "EKU9003173C9")
    changed = read_cfdi((samples / "malos/uuid-conocido-otro-contenido.xml").read_bytes(), "b.xml")
    [original] = [
        record for file in (samples / "cfdi/apertura").iterdir() if (record := read_cfdi(file.read_bytes(), "c.xml")).uuid == changed.uuid
    ]
    assert changed != original


def test_a_spreadsheet_without_headings_gives_no_customer_and_says_so(samples: Path) -> None:
    rows, problems = read_customers((samples / "malos/clientes-sin-encabezado.xlsx").read_bytes(), "sin.xlsx")
    assert rows == []
    assert len(problems) == 1


def test_bad_files_are_small(samples: Path) -> None:
    assert max(file.stat().st_size for file in (samples / "malos").iterdir()) < 16_000
