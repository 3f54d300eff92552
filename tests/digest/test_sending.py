"""The digest by mail: once a business day and recipient, from its hour on, whatever the mode."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from cobranza_rules.config import read_settings
from cobranza_rules.config_sections import DigestSection
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import open_database
from tests.cfdi_files import invoice
from tests.conftest import DAY, empty
from tests.dispatch.faulty_sink import CrashError
from tests.dispatch.test_internal_mail import faulty, mails, rows
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

ANALYST, SUPERVISOR = "analista@kemper.example", "supervision@kemper.example"
SATURDAY = dt.date(2026, 3, 7)


def subscribed(desk: Desk, *to: str, at: str = "08:00") -> Desk:
    digest = TypeAdapter(DigestSection).validate_python({"to": to or ("collections_analyst", "supervisor"), "at": at})
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"digest": digest})
    return desk


def digests(desk: Desk) -> list[EmailMessage]:
    return [mail for mail in mails(desk) if "la cobranza del" in str(mail["Subject"]) or "collections on" in str(mail["Subject"])]


def test_nobody_gets_one_unless_the_settings_say_so(desk: Desk) -> None:
    assert desk.tick().digests == {}
    assert digests(desk) == []


def test_it_goes_once_a_day_to_each(desk: Desk) -> None:
    subscribed(desk)
    assert desk.tick().digests == {ANALYST: "sent", SUPERVISOR: "sent"}
    assert desk.tick().digests == {}
    assert desk.run(DAY + dt.timedelta(days=1)).digests == {ANALYST: "sent", SUPERVISOR: "sent"}
    assert [(row.kind, row.key, row.recipient) for row in rows(desk)] == [
        ("digest", "2026-03-02", ANALYST),
        ("digest", "2026-03-02", SUPERVISOR),
        ("digest", "2026-03-03", ANALYST),
        ("digest", "2026-03-03", SUPERVISOR),
    ]
    assert len(digests(desk)) == 4


def test_one_person_with_two_roles_gets_one(desk: Desk) -> None:
    people = desk.workspace.settings.people
    one = people | {"supervisor": people["collections_analyst"]}
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"people": one})
    desk.workspace.__dict__.pop("company", None)
    subscribed(desk)
    assert desk.tick().digests == {ANALYST: "sent"}


def test_it_waits_for_its_hour_and_for_a_business_day(desk: Desk) -> None:
    subscribed(desk, at="10:30")  # The day that a test gives begins at ten.
    assert desk.tick().digests == {}
    subscribed(desk)
    assert desk.run(SATURDAY).digests == {}


def test_in_shadow_mode_it_goes_and_says_so(desk: Desk) -> None:
    subscribed(desk, "supervisor")
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "shadow", "language": "en"})
    desk.tick()
    (mail,) = mails(desk)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "The program runs in shadow mode: it decides and records, and no message leaves for a customer." in text
    assert mail["Subject"] == "ESCUELA KEMPER URGATE: collections on 2026-03-02"


@pytest.mark.parametrize("fault", ["uncertain, lost", "refused message"])
def test_one_whose_fate_is_unknown_or_that_was_refused_is_not_repeated(desk: Desk, fault: str) -> None:
    desk.tick()
    subscribed(desk, "supervisor")
    faulty(desk, fault)
    first = desk.tick().digests
    assert first[SUPERVISOR] in ("uncertain", "failed")
    assert desk.tick().digests == {}
    assert digests(desk) == []


def test_one_that_could_not_leave_leaves_with_the_next_run(desk: Desk) -> None:
    desk.tick()
    subscribed(desk, "supervisor")
    faulty(desk, "postponed")
    assert desk.tick().digests == {SUPERVISOR: "ready"}
    assert desk.tick().digests == {SUPERVISOR: "sent"}
    assert len(digests(desk)) == 1


@pytest.mark.parametrize("moment", ["crash before", "crash after"])
def test_a_crash_sends_none_twice(desk: Desk, moment: str) -> None:
    desk.tick()
    subscribed(desk, "supervisor")
    faulty(desk, moment)
    with pytest.raises(CrashError):
        desk.tick()
    desk.tick()
    assert len(digests(desk)) == 1
    assert rows(desk)[0].state == "sent"


@pytest.fixture
def on_postgresql(make_desk: DeskMaker, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    database = open_database(postgresql_url, tmp_path_factory.mktemp("unused"))
    empty(database)
    made = make_desk(**{'database = "sqlite:///cobranza.db"': f'database = "{postgresql_url}"'})
    made.take(invoice("FA-1", "1160.00"), opening=OPENING)
    yield made
    made.workspace.close()
    empty(database)
    database.close()


def test_on_postgresql(on_postgresql: Desk) -> None:
    subscribed(on_postgresql)
    assert on_postgresql.tick().digests == {ANALYST: "sent", SUPERVISOR: "sent"}
    assert on_postgresql.tick().digests == {}


def test_settings_that_cannot_be_followed_are_said(tmp_path: Path, sample_settings: Path) -> None:
    file = tmp_path / "cobranza.toml"
    text = sample_settings.read_text(encoding="utf-8")

    def problem(digest: str) -> str:
        file.write_text(f"{text}\n[digest]\n{digest}\n", encoding="utf-8")
        with pytest.raises(ProblemError) as caught:
            read_settings(file)
        (found,) = caught.value.problems
        return found.text().removeprefix(str(file))

    assert problem('to = ["supervisor", "gerencia"]') == (
        " (digest.to): nobody has the role 'gerencia'; give it a block [people.gerencia], or name another"
    )
    assert problem('at = "8:00"') == (
        " (digest.at): not a valid value: it does not have the form ^([01]\\d|2[0-3]):[0-5]\\d$; see docs/configuration.md"
    )
