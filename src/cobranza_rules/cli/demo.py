"""`cobranza demo`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from cobranza_rules.cli.aging import show_totals
from cobranza_rules.cli.command import Call, SpokenCommand
from cobranza_rules.cli.planning import STATE_WORDS
from cobranza_rules.cli.screen import Screen
from cobranza_rules.demo.playing import PlayedDay, begin
from cobranza_rules.demo.summary import Summary, summarise
from cobranza_rules.language import N_, _
from cobranza_rules.plan.states import State


@click.command(cls=SpokenCommand, help=N_("Makes a workspace from the samples in FOLDER and plays six weeks in it, day by day."))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
@click.pass_obj
def demo(call: Call, folder: Path) -> None:
    call.base = folder
    play = begin(folder)
    screen = Screen(play.workspace.settings.language)
    try:
        screen.say(_("Six weeks of a collections desk, day by day, in {folder}", folder=str(folder)))
        for day in play.days():
            show_day(screen, day)
        show_summary(screen, summarise(play, screen.translate), folder)
    finally:
        play.workspace.close()


def show_day(screen: Screen, day: PlayedDay) -> None:
    parts = []
    if day.imported is not None:
        documents = {each: count for each, count in day.imported.counts.items() if each[0] != "bank_movements"}
        taken = sum(count for (_kind, outcome), count in documents.items() if outcome in ("new", "updated"))
        parts.append(_("{count} documents in", count=taken))
        if day.imported.problems:
            parts.append(_("{count} in quarantine", count=len(day.imported.problems)))
    if day.replies:
        parts.append(_("{count} messages in", count=day.replies))
    recorded = sum(tick.recorded for tick in day.ticks)
    if recorded:
        parts.append(_("{count} answers recorded", count=recorded))
    if day.acts:
        parts.append(_("{count} decisions of people", count=day.acts))
    ended = (State.SENT, State.FAILED, State.CANCELLED)
    parts += [_("{count} {state}", count=day.states[one], state=screen.word(STATE_WORDS[one])) for one in ended if day.states[one]]
    click.echo(f"{day.on}  " + "; ".join(screen.text(part) for part in parts))
    if day.note:
        click.echo(f"            {day.note}")
    for file in day.unanswered:
        screen.say(_("            {file} answers a message that never left", file=file))


def show_summary(screen: Screen, summary: Summary, folder: Path) -> None:
    show_counts(screen, summary)
    heading(screen, N_("Aging before and after"))
    show_totals(screen, summary.aging_before)
    click.echo("")
    show_totals(screen, summary.aging_after)
    show_sent(screen, summary)
    show_received(screen, summary)
    heading(screen, N_("What waits for people"))
    for sentence in summary.waiting:
        screen.say(sentence)
    heading(screen, N_("Where to look"))
    screen.say(_("Case files with letters (Word and PDF), statements and mails: {folder}", folder=str(summary.case_folder)))
    screen.say(_("Mail that left: {folder}", folder=str(folder / "correo-enviado")))
    screen.say(_("Try: cobranza --workspace {folder} aging --detail", folder=str(folder)))


def show_counts(screen: Screen, summary: Summary) -> None:
    heading(screen, N_("In short"))
    for rule, count in sorted(summary.sent_by_rule().items()):
        screen.say(_("{count} times {what}", count=f"{count:>4}", what=screen.word(rule)))
    for kind, count in sorted(Counter(row["kind"] for row in summary.received).items()):
        screen.say(_("{count} answers: {what}", count=f"{count:>4}", what=screen.word(kind)))


def show_sent(screen: Screen, summary: Summary) -> None:
    heading(screen, N_("What was sent to whom, and why"))
    for row in summary.sent:
        to = ", ".join(row["to"]) or screen.word(N_("in the company") if row["in_house"] else N_("by hand"))
        screen.say(
            _(
                "{on}  {customer}  {rule} ({why}), {total} in {count} invoices, to {to}",
                on=row["on"],
                customer=row["customer"],
                rule=screen.word(row["rule"]),
                why=row["why"],
                total=row["total"],
                count=len(row["invoices"]),
                to=to,
            )
        )


def show_received(screen: Screen, summary: Summary) -> None:
    heading(screen, N_("Who answered what"))
    for row in summary.received:
        by = screen.text(_("decided by {who}", who=row["by"])) if row["by"] else screen.word(N_("read by the program"))
        click.echo(f"{row['on']}  {row['customer']:<6} {screen.word(row['kind'])} ({by}): {row['subject']}")


def heading(screen: Screen, text: str) -> None:
    said = screen.word(text)
    click.echo(f"\n{said}\n{'=' * len(said)}")
