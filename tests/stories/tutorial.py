"""A tutorial as a person follows it: the blocks of its page in their order, played in a folder of one's own.

What counts in the page:

- ` ```console `: lines that begin with `$ ` are typed, what stands below each is what comes. `cd`, `cp` and `export` do what they do in a
  shell; everything else is `cobranza`, whose output may go on to `grep`, `head` or `tail`.
- a file's name in bold letters and quotation marks of code, alone in its line, and below it
  - ` ```yaml `: the whole file, which is new;
  - ` ```diff `: lines that go (`-`) and come in their place (`+`), below lines that stay. `@@ TEXT` looks for them behind the first line with
    TEXT; a bare `@@` changes them wherever they stand.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.problems import ProblemError

BLOCK = re.compile(r"(?:^\*\*`(?P<file>[^`\n]+)`\*\*\n\n)?^```(?P<kind>console|yaml|diff)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever follows the page; `monkeypatch` sets what is set in a shell."""

    monkeypatch: pytest.MonkeyPatch

    def follow(self, page: str) -> str:
        """The page with what really came in place of what stands in it."""
        written, end = [], 0
        for block in BLOCK.finditer(page):
            written.append(page[end : block.start("body")])
            written.append(self._do(block["kind"], block["file"], block["body"]))
            end = block.end("body")
        return "".join([*written, page[end:]])

    def _do(self, kind: str, file: str | None, body: str) -> str:
        if kind == "console":
            return "".join(f"$ {line}\n{self._type(line)}" for line in typed(body))
        if file is not None and kind == "yaml":
            assert not Path(file).exists(), f"{file} is there already"
            Path(file).write_text(body, encoding="utf-8")
        elif file is not None:
            text = Path(file).read_text(encoding="utf-8")
            Path(file).write_text(changed(text, body), encoding="utf-8")
        return body

    def _type(self, line: str) -> str:
        command, *pipe = line.split(" | ", 1)
        program, *words = shlex.split(command)
        if program == "cd":
            self.monkeypatch.chdir(words[0])
        elif program == "cp":
            shutil.copy(*words)
        elif program == "export":
            self.monkeypatch.setenv(*words[0].split("="))
        else:
            assert program == "cobranza", line
            said = said_by_program([name for word in words for name in (found(word))])
            return subprocess.run(["sh", "-c", pipe[0]], input=said, text=True, capture_output=True, check=True).stdout if pipe else said
        return ""


def found(word: str) -> list[str]:
    """The files that a word of the command line stands for; the word itself where it stands for none."""
    return sorted(str(path) for path in Path().glob(word)) if "*" in word else [word]


def typed(body: str) -> Iterator[str]:
    return (line[2:] for line in body.splitlines() if line.startswith("$ "))


def said_by_program(arguments: list[str]) -> str:
    """Output and complaints in the order in which they come, as a terminal shows them."""
    call = Call(Path.cwd())
    result = CliRunner().invoke(cobranza, arguments, obj=call)
    try:
        if isinstance(result.exception, ProblemError):
            return result.output + "".join(f"{problem.text(call.screen.translate)}\n" for problem in result.exception.problems)
        assert result.exception is None or isinstance(result.exception, SystemExit), (arguments, result.exception)
        return result.output
    finally:
        call.close()


def changed(text: str, diff: str) -> str:
    lines = text.splitlines()
    for part in re.split(r"^(?=@@)", diff, flags=re.MULTILINE):
        if not part:
            continue
        heading, body = part.split("\n", 1) if part.startswith("@@") else ("@@ ", part)
        start = next(number for number, line in enumerate(lines) if heading[3:] in line)
        for old, new in replacements(body.splitlines()):
            assert old, "a change needs a line that stays or goes, to be found by"
            places = [number for number in range(start, len(lines)) if lines[number : number + len(old)] == old]
            assert places, f"these lines do not stand in the file: {old}"
            for place in reversed(places if heading == "@@" else places[:1]):
                lines[place : place + len(old)] = new
    return "\n".join(lines) + "\n"


def replacements(diff: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Lines as they stand, and as they become; another change begins where a line goes or stays after one that came."""
    old: list[str] = []
    new: list[str] = []
    came = False
    for line in diff:
        sign, content = line[:1], line[1:]
        if came and sign != "+":
            yield old, new
            old, new, came = [], [], False
        came = sign == "+"
        if sign != "+":
            old.append(content)
        if sign != "-":
            new.append(content)
    yield old, new
