"""The question to a timestamp authority (RFC 3161, 2.4.1): the hash of a document, a nonce, and perhaps the policy that is wanted."""

from __future__ import annotations

SHA256 = "sha256"


def query_of(digest: str, nonce: int, policy: str = "") -> bytes:
    """In DER. `digest` is a SHA-256 in hexadecimal, `policy` an OID in dots, "" for the authority's own. It asks for the certificate, too."""
    from asn1crypto.tsp import TimeStampReq

    imprint = {"hash_algorithm": {"algorithm": SHA256}, "hashed_message": bytes.fromhex(digest)}
    wanted = {"req_policy": policy} if policy else {}
    query = TimeStampReq({"version": "v1", "message_imprint": imprint, **wanted, "nonce": nonce, "cert_req": True})
    dumped: bytes = query.dump()
    return dumped
