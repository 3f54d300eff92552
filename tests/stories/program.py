"""The program as a user calls it: a process of its own, with its output and exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("cobranza")
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Program:
    base: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A call that goes on; sentences are in English, whatever the machine speaks."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COBRANZA_", "LC_", "LANG"))}
        environment |= {"COBRANZA_LANGUAGE": "en", "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"}
        command = [str(PROGRAM), "--workspace", str(self.base), *arguments]
        return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it says on the standard output; with problems, what it says of them."""
        with self.start(*arguments) as process:
            said, complained = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{said}\n{complained}"
        assert "Traceback" not in complained
        return said + complained

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        with self.start(*arguments, "--json") as process:
            said, complained = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{said}\n{complained}"
        found = json.loads(said)
        assert isinstance(found, dict)
        return found

    def sent(self) -> list[str]:
        """Names of the files in the outgoing Maildir."""
        return sorted(file.name for file in (self.base / "correo-enviado").glob("new/*"))
