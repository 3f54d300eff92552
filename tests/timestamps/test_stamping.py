"""The queue of documents that wait for their timestamp: entered once, asked for with growing waits, kept with an event; on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.erasing import Eraser, remove_files
from cobranza_rules.casefile.export import export_to
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.casefile.verifying import Verification, verify
from cobranza_rules.config_evidence import TimestampSection
from cobranza_rules.domain.retention import Retained
from cobranza_rules.language import in_english
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, CustomerRow, TimestampRow
from cobranza_rules.timestamps.authority import Stamped, TimestampAuthority
from cobranza_rules.timestamps.awaiting import Stampable, await_timestamp
from cobranza_rules.timestamps.queue import timestamps_on_file
from cobranza_rules.timestamps.stamping import StampingReport, stamp_waiting
from cobranza_rules.workspace import Workspace
from tests.store.rows import a_customer
from tests.stories.hand_clock import HandClock
from tests.timestamps.timestamp_server import Answering, TimestampServer, other_nonce

BEGAN = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)


@dataclass
class Place:
    """What of a workspace the queue needs."""

    database: Database
    archive: DocumentArchive
    tsa: TimestampServer
    clock: HandClock

    @property
    def settings(self) -> TimestampSection:
        return TimestampSection(url=self.tsa.url, ca_file=self.tsa.authority.anchors, retry_minutes=(5, 60))

    def stamp(self, only: list[int] | None = None) -> StampingReport:
        kept = SimpleNamespace(timestamp=self.settings, timezone="America/Mexico_City")
        asked = TimestampAuthority(self.tsa.url, self.tsa.authority.anchors.read_bytes(), timeout_seconds=5)
        found = {"database": self.database, "archive": self.archive, "clock": self.clock, "settings": kept, "timestamp_authority": asked}
        return stamp_waiting(cast("Workspace", SimpleNamespace(**found)), only)

    def wait(self, *contents: bytes) -> list[str]:
        """Documents that events of the case file name, each to be stamped."""
        digests = self.archive.put_all(contents)
        with self.database.writing() as session:
            keeper = Bookkeeper(session, self.clock.now())
            for digest in digests:
                keeper.note(1, "packet_made", self.clock.today(), {"rule": "account", "who": "-", "pages": 1, "document": digest})
                await_timestamp(keeper, self.settings, Stampable(1, "foliated_packet", f"packet {digest[:4]}", digest))
        return digests

    def rows(self) -> list[TimestampRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(TimestampRow).order_by(TimestampRow.id)))

    def verified(self) -> Verification:
        with self.database.reading() as session:
            return verify(session, self.archive)


@pytest.fixture
def place(database: Database, tmp_path: Path, tsa: TimestampServer) -> Place:
    with database.writing() as session:
        session.add(a_customer())
    return Place(database, DocumentArchive(tmp_path / "documents"), tsa, HandClock(BEGAN))


def test_what_waits_is_stamped_once_and_the_case_file_says_by_whom(place: Place) -> None:
    (digest,) = place.wait(b"one packet")
    assert place.wait(b"one packet") == [digest]
    report = place.stamp()
    ((given,), row) = (report.given, place.rows()[0])
    assert (given.document, report.problems, report.left, len(place.rows())) == (digest, [], 0, 1)
    assert (row.authority, row.detail, row.next_try_at, row.attempts) == (place.tsa.url, None, None, 1)
    with place.database.reading() as session:
        *_made, event = timeline(session, 1)
    assert str(event.sentence) == (
        f"packet {digest[:4]} timestamped by Sello de prueba, Autoridad de prueba at {given.at.isoformat()}, serial number {row.serial}, "
        f"policy 1.2.3.4.1 (SHA-256 {digest}; token {row.token})"
    )
    assert place.stamp() == StampingReport()
    assert place.stamp([row.id]) == StampingReport()
    place.wait(b"one packet")
    assert (len(place.rows()), len(place.tsa.queries)) == (1, 1)
    assert place.verified().intact
    assert place.verified().remarks == []


def test_a_second_token_of_the_same_document_and_authority_is_refused_by_the_database(place: Place) -> None:
    (digest,) = place.wait(b"one packet")
    with pytest.raises(IntegrityError), place.database.writing() as session:
        session.add(TimestampRow(customer_id=1, kind="packet", name="-", document=digest, wanted_at=BEGAN, asked_at=None))


def test_one_that_is_away_is_asked_with_one_document_after_growing_waits(place: Place) -> None:
    place.wait(b"one", b"two")
    place.tsa.turns = [Answering(b"", 503)]
    report = place.stamp()
    (problem,) = report.problems
    told = "no timestamp: the service answered with an error, HTTP 503; it is asked for again; 'cobranza timestamps list' shows when"
    assert str(problem) == f"{place.rows()[0].name}: {told}"
    assert (len(place.tsa.queries), report.left) == (1, 2)
    with place.database.reading() as session:
        assert [str(each.row()[5]) for each in timestamps_on_file(session, missing=True)] == [
            "waits: the service answered with an error, HTTP 503; again after 2026-03-02T16:05+00:00",
            "waits: not asked for yet",
        ]
    assert place.stamp() == StampingReport(left=2)
    place.clock.at = BEGAN + dt.timedelta(minutes=5)
    place.stamp()
    place.clock.at = BEGAN + dt.timedelta(minutes=30)
    assert len(place.stamp().problems) == 0
    assert len(place.tsa.queries) == 2
    place.tsa.turns = [Answering()]
    place.clock.at = BEGAN + dt.timedelta(minutes=90)
    assert len(place.stamp().given) == 2
    place.wait(b"three")
    place.clock.at = BEGAN - dt.timedelta(days=9)
    assert len(place.stamp().given) == 1, "a clock that was set back makes nothing wait longer"


def test_a_no_keeps_the_others_from_nothing_and_proves_nothing(place: Place) -> None:
    place.wait(b"one", b"two")
    place.tsa.turns = [Answering(asked=other_nonce), Answering()]
    report = place.stamp()
    assert [str(problem.what) for problem in report.problems] == [
        "no timestamp: the token answers another question: its nonce is not the one that was sent"
    ]
    assert [given.document for given in report.given] == [place.rows()[1].document]
    assert (report.left, place.rows()[0].token) == (1, None)
    assert len(list(place.archive.root.glob("*/*"))) == 4, "two packets, one token and the certificates: what is refused is not kept"


def test_three_refusals_in_a_row_end_the_round(place: Place) -> None:
    place.wait(b"1", b"2", b"3", b"4", b"5")
    place.tsa.turns = [Answering(b"no token")]
    assert (len(place.stamp().problems), len(place.tsa.queries)) == (3, 3)
    assert (len(place.stamp().problems), len(place.tsa.queries)) == (2, 5), "those whose turn has not come keep nobody waiting"


def test_a_process_that_dies_after_the_question_asks_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.wait(b"one")

    def die(_authority: TimestampAuthority, _digest: str) -> Stamped:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TimestampAuthority, "stamp", die)
        with pytest.raises(KeyboardInterrupt):
            place.stamp()
    with place.database.reading() as session:
        (waits,) = timestamps_on_file(session)
    assert (waits.attempts, str(waits.why)) == (1, "asked; what came of it was not written")
    place.clock.at = BEGAN + dt.timedelta(minutes=5)
    assert len(place.stamp().given) == 1


def test_whoever_was_faster_keeps_his_token(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.wait(b"one")
    stamp, first = TimestampAuthority.stamp, []

    def another_is_faster(authority: TimestampAuthority, digest: str) -> Stamped:
        with monkeypatch.context() as patched:
            patched.setattr(TimestampAuthority, "stamp", stamp)
            place.stamp([1])
            first.append(place.rows()[0].token)
        return stamp(authority, digest)

    monkeypatch.setattr(TimestampAuthority, "stamp", another_is_faster)
    assert len(place.stamp().given) == 1
    assert [row.token for row in place.rows()] == first
    assert place.verified().intact


def test_one_that_came_back_after_another_has_stamped_already(place: Place) -> None:
    (digest,) = place.wait(b"one")
    place.stamp()
    with place.database.writing() as session:
        session.add(TimestampRow(customer_id=1, kind="document", name="-", document=digest, wanted_at=BEGAN, asked_at=None))
    assert place.stamp() == StampingReport()
    assert [row.authority for row in place.rows()] == [place.tsa.url]


def test_a_run_gives_a_slow_authority_a_minute_and_a_person_all_the_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.wait(b"1", b"2", b"3")
    monkeypatch.setattr("cobranza_rules.timestamps.stamping.ROUND_SECONDS", -1)
    assert (len(place.stamp().given), len(place.stamp([2, 3]).given)) == (1, 2)


def edit_token(place: Place, row: TimestampRow) -> None:
    assert row.token is not None
    place.archive.path_of(row.token).write_bytes(b"another token")


def exchange_rows(place: Place, row: TimestampRow) -> None:
    """The token of one document is put beside the other, and the other way around."""
    first, second = place.rows()
    with place.database.writing() as session:
        for number, token in ((first.id, second.token), (second.id, first.token)):
            session.execute(update(TimestampRow).where(TimestampRow.id == number).values(token=token))


def put_in(place: Place, row: TimestampRow) -> None:
    token = place.archive.put(place.tsa.authority.answer(place.tsa.queries[0]))
    with place.database.writing() as session:
        session.execute(update(TimestampRow).where(TimestampRow.id == row.id).values(token=token))


def move_instant(place: Place, row: TimestampRow) -> None:
    with place.database.writing() as session:
        session.execute(update(TimestampRow).where(TimestampRow.id == row.id).values(stamped_at=BEGAN))


def take_out(place: Place, row: TimestampRow) -> None:
    with place.database.writing() as session:
        session.delete(session.get_one(TimestampRow, row.id))


LISTED = "the timestamp of event 3 is listed otherwise than the event says, or not at all"


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (
            edit_token,
            [
                "the file of the document {token}, which event 3 names, was changed",
                "the timestamp of event 3 proves nothing: its token or its certificates are not whole",
            ],
        ),
        (exchange_rows, [LISTED, LISTED.replace("3", "4")]),
        (put_in, ["timestamp {name}: no event names its document {new}; it was put in or exchanged", LISTED]),
        (move_instant, [LISTED]),
        (take_out, [LISTED]),
    ],
)
def test_what_was_done_to_a_token_is_found(place: Place, tamper: Callable[[Place, TimestampRow], None], told: list[str]) -> None:
    place.wait(b"one", b"two")
    place.stamp()
    before = place.rows()[0]
    tamper(place, before)
    now = place.rows()[0].token
    assert [str(each.what) for each in place.verified().findings] == [
        each.format(token=before.token, name=before.name, new=now) for each in told
    ]


def written_anew(place: Place, seq: int, **changes: Any) -> None:
    """Somebody writes the event anew who can: only the token contradicts it."""
    with place.database.writing() as session:
        row = session.get_one(CaseEventRow, seq)
        data, kept = {**row.data, **changes}, (row.customer_id, row.happened_on)
        session.delete(row)
        session.flush()
        Bookkeeper(session, place.clock.now()).note(kept[0], "document_timestamped", kept[1], data)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"of": "00" * 32}, "the timestamp of event 2 is of another document: its token is of {digest}"),
        ({"at": "2020-01-01T00:00:00+00:00"}, "event 2 says of its timestamp what the token does not say"),
        ({"serial": "1"}, "event 2 says of its timestamp what the token does not say"),
        ({"documents": []}, "the timestamp of event 2 proves nothing: its token or its certificates are not whole"),
    ],
)
def test_an_event_that_was_written_anew_with_its_hash_is_contradicted_by_its_token(
    place: Place, changes: dict[str, Any], told: str
) -> None:
    (digest,) = place.wait(b"one")
    place.stamp()
    written_anew(place, 2, **changes)
    assert told.format(digest=digest) in [str(each.what) for each in place.verified().findings]


def test_an_erased_document_takes_its_name_along_and_the_case_file_stays_whole(place: Place) -> None:
    (digest,) = place.wait(b"one")
    place.stamp()
    with place.database.writing() as session:
        keeper = Bookkeeper(session, place.clock.now())
        eraser = Eraser(keeper, "a@kemper.example", dt.date(2045, 1, 1), {Retained.CASE_FILE: 10})
        eraser.erase(session.get_one(CustomerRow, 1), [1, 2], "its time is over")
    found = place.verified()
    assert (found.intact, [str(each.what) for each in found.findings]) == (True, [])
    with place.database.reading() as session:
        erased = {each for row in session.scalars(select(CaseEventRow)) for each in row.data.get("erased_documents", ())}
    remove_files(place.archive, frozenset(erased))
    assert digest in erased
    assert (place.rows()[0].name, place.verified().intact) == ("", True)


def test_the_same_case_file_with_its_timestamps_gives_the_same_bytes(place: Place, tmp_path: Path) -> None:
    place.wait(b"one", b"two")
    place.stamp()
    with place.database.reading() as session:
        customer = session.get_one(CustomerRow, 1)
        for name in ("one.zip", "two.zip"):
            export_to(tmp_path / name, session, place.archive, customer, in_english, [])
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
