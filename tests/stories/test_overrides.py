"""People decide for one customer or invoice: nothing leaves, it leaves again, it is left alone, it climbs another ladder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import OverrideRow
from tests.cfdi_files import credit_note, invoice
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk

Command = Callable[..., Any]
WHO = ("--who", "collections_analyst", "--why", "talks are on")


@pytest.fixture
def command(desk: Desk) -> Command:
    desk.take(invoice("FA-7", "1160.00", DAY))

    def call(*words: str) -> Any:
        given = Call(desk.workspace.base, desk.today)
        try:
            result = CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False)
            if result.exception is not None:
                raise result.exception
        except ProblemError as error:
            return [str(problem) for problem in error.problems]
        else:
            return result.output
        finally:
            given.close()

    return call


def test_a_hold_keeps_the_delivery_back_until_it_is_ended(desk: Desk, command: Command) -> None:
    shown = json.loads(command("override", "set", "FA-7", "hold", "contact", "delivery", *WHO, "--json"))
    assert (shown["number"], shown["kind"], shown["blocks"]) == (1, "hold", ["contact", "delivery"])
    desk.tick()
    assert [action.rule_id for action in desk.actions()] == ["first-reminder"], "that of FA-1, which nobody has put on hold"
    assert desk.held("FA-7") == {"override"}
    assert "'cobranza override end 1'" in command("explain", "FA-7", "--json")
    assert [row["number"] for row in json.loads(command("override", "list", "--json"))["overrides"]] == [1]
    command("override", "end", "1", *WHO)
    assert json.loads(command("override", "list", "--json")) == {"overrides": []}
    desk.tick()
    assert {action.rule_id for action in desk.actions()} == {"transmittal", "first-reminder"}
    with desk.workspace.database.reading() as session:
        said = [str(event.sentence) for event in timeline(session, 1) if event.kind.startswith("override")]
        (row,) = session.scalars(select(OverrideRow))
    assert row.ended_on == DAY
    who = row.set_by
    assert said == [
        f"override 1 by {who}: FA-7 is on hold for contact, delivery: talks are on",
        f"override 1 on FA-7 ended by {who}: talks are on",
    ]
    desk.assert_whole()


def test_the_invoice_that_takes_anothers_place_inherits_what_was_decided(desk: Desk, command: Command) -> None:
    command("override", "set", "FA-7", "hold", "delivery", *WHO, "--until", "2026-03-04")
    desk.take(invoice("FA-8", "1100.00", DAY, replaces=("FA-7",)))
    for task in desk.tasks():
        desk.done(task.id)
    rows = json.loads(command("override", "list", "--json"))["overrides"]
    assert [(row["subject"], row["blocks"], row["until"]) for row in rows][-1] == ("FA-8", ["delivery"], "2026-03-04")
    desk.run(dt.date(2026, 3, 4))
    assert desk.actions("transmittal") == []
    desk.run(dt.date(2026, 3, 5))  # The hold ended by itself.
    assert desk.action("transmittal").state == "awaiting_signature"


def test_another_ladder_takes_the_invoice_and_nothing_is_sent_twice(desk: Desk, command: Command) -> None:
    rules = desk.workspace.base / "rules" / "collections.yaml"
    gentle = """
  - id: gentle
    when: collectable and days_overdue > 100000
    rungs:
      - id: gentle-reminder
        do: [{ email: first-reminder, to: collections_contact }]
