"""The way out for what is in order but not ours to book."""

from __future__ import annotations

from cobranza_rules.language import Sentence


class SetAside(Exception):  # noqa: N818 (it is an outcome beside the record, not an error: the document is in order)
    """A well-formed document that this program does not book: a payroll receipt, an older version of CFDI."""

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        super().__init__(str(reason))
