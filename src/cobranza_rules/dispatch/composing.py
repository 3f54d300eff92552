"""Messages become bytes; what keeps one from being written is told as a problem, and stops no other message."""

from __future__ import annotations

from cobranza_rules.config import FILE_NAME
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.addresses import BadAddress
from cobranza_rules.mail.message import OutgoingMessage
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.workspace import Workspace


def own_message_id(workspace: Workspace, key: str) -> str:
    """The same for the same key. Raises ProblemError where the settings give us no address to write from."""
    from cobranza_rules.mail.compose import message_id_for

    try:
        return message_id_for(key, workspace.settings.mail.address.rpartition("@")[2])
    except ValueError as error:
        what = _("nothing can be written from our own address: {detail}", detail=_why(error))
        raise ProblemError([Problem(what, _("correct it"), FILE_NAME, place="mail.address")]) from None


def composed(message: OutgoingMessage, hint: Sentence) -> bytes:
    """Raises ProblemError."""
    from cobranza_rules.mail.compose import compose

    try:
        return compose(message)
    except ValueError as error:  # CompositionError and BadAddress
        what = _("the message to {to} cannot be written: {detail}", to=ascii(", ".join(message.to))[1:-1], detail=_why(error))
        raise ProblemError([Problem(what, hint)]) from None


def _why(error: ValueError) -> Sentence | str:
    return error.reason if isinstance(error, BadAddress) else str(error)
