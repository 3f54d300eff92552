"""Plays the story day by day: files and replies arrive, the program ticks, people act, and after each act it ticks again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.clock import FixedClock
from cobranza_rules.demo.acting import Delivered, perform
from cobranza_rules.demo.postman import answered_message, as_answer, deliver
from cobranza_rules.demo.story import Story, StoryDay, read_story
from cobranza_rules.intake.bank.reading import BankFiles
from cobranza_rules.intake.sources import walk
from cobranza_rules.reports.aging_report import aging_report
from cobranza_rules.starting import make_workspace, shipped
from cobranza_rules.store.documents import digest_of
from cobranza_rules.store.heartbeat import BANK, PAYMENTS_TOLD, beat
from cobranza_rules.tick import TickReport, run_tick
from cobranza_rules.workspace import Workspace, open_workspace


@dataclass(slots=True)
class PlayedDay:
    """What happened on one day of the story."""

    on: dt.date
    note: str
    imported: ImportReport | None = None
    replies: int = 0
    unanswered: list[str] = field(default_factory=list)  # Replies to a message that never left: the story and the rules have parted
    acts: int = 0
    ticks: list[TickReport] = field(default_factory=list)

    @property
    def states(self) -> Counter[str]:
        return sum((tick.states for tick in self.ticks), Counter())


@dataclass(slots=True)
class Play:
    workspace: Workspace
    samples: Path
    story: Story
    delivered: Delivered = field(default_factory=dict)
    aging_before: dict[str, Any] = field(default_factory=dict)

    def days(self, told: Callable[[PlayedDay], None] = lambda _day: None) -> Iterator[PlayedDay]:
        for number, day in enumerate(self.story.days):
            self.workspace.clock = FixedClock(day.on, self.workspace.settings.timezone)
            if number == 0:
                self._open()
            played = self._play(day)
            told(played)
            yield played

    def _open(self) -> None:
        for file in self.story.opening_lists:
            self._import([file], None)
        self._import(self.story.opening_files, self.story.opening_on)
        self.aging_before = aging_report(self.workspace, detailed=False).as_json()

    def _play(self, day: StoryDay) -> PlayedDay:
        played = PlayedDay(day.on, day.note)
        if day.files:
            played.imported = self._import(day.files, None)
        with self.workspace.database.writing() as session:
            for name in (BANK, PAYMENTS_TOLD):  # On days without a movement the bank has no statement, and the analyst says so.
                beat(session, name, dt.datetime.combine(day.on, dt.time(18), dt.UTC))
        for reply in day.replies:
            message_id = answered_message(self.workspace, reply) if reply.customer else None
            if reply.customer and message_id is None:
                played.unanswered.append(reply.file)
                continue
            raw = as_answer((self.samples / reply.file).read_bytes(), message_id, day.on)
            deliver(self.workspace, raw, day.on)
            self.delivered[reply.file] = digest_of(raw)
            played.replies += 1
        played.ticks.append(run_tick(self.workspace))
        for act in day.acts:
            if count := perform(self.workspace, act, self.delivered):
                played.acts += count
                played.ticks.append(run_tick(self.workspace))
        return played

    def _import(self, patterns: tuple[str, ...] | list[str], opening: dt.date | None) -> ImportReport:
        files = [path for pattern in patterns for path in sorted(self.samples.glob(pattern))]
        workspace = self.workspace
        banks = BankFiles(workspace.bank_profiles, workspace.our_accounts(""))
        importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, opening, banks=banks)
        return importing.take(walk(files))


def begin(folder: Path) -> Play:
    """A fresh workspace from the samples. Raises ProblemError where there is one already."""
    samples = shipped("samples")
    make_workspace(folder, (samples / "cobranza.toml").read_text(encoding="utf-8"))
    story = read_story(samples / "historia.yaml")
    workspace = open_workspace(folder, story.days[0].on)
    return Play(workspace, samples, story)
