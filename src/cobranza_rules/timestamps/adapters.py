"""The timestamp authority of the settings, with the certificates by which it is known and the secret by which it knows us."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.config_evidence import TimestampSection
from cobranza_rules.timestamps.anchors import read_anchors
from cobranza_rules.timestamps.authority import TimestampAuthority, basic_login, bearer_login
from cobranza_rules.timestamps.openssl import program


def open_authority(settings: TimestampSection | None, base: Path) -> TimestampAuthority | None:
    """None where none is configured. Raises ProblemError where its certificates or its secret cannot be read, or openssl is not there."""
    if settings is None:
        return None
    program()
    anchors = read_anchors(base / settings.ca_file)
    return TimestampAuthority(settings.url, anchors, settings.policy, settings.timeout_seconds, _login(settings, base))


def _login(settings: TimestampSection, base: Path) -> dict[str, str]:
    token = settings.token()
    if token is not None:
        return bearer_login(token.get_secret_value())
    secret = settings.secret(base)
    return basic_login(settings.user, secret.get_secret_value()) if secret is not None else {}
