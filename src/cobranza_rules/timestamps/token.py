"""What an authority answers (RFC 3161, 2.4.2), read without believing it: whether its signature holds is asked of `timestamps.openssl`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cobranza_rules.language import Sentence, _

LARGEST_ANSWER = 64 * 1024  # Bytes; one with a long chain of certificates has some 8,000.
GRANTED = frozenset({"granted", "granted_with_mods"})
LONGEST_TEXT = 200


class TimestampError(Exception):
    """The authority gave no token, or one that proves nothing."""

    def __init__(self, what: Sentence) -> None:
        super().__init__(str(what))
        self.what = what


@dataclass(frozen=True, slots=True)
class Token:
    """`imprint` is the hash of what was stamped, in hexadecimal, by `algorithm`; `at` is aware. `authority` is how its certificate calls it."""

    imprint: str
    algorithm: str
    at: dt.datetime
    serial: int
    policy: str
    nonce: int | None
    authority: str


def read_answer(content: bytes) -> Token:
    """Of the whole answer, status and token. Raises TimestampError where it is none, or says no."""
    if len(content) > LARGEST_ANSWER:
        raise TimestampError(_("the answer is larger than any of a timestamp authority"))
    try:
        return _token_in(content)
    except TimestampError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError):
        raise TimestampError(_("the answer is none of a timestamp authority")) from None


def _token_in(content: bytes) -> Token:
    status, signed = _parts_of(content)
    if status["status"].native not in GRANTED:
        raise TimestampError(_("the authority refuses: {reason}", reason=_reason(status)))
    if signed is None:
        raise ValueError("granted, and nothing given")
    told = signed["encap_content_info"]["content"].parsed
    imprint = told["message_imprint"]
    at: dt.datetime = told["gen_time"].native
    if at.tzinfo is None:
        raise ValueError("an instant without a zone")
    return Token(
        imprint=imprint["hashed_message"].native.hex(),
        algorithm=imprint["hash_algorithm"]["algorithm"].native,
        at=at.astimezone(dt.UTC),
        serial=int(told["serial_number"].native),
        policy=told["policy"].dotted,
        nonce=told["nonce"].native,
        authority=_authority(told, signed),
    )


def _parts_of(content: bytes) -> tuple[Any, Any]:
    """Status and signed data; None for the second where there is no token. asn1crypto takes an answer for one that always has a token."""
    from asn1crypto.cms import ContentInfo
    from asn1crypto.core import Sequence
    from asn1crypto.tsp import PKIStatusInfo

    class Answer(Sequence):  # type: ignore[misc] # asn1crypto has no types
        _fields = [("status", PKIStatusInfo), ("token", ContentInfo, {"optional": True})]  # noqa: RUF012 (as asn1crypto wants it)

    answer = Answer.load(content, strict=True)
    token = answer["token"]
    return answer["status"], token["content"] if isinstance(token, ContentInfo) else None


def _reason(status: Any) -> str:
    """The authority's own words, then what it says by a code."""
    said = [text for text in status["status_string"].native or () if isinstance(text, str)]
    codes = sorted(status["fail_info"].native or ())
    return _plain(" / ".join([*said, *codes]) or str(status["status"].native))


def _authority(told: Any, signed: Any) -> str:
    """By the certificate that has signed, as the signature names it; else as the token calls its authority."""
    from asn1crypto.x509 import Name

    wanted = signed["signer_infos"][0]["sid"].native
    for each in signed["certificates"] or ():
        certificate = each.chosen
        if wanted.get("serial_number") == certificate.serial_number:
            return _called(certificate.subject)
    name = getattr(told["tsa"], "chosen", None)
    return _called(name) if isinstance(name, Name) else "-"


def _called(name: Any) -> str:
    said = [name.native.get(part) for part in ("common_name", "organization_name")]
    return _plain(", ".join(text for text in said if isinstance(text, str))) or _plain(str(name.human_friendly)) or "-"


def _plain(text: str) -> str:
    """Texts from outside stand in sentences: one line of them, and nothing that steers a screen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST_TEXT].strip()
