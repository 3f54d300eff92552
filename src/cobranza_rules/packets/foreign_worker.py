"""The process in which files from outside are opened: each becomes a PDF of plain pages, or the reason why not.

It is started by `foreign_files` as `python -P -m cobranza_rules.packets.foreign_worker FOLDER` and reads FOLDER/jobs.json. Its input and
output are files; it bounds itself in time, memory and size before it opens the first one, and an ended process names by the answers that
are there which file ended it.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from cobranza_rules.packets.plain_pages import RefusedFileError, pages_of_pdf, pages_of_picture

JOBS = "jobs.json"


def main() -> None:
    folder = Path(sys.argv[1])
    asked: dict[str, Any] = json.loads((folder / JOBS).read_text(encoding="utf-8"))
    bounds = asked["bounds"]
    _bound(resource.RLIMIT_AS, bounds["memory"])
    _bound(resource.RLIMIT_FSIZE, bounds["largest_output"])
    _bound(resource.RLIMIT_CORE, 0)
    for job in asked["jobs"]:
        _give_time(bounds["seconds"])
        answer = _answer(folder, job, bounds)
        (folder / job["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def _bound(limit: int, value: int) -> None:
    resource.setrlimit(limit, (value, value))


def _give_time(seconds: int) -> None:
    """So much processor time for the next file: the kernel ends the process that takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _answer(folder: Path, job: dict[str, str], bounds: dict[str, int]) -> dict[str, Any]:
    source, target = folder / job["source"], folder / job["target"]
    try:
        if job["media_type"] == "application/pdf":
            made = pages_of_pdf(source, target, bounds["pages"], bounds["content"])
        else:
            made = pages_of_picture(source, target, bounds["pages"], bounds["content"])
    except RefusedFileError as refused:
        return {"refused": refused.why}
    except MemoryError:
        return {"refused": "too_slow"}
    return {"pages": made.pages, "left_out": list(made.left_out)}


if __name__ == "__main__":
    main()
