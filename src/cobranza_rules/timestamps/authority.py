"""A timestamp authority over HTTP (RFC 3161, 3.4): one question, one answer, and nothing believed before it is verified."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cobranza_rules.language import _
from cobranza_rules.timestamps.openssl import must_be_signed
from cobranza_rules.timestamps.query import SHA256, query_of
from cobranza_rules.timestamps.token import TimestampError, Token, read_answer
from cobranza_rules.web_exchange import ExchangeError, post

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
NONCE_BITS = 63  # A positive integer of eight bytes, which every authority takes


class AuthorityAwayError(TimestampError):
    """It was not reached, or what is there is no timestamp authority: another document would fare no better now."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """`answer` is what the authority has sent, byte for byte."""

    token: Token
    answer: bytes


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """`anchors` are the certificates that are trusted (PEM), `policy` an OID or "", `login` the headers by which it knows us."""

    url: str
    anchors: bytes
    policy: str = ""
    timeout_seconds: float = 20
    login: Mapping[str, str] = field(default_factory=dict, repr=False)
    draw_nonce: Callable[[int], int] = secrets.randbits

    def stamp(self, digest: str) -> Stamped:
        """A verified token of what has this SHA-256. Raises TimestampError, and ProblemError where openssl is not there."""
        nonce = self.draw_nonce(NONCE_BITS)
        content = self._answer_to(query_of(digest, nonce, self.policy))
        token = read_answer(content)
        self._must_answer(token, digest, nonce)
        must_be_signed(content, digest, self.anchors)
        return Stamped(token, content)

    def _answer_to(self, query: bytes) -> bytes:
        headers = {"Content-Type": QUERY, "Accept": REPLY, **self.login}
        try:
            answered = post(self.url, query, headers, self.timeout_seconds)
        except ExchangeError as error:
            raise AuthorityAwayError(error.what) from None
        if answered.media_type != REPLY:
            told = answered.media_type[:60] or "-"
            raise AuthorityAwayError(_("the answer is none of a timestamp authority: it is of the kind {kind}", kind=told))
        return answered.content

    def _must_answer(self, token: Token, digest: str, nonce: int) -> None:
        if (token.algorithm, token.imprint) != (SHA256, digest):
            raise TimestampError(_("the token is of another document: its hash is {imprint}", imprint=token.imprint[:64]))
        if token.nonce != nonce:
            raise TimestampError(_("the token answers another question: its nonce is not the one that was sent"))
        if self.policy and token.policy != self.policy:
            raise TimestampError(_("the token is by policy {other}, and {policy} was asked for", other=token.policy, policy=self.policy))


def basic_login(user: str, password: str) -> dict[str, str]:
    """RFC 7617."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")}


def bearer_login(token: str) -> dict[str, str]:
    """RFC 6750."""
    return {"Authorization": f"Bearer {token}"}
