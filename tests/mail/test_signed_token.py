"""Tokens that go out with messages and come back with answers."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.signed_token import TokenKey, read_or_make_key

KEY = TokenKey(b"k" * 32)
NUMBERS = st.integers(1, 10**15)


@given(NUMBERS, st.sampled_from(["reply", "approval"]))
def test_a_token_names_its_number_again_whatever_case_it_comes_back_in(number: int, purpose: str) -> None:
    token = KEY.token(purpose, number)
    assert KEY.number_of(purpose, token) == KEY.number_of(purpose, token.upper()) == number
    assert token == token.lower()
    assert len(f"cobranza+{token}") <= 64


@given(NUMBERS, NUMBERS)
def test_a_signature_fits_no_other_number_purpose_or_workspace(number: int, other: int) -> None:
    token = KEY.token("reply", number)
    signature = token.partition("-")[2]
    assert KEY.number_of("approval", token) is None
    assert TokenKey(b"x" * 32).number_of("reply", token) is None
    assert other == number or KEY.number_of("reply", f"{other}-{signature}") is None


@given(st.text(max_size=40))
def test_what_nobody_wrote_names_nothing(text: str) -> None:
    assert KEY.number_of("reply", text) is None


@pytest.mark.parametrize(
    "token", ["", "41", "41-", "-aaaaaaaaaaaaaaaa", "041-aaaaaaaaaaaaaaaa", "41-aaaaaaaaaaaaaaaa", "٤١-aaaaaaaaaaaaaaaa"]
)
def test_what_is_no_token_names_nothing(token: str) -> None:
    assert KEY.number_of("reply", token) is None


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "token-key"
    with ThreadPoolExecutor(8) as pool:
        tokens = {key.token("reply", 7) for key in pool.map(lambda _turn: read_or_make_key(path), range(16))}
    assert len(tokens) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["token-key"]


def test_a_key_says_nothing_of_itself() -> None:
    assert repr(KEY) == "TokenKey()"
