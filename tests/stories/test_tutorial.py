"""The tutorials tell what really happens: a person who types what they say, and changes what they change, sees what stands in them.

`pytest tests/stories/test_tutorial.py --renew-golden` writes anew what the program says in them; the diff is read.
"""

from __future__ import annotations

import datetime as dt
import shutil
from functools import partial
from pathlib import Path

import pytest

from cobranza_rules.clock import FixedClock
from tests.stories.tutorial import Person, changed

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 3, 2)  # The day on which the tutorials begin; what is stored without `--on` bears its date.


@pytest.mark.parametrize("page", ["tutorial.es.md", "tutorial.md"])
def test_what_the_tutorial_says_is_what_comes(
    page: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobranza_rules.workspace.SystemClock", partial(FixedClock, DAY))
    for name in ("COBRANZA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    file = ROOT / "docs" / page
    came = Person(monkeypatch).follow(file.read_text(encoding="utf-8"))
    if request.config.getoption("--renew-golden"):
        file.write_text(came, encoding="utf-8")
    assert came == file.read_text(encoding="utf-8")


def test_an_edit_is_made_at_its_place_or_wherever_it_stands() -> None:
    text = "one:\n  a: 1\ntwo:\n  a: 1\nthree:\n  a: 1\n"
    assert changed(text, "@@ two\n-  a: 1\n+  a: 2\n") == "one:\n  a: 1\ntwo:\n  a: 2\nthree:\n  a: 1\n"
    assert changed(text, "@@\n-  a: 1\n+  a: 2\n") == "one:\n  a: 2\ntwo:\n  a: 2\nthree:\n  a: 2\n"
    assert changed(text, " one:\n+  b: 0\n   a: 1\n") == "one:\n  b: 0\n  a: 1\ntwo:\n  a: 1\nthree:\n  a: 1\n"
    with pytest.raises(AssertionError, match="these lines do not stand in the file"):
        changed(text, "-  c: 1\n+  c: 2\n")
