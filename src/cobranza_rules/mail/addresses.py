"""One e-mail address, checked before it is stored, written into a header or given to a server.

The syntax is RFC 5321 section 4.1.2 without what no mailbox of a customer uses and what software disagrees about: quoted local parts, comments,
address literals, host names without a dot. Local parts outside ASCII need SMTPUTF8 (RFC 6531), which few servers of companies speak.
"""

from __future__ import annotations

import re

from cobranza_rules.language import Sentence, _

# RFC 5321 section 4.5.3.1: a local part of 64 octets, a path of 256 with its angle brackets.
MAX_LOCAL = 64
MAX_ADDRESS = 254
MAX_DOMAIN = 253

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# These four are letters in IDNA 2008 and are mapped away in IDNA 2003, which Python has: they would lead to another company's domain.
_DEVIATIONS = frozenset("ßς\u200c\u200d")


class BadAddress(ValueError):  # noqa: N818 (the name that the other rooms use)
    """`reason` is the sentence for a person; it quotes no more than a short piece of the text."""

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        super().__init__(str(reason))


def check_address(text: str) -> str:
    """The address as it goes to the wire: the domain in lower-case ASCII (IDNA), the local part as written. Raises BadAddress."""
    if len(text) > MAX_ADDRESS:
        raise BadAddress(_("an e-mail address has at most {most} characters, this one has {found}", most=MAX_ADDRESS, found=len(text)))
    if not text.isprintable() or any(sign.isspace() for sign in text):
        raise BadAddress(_("the e-mail address {address} has a space or a control character in it", address=ascii(text)))
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(_("'{address}' is not an e-mail address; it must look like name@company.com", address=text))
    _check_local(local, text)
    address = f"{local}@{check_domain(domain)}"
    if len(address) > MAX_ADDRESS:
        raise BadAddress(_("an e-mail address has at most {most} characters, this one has {found}", most=MAX_ADDRESS, found=len(address)))
    return address


def check_domain(text: str) -> str:
    """A full domain name in lower-case ASCII. Raises BadAddress."""
    domain = text.lower() if text.isascii() else _in_ascii(text)
    labels = domain.split(".")
    if len(domain) > MAX_DOMAIN or len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(_("'{domain}' is not the name of a mail domain", domain=ascii(text[:80])[1:-1]))
    return domain


def _in_ascii(domain: str) -> str:
    """Empty where there is no such form."""
    if len(domain) > MAX_DOMAIN or _DEVIATIONS & set(domain):  # The length first: IDNA takes quadratic time (CVE-2022-45061).
        return ""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _check_local(local: str, text: str) -> None:
    if not local.isascii():
        raise BadAddress(_("the part of '{address}' before the @ has a letter that most mail servers refuse", address=text))
    if len(local) > MAX_LOCAL:
        raise BadAddress(_("the part of '{address}' before the @ has more than {most} characters", address=text, most=MAX_LOCAL))
    if not all(_ATOM.fullmatch(atom) for atom in local.split(".")):
        raise BadAddress(_("'{address}' is not an e-mail address; it must look like name@company.com", address=text))
