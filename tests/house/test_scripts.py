"""The scripts answer quickly when there is nothing to do, and say how they are used."""

from __future__ import annotations

import os
import re
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted([*(file for file in (ROOT / "script").iterdir() if file.is_file() and file.suffix == ""), ROOT / ".ci/run"])
BASH = [file for file in SCRIPTS if file.read_bytes().startswith(b"#!/usr/bin/env bash")]


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_scripts_are_executable_and_begin_with_what_they_do(script: Path) -> None:
    first, second = script.read_text(encoding="utf-8").splitlines()[:2]
    assert os.access(script, os.X_OK)
    assert first.startswith("#!/usr/bin/env ")
    assert second.startswith(("# ", '"""'))


@pytest.mark.parametrize("script", BASH, ids=name)
def test_bash_scripts_stop_at_the_first_failure_and_parse(script: Path) -> None:
    assert "set -euo pipefail\n" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", script], check=True)


def test_set_up_again_says_nothing_and_takes_no_time(tmp_path: Path) -> None:
    if not (ROOT / ".venv/.setup-done").exists():
        pytest.skip("this environment was not made by script/setup, and a test must not change it")
    # The first call brings an environment up to date that is older than the lock, as script/test does before any test.
    subprocess.run([ROOT / "script/setup"], capture_output=True, check=True)
    began = time.monotonic()
    done = subprocess.run(
        [ROOT / "script/setup"], cwd=tmp_path, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert time.monotonic() - began < 1.0


def test_set_up_with_an_unknown_argument_shows_its_use() -> None:
    done = subprocess.run([ROOT / "script/setup", "--nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "script/setup --development" in done.stderr


def test_the_lock_is_exact_and_names_no_index() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*( ; .+)?", line)] == []


def test_the_lock_has_everything_that_the_project_file_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    wanted += [name for names in project["project"]["optional-dependencies"].values() for name in names]
    plain = {re.split(r"[\[<>=;~! ]", requirement, maxsplit=1)[0].lower().replace(".", "-").replace("_", "-") for requirement in wanted}
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert plain - locked == set()
