"""How a client says to an SMTP server who it is: user and password (RFC 4954), or an access token (XOAUTH2)."""

from __future__ import annotations

import base64
import smtplib


class LoginError(Exception):
    pass


def log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """The login of smtplib sends ASCII only, and its UnicodeEncodeError would carry the password; RFC 4616 has UTF-8."""
    if user.isascii() and password.isascii():
        client.login(user, password)
        return
    if "PLAIN" not in client.esmtp_features.get("auth", "").upper().split():
        raise LoginError("the user or the password has letters outside ASCII, for which the server would have to offer AUTH PLAIN")
    code, answer = client.docmd("AUTH", "PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii"))
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def bearer(user: str, token: str) -> str:
    return f"user={user}\1auth=Bearer {token}\1\1"


def show_token(client: smtplib.SMTP, user: str, token: str) -> None:
    """XOAUTH2, as Google and Microsoft have it. A refusal comes as a challenge with its reason, which an empty line answers."""
    if "XOAUTH2" not in client.esmtp_features.get("auth", "").upper().split():
        raise LoginError("the server does not take access tokens (AUTH XOAUTH2)")
    code, answer = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(bearer(user, token).encode()).decode("ascii"))
    if code == 334:
        code, answer = client.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)
