"""Whether a token's signature holds: `openssl ts -verify`, which is what a lawyer's expert runs too, in a process that can be thrown away.

It follows the certificates up to those that are trusted, looks that they were made for timestamps, and that the token names its signer
(RFC 3161, 2.4.2; RFC 5816). What it refuses is no evidence, whatever else it says.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.timestamps.token import TimestampError

SECONDS = 20
LONGEST_DETAIL = 200
ANSWER, ANCHORS = "answer.tsr", "anchors.pem"


def must_be_signed(answer: bytes, digest: str, anchors: bytes, at: dt.datetime | None = None) -> None:
    """`digest` is the SHA-256 of what was stamped, `anchors` the trusted certificates (PEM); they are looked at as of `at`, or as of now.

    Raises TimestampError where anything of it does not hold, and ProblemError where there is no openssl.
    """
    with tempfile.TemporaryDirectory(prefix="cobranza-ts-") as kept:
        folder = Path(kept)
        (folder / ANSWER).write_bytes(answer)
        (folder / ANCHORS).write_bytes(anchors)
        done = _run(["ts", "-verify", *arguments(digest, ANSWER, ANCHORS, at)], folder)
    if done is None:
        raise TimestampError(_("openssl did not say within {seconds} seconds whether the token is genuine", seconds=SECONDS))
    if done.returncode != 0 or "Verification: OK" not in done.stdout + done.stderr:
        raise TimestampError(_("the token does not verify: {why}", why=_why(done.stderr)))


def arguments(digest: str, answer: str, anchors: str, at: dt.datetime | None = None) -> list[str]:
    moment = ["-attime", str(int(at.timestamp()))] if at is not None else []
    return ["-digest", digest, "-in", answer, "-CAfile", anchors, *moment]


def program() -> str:
    """Raises ProblemError where it is not installed."""
    found = shutil.which("openssl")
    if found is None:
        raise ProblemError([Problem(_("openssl is not there, so no timestamp can be verified"), _("install the package openssl"))])
    return found


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str] | None:
    """None where it takes too long. It sees nothing of our environment: settings of OpenSSL may come by that."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(folder)}
    try:
        return subprocess.run(  # noqa: S603 (our own options, no shell)
            [program(), *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


def _why(errors: str) -> str:
    """The last thing that it complains of, without the numbers of its sources."""
    lines = [line for line in errors.splitlines() if ":error:" in line or "Verify error:" in line]
    last = lines[-1] if lines else ""
    for mark in ("Verify error:", ":error:"):
        if mark in last:
            last = last.partition(mark)[2]
            break
    parts = [part for part in last.split(":") if part and not part.startswith("../") and not part.isdigit()]
    return " - ".join(parts[-2:])[:LONGEST_DETAIL] or "-"
