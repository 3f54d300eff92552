"""How recipients stand after any course of attempts: nobody to whom a message may have gone is ever put off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.dispatch.standings import Standing, on_the_wire, standings

A, B, C = "a@x.example", "b@x.example", "c@x.example"


@dataclass(frozen=True)
class Try:
    outcome: str
    recipients: Sequence[str]
    answers: Mapping[str, str] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("outcome", "answers", "expected"),
    [
        ("sending", {}, ("sending", "sending")),
        ("sent", {}, ("accepted", "accepted")),
        ("sent", {B: "450 4.7.1 greylisted"}, ("accepted", "postponed")),
        ("sent", {B: "550 5.1.1 no such user"}, ("accepted", "refused")),
        ("sent", {B: "'b' is not an e-mail address"}, ("accepted", "refused")),
        ("postponed", {B: "550 5.1.1 no such user"}, ("postponed", "postponed")),
        ("uncertain", {B: "452 4.2.2 mailbox full"}, ("uncertain", "postponed")),
        ("uncertain", {}, ("uncertain", "uncertain")),
        ("not_left", {}, ("postponed", "postponed")),
        ("refused", {}, ("refused", "refused")),
    ],
)
def test_what_one_attempt_makes_of_its_recipients(outcome: str, answers: dict[str, str], expected: tuple[str, str]) -> None:
    found = standings([A, B], [Try(outcome, (A, B), answers)])
    assert tuple(one.standing for one in found.values()) == expected


def test_whom_nobody_has_tried_waits() -> None:
    assert standings([A], [])[A].standing is Standing.WAITING


def test_addresses_are_compared_as_the_server_hears_them() -> None:
    assert on_the_wire(["Ana@X.Example", "Ana@x.example", "no address"]) == ("Ana@x.example", "no address")
    assert standings(["Ana@X.EXAMPLE"], [Try("sent", ("Ana@x.example",))])["Ana@x.example"].standing is Standing.ACCEPTED


ANSWERS = st.sampled_from(["", "", "450 4.7.1 greylisted", "550 5.1.1 no such user"])
TURNS = st.tuples(st.sampled_from(["sent", "postponed", "refused", "uncertain", "sending"]), ANSWERS, ANSWERS, ANSWERS)


@given(st.lists(TURNS, max_size=8))
def test_nobody_gets_it_twice_whatever_the_server_does(turns: list[tuple[str, str, str, str]]) -> None:
    """The program tries those who are put off, and only them; a server delivers to whom it has accepted, and to whom it may have."""
    everybody = (A, B, C)
    past: list[Try] = []
    may_have_got: Counter[str] = Counter()
    for outcome, *given_answers in turns:
        open_ends = {one.address for one in standings(everybody, past).values() if one.standing in (Standing.WAITING, Standing.POSTPONED)}
        tried = tuple(address for address in everybody if address in open_ends)
        if not tried:
            break
        answers = {address: answer for address, answer in zip(everybody, given_answers, strict=True) if answer and address in tried}
        past.append(Try(outcome, tried, answers))
        if outcome in ("sent", "uncertain", "sending"):
            may_have_got.update(address for address in tried if address not in answers or outcome == "sending")
    assert [address for address, times in may_have_got.items() if times > 1] == []
