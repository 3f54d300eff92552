"""Desks for tests: with one customer whose invoice of January was delivered before the program came and is overdue since 4 February."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from cobranza_rules.mail.smtp_sink import SmtpSink
from tests.cfdi_files import invoice
from tests.conftest import DAY, MISFORTUNE, WorkspaceMaker
from tests.stories.desk import UNIVERSITY, Desk, PlainPdf, customer_list
from tests.stories.mail_server import MailServer, running_server
from tests.stories.tally import Tally

OPENING = dt.date(2026, 2, 27)
DeskMaker = Callable[..., Desk]
Telling = Callable[[str, Tally], None]
_FOLDERS = itertools.count(1)


def on_desks(examples: int) -> settings:
    """Laws looked at on whole desks: few examples, each in `another_folder`. What fails is shown as it is, for making it smaller takes minutes."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=[HealthCheck.function_scoped_fixture])


def another_folder() -> str:
    return f"desk-{next(_FOLDERS)}"


@pytest.fixture
def make_desk(make_workspace: WorkspaceMaker) -> DeskMaker:
    """`changes` replace texts of the sample settings; `customers` are rows of the spreadsheet."""

    def make(*customers: str, on: dt.date = DAY, folder: str = "workspace", accounting: bool = False, **changes: str) -> Desk:
        workspace = make_workspace(on, folder, accounting=accounting, **changes)
        workspace.pdf = PlainPdf()  # The engine is a process of its own, and other tests look at what it draws.
        desk = Desk(workspace)
        desk.take(customer_list(*(customers or (UNIVERSITY + "direccion@robotica.example",))))
        return desk

    return make


@pytest.fixture
def desk(make_desk: DeskMaker) -> Desk:
    """In automatic mode: on Monday, 2 March, the first reminder for FA-1 is due."""
    made = make_desk()
    made.take(invoice("FA-1", "1160.00"), opening=OPENING)
    return made


@pytest.fixture
def supervised(make_desk: DeskMaker) -> Desk:
    made = make_desk()
    made.workspace.settings = made.workspace.settings.model_copy(update={"mode": "supervised"})
    made.take(invoice("FA-1", "1160.00"), opening=OPENING)
    return made


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running_server() as started:
        yield started


@pytest.fixture
def wired(desk: Desk, server: MailServer) -> Desk:
    """The desk with a real SMTP server behind it, which fails as `server.handler` is told."""
    over_smtp(desk, server)
    return desk


def over_smtp(desk: Desk, server: MailServer) -> None:
    settings = desk.workspace.settings
    out = settings.mail.out.model_copy(update={"kind": "smtp"})
    desk.workspace.settings = settings.model_copy(update={"mail": settings.mail.model_copy(update={"out": out})})
    desk.workspace.sink = SmtpSink("127.0.0.1", server.port, security="none", timeout_seconds=5)


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Telling:
    """`told(name, tally)` puts a row into the table that a test run ends with."""
    return lambda name, tally: record_property(MISFORTUNE, tally.row(name))
