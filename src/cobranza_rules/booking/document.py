"""A CFDI on its way into the book, and the rule that a UUID names one content for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cobranza_rules.booking.outcome import refuse
from cobranza_rules.domain.document import CfdiRecord
from cobranza_rules.language import _


@dataclass(frozen=True, slots=True)
class Document:
    """A CFDI beside the digest of its bytes and the name under which the user knows it; `reread` reads an archived one again."""

    record: CfdiRecord
    digest: str
    file: str
    reread: Callable[[str], CfdiRecord]


def require_same(known_digest: str, uuid: str, document: Document) -> None:
    """A UUID names one document for ever: other content under it is refused, a copy with other white space is the same."""
    if known_digest != document.digest and document.reread(known_digest) != document.record:
        raise refuse(
            document.file,
            _("the UUID {uuid} is in the book with other content", uuid=uuid),
            _("find out which of the two the SAT has; only that one may stay"),
        )
