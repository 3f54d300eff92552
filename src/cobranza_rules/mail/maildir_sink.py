"""Mail written into a Maildir: the default where no server is configured, and the sink of demos and rehearsals."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import mailbox
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.mail.sink import check_envelope, message_id_of

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class MaildirSink:
    """One file a message, named after the hash of its Message-ID: a repeat finds the name taken, so that nothing is there twice.

    The file holds the very bytes that a server would have got; its name ends in .eml, which every mail program opens.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder where it is missing. Raises OSError."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        for part in (folder, *(folder / name for name in ("tmp", "new", "cur"))):
            part.mkdir(mode=0o700, exist_ok=True)
        mailbox.Maildir(folder, create=False).clean()  # What a killed process left in tmp, once it is 36 hours old.
        self._folder = folder

    def __repr__(self) -> str:
        return f"MaildirSink({str(self._folder)!r})"

    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        envelope = check_envelope(sender, recipients, to)
        refusal = envelope.refusal()
        if refusal:
            return refusal
        message_id = message_id_of(raw)
        if message_id is None:
            return DeliveryReport(Delivery.REFUSED, "data", "the message has no Message-ID", envelope.malformed)
        name = _file_name(message_id)
        phase = "data"
        try:
            with self._written(name, raw) as temporary:
                earlier = self._find(name)
                if earlier is None:
                    earlier = _place(temporary, self._folder / "new" / name)
            phase = "after-data"
            _sync_folder(self._folder / "new")
            if earlier is not None and earlier.read_bytes() != raw:
                return DeliveryReport(Delivery.REFUSED, phase, "another message has this Message-ID", envelope.malformed)
        except OSError as error:
            outcome = Delivery.POSTPONED if phase == "data" else Delivery.UNCERTAIN
            return DeliveryReport(outcome, phase, error.strerror or type(error).__name__, envelope.malformed)
        return DeliveryReport(Delivery.SENT, phase, f"new/{name}" if earlier is None else "was there already", envelope.malformed)

    def was_delivered(self, message_id: str) -> bool | None:
        """None where the folder cannot be read. True only once its entry is on the disk, to which after a crash nobody else has seen."""
        try:
            for part in ("new", "cur"):
                _sync_folder(self._folder / part)  # Raises where the folder is gone, which must not read as "was not delivered".
            return self._find(_file_name(message_id)) is not None
        except OSError:
            return None

    def close(self) -> None:
        """Nothing is kept open."""

    def _find(self, name: str) -> Path | None:
        """In new, then in cur, to which a mail program moves what was seen and adds its flags after a colon."""
        fresh = self._folder / "new" / name
        if fresh.exists():
            return fresh
        with os.scandir(self._folder / "cur") as entries:
            return next((Path(entry.path) for entry in entries if entry.name.partition(":")[0] == name), None)

    @contextlib.contextmanager
    def _written(self, name: str, raw: bytes) -> Iterator[Path]:
        """A file in tmp with its bytes on the disk, gone again afterwards."""
        handle, path = tempfile.mkstemp(prefix=f"{name}.", dir=self._folder / "tmp")
        temporary = Path(path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _file_name(message_id: str) -> str:
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:40]}.eml"


def _place(temporary: Path, target: Path) -> Path | None:
    """Gives the file its name, unless it is taken: then the path of what is there. A link never overwrites, as a renaming would."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return target
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():  # A file system without hard links: two writers of the same message could meet here, to the same effect.
            return target
        temporary.rename(target)
    return None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
