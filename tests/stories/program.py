"""The program as a user calls it: a process of its own, with its output and exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stories import warm

INSTALLED = Path(sys.executable).with_name("cobranza")
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Call:
    code: int
    said: str
    complained: str


@dataclass(frozen=True, slots=True)
class Program:
    base: Path

    def call(self, *arguments: str) -> Call:
        """Sentences are in English, whatever the machine speaks."""
        return self.together([arguments])[0]

    def together(self, calls: list[tuple[str, ...]]) -> list[Call]:
        """Several at once."""
        with tempfile.TemporaryDirectory() as folder:
            files = [(Path(folder) / f"said-{number}", Path(folder) / f"complained-{number}") for number in range(len(calls))]
            processes = [warm.start(self.base, arguments, *pair) for arguments, pair in zip(calls, files, strict=True)]
            for process in processes:
                process.join(PATIENCE)
                assert process.exitcode is not None, "it hangs"
            texts = [(said.read_text(encoding="utf-8"), complained.read_text(encoding="utf-8")) for said, complained in files]
        return [Call(process.exitcode or 0, *pair) for process, pair in zip(processes, texts, strict=True)]

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it says, its complaints last."""
        return _checked(self.call(*arguments), arguments, code)

    def installed(self, *arguments: str, code: int = 0) -> str:
        """The same by the command that an installation puts on the path."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COBRANZA_", "LC_", "LANG"))}
        environment |= {"COBRANZA_LANGUAGE": "en", "LANG": "C.UTF-8"}
        command = [str(INSTALLED), "--workspace", str(self.base), *arguments]
        done = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=PATIENCE, check=False)
        return _checked(Call(done.returncode, done.stdout, done.stderr), arguments, code)

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        done = self.call(*arguments, "--json")
        _checked(done, arguments, code)
        found = json.loads(done.said)
        assert isinstance(found, dict)
        return found

    def sent(self) -> list[str]:
        """Names of the files in the outgoing Maildir."""
        return sorted(file.name for file in (self.base / "correo-enviado").glob("new/*"))


def _checked(done: Call, arguments: tuple[str, ...], code: int) -> str:
    assert done.code == code, f"{arguments}: {done.code}\n{done.said}\n{done.complained}"
    assert "Traceback" not in done.complained
    return done.said + done.complained
