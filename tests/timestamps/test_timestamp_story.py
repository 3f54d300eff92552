"""A demand and the packet behind it are stamped as they leave, told where they are missing, and verified by a lawyer with openssl alone."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.config import read_settings
from cobranza_rules.problems import ProblemError
from tests.company_settings import company_settings
from tests.stories.desk import Desk
from tests.stories.spoken import spoken
from tests.timestamps.timestamp_server import Answering, TimestampServer

ESCALATED = dt.date(2026, 3, 18)


@pytest.fixture
def stamped(desk: Desk, tsa: TimestampServer) -> Desk:
    """A desk that asks the authority of this machine, and speaks English."""
    settings = desk.workspace.base / "cobranza.toml"
    section = f'\n[timestamp]\nurl = "{tsa.url}"\nca_file = "{tsa.authority.anchors}"\ntimeout_seconds = 5\n'
    settings.write_text(settings.read_text(encoding="utf-8").replace('language = "es"', 'language = "en"') + section, encoding="utf-8")
    desk.workspace.settings = read_settings(settings)
    return desk


def escalate(desk: Desk) -> None:
    """Both reminders have left; the signed packet goes to Administration, which decides for law, and the demand leaves."""
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    desk.run(ESCALATED)
    desk.approve("sales_manager")
    desk.tick()
    desk.done(desk.task("decide-on-case").id, "administration_manager", "legal")
    desk.run(dt.date(2026, 3, 19))
    desk.approve("administration_manager")
    desk.tick()


def asked(desk: Desk, *words: str) -> Any:
    code, lines = spoken(desk, *words, "--json")
    assert code == 0
    return json.loads("\n".join(lines))


def doctor(desk: Desk) -> str:
    return next(line for line in spoken(desk, "doctor")[1] if "timestamps:" in line)


def test_an_authority_that_is_away_stops_nothing_and_later_a_lawyer_verifies_what_it_gave(
    stamped: Desk, tsa: TimestampServer, tmp_path: Path
) -> None:
    tsa.turns = [Answering(b"", 500)]
    escalate(stamped)
    assert "requerimiento formal de pago" in stamped.last_mail()["Subject"]
    is_told_until_it_is_back(stamped, tsa)
    found = asked(stamped, "timestamps", "list")["timestamps"]
    assert [(one["kind"], one["authority"]) for one in found] == [
        ("foliated_packet", "Sello de prueba, Autoridad de prueba"),
        ("demand", "Sello de prueba, Autoridad de prueba"),
    ], "neither reminders nor drafts"
    assert found[1]["document"] == stamped.outgoing()[-1].raw
    verifies_with_openssl_alone(stamped, tmp_path / "out")
    code, lines = spoken(stamped, "case", "verify")
    assert (code, lines[-1].startswith("The case file is intact: ")) == (0, True)
    assert asked(stamped, "timestamps", "verify") == {
        "sound": [{name: one[name] for name in ("document", "token", "at")} for one in found],
        "findings": [],
        "remarks": [],
    }
    digest = found[0]["document"]
    stamped.workspace.archive.path_of(digest).write_bytes(b"another packet")
    code, lines = spoken(stamped, "timestamps", "verify", "--customer", "C-001")
    assert (code, lines[-1]) == (1, "Timestamps: 1 sound, 1 not")
    assert re.fullmatch(rf"a file of the timestamp of event \d+ is missing or was changed: {digest}", lines[-2])


def is_told_until_it_is_back(stamped: Desk, tsa: TimestampServer) -> None:
    code, lines = spoken(stamped, "timestamps", "list", "--missing")
    assert (code, len(lines)) == (0, 4)
    assert "waits: the service answered with an error, HTTP 500; again after 2026-03-1" in lines[2]
    (told,) = [one for one in asked(stamped, "digest")["waiting"] if one["queue"] == "timestamps"]
    assert (told["count"], told["customers"]) == (2, ["C-001"])
    assert doctor(stamped) == (
        "!!  timestamps: documents wait for their timestamp: 2; the service answered with an error, HTTP 500; "
        "'cobranza timestamps list --missing' shows them, and 'timestamps request' asks again"
    )
    code, lines = spoken(stamped, "timestamps", "request")
    assert (code, lines[-1]) == (1, "Documents that wait for their timestamp: 2")
    tsa.turns = [Answering()]
    code, lines = spoken(stamped, "timestamps", "request")
    assert (code, len(lines)) == (0, 2)
    assert re.fullmatch(r".+\.pdf: timestamped at \S+ by Sello de prueba, Autoridad de prueba", lines[0])
    assert spoken(stamped, "timestamps", "request") == (0, ["No document waits for its timestamp."])
    assert doctor(stamped) == f"OK  timestamps: by {tsa.url}, certificates: 1; documents that wait: 0"


def verifies_with_openssl_alone(stamped: Desk, folder: Path) -> None:
    """By the commands that the exported page says; they find a document that is exchanged."""
    assert spoken(stamped, "case", "export", "C-001", "-o", str(folder))[0] == 0
    page = (folder / "index.html").read_text(encoding="utf-8")
    commands = [shlex.split(html.unescape(each)) for each in re.findall(r"<code>(openssl [^<]*)</code>", page)]
    place = commands[0].index("-data") + 1
    exchanged = [*commands[0][:place], commands[1][place], *commands[0][place + 1 :]]
    told = []
    for command in (*commands, exchanged):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
        told.append((done.returncode, "Verification: OK" in done.stdout + done.stderr))
    assert told == [(0, True), (0, True), (1, False)]


def test_a_packet_on_demand_is_stamped_with_the_next_run_and_a_draft_when_somebody_asks(
    stamped: Desk, tsa: TimestampServer, tmp_path: Path
) -> None:
    for name in ("one.pdf", "two.pdf"):
        assert spoken(stamped, "packet", "account", "C-001", "-o", str(tmp_path / name))[0] == 0
    assert spoken(stamped, "packet", "escalation", "C-001", "-o", str(tmp_path / "draft.pdf"))[0] == 0
    (waits,) = asked(stamped, "timestamps", "list", "--missing")["timestamps"]
    assert (waits["name"], waits["attempts"]) == ("account-C-001-2026-03-02.pdf", 0)
    assert stamped.workspace.archive.get(waits["document"]) == (tmp_path / "two.pdf").read_bytes() == (tmp_path / "one.pdf").read_bytes()
    report = stamped.tick()
    assert (report.stamped, report.timestamp_problems) == (1, [])
    assert spoken(stamped, "case", "verify")[0] == 0
    draft = stamped.workspace.archive.put((tmp_path / "draft.pdf").read_bytes())
    code, lines = spoken(stamped, "timestamps", "request", draft[:10])
    assert (code, "timestamped at" in lines[0]) == (0, True)
    code, lines = spoken(stamped, "timestamps", "request", draft)
    assert "it has had its timestamp since" in lines[0]
    assert spoken(stamped, "timestamps", "request", "abc", "ffffffffff") == (
        1,
        [
            f"no case file has a document '{name}'; name it by the first 8 letters of its SHA-256 or more, as 'cobranza case' shows it"
            for name in ("abc", "ffffffffff")
        ],
    )


def test_without_its_section_nothing_is_stamped_and_a_command_says_what_to_do(desk: Desk) -> None:
    assert spoken(desk, "timestamps", "request") == (
        1,
        ["no timestamp authority is configured; give [timestamp] its url and its ca_file in cobranza.toml: docs/configuration.md"],
    )
    assert spoken(desk, "timestamps", "list") == (0, ["No hay sellos de tiempo."])


def test_settings_that_are_wrong_stop_nothing_and_are_told(stamped: Desk) -> None:
    section = stamped.workspace.settings.timestamp
    assert section is not None
    changed = section.model_copy(update={"ca_file": Path("nowhere.pem")})
    stamped.workspace.settings = stamped.workspace.settings.model_copy(update={"timestamp": changed})
    assert spoken(stamped, "packet", "account", "C-001", "-o", str(stamped.workspace.base / "one.pdf"))[0] == 0
    report = stamped.tick()
    assert [str(problem.what) for problem in report.timestamp_problems] == [
        "the file with the authority's certificates cannot be read: No such file or directory"
    ]
    assert report.problems == []
    assert stamped.mails() != []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            'url = "http://tsa.example/"\npassword_env = "A"',
            "(timestamp.url): a password or token would go to this address for everybody to read; give the authority's https address",
        ),
        ('url = "ftp://tsa.example/"', "(timestamp.url): not a valid value: it does not have the form"),
        ('url = "https://ana:secret@tsa.example/"', "(timestamp.url): not a valid value: it does not have the form"),
        ('url = "https://tsa.example/"\npolicy = "own"', "(timestamp.policy): not a valid value: it does not have the form"),
        (
            'url = "https://tsa.example/"\ndocuments = ["letters"]',
            "(timestamp.documents.0): not a valid value: one of these is expected: 'packets', 'demands'",
        ),
    ],
)
def test_settings_are_looked_at(tmp_path: Path, lines: str, told: str) -> None:
    file = tmp_path / "cobranza.toml"
    file.write_text(f'{company_settings({})}\n[timestamp]\nca_file = "ca.pem"\n{lines}\n', encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_settings(file)
    (problem,) = caught.value.problems
    assert told in str(problem)
