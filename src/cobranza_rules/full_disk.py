"""A disk without room is no fault of the program: it is told as a problem, and a daemon tries again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


class FullDiskError(ProblemError):
    """What was on the disk before it was raised is good."""


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Raises FullDiskError in place of what the system says."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        hint = _("make room on its disk; nothing is lost, and the next run goes on")
        raise FullDiskError([Problem(_("the disk cannot be written: {detail}", detail=error.strerror), hint, error.filename)]) from error