"""
    rules.write_text(rules.read_text(encoding="utf-8") + gentle.replace("and days_overdue > 100000", "and balance > 0"), encoding="utf-8")
    publish_anew(desk.workspace)
    command("override", "set", "FA-1", "ladder", "gentle", *WHO)
    desk.tick()
    assert {action.rule_id for action in desk.actions()} == {"gentle-reminder", "transmittal"}
    assert desk.invoice("FA-1").ladder == "gentle"
    command("override", "end", "1", *WHO)
    for day in range(3, 31):
        desk.run(dt.date(2026, 3, day))
    assert [action.rule_id for action in desk.actions() if action.state == "sent"].count("gentle-reminder") == 1


def test_what_is_excluded_is_left_alone_and_explained(desk: Desk, command: Command) -> None:
    command("override", "set", "C-001", "exclude", *WHO)
    desk.tick()
    assert desk.actions() == []
    assert desk.held("FA-7") == {"exclude"}
    explained = json.loads(command("explain", "FA-7", "--json"))
    (found,) = explained["invoices"]
    assert [verdict["outcome"] for verdict in found["verdicts"]] == ["excluded"]
    assert [hold["hold"] for hold in explained["holds"]] == ["exclude"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("set", "FA-99", "hold", *WHO), "there is no invoice and no customer 'FA-99'; 'cobranza aging --detail' lists the open invoices"),
        (("set", "FA-7", "ladder", "colection", *WHO), "the rules in force have no ladder 'colection'; did you mean 'collection'?"),
        (("set", "FA-7", "ladder", *WHO), "an override of the ladder names one ladder; possible are: collection"),
        (("set", "FA-7", "hold", "contat", *WHO), "a hold cannot block 'contat'; did you mean 'contact'?"),
        (("set", "FA-7", "exclude", "all", *WHO), "'exclude' takes nothing behind it; leave 'all' out"),
        (("set", "FA-7", "hold", *WHO, "--until", "2026-02-27"), "2026-02-27 is past; name today or a later day, or leave --until out"),
        (
            ("set", "FA-7", "hold", "--who", "collections_analyst", "--why", " "),
            "an override is set and ended with its reason; say why with --why",
        ),
        (("end", "9", *WHO), "there is no override 9; 'cobranza override list' shows those that count"),
    ],
)
def test_problems_are_said(command: Command, words: tuple[str, ...], problem: str) -> None:
    assert command("override", *words) == [problem]


def test_one_of_a_kind_stands_and_is_ended_once(command: Command) -> None:
    command("override", "set", "FA-7", "hold", *WHO)
    again = command("override", "set", "FA-7", "hold", *WHO)
    assert again == ["FA-7 already has override 1 of that kind; end it first: 'cobranza override end 1'"]
    command("override", "end", "1", *WHO)
    (ended,) = command("override", "end", "1", *WHO)
    assert ended.startswith("override 1 was ended on 2026-03-02 by ")


NOBODY = (
    "nobody is known as 'nobody'; name a role or an address of cobranza.toml: "
    "administration_manager, collections_analyst, supervisor, sales_manager, accounting"
)


def test_an_unknown_person_is_told_with_the_other_mistakes(command: Command) -> None:
    nobody = ("--who", "nobody", "--why", "x")
    assert command("override", "set", "FA-7", "hold", *nobody) == [NOBODY]
    assert command("override", "set", "FA-99", "hold", "contat", "--who", "nobody", "--why", " ", "--until", "2026-02-27") == [
        "there is no invoice and no customer 'FA-99'; 'cobranza aging --detail' lists the open invoices",
        "a hold cannot block 'contat'; did you mean 'contact'?",
        "2026-02-27 is past; name today or a later day, or leave --until out",
        "an override is set and ended with its reason; say why with --why",
        NOBODY,
    ]
    assert command("override", "end", "9", *nobody) == ["there is no override 9; 'cobranza override list' shows those that count", NOBODY]
    assert json.loads(command("override", "list", "--all", "--json")) == {"overrides": []}


def test_nothing_is_decided_for_an_invoice_that_is_closed(desk: Desk, command: Command) -> None:
    def refused(number: str, status: str) -> list[str]:
        assert desk.invoice(number).status == status
        return [f"invoice {number} is {status}: nothing is left to decide for it; 'cobranza aging --detail' lists the open invoices"]

    desk.take(invoice("FA-8", "1100.00", DAY, replaces=("FA-7",)))
    for task in desk.tasks():
        desk.done(task.id)
    assert command("override", "set", "FA-7", "hold", *WHO) == refused("FA-7", "substituted")
    desk.take(credit_note("NC-1", "1100.00", "FA-8", day=DAY))
    assert command("override", "set", "FA-8", "exclude", *WHO) == refused("FA-8", "paid")
