"""The certificates that are trusted to name timestamp authorities: the file that `[timestamp] ca_file` names."""

from __future__ import annotations

import re
from pathlib import Path

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST = 1024 * 1024  # Bytes
CERTIFICATE = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----")
PRIVATE = b"PRIVATE KEY-----"


def read_anchors(file: Path) -> bytes:
    """In PEM. Raises ProblemError where it cannot be read or holds no certificate."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise _wrong(file, _("the file with the authority's certificates cannot be read: {detail}", detail=error.strerror)) from None
    if len(content) > LARGEST or not CERTIFICATE.search(content):
        raise _wrong(file, _("the file holds no certificates in PEM"))
    if PRIVATE in content:  # It goes into the archive, and out of the house with every case file.
        raise _wrong(file, _("the file holds a private key, and goes out with case files"))
    return content


def how_many(anchors: bytes) -> int:
    return len(CERTIFICATE.findall(anchors))


def _wrong(file: Path, what: Sentence) -> ProblemError:
    hint = _("let timestamp.ca_file name the certificates that your authority publishes, from its own up to the root")
    return ProblemError([Problem(what, hint, str(file))])
